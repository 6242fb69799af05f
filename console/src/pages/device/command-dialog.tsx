import { type FormEvent, useId, useState } from "react";
import { sendCommand } from "../../api/device-records.ts";
import type { DeviceJson } from "../../api/devices.ts";
import type { CommandJson, CommandParameterJson } from "../../api/kinds.ts";
import { isApiError } from "../../api/problem.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { unitOf } from "../../ui/number.ts";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import styles from "./command-dialog.module.css";
import { parametersOf } from "./command-form.ts";
import { deviceTexts } from "./texts.ts";

export interface CommandDialogProps {
  readonly device: DeviceJson;
  readonly command: CommandJson;
  readonly onClose: () => void;
  readonly onSent: (commandId: string) => void;
}

/** Asks for a command's parameters; for a dangerous one also for the reason and the device's name. */
export function CommandDialog({ device, command, onClose, onSent }: CommandDialogProps) {
  const { commands: words } = useTexts(deviceTexts);
  const language = useLanguage();
  const form = useId();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const [faults, setFaults] = useState<ReadonlySet<string>>(new Set());
  const called = device.name ?? device.id;
  const title = command.title[language];

  async function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const { values, missing } = parametersOf(command, data);
    const wrong = new Set(missing);
    if (command.dangerous && String(data.get("device-name") ?? "").trim() !== called)
      wrong.add("device-name");
    setFaults(wrong);
    if (wrong.size > 0 || busy) return;
    setBusy(true);
    setError(undefined);
    try {
      onSent((await sendCommand(device.id, command.name, values)).commandId);
    } catch (failed) {
      setError(failed as Error);
      setBusy(false);
    }
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={words.sendTo(title, called)}
      about={language === "zh" ? command.aboutZh : command.about}
      actions={
        <>
          <Button onClick={onClose}>{words.back}</Button>
          <Button type="submit" form={form} look={command.dangerous ? "danger" : "primary"} busy={busy}>
            {words.send(title)}
          </Button>
        </>
      }
    >
      {error &&
        (isApiError(error, "device_not_listening") ? (
          <Banner tone="bad">{words.offline}</Banner>
        ) : (
          <ProblemBanner error={error} />
        ))}
      {command.dangerous && <Banner>{words.dangerousNext}</Banner>}
      <form id={form} className={styles.form} onSubmit={(event) => void send(event)} noValidate>
        {command.parameters.map((parameter) => (
          <ParameterField
            key={parameter.name}
            parameter={parameter}
            error={faults.has(parameter.name) ? words.required : undefined}
          />
        ))}
        {command.dangerous && (
          <TextField
            name="device-name"
            label={words.typeName(called)}
            autoComplete="off"
            error={faults.has("device-name") ? words.nameWrong : undefined}
          />
        )}
      </form>
    </Dialog>
  );
}

function ParameterField({
  parameter,
  error,
}: {
  parameter: CommandParameterJson;
  error: string | undefined;
}) {
  const { commands: words } = useTexts(deviceTexts);
  const language = useLanguage();
  const { name, type, unit, min, max, maxLength, values, zhValues } = parameter;
  const label = [language === "zh" ? parameter.zh : parameter.about, unitOf(unit ?? undefined)]
    .filter(Boolean)
    .join(" ");
  const empty = { value: "", label: "—" };
  if (type === "choice")
    return (
      <SelectField
        name={name}
        label={label}
        error={error}
        options={[
          empty,
          ...(values ?? []).map((value) => ({
            value,
            label: language === "zh" ? (zhValues?.[value] ?? value) : value,
          })),
        ]}
      />
    );
  if (type === "boolean")
    return (
      <SelectField
        name={name}
        label={label}
        error={error}
        options={[empty, { value: "true", label: words.yes }, { value: "false", label: words.no }]}
      />
    );
  return (
    <TextField
      name={name}
      label={label}
      error={error}
      autoComplete="off"
      {...(type === "number" && { type: "number", step: "any" })}
      {...(min !== null && { min })}
      {...(max !== null && { max })}
      {...(maxLength !== null && { maxLength })}
    />
  );
}
