import type { Key, ReactNode } from "react";
import styles from "./table.module.css";

export interface Column<T> {
  readonly key: string;
  /** The unit stands here, not in the rows. */
  readonly head: ReactNode;
  readonly cell: (row: T) => ReactNode;
  readonly numeric?: boolean;
}

export interface TableProps<T> {
  /** What the table shows, for screen readers. */
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => Key;
  /** On a phone each row is a box of lines, in place of a table that scrolls sideways. */
  readonly stack?: boolean;
}

/** A plain table, for up to some hundred rows. */
export function Table<T>({ caption, columns, rows, rowKey, stack }: TableProps<T>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard
    <section className={styles.wrap} aria-label={caption} tabIndex={0}>
      <table className={`${styles.table} ${stack ? styles.stack : ""}`} aria-label={caption}>
        <thead>
          <tr>
            {columns.map(({ key, head, numeric }) => (
              <th key={key} scope="col" className={numeric ? styles.num : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map(({ key, head, cell, numeric }) => (
                <td
                  key={key}
                  className={numeric ? styles.num : undefined}
                  data-head={(typeof head === "string" && head) || undefined}
                >
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
