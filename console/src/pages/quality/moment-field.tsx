import { useId } from "react";
import { useParameters } from "../../ui/address.ts";
import styles from "./quality.module.css";

/** A moment of the address, in Beijing time. */
export function MomentField({ name, label, about }: { name: "from" | "to"; label: string; about: string }) {
  const id = useId();
  const [parameters, change] = useParameters();
  const value = parameters.get(name) ?? "";
  return (
    <div className={styles.moment} data-chosen={value !== "" || undefined}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="datetime-local"
        title={about}
        value={value}
        onChange={({ target }) => change({ [name]: target.value })}
      />
    </div>
  );
}
