import { CircleAlert } from "lucide-react";
import { type InputHTMLAttributes, type ReactNode, type TextareaHTMLAttributes, useId } from "react";
import styles from "./field.module.css";

interface Labelled {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  /** What is wrong with it; beside the label, with an icon. */
  readonly error?: string | undefined;
}

interface FieldParts {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": true | undefined;
}

/** A label above, a hint below, the error beside the label. `children` gets the attributes of its control. */
export function Field({
  label,
  hint,
  error,
  children,
}: Labelled & { children: (parts: FieldParts) => ReactNode }) {
  const id = useId();
  const described = [error && `${id}e`, hint && `${id}h`].filter(Boolean).join(" ") || undefined;
  return (
    <div className={styles.field}>
      <div className={styles.label}>
        <label htmlFor={id}>{label}</label>
        {error && (
          <span id={`${id}e`} className={styles.error}>
            <CircleAlert aria-hidden />
            {error}
          </span>
        )}
      </div>
      {children({ id, "aria-describedby": described, "aria-invalid": error ? true : undefined })}
      {hint && (
        <p id={`${id}h`} className={styles.hint}>
          {hint}
        </p>
      )}
    </div>
  );
}

export function TextField({ label, hint, error, ...rest }: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(parts) => <input {...rest} {...parts} className={styles.input} />}
    </Field>
  );
}

export function TextArea({
  label,
  hint,
  error,
  ...rest
}: Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(parts) => <textarea {...rest} {...parts} className={styles.input} />}
    </Field>
  );
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

/** The browser's own select: complete for keyboard, phone and screen reader. */
export function SelectField({
  label,
  hint,
  error,
  options,
  ...rest
}: Labelled & { options: readonly Option[] } & InputHTMLAttributes<HTMLSelectElement>) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(parts) => (
        <select {...rest} {...parts} className={styles.input}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
