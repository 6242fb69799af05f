import { type ReactNode, useId } from "react";
import styles from "./panel.module.css";

export interface PanelProps {
  readonly title?: ReactNode;
  /** Beside the title, in grey. */
  readonly about?: ReactNode;
  /** At the right end of the title's line. */
  readonly more?: ReactNode;
  readonly count?: number | string;
  readonly children: ReactNode;
  /** Without space around the content: tables and lists reach the edge. */
  readonly flush?: boolean;
  readonly tone?: "bad" | "note";
  /** What opens from it may lie over its edge. */
  readonly spills?: boolean;
}

/** A box with a title: the pages' one way to group. */
export function Panel({ title, about, more, count, children, flush, tone, spills }: PanelProps) {
  const id = useId();
  return (
    <section
      className={`${styles.panel} ${tone ? styles[tone] : ""} ${spills ? styles.spills : ""}`}
      aria-labelledby={title ? id : undefined}
    >
      {title !== undefined && (
        <header className={styles.header}>
          <h2 id={id}>{title}</h2>
          {count !== undefined && <span className={styles.count}>{count}</span>}
          {about !== undefined && <span className={styles.about}>{about}</span>}
          {more !== undefined && <span className={styles.more}>{more}</span>}
        </header>
      )}
      <div className={flush ? undefined : styles.body}>{children}</div>
    </section>
  );
}
