import { SelectField } from "../../ui/field.tsx";
import { useNow } from "../../ui/now.ts";
import { Panel } from "../../ui/panel.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { shortMoment } from "../../ui/time.ts";
import type { Form } from "./form.ts";
import styles from "./settings-panel.module.css";
import { newTexts } from "./texts.ts";

/** Hours from the check on; the platform airs nothing for longer than the last. */
const LIFETIMES = [1, 6, 24, 72] as const;
const REPEATS = [1, 2, 3, 5, 10] as const;
const VOLUMES = [40, 60, 80, 100] as const;

export interface SettingsPanelProps {
  readonly form: Pick<Form, "lifetime" | "repeatCount" | "volume">;
  readonly onChange: (changes: Partial<SettingsPanelProps["form"]>) => void;
}

/** With what has another value than the presets, as a draft may. */
const including = (presets: readonly number[], value: number): number[] =>
  [...new Set([...presets, value])].sort((a, b) => a - b);

/** How long it lives, how often it is read, how loud. */
export function SettingsPanel({ form: { lifetime, repeatCount, volume }, onChange }: SettingsPanelProps) {
  const words = useTexts(newTexts);
  const language = useLanguage();
  const now = useNow(60_000);
  const drafted =
    "at" in lifetime
      ? [{ value: lifetime.at, label: words.asDrafted(shortMoment(lifetime.at, language, now)) }]
      : [];
  return (
    <Panel title={words.settings}>
      <div className={styles.settings}>
        <SelectField
          label={words.expires}
          value={"at" in lifetime ? lifetime.at : String(lifetime.hours)}
          options={[
            ...drafted,
            ...LIFETIMES.map((hours) => ({ value: String(hours), label: words.hours(hours) })),
          ]}
          onChange={({ currentTarget: { value } }) =>
            onChange({ lifetime: value.includes("T") ? { at: value } : { hours: Number(value) } })
          }
        />
        <SelectField
          label={words.repeats}
          value={String(repeatCount)}
          options={including(REPEATS, repeatCount).map((times) => ({
            value: String(times),
            label: words.times(times),
          }))}
          onChange={({ currentTarget: { value } }) => onChange({ repeatCount: Number(value) })}
        />
        <SelectField
          label={words.volume}
          value={String(volume ?? "")}
          options={[
            { value: "", label: words.ownVolume },
            ...(volume === null ? VOLUMES : including(VOLUMES, volume)).map((value) => ({
              value: String(value),
              label: words.percent(value),
            })),
          ]}
          onChange={({ currentTarget: { value } }) =>
            onChange({ volume: value === "" ? null : Number(value) })
          }
        />
      </div>
    </Panel>
  );
}
