import { useQuery } from "@tanstack/react-query";
import { CircleAlert } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { DeviceDraft, DeviceJson } from "../../api/devices.ts";
import { kindsQuery } from "../../api/kinds.ts";
import { meQuery } from "../../api/session.ts";
import { homeRegion } from "../../app/area.ts";
import { RegionSelect } from "../../map/region-select.tsx";
import { SelectField, TextArea, TextField } from "../../ui/field.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { attributesText } from "./attributes-text.ts";
import { type DraftField, readDraft } from "./device-draft.ts";
import styles from "./device-form.module.css";
import { editTexts } from "./edit-texts.ts";
import { identitiesText } from "./identities-text.ts";

export interface DeviceFormProps {
  /** For the button that sends it, which stands outside. */
  readonly id: string;
  /** The one to change; absent: a new one. */
  readonly device?: DeviceJson;
  readonly onDraft: (draft: DeviceDraft) => void;
}

/** Who and where a device is. Its id and kind stay for ever. */
export function DeviceForm({ id, device, onDraft }: DeviceFormProps) {
  const words = useTexts(editTexts);
  const me = useQuery(meQuery);
  const [region, setRegion] = useState<string | undefined>(device?.regionCode);
  const [wrong, setWrong] = useState<ReadonlySet<DraftField>>(new Set());
  const error = (field: DraftField) => (wrong.has(field) ? words.wrong[field] : undefined);

  function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    if (device) {
      form.set("id", device.id);
      form.set("kind", device.kind);
    }
    const read = readDraft(form, region);
    setWrong(read.wrong);
    if (read.wrong.size === 0) onDraft(read.draft);
  }

  return (
    <form id={id} className={styles.form} onSubmit={send} noValidate>
      {!device && <IdAndKind error={error} />}
      <TextField
        label={words.name}
        name="name"
        maxLength={200}
        defaultValue={device?.name ?? ""}
        autoComplete="off"
      />
      <div>
        <RegionSelect
          label={words.region}
          value={region}
          top={me.data && homeRegion(me.data)}
          empty={words.regionEmpty}
          onChange={setRegion}
        />
        {wrong.has("regionCode") && (
          <p role="alert" className={styles.wrong}>
            <CircleAlert aria-hidden /> {words.wrong.regionCode}
          </p>
        )}
      </div>
      <TextField
        label={words.gateway}
        hint={words.gatewayHint}
        name="gateway"
        maxLength={64}
        defaultValue={device?.gatewayId ?? ""}
        autoComplete="off"
      />
      <div className={styles.pair}>
        <TextField
          label={words.longitude}
          name="longitude"
          inputMode="decimal"
          defaultValue={device?.location?.longitude ?? ""}
          error={error("location")}
        />
        <TextField
          label={words.latitude}
          name="latitude"
          inputMode="decimal"
          defaultValue={device?.location?.latitude ?? ""}
        />
      </div>
      <TextField
        label={words.model}
        hint={words.modelHint}
        name="model"
        maxLength={64}
        defaultValue={device?.model ?? ""}
        autoComplete="off"
      />
      <TextArea
        label={words.identities}
        hint={words.identitiesHint}
        name="identities"
        defaultValue={identitiesText(device?.identities ?? [])}
        error={error("identities")}
      />
      <TextArea
        label={words.attributes}
        hint={words.attributesHint}
        name="attributes"
        defaultValue={attributesText(device?.attributes ?? {})}
        error={error("attributes")}
      />
    </form>
  );
}

function IdAndKind({ error }: { error: (field: DraftField) => string | undefined }) {
  const words = useTexts(editTexts);
  const language = useLanguage();
  const kinds = useQuery(kindsQuery);
  return (
    <>
      <TextField
        label={words.id}
        hint={words.idHint}
        name="id"
        maxLength={64}
        autoComplete="off"
        error={error("id")}
      />
      <SelectField
        label={words.kind}
        name="kind"
        error={error("kind")}
        options={[
          { value: "", label: words.choose },
          ...(kinds.data ?? []).map(({ kind, title }) => ({ value: kind, label: title[language] })),
        ]}
      />
    </>
  );
}
