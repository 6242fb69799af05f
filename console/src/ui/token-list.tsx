import { X } from "lucide-react";
import { type KeyboardEvent, useId, useState } from "react";
import { Field } from "./field.tsx";
import { defineTexts, useTexts } from "./texts.ts";
import styles from "./token-list.module.css";

const texts = defineTexts(
  { remove: (name: string) => `去掉 ${name}`, add: "再加一个…" },
  { remove: (name: string) => `Take out ${name}`, add: "Add one…" },
);

export interface Suggestion {
  readonly value: string;
  readonly label: string;
}

export interface TokenListProps {
  readonly label: string;
  readonly hint?: string;
  readonly error?: string | undefined;
  readonly values: readonly string[];
  readonly onChange: (values: string[]) => void;
  /** What may be chosen; the browser shows what fits while one types. Other values may be typed where `free`. */
  readonly suggestions: readonly Suggestion[];
  readonly free?: boolean;
  readonly onType?: (text: string) => void;
}

/** Several values, each a chip that can be taken out. Enter or a comma takes what was typed. */
export function TokenList({
  label,
  hint,
  error,
  values,
  onChange,
  suggestions,
  free,
  onType,
}: TokenListProps) {
  const words = useTexts(texts);
  const listId = useId();
  const [text, setText] = useState("");
  const nameOf = (value: string) => suggestions.find((one) => one.value === value)?.label ?? value;

  function take(typed: string): boolean {
    const found = suggestions.find((one) => one.value === typed || one.label === typed);
    const value = found?.value ?? (free && typed !== "" ? typed : undefined);
    if (value === undefined) return false;
    if (!values.includes(value)) onChange([...values, value]);
    setText("");
    return true;
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    if (event.key === "Backspace" && text === "" && values.length > 0) onChange(values.slice(0, -1));
    if (event.key !== "Enter" && event.key !== ",") return;
    if (text.trim() !== "") event.preventDefault();
    take(text.trim());
  }

  return (
    <Field label={label} hint={hint} error={error}>
      {(parts) => (
        <div className={styles.tokens}>
          {values.map((value) => (
            <span key={value} className={styles.chip}>
              {nameOf(value)}
              <button
                type="button"
                aria-label={words.remove(nameOf(value))}
                onClick={() => onChange(values.filter((one) => one !== value))}
              >
                <X aria-hidden />
              </button>
            </span>
          ))}
          <input
            {...parts}
            list={listId}
            value={text}
            placeholder={words.add}
            onKeyDown={onKeyDown}
            onBlur={() => take(text.trim())}
            onChange={(event) => {
              setText(event.target.value);
              onType?.(event.target.value.trim());
              // Chosen from the browser's list: it comes whole.
              if (suggestions.some((one) => one.label === event.target.value)) take(event.target.value);
            }}
          />
          <datalist id={listId}>
            {suggestions.map(({ value, label: name }) => (
              <option key={value} value={name} />
            ))}
          </datalist>
        </div>
      )}
    </Field>
  );
}
