import type { ReactNode } from "react";
import { Link } from "wouter";
import styles from "./page-link.module.css";

/** The way to a page, as words: in a sentence, in a row, at the end of a panel's title. */
export function PageLink({
  href,
  children,
  className,
  isItem,
  takesRoom,
  ...rest
}: {
  href: string;
  children: ReactNode;
  className?: string | undefined;
  /** One of a list: the keys `j` and `k` reach it. */
  isItem?: boolean;
  /** One below the other: what is hit takes its room, or the next one would lie over a part of it. */
  takesRoom?: boolean;
  title?: string;
  "aria-label"?: string;
}) {
  return (
    <Link
      {...rest}
      href={href}
      className={`${styles.link} ${takesRoom ? styles.room : ""} ${className ?? ""}`}
      data-item={isItem || undefined}
    >
      {children}
    </Link>
  );
}
