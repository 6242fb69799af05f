import { type FormEvent, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { useTexts } from "../../ui/texts.ts";
import styles from "./custom-range.module.css";
import { deviceTexts } from "./texts.ts";

/** Two moments in Beijing time, as they stand in the address. */
export function CustomRange({
  search,
  onRange,
}: {
  search: URLSearchParams;
  onRange: (from: string, to: string | undefined) => void;
}) {
  const words = useTexts(deviceTexts);
  const [missing, setMissing] = useState(false);
  function show(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const from = String(form.get("from") ?? "");
    setMissing(from === "");
    if (from !== "") onRange(from, String(form.get("to") ?? "") || undefined);
  }
  return (
    <form className={styles.range} onSubmit={show} noValidate>
      <TextField
        label={words.from}
        name="from"
        type="datetime-local"
        defaultValue={search.get("from") ?? ""}
        error={missing ? words.commands.required : undefined}
      />
      <TextField label={words.to} name="to" type="datetime-local" defaultValue={search.get("to") ?? ""} />
      <Button type="submit">{words.show}</Button>
    </form>
  );
}
