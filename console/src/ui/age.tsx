import styles from "./age.module.css";
import { useNow } from "./now.ts";
import { useLanguage } from "./texts.ts";
import { ago, fullMoment, shortMoment } from "./time.ts";

/** A moment with its age in grey: `02:11 4 分钟前`. */
export function Moment({ at, only }: { at: string; only?: "moment" | "age" }) {
  const language = useLanguage();
  const now = useNow(15_000);
  return (
    <time dateTime={at} title={fullMoment(at)} className={styles.moment}>
      {only !== "age" && shortMoment(at, language, now)}
      {only !== "moment" && <span className={styles.age}>{ago(at, language, now)}</span>}
    </time>
  );
}
