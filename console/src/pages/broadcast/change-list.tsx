import { useTexts } from "../../ui/texts.ts";
import styles from "./change-list.module.css";
import { changeTexts } from "./change-texts.ts";

/** One difference between two revisions: where, and the values there. */
export interface ContentChange {
  /** A JSON pointer into the message. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Differences in words: what was there, and what is there now. */
export function ChangeList({ changes }: { changes: readonly ContentChange[] }) {
  const words = useTexts(changeTexts);
  return (
    <dl className={styles.list}>
      {changes.map(({ path, before, after }) => (
        <div key={path}>
          <dt>{nameOf(path, words)}</dt>
          <dd>
            <del>{written(before, words.gone)}</del>
            <ins>{written(after, words.gone)}</ins>
          </dd>
        </div>
      ))}
    </dl>
  );
}

type Words = (typeof changeTexts)["zh"];

/** `/texts/0/description` → 第 1 段文字 · 正文 */
function nameOf(path: string, { fields, text, other }: Words): string {
  const parts = path.split("/").slice(1);
  const names: string[] = [];
  if (parts[0] === "texts" && parts[1] !== undefined) {
    names.push(text(Number(parts[1]) + 1));
    if (parts[2] !== undefined) names.push(fields[parts[2]] ?? parts[2]);
  } else {
    const key = parts[0] === "target" && parts[1] !== undefined ? parts[1] : (parts[0] ?? "");
    names.push(fields[key] ?? other);
  }
  return names.join(" · ");
}

/** Texts as they are, everything else as short as it can be written. */
function written(value: unknown, gone: string): string {
  if (value === undefined || value === null) return gone;
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value.join(" ") || gone;
  return JSON.stringify(value);
}
