import type { DeviceChange, DeviceDraft, DeviceJson } from "../../api/devices.ts";
import { attributesFrom } from "./attributes-text.ts";
import { identitiesFrom } from "./identities-text.ts";

export type DraftField = "id" | "kind" | "regionCode" | "location" | "attributes" | "identities";

/** What stands in the form of a device, or which fields are wrong. */
export interface ReadDraft {
  readonly draft: DeviceDraft;
  readonly wrong: ReadonlySet<DraftField>;
}

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

function locationOf(longitude: string, latitude: string): DeviceDraft["location"] | undefined {
  if (longitude === "" && latitude === "") return null;
  const [lon, lat] = [Number(longitude), Number(latitude)];
  const fits = longitude !== "" && latitude !== "" && Math.abs(lon) <= 180 && Math.abs(lat) <= 90;
  return fits ? { longitude: lon, latitude: lat } : undefined;
}

export function readDraft(form: FormData, regionCode: string | undefined): ReadDraft {
  const text = (name: string) => String(form.get(name) ?? "").trim();
  const wrong = new Set<DraftField>();
  const id = text("id");
  const kind = text("kind");
  const location = locationOf(text("longitude"), text("latitude"));
  const attributes = attributesFrom(text("attributes"));
  const identities = identitiesFrom(text("identities"));
  if (!ID.test(id)) wrong.add("id");
  if (kind === "") wrong.add("kind");
  if (regionCode === undefined) wrong.add("regionCode");
  if (location === undefined) wrong.add("location");
  if (attributes === undefined) wrong.add("attributes");
  if (identities === undefined) wrong.add("identities");
  const draft: DeviceDraft = {
    id,
    kind,
    regionCode: regionCode ?? "",
    name: text("name") || null,
    gatewayId: text("gateway") || null,
    location: location ?? null,
    attributes: attributes ?? {},
    model: text("model") || null,
    identities: identities ?? [],
  };
  return { draft, wrong };
}

/** What differs from the device as it was shown: whoever changed something else meanwhile keeps that. */
export function changesOf(device: DeviceJson, { id, kind, ...draft }: DeviceDraft): DeviceChange {
  const fields = Object.entries(draft) as [keyof DeviceChange, unknown][];
  return Object.fromEntries(
    fields.filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(device[name])),
  );
}
