import type { ReactNode } from "react";
import styles from "./empty.module.css";

/** Nothing to show: why, and what to do next. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <p className={styles.title}>{title}</p>
      {children}
    </div>
  );
}

/** Holds the place of what is loading, in its final size. `label` is for screen readers. */
export function Skeleton({ lines = 4, label, tall }: { lines?: number; label: string; tall?: boolean }) {
  return (
    <div className={styles.skeleton} role="status" aria-label={label} aria-busy="true">
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all alike
        <span key={line} className={tall ? styles.tall : styles.bar} />
      ))}
    </div>
  );
}
