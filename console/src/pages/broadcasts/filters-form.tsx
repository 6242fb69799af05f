import type { FormEvent } from "react";
import { useParameters } from "../../ui/address.ts";
import { Button } from "../../ui/button.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { useLevelWords, useModeWords } from "../../ui/marks.tsx";
import { useTexts } from "../../ui/texts.ts";
import { FILTER_NAMES } from "./filters.ts";
import styles from "./filters-form.module.css";
import { broadcastsTexts } from "./texts.ts";

/** Filters of the history; they live in the address, so that a colleague can be sent what is shown. */
export function FiltersForm() {
  const words = useTexts(broadcastsTexts);
  const levels = useLevelWords();
  const modes = useModeWords();
  const [parameters, setParameters] = useParameters();
  const shownIn = (name: string) => parameters.get(name) ?? "";
  const any = { value: "", label: words.any };
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setParameters(
      Object.fromEntries(FILTER_NAMES.map((name) => [name, String(form.get(name) ?? "").trim()])),
    );
  };
  const clear = () => setParameters(Object.fromEntries(FILTER_NAMES.map((name) => [name, undefined])));
  const isSet = FILTER_NAMES.some((name) => shownIn(name) !== "");
  return (
    // Another address, another form: fields show what the address says.
    <search key={parameters.toString()}>
      <form className={styles.form} aria-label={words.filters} onSubmit={onSubmit}>
        <TextField name="q" label={words.q} defaultValue={shownIn("q")} maxLength={100} type="search" />
        <SelectField
          name="level"
          label={words.level}
          defaultValue={shownIn("level")}
          options={[
            any,
            ...([1, 2, 3, 4] as const).map((one) => ({ value: String(one), label: levels[one] })),
          ]}
        />
        <SelectField
          name="mode"
          label={words.mode}
          defaultValue={shownIn("mode")}
          options={[
            any,
            ...(["actual", "drill", "training"] as const).map((one) => ({ value: one, label: modes[one] })),
          ]}
        />
        <TextField name="event" label={words.event} defaultValue={shownIn("event")} maxLength={5} />
        <TextField
          name="region"
          label={words.region}
          defaultValue={shownIn("region")}
          inputMode="numeric"
          maxLength={12}
        />
        <TextField name="from" label={words.from} type="datetime-local" defaultValue={shownIn("from")} />
        <TextField name="to" label={words.to} type="datetime-local" defaultValue={shownIn("to")} />
        <div className={styles.buttons}>
          <Button type="submit">{words.search}</Button>
          {isSet && (
            <Button look="quiet" onClick={clear}>
              {words.clear}
            </Button>
          )}
        </div>
      </form>
    </search>
  );
}
