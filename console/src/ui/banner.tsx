import { CircleX, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./banner.module.css";

/** Stays where it is: one sentence, at most one link. `bad` is announced at once. */
export function Banner({
  tone = "note",
  children,
  end,
}: {
  tone?: "note" | "bad";
  children: ReactNode;
  end?: ReactNode;
}) {
  return (
    <div className={`${styles.banner} ${styles[tone]}`} role={tone === "bad" ? "alert" : "status"}>
      {tone === "bad" ? <CircleX aria-hidden /> : <TriangleAlert aria-hidden />}
      <div className={styles.text}>{children}</div>
      {end}
    </div>
  );
}
