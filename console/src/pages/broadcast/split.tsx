import type { ReactNode } from "react";
import styles from "./split.module.css";

/**
 * Two columns on a wide screen. On a narrow one everything is one column in the order of `place`, so that what has to be
 * seen first is not below what is long.
 */
export function Split({ left, right }: { left: ReactNode; right: ReactNode }) {
  return (
    <div className={styles.split}>
      <div className={styles.column}>{left}</div>
      <div className={styles.column}>{right}</div>
    </div>
  );
}

/** A part of a column, and its place where there is one column. */
export function Part({ place, children }: { place: 1 | 2 | 3 | 4 | 5; children: ReactNode }) {
  return <div className={`${styles.part} ${styles[`place${place}`]}`}>{children}</div>;
}
