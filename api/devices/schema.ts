import { z } from "zod";
import {
  attributes,
  deviceId,
  freeText,
  kindName,
  location,
  pageQuery,
  regionCode,
  tenantId,
  timestamp,
} from "../schemas.ts";

const MAX_NAME = 200;

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
    presence: z
      .object({ connected: z.boolean(), changedAt: timestamp })
      .nullable()
      .describe("Whether it is connected and since when; null when it has never been."),
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
  .object({ device: deviceSchema, credentials: credentialsSchema })
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
});

export const deviceChangeBody = z
  .strictObject({
    regionCode: regionCode.optional(),
    tenantId: tenantId.nullish(),
    name: freeText(MAX_NAME).nullish(),
    location: location.nullish(),
    gatewayId: deviceId.nullish(),
    attributes: attributes.optional(),
  })
  .refine((change) => Object.keys(change).length > 0, "expected at least one field")
  .meta({
    description:
      "What is absent stays as it is; null empties a field; attributes are replaced as a whole. A device keeps its id and kind.",
  });

export const deviceParams = z.object({ id: deviceId });

export const deviceListQuery = z.strictObject({
  kind: kindName.optional(),
  region: regionCode.optional().describe("Devices in this region and everything inside it."),
  q: freeText(100).optional().describe("Part of the id or name, in any case."),
  ...pageQuery(100, 1000),
});
