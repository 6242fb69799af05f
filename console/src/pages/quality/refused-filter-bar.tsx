import { type FormEvent, useId } from "react";
import { REASONS, reasonWord } from "../../api/reason-words.ts";
import { useParameters } from "../../ui/address.ts";
import { Button } from "../../ui/button.tsx";
import { PickSelect } from "../../ui/pick.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { LIST_NARROWING } from "./filters.ts";
import styles from "./quality.module.css";
import { qualityTexts } from "./texts.ts";

/** What narrows the list alone. */
export function RefusedFilterBar() {
  const { list: words, any } = useTexts(qualityTexts);
  const language = useLanguage();
  const [parameters, change] = useParameters();
  const reason = parameters.get("reason") ?? "";
  const reasons: readonly string[] =
    REASONS.some((one) => one === reason) || reason === "" ? REASONS : [...REASONS, reason];
  return (
    <div className={`${styles.bar} ${styles.inside}`}>
      <PickSelect
        label={words.reason}
        value={reason}
        options={[
          { value: "", label: any },
          ...reasons.map((value) => ({ value, label: reasonWord(value, language) })),
        ]}
        onChange={(value) => change({ reason: value })}
      />
      <PickSelect
        label={words.partial}
        value={parameters.get("partial") ?? ""}
        options={[
          { value: "", label: any },
          { value: "false", label: words.partials.false },
          { value: "true", label: words.partials.true },
        ]}
        onChange={(value) => change({ partial: value })}
      />
      <DeviceField />
      {LIST_NARROWING.some((name) => parameters.has(name)) && (
        <Button
          look="quiet"
          onClick={() => change(Object.fromEntries(LIST_NARROWING.map((name) => [name, undefined])))}
        >
          {words.clear}
        </Button>
      )}
    </div>
  );
}

/** An id, taken with Enter or when the field is left. */
function DeviceField() {
  const { list: words } = useTexts(qualityTexts);
  const id = useId();
  const [parameters, change] = useParameters();
  const kept = parameters.get("device") ?? "";
  const take = (text: string) => {
    if (text.trim() !== kept) change({ device: text.trim() });
  };
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (event.currentTarget.reportValidity())
      take(String(new FormData(event.currentTarget).get("device") ?? ""));
  }
  return (
    <form className={styles.moment} data-chosen={kept !== "" || undefined} onSubmit={submit} key={kept}>
      <label htmlFor={id}>{words.device}</label>
      <input
        id={id}
        name="device"
        type="search"
        pattern="[A-Za-z0-9][A-Za-z0-9._\-]{0,63}"
        title={words.deviceWrong}
        defaultValue={kept}
        autoComplete="off"
        spellCheck={false}
        onBlur={({ target }) => target.validity.valid && take(target.value)}
      />
    </form>
  );
}
