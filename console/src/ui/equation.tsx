import { Equal, Plus } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./equation.module.css";
import { count } from "./number.ts";

export interface EquationTerm {
  readonly key: string;
  readonly value: number;
  readonly word: ReactNode;
}

export interface EquationProps {
  readonly sum: EquationTerm;
  readonly terms: readonly EquationTerm[];
  /** At its right end: whether both sides are equal, a share. */
  readonly children?: ReactNode;
}

/** A number and those that it is made of, each over its word: 8 = 5 + 2 + 1. */
export function Equation({ sum, terms, children }: EquationProps) {
  return (
    <div className={styles.equation}>
      <Part value={sum.value} word={sum.word} />
      {terms.map((term, index) => (
        <div key={term.key} className={styles.term}>
          {index === 0 ? <Equal aria-label="=" /> : <Plus aria-label="+" />}
          <Part value={term.value} word={term.word} />
        </div>
      ))}
      {children}
    </div>
  );
}

const Part = ({ value, word }: Pick<EquationTerm, "value" | "word">) => (
  <span className={styles.part}>
    <b>{count(value)}</b>
    {word}
  </span>
);
