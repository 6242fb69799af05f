import { useQuery } from "@tanstack/react-query";
import { kindsQuery } from "../../api/kinds.ts";
import { PlaceSelect } from "../../map/place-select.tsx";
import { useParameters } from "../../ui/address.ts";
import { Button } from "../../ui/button.tsx";
import fieldStyles from "../../ui/field.module.css";
import { Field, SelectField, TextField } from "../../ui/field.tsx";
import { useSeverityWords } from "../../ui/marks.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import styles from "./alarm-filters.module.css";
import { NARROWING, SHOWS, type Show, showOf, sortOf } from "./filters.ts";
import { alarmsTexts } from "./texts.ts";

/** What the list is narrowed to; all of it stands in the address. */
export function AlarmFilterBar() {
  const words = useTexts(alarmsTexts);
  const [parameters, setParameters] = useParameters();
  const isNarrowed = NARROWING.some((name) => parameters.has(name));
  return (
    <div className={styles.bar}>
      <div className={styles.line}>
        <Segmented
          label={words.show}
          options={SHOWS.map((value) => ({ value, label: words.shows[value] }))}
          value={showOf(parameters)}
          onChange={(show: Show) =>
            setParameters({
              state: show === "open" ? undefined : show,
              acknowledged: undefined,
              alarm: undefined,
            })
          }
        />
        <Segmented
          label={words.order}
          options={(["severity", "raisedAt"] as const).map((value) => ({
            value,
            label: words.orders[value],
          }))}
          value={sortOf(parameters)}
          onChange={(sort) => setParameters({ sort: sort === "severity" ? undefined : sort })}
        />
        {isNarrowed && (
          <Button
            look="quiet"
            small
            onClick={() => setParameters(Object.fromEntries(NARROWING.map((name) => [name, undefined])))}
          >
            {words.clear}
          </Button>
        )}
      </div>
      <Narrowing />
    </div>
  );
}

function Narrowing() {
  const words = useTexts(alarmsTexts);
  const severities = useSeverityWords();
  const language = useLanguage();
  const [parameters, setParameters] = useParameters();
  const kinds = useQuery(kindsQuery).data ?? [];
  const kind = parameters.get("kind") ?? "";
  const any = { value: "", label: words.any };
  const rule = parameters.get("rule") ?? "";
  const rules = new Map(
    kinds
      .filter((one) => kind === "" || one.kind === kind)
      .flatMap(({ alarms }) => alarms)
      .map(({ rule, zh, about }) => [rule, language === "zh" ? zh : about]),
  );
  // Several rules, or one that a kind no longer has, stand as they are in the address.
  if (rule !== "" && !rules.has(rule)) rules.set(rule, rule);
  const set = (name: string) => (event: { target: { value: string } }) =>
    setParameters({ [name]: event.target.value });
  return (
    <div className={styles.fields}>
      <SelectField
        label={words.severity}
        value={parameters.get("severity") ?? ""}
        onChange={(event) => setParameters({ severity: (event.target as { value: string }).value })}
        options={[any, ...Object.entries(severities).map(([value, label]) => ({ value, label }))]}
      />
      <SelectField
        label={words.kind}
        value={kind}
        onChange={(event) =>
          setParameters({ kind: (event.target as { value: string }).value, rule: undefined })
        }
        options={[any, ...kinds.map((one) => ({ value: one.kind, label: one.title[language] }))]}
      />
      <SelectField
        label={words.rule}
        value={rule}
        onChange={(event) => setParameters({ rule: (event.target as { value: string }).value })}
        options={[any, ...[...rules].map(([value, label]) => ({ value, label }))]}
      />
      <Field label={words.region}>
        {({ id }) => (
          <PlaceSelect
            id={id}
            label={words.region}
            className={fieldStyles.input}
            root={undefined}
            value={parameters.get("region") ?? undefined}
            onChange={(region) => setParameters({ region })}
          />
        )}
      </Field>
      <TextField
        label={words.from}
        type="datetime-local"
        value={parameters.get("from") ?? ""}
        onChange={set("from")}
      />
      <TextField
        label={words.to}
        type="datetime-local"
        value={parameters.get("to") ?? ""}
        onChange={set("to")}
      />
    </div>
  );
}
