import type { ReactNode } from "react";
import { Field } from "../../ui/field.tsx";
import { markWords } from "./filled-words.ts";
import styles from "./marked-area.module.css";

export interface MarkedAreaProps {
  readonly label: ReactNode;
  readonly error?: string | undefined;
  readonly hint?: string | undefined;
  readonly language: string;
  /** One line, as a headline is. */
  readonly small?: boolean;
  readonly value: string;
  /** Words that are underlined wherever they stand. */
  readonly words: readonly string[];
  readonly onChange: (value: string) => void;
}

/**
 * A field for text that is as high as its text. Behind it lies the same text with lines under some words: a field itself
 * cannot show them.
 */
export function MarkedArea({ label, error, hint, language, small, value, words, onChange }: MarkedAreaProps) {
  return (
    <Field label={label} error={error} hint={hint}>
      {(parts) => (
        <div className={`${styles.area} ${small ? styles.small : ""}`} lang={language}>
          <div className={styles.behind} aria-hidden>
            {markWords(value, words).map((piece) =>
              piece.marked ? (
                <mark key={piece.at}>{piece.text}</mark>
              ) : (
                <span key={piece.at}>{piece.text}</span>
              ),
            )}
            {"\u200b"}
          </div>
          <textarea
            {...parts}
            className={styles.input}
            rows={1}
            value={value}
            spellCheck={false}
            onChange={(event) => onChange(event.target.value)}
          />
        </div>
      )}
    </Field>
  );
}
