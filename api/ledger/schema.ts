import { z } from "zod";
import { deviceId, kindName, pageQuery, regionCode } from "../schemas.ts";

const counts = {
  received: z.int(),
  stored: z.int(),
  duplicate: z.int().describe("Sent again and stored once."),
  rejected: z.int().describe("Listed with their reasons under /v1/rejections."),
  pending: z.int().describe("Received and not yet committed, so not yet acknowledged."),
};

export const deviceLedgerSchema = z
  .object({ deviceId, kind: kindName, regionCode, ...counts })
  .meta({ id: "DeviceLedger" });

export const kindLedgerSchema = z.object({ kind: kindName, ...counts }).meta({ id: "KindLedger" });

export const ledgerListQuery = z.strictObject({
  kind: kindName.optional(),
  region: regionCode.optional().describe("Devices in this region and everything inside it."),
  gateway: deviceId.optional().describe("Devices behind this gateway."),
  groupBy: z
    .enum(["device", "kind"])
    .default("device")
    .describe(
      "`kind`: the sums of all devices of each kind, all at once, with `kind` in place of the device.",
    ),
  ...pageQuery(100, 1000),
});

export const ledgerSchema = z.object(counts).meta({
  id: "Ledger",
  description:
    "The account of everything that a device sent, in items: each reading, event and reply is one, and a message that cannot be decoded is one. received = stored + duplicate + rejected + pending.",
});
