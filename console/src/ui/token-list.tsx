import { X } from "lucide-react";
import { type KeyboardEvent, useEffect, useEffectEvent, useId, useState } from "react";
import { Field } from "./field.tsx";
import { defineTexts, useTexts } from "./texts.ts";
import styles from "./token-list.module.css";

const texts = defineTexts(
  {
    remove: (name: string) => `去掉 ${name}`,
    add: "再加一个…",
    unknown: (name: string) => `没有“${name}”，请从列出的里选`,
  },
  {
    remove: (name: string) => `Take out ${name}`,
    add: "Add one…",
    unknown: (name: string) => `There is no "${name}": choose one of those listed`,
  },
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
  /** Was to be taken, and is none that may be: what may be chosen is perhaps still on its way. */
  const [asked, setAsked] = useState("");
  const nameOf = (value: string) => suggestions.find((one) => one.value === value)?.label ?? value;

  function take(typed: string): void {
    const found = suggestions.find((one) => one.value === typed || one.label === typed);
    const value = found?.value ?? (free && typed !== "" ? typed : undefined);
    setAsked(value === undefined ? typed : "");
    if (value === undefined) return;
    if (!values.includes(value)) onChange([...values, value]);
    setText("");
  }
  const takeAsked = useEffectEvent(() => {
    if (suggestions.some(({ value, label }) => value === asked || label === asked)) take(asked);
  });
  useEffect(() => {
    if (asked !== "" && suggestions.length > 0) takeAsked();
  }, [asked, suggestions]);

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    if (event.key === "Backspace" && text === "" && values.length > 0) onChange(values.slice(0, -1));
    if (event.key !== "Enter" && event.key !== ",") return;
    // Of the list only: a form around it is not sent by it.
    event.preventDefault();
    take(text.trim());
  }

  return (
    <Field label={label} hint={hint} error={error ?? (asked === "" ? undefined : words.unknown(asked))}>
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
              setAsked("");
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
