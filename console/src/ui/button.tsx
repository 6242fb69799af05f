import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Link } from "wouter";
import styles from "./button.module.css";

/**
 * `primary` is ink, one a page; `sound` and `sound-drill` are for steps after which speakers sound; `stop` is ink and
 * large; `danger` is outlined and stands apart.
 */
export type ButtonLook = "primary" | "secondary" | "quiet" | "danger" | "sound" | "sound-drill" | "stop";

interface Look {
  readonly look?: ButtonLook;
  readonly small?: boolean;
  readonly wide?: boolean;
}

function classOf({ look = "secondary", small, wide }: Look): string {
  const parts = [styles.button, styles[look]];
  if (look === "sound-drill") parts.push(styles.sound);
  if (small) parts.push(styles.small);
  if (wide) parts.push(styles.wide);
  return parts.join(" ");
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement>, Look {
  /** While true a second press does nothing; the button keeps its focus and its words. */
  readonly busy?: boolean;
  readonly children: ReactNode;
}

/** A disabled button stays readable and focusable; the page says beside it what is missing. */
export function Button({ look, small, wide, busy, disabled, onClick, children, ...rest }: ButtonProps) {
  const blocked = busy === true || disabled === true;
  return (
    <button
      type="button"
      {...rest}
      className={classOf({ ...(look && { look }), ...(small && { small }), ...(wide && { wide }) })}
      aria-disabled={blocked || undefined}
      aria-busy={busy || undefined}
      onClick={(event) => {
        if (blocked) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {children}
    </button>
  );
}

/** A link that looks like a button, for what leads to another page. */
export function ButtonLink({
  href,
  children,
  isItem,
  ...look
}: Look & {
  href: string;
  children: ReactNode;
  /** One of a list: the keys `j` and `k` reach it. */
  isItem?: boolean;
}) {
  return (
    <Link href={href} className={classOf(look)} data-item={isItem || undefined}>
      {children}
    </Link>
  );
}
