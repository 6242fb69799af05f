import { ChevronDown } from "lucide-react";
import { useId } from "react";
import type { Option } from "./field.tsx";
import styles from "./pick.module.css";

export interface PickSelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly Option[];
  /** A second group, under words of its own. */
  readonly below?: { readonly label: string; readonly options: readonly Option[] };
  /** True where its options come later: it has its width before them, and moves nothing. */
  readonly isSteady?: boolean;
  readonly onChange: (value: string) => void;
}

/** A filter: its name and its value in one box. The browser's own select, for keyboard, phone and screen reader. */
export function PickSelect({ label, value, options, below, isSteady, onChange }: PickSelectProps) {
  const id = useId();
  const option = (one: Option) => (
    <option key={one.value} value={one.value}>
      {one.label}
    </option>
  );
  return (
    <div className={styles.pick} data-chosen={(options[0]?.value === "" && value !== "") || undefined}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className={isSteady ? styles.steady : undefined}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      >
        {options.map(option)}
        {below && below.options.length > 0 && (
          <optgroup label={below.label}>{below.options.map(option)}</optgroup>
        )}
      </select>
      <ChevronDown aria-hidden />
    </div>
  );
}
