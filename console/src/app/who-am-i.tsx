import type { MeJson } from "../api/session.ts";
import { useTexts } from "../ui/texts.ts";
import { roleOf } from "./role.ts";
import { shellTexts } from "./shell-texts.ts";
import styles from "./top-line.module.css";

/** The person's first character, name and role. */
export function WhoAmI({ me }: { me: MeJson }) {
  const words = useTexts(shellTexts);
  const role = roleOf(me);
  return (
    <>
      <span className={styles.avatar} aria-hidden>
        {[...me.name][0]}
      </span>
      <b>{me.name}</b>
      {role && <span className={styles.role}>{words.roles[role] ?? role}</span>}
    </>
  );
}
