import type { Grant, Principal } from "../../access/decide.ts";
import { type Area, type Place, WHOLE_AREA } from "../../access/limits.ts";

/**
 * What every sort of principal may do with every sort of topic, written the other way round than the platform does it:
 * topics are split into levels and looked up in a table.
 */
export interface Device {
  id: string;
  deviceNo: number;
  gateway: boolean;
}

export const DEVICES: Device[] = [
  { id: "meter-1", deviceNo: 1, gateway: false },
  { id: "meter-12", deviceNo: 2, gateway: false },
  { id: "gw-1", deviceNo: 3, gateway: true },
];

const place = (id: string, regionCode: string, kind: string, tenantId: string | null): Place => ({
  id,
  regionCode,
  kind,
  tenantId,
});

export const FLEET: Place[] = [
  place("meter-1", "520326001001", "gas-meter", "gas-co"),
  place("meter-12", "520326002", "gas-meter", null),
  place("meter-2", "520102001", "gas-meter", "gas-co"),
  place("speaker-1", "520326001001", "speaker", "gov"),
  place("gw-1", "520326", "gateway", "gas-co"),
];

const area = (part: Partial<Area>): Area => ({ ...WHOLE_AREA, ...part });
const READ = ["readings:read", "events:read"] as const;

export const GRANTS: Record<string, Grant[]> = {
  "app-all": [{ scopes: READ, area: WHOLE_AREA }],
  "app-county": [{ scopes: READ, area: area({ regions: ["520326"] }) }],
  "app-kind": [{ scopes: READ, area: area({ kinds: ["speaker"] }) }],
  "app-tenant": [{ scopes: READ, area: area({ tenants: ["gas-co"] }) }],
  "app-household": [{ scopes: READ, area: area({ devices: ["meter-1"] }) }],
  "app-union": [
    { scopes: ["readings:read"], area: area({ regions: ["5203"], kinds: ["speaker"] }) },
    { scopes: READ, area: area({ tenants: ["gas-co"], regions: ["5201"] }) },
  ],
  "app-events": [{ scopes: ["events:read"], area: WHOLE_AREA }],
  "app-writer": [{ scopes: ["devices:write", "commands:send"], area: WHOLE_AREA }],
  "app-nowhere": [{ scopes: READ, area: area({ regions: [] }) }],
  "app-none": [],
  // The name of a device, and none of its rights.
  "meter-2": [{ scopes: READ, area: area({ devices: ["speaker-1"] }) }],
};

export const application = (id: string): Principal => ({
  type: "application",
  id,
  name: id,
  tenantId: "t",
  grants: GRANTS[id]!,
});

const IDS = [
  "meter-1",
  "meter-12",
  "meter-2",
  "gw-1",
  "speaker-1",
  "nobody",
  "+",
  "#",
  "",
  "米表",
  "meter-1 ",
];
const RESTS = [
  "telemetry",
  "events",
  "replies",
  "commands",
  "+",
  "#",
  "",
  "telemetry/x",
  "Telemetry",
  "telemetry ",
  "/telemetry",
  "遥测",
];

export const TOPICS = [
  ...IDS.flatMap((id) => RESTS.map((rest) => `v1/devices/${id}/${rest}`)),
  ...["gw-1", "gw-2", "meter-1", "+"].flatMap((id) => [
    ...["telemetry", "events", "replies", "commands", "#", "Events", "events/x", "commands/#"].map(
      (rest) => `v1/gateways/${id}/${rest}`,
    ),
  ]),
  "#",
  "+",
  "+/+/+/+",
  "v1/#",
  "v1/+/meter-1/telemetry",
  "v1/devices/#",
  "v1/devices/meter-1",
  "v1//devices/meter-1/telemetry",
  "/v1/devices/meter-1/telemetry",
  "V1/devices/meter-1/telemetry",
  "v2/devices/meter-1/telemetry",
  "$SYS/#",
  "$SYS/broker/uptime",
  "$SYS/+/new/clients",
  "$share/g/v1/devices/meter-1/telemetry",
  "$share/g/v1/devices/+/telemetry",
  "$queue/v1/devices/+/telemetry",
  `v1/devices/meter-1/${"a/".repeat(12)}a`,
  `v1/devices/meter-1/${"a/".repeat(13)}a`,
  `v1/devices/gw-1/${"a/".repeat(40)}a`,
];

export const levels = (topic: string) => topic.split("/");
export const tooDeep = (topic: string) => levels(topic).length > 16;

/** [MQTT-4.7.1]: a wildcard stands alone in its level, and `#` in the last one. */
export const isFilter = (topic: string) =>
  topic !== "" &&
  levels(topic).every(
    (level, i, all) => !/[+#]/.test(level) || level === "+" || (level === "#" && i === all.length - 1),
  );

const PUBLISH: Record<string, Record<string, string>> = {
  devices: { telemetry: "telemetry", events: "events", replies: "replies" },
  gateways: { telemetry: "gateway-telemetry", events: "gateway-events", replies: "gateway-replies" },
};

/** What a device's publish on a topic is, or undefined: none of its topics. */
export function expectedChannel({ id, gateway }: Device, topic: string): string | undefined {
  const [version, folder = "", who, rest = "", ...more] = levels(topic);
  if (version !== "v1" || who !== id || more.length > 0) return undefined;
  if (folder === "gateways" && !gateway) return undefined;
  return Object.hasOwn(PUBLISH, folder) ? PUBLISH[folder]![rest] : undefined;
}

export function expectedOwn({ id, gateway }: Device, filter: string): boolean {
  const [version, folder, who, ...rest] = levels(filter);
  const own = folder === "devices" || (gateway && folder === "gateways");
  return version === "v1" && own && who === id && rest.join("/") !== "";
}

function inArea({ regions, kinds, tenants, devices }: Area, { id, kind, regionCode, tenantId }: Place) {
  if (kinds !== "all" && kinds.indexOf(kind) < 0) return false;
  if (devices !== "all" && devices.indexOf(id) < 0) return false;
  if (tenants !== "all" && tenants.filter((tenant) => tenant === tenantId).length === 0) return false;
  return regions === "all" || regions.some((code) => regionCode.slice(0, code.length) === code);
}

export const SCOPE_OF: Record<string, string> = { telemetry: "readings:read", events: "events:read" };
const grantsFor = (id: string, rest: string): Grant[] =>
  GRANTS[id]!.filter(
    (grant) => "scopes" in grant && (grant.scopes as readonly string[]).includes(SCOPE_OF[rest]!),
  );
export const sees = (id: string, rest: string, where: Place) =>
  grantsFor(id, rest).some((grant) => inArea(grant.area, where));

export function expectedFeed(id: string, filter: string): boolean {
  const [version, folder, who, rest = "", ...more] = levels(filter);
  if (version !== "v1" || folder !== "devices" || more.length > 0 || !(rest in SCOPE_OF)) return false;
  if (who === "+") return grantsFor(id, rest).length > 0;
  const where = FLEET.find((candidate) => candidate.id === who);
  return where !== undefined && sees(id, rest, where);
}
