import { useRef } from "react";
import { ButtonLink } from "../../ui/button.tsx";
import { useFocusOnceSeen } from "../../ui/seen.ts";
import { useTexts } from "../../ui/texts.ts";
import styles from "./admin.module.css";
import { adminTexts } from "./texts.ts";

/** Whose page it is, and the way back. It takes the focus of a form that made what it shows. */
export function DetailHead({ folder, name, id }: { folder: string; name: string; id: string }) {
  const words = useTexts(adminTexts);
  const ref = useRef<HTMLHeadingElement>(null);
  useFocusOnceSeen(ref);
  return (
    <div className={styles.detailHead}>
      <h2 ref={ref} tabIndex={-1}>
        {name}
      </h2>
      <code className={styles.mono}>{id}</code>
      <ButtonLink href={`/admin/${folder}`} look="quiet" small>
        {words.back}
      </ButtonLink>
    </div>
  );
}
