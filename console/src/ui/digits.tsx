import { useId, useRef } from "react";
import styles from "./digits.module.css";

export interface DigitsProps {
  readonly label: string;
  readonly hint?: string;
  /** How many boxes are drawn: the digits of the number that is asked for. */
  readonly length: number;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/**
 * One input drawn as boxes, for the number of speakers: it is typed, never chosen or pasted along, and proves that the
 * size was read.
 */
export function Digits({ label, hint, length, value, onChange }: DigitsProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const boxes = Array.from({ length }, (_, place) => value[place] ?? "");
  return (
    <div className={styles.digits}>
      <label htmlFor={id}>{label}</label>
      <div className={styles.line}>
        {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: a click on a box means the input, which has the keyboard */}
        <div className={styles.boxes} onClick={() => input.current?.focus()}>
          <input
            ref={input}
            id={id}
            className={styles.input}
            inputMode="numeric"
            autoComplete="off"
            maxLength={length}
            value={value}
            aria-describedby={hint ? `${id}h` : undefined}
            onChange={(event) => onChange(event.target.value.replace(/\D/g, "").slice(0, length))}
            onPaste={(event) => event.preventDefault()}
          />
          {boxes.map((digit, place) => (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: a box is its place
              key={place}
              aria-hidden
              className={`${styles.box} ${place === Math.min(value.length, length - 1) ? styles.now : ""}`}
            >
              {digit}
            </span>
          ))}
        </div>
        {hint && (
          <p id={`${id}h`} className={styles.hint}>
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
