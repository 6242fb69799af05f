import { z } from "zod";
import {
  expectedIdentity,
  IDENTITY_SCHEMES,
  identityKey,
  identityOf,
  MAX_IDENTITY_LENGTH,
  splitIdentity,
} from "../../devices/identities.ts";
import { SEVERITIES } from "../../devices/kind.ts";
import { COUNTED_BY, DEVICE_SORTS, DEVICE_STATUSES } from "../../store/devices/index.ts";
import {
  attributes,
  commaList,
  deviceId,
  freeText,
  kindName,
  location,
  pageQuery,
  regionCode,
  tenantId,
  timestamp,
} from "../schemas.ts";
import { isStorable } from "../storable.ts";

const MAX_NAME = 200;

const MAX_IDENTITIES = 8;

const MODEL_FORM = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const model = z
  .string()
  .regex(MODEL_FORM, "expected a maker and model in small letters, such as dragino-lht65")
  .describe("The maker and model, which will name the codec of what it sends.");

export const identityScheme = z
  .enum(IDENTITY_SCHEMES)
  .describe(
    "`deveui`: LoRaWAN; `sim`: JT/T 808; `mn`: HJ 212; `gb26875`: GB/T 26875.3; `sl651`: SL 651; `cjt188`: CJ/T 188; `gb28181`: GB/T 28181.",
  );

const identitySchema = z
  .object({ scheme: z.string(), value: z.string().describe("In the one form that its scheme has.") })
  .meta({ id: "DeviceIdentity" });

const identities = z
  .array(
    z
      .strictObject({ scheme: identityScheme, value: z.string().max(MAX_IDENTITY_LENGTH) })
      .transform(({ scheme: name, value }, context) => {
        const identity = identityOf(name, value);
        if (identity) return identity;
        const message = `expected ${expectedIdentity(name)}`;
        context.addIssue({ code: "custom", path: ["value"], message });
        return z.NEVER;
      }),
  )
  .max(MAX_IDENTITIES)
  .transform((all) => [...new Map(all.map((each) => [identityKey(each), each])).values()])
  .meta({
    description:
      "The names by which protocols know it; separators and case are as you like. An identity belongs to one device.",
  });

export const identityFilter = z
  .string()
  .max(MAX_IDENTITY_LENGTH + 20)
  .transform((text, context) => {
    const parts = splitIdentity(text);
    const identity = parts && identityOf(parts.scheme, parts.value);
    if (identity) return identity;
    const message = parts
      ? `expected ${expectedIdentity(parts.scheme)} after '${parts.scheme}:'`
      : `expected one of ${IDENTITY_SCHEMES.join(", ")}, a colon and a value`;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  })
  .meta({ description: "The device with this identity: `identity=deveui:70b3d57ed0001a2b`." });

const deviceStatus = z
  .enum(DEVICE_STATUSES)
  .describe(
    "By the rhythm of its kind. `late`: the platform has not heard it for more than two report intervals; `silent`: for longer than its kind's alarm of silence waits; `never`: not once.",
  );

export const deviceSchema = z
  .object({
    id: deviceId,
    kind: kindName,
    regionCode,
    tenantId: tenantId.nullable().describe("Its owner; null: the platform's operator."),
    name: z.string().nullable(),
    location: location.nullable(),
    gatewayId: z.string().nullable().describe("The gateway that publishes for it."),
    attributes: z.record(z.string(), z.unknown()),
    model: z.string().nullable().describe("The maker and model. Null: not known."),
    identities: z.array(identitySchema).describe("The names by which protocols know it."),
    presence: z
      .object({ connected: z.boolean(), changedAt: timestamp })
      .nullable()
      .describe("Its connection and since when; null when it has never been connected."),
    lastSeenAt: timestamp
      .nullable()
      .describe(
        "When the platform last took in a report of it, also through a gateway. Written down at most a quarter of its kind's report interval late, and a minute. Null: never.",
      ),
    status: deviceStatus,
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: "Device" });

export const credentialsSchema = z
  .object({
    username: z.string().describe("The MQTT user name, which is the device's id."),
    password: z.string().describe("The device's token. It is shown this once and kept only as a hash."),
  })
  .meta({ id: "Credentials" });

export const createdDeviceSchema = z
  .object({
    device: deviceSchema,
    credentials: credentialsSchema,
    waitingMessages: z
      .object({ stored: z.int(), duplicate: z.int(), rejected: z.int() })
      .nullable()
      .describe(
        "What became of the messages that have come with its identities before, as far as they were kept. Null: they could not be taken in now, and are soon.",
      ),
  })
  .meta({ id: "CreatedDevice" });

export const newDeviceBody = z.strictObject({
  id: deviceId,
  kind: kindName,
  regionCode,
  tenantId: tenantId
    .nullish()
    .describe("Its owner. Default: the caller's own tenant; null: the platform's operator."),
  name: freeText(MAX_NAME).nullish(),
  location: location.nullish(),
  gatewayId: deviceId.nullish(),
  attributes: attributes.optional(),
  model: model.nullish(),
  identities: identities.optional(),
});

export const deviceChangeBody = z
  .strictObject({
    regionCode: regionCode.optional(),
    tenantId: tenantId.nullish(),
    name: freeText(MAX_NAME).nullish(),
    location: location.nullish(),
    gatewayId: deviceId.nullish(),
    attributes: attributes.optional(),
    model: model.nullish(),
    identities: identities.optional(),
  })
  .refine((change) => Object.keys(change).length > 0, "expected at least one field")
  .meta({
    description:
      "Absent fields stay as they are; null empties a field; attributes and identities are replaced as a whole. A device keeps its id and kind.",
  });

export const deviceParams = z.object({ id: deviceId });

/** `key:value`; the value may hold colons, and the key where it is quoted as in JSON. */
const ATTRIBUTE = /^(?:("(?:[^"\\]|\\[\s\S])*")|([^":][^:]*)):([\s\S]*)$/;
const attributeFilter = z
  .string()
  .max(300)
  .regex(
    ATTRIBUTE,
    'expected a key, a colon and a value; a key with a colon, or a quote in front, as "a:b":value',
  )
  .transform((text, context) => {
    const [, quoted, plain = "", value = ""] = ATTRIBUTE.exec(text) ?? [];
    const key = quoted === undefined ? plain : unquote(quoted);
    if (key !== undefined && isStorable(key)) return { key, value };
    context.addIssue({ code: "custom", message: "expected a key that is text in JSON, quotes included" });
    return z.NEVER;
  })
  .meta({
    description:
      'A key of `attributes` and its value as text: `attribute=building:7`. A key that holds a colon, or begins with a quote, is quoted as in JSON: `attribute="modbus:40001":7`.',
  });

function unquote(text: string): string | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const deviceFilter = {
  kind: kindName.optional(),
  region: regionCode.optional().describe("Devices in this region and everything inside it."),
  q: freeText(100).optional().describe("Part of the id or name, in any case."),
  gateway: deviceId.optional().describe("Devices behind this gateway."),
  tenant: tenantId.optional().describe("Devices of this owner."),
  status: commaList(deviceStatus, DEVICE_STATUSES.length)
    .optional()
    .meta({ description: "Any of ok, late, silent and never, separated by commas." }),
  alarm: z
    .enum(["any", "none", ...SEVERITIES])
    .optional()
    .describe(
      "Devices with an active alarm, with one of this severity, or with none; where the caller may read alarms.",
    ),
  attribute: attributeFilter.optional(),
  identity: identityFilter.optional(),
};

export const deviceListQuery = z.strictObject({
  ...deviceFilter,
  sort: z
    .enum(DEVICE_SORTS)
    .default("added")
    .describe("`added`: in the order in which they were added. Empty values come first."),
  order: z.enum(["asc", "desc"]).default("asc"),
  ...pageQuery(100, 1000),
});

export const deviceCountsQuery = z.strictObject({
  by: z
    .enum(COUNTED_BY)
    .default("status")
    .describe("`region`: by the level below the named region, or by province when none is named."),
  ...deviceFilter,
});

export const deviceCountsSchema = z
  .object({
    by: z.enum(COUNTED_BY),
    total: z.int(),
    nextCursor: z.null().describe("Counts are never cut."),
    items: z.array(
      z.object({
        value: z.string().nullable().describe("Null: without owner, or without gateway."),
        devices: z.int(),
      }),
    ),
  })
  .meta({ id: "DeviceCounts" });

const BOX = /^-?\d{1,3}(\.\d{1,15})?(,-?\d{1,3}(\.\d{1,15})?){3}$/;

const box = z
  .string()
  .regex(BOX, "expected minLon,minLat,maxLon,maxLat in degrees")
  .transform((text) => {
    const [west, south, east, north] = text.split(",").map(Number) as [number, number, number, number];
    return { west, south, east, north };
  })
  .refine(
    ({ west, south, east, north }) => west <= east && south <= north,
    "expected the south-western corner before the north-eastern one",
  )
  .meta({ description: "`minLon,minLat,maxLon,maxLat` in degrees, WGS 84; the edges belong to it." });

export const devicePointsQuery = z.strictObject({ bbox: box.optional(), ...deviceFilter });

export const devicePointsSchema = z
  .object({
    truncated: z.boolean().describe("True where there are more: ask for a smaller box, or with a filter."),
    nextCursor: z.null().describe("Points are cut, and do not come in pages."),
    items: z.array(
      z.object({
        id: deviceId,
        name: z.string().nullable(),
        kind: kindName,
        status: deviceStatus,
        lon: z.number().describe("Degrees, WGS 84, as stored."),
        lat: z.number().describe("Degrees, WGS 84, as stored."),
        alarm: z
          .enum(SEVERITIES)
          .nullable()
          .describe(
            "The highest severity of its active alarms. Null: none, or not where the caller may read alarms.",
          ),
      }),
    ),
  })
  .meta({ id: "DevicePoints" });
