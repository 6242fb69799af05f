import { type ReactNode, useEffect, useRef } from "react";
import styles from "./page.module.css";
import { useFocusOnceSeen } from "./seen.ts";

export interface PageProps {
  /** The page's one h1, and the title of the tab. */
  readonly title: string;
  /** What stands in place of the h1, where it is more than words; `title` still names the tab. */
  readonly heading?: ReactNode;
  readonly about?: ReactNode;
  /** At the right of the title: the page's one primary button, an age. */
  readonly end?: ReactNode;
  readonly children: ReactNode;
}

/** A page's title and content. The heading takes the focus when the page opens, so that a screen reader begins there. */
export function Page({ title, heading, about, end, children }: PageProps) {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = title;
  }, [title]);
  useFocusOnceSeen(ref);
  return (
    <>
      <header className={styles.head}>
        <h1 ref={ref} tabIndex={-1}>
          {heading ?? title}
        </h1>
        {about !== undefined && <div className={styles.about}>{about}</div>}
        {end !== undefined && <div className={styles.end}>{end}</div>}
      </header>
      <div className={styles.body}>{children}</div>
    </>
  );
}

/** Text at the left, one column at the right for what has to be decided; below 1280 it goes under. */
export function Columns({ children, side }: { children: ReactNode; side: ReactNode }) {
  return (
    <div className={styles.columns}>
      <div className={styles.column}>{children}</div>
      <div className={styles.column}>{side}</div>
    </div>
  );
}
