import type { ReactNode } from "react";
import { Link } from "wouter";
import styles from "./page-link.module.css";

/** The way to a page, as words: in a sentence, in a row, at the end of a panel's title. */
export function PageLink({
  href,
  children,
  className,
  isItem,
  ...rest
}: {
  href: string;
  children: ReactNode;
  className?: string | undefined;
  /** One of a list: the keys `j` and `k` reach it. */
  isItem?: boolean;
  title?: string;
  "aria-label"?: string;
}) {
  return (
    <Link
      {...rest}
      href={href}
      className={`${styles.link} ${className ?? ""}`}
      data-item={isItem || undefined}
    >
      {children}
    </Link>
  );
}
