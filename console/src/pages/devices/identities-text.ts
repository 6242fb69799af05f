import type { DeviceDraft, DeviceJson } from "../../api/devices.ts";

type Identities = NonNullable<DeviceDraft["identities"]>;

/** Identities as lines `scheme:value`, as they are written in a form. */
export const identitiesText = (identities: DeviceJson["identities"]): string =>
  identities.map(({ scheme, value }) => `${scheme}:${value}`).join("\n");

/** @returns undefined where a line has no scheme or no value; the platform says which schemes and values there are */
export function identitiesFrom(text: string): Identities | undefined {
  const identities: Identities = [];
  for (const line of text.split("\n").map((one) => one.trim())) {
    if (line === "") continue;
    const [, scheme, value] = /^([^:：]+)[:：](.+)$/.exec(line) ?? [];
    if (!scheme || !value) return undefined;
    identities.push({
      scheme: scheme.trim().toLowerCase() as Identities[number]["scheme"],
      value: value.trim(),
    });
  }
  return identities;
}
