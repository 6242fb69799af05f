import { z } from "zod";
import { DISPLAY_STATES, displayStateOf } from "../../accounts/displays.ts";
import type { StoredDisplay } from "../../store/access/index.ts";
import { areaJson, areaSchema, principalId, toAreaJson } from "../principal-schemas.ts";
import { freeText, pageQuery, regionCode, tenantId, timestamp } from "../schemas.ts";
import { sessionSchema } from "../sessions/schema.ts";

/** Some of which may be hyphens and spaces. */
const MAX_CODE = 20;

export const displaySchema = z
  .object({
    id: principalId,
    tenantId,
    name: z.string(),
    area: areaJson,
    state: z
      .enum(DISPLAY_STATES)
      .describe(
        "`waiting`: for its code to be typed. `paired`: a browser is it. `revoked`: for good. `expired`: a new code pairs it again.",
      ),
    createdAt: timestamp,
    createdBy: z.string().describe("The id of the caller who set it up."),
    codeExpiresAt: timestamp
      .nullable()
      .describe(
        "Until then a code waits, which can be there beside a paired browser. Null: none was made since the last pairing.",
      ),
    pairedAt: timestamp.nullable().describe("When its present or latest browser became it; null: never."),
    lastSeenAt: timestamp
      .nullable()
      .describe("To the minute; an open stream counts. Null: never paired, or no longer on record."),
    address: z.string().nullable().describe("The address from which it was paired."),
    expiresAt: timestamp.nullable().describe("When the browser's 90 days end; null like `lastSeenAt`."),
    revokedAt: timestamp.nullable(),
  })
  .meta({ id: "Display" });

export const newDisplayBody = z.strictObject({
  name: freeText(200).describe("E.g. the room, and the place on its wall."),
  tenantId: tenantId
    .optional()
    .describe("Default: the caller's own. Needed with the administrator's key, which has none."),
  area: areaSchema.extend({
    regions: z.array(regionCode).min(1).max(200).describe("Regions with everything inside them, by name."),
  }),
});

export const codedDisplaySchema = z
  .object({
    display: displaySchema,
    code: z
      .string()
      .describe(
        "To be typed at the screen within ten minutes, once. It is shown this once and kept only as a hash.",
      ),
  })
  .meta({ id: "CodedDisplay" });

export const redeemBody = z.strictObject({
  code: z
    .string()
    .min(1)
    .max(MAX_CODE)
    .describe("As it was typed: in any case, with or without the hyphen; I and L are read as 1, and O as 0."),
});

export const pairedDisplaySchema = z
  .object({
    display: z.object({ id: principalId, name: z.string(), tenantId, area: areaJson }),
    session: sessionSchema,
  })
  .meta({ id: "PairedDisplay" });

export const displayListQuery = z.strictObject({ tenant: tenantId.optional(), ...pageQuery(100, 1000) });

/** A display has one grant. */
const areaOf = ({ grants }: StoredDisplay): z.input<typeof areaJson> =>
  toAreaJson(grants[0]?.area ?? { regions: [], kinds: [], tenants: [], devices: [] });

export function toDisplayJson(display: StoredDisplay, now: number): z.output<typeof displaySchema> {
  const { grants: _grants, session, ...rest } = display;
  return {
    ...rest,
    area: areaOf(display),
    state: displayStateOf(display, now),
    lastSeenAt: session?.lastSeenAt ?? null,
    address: session?.address ?? null,
    expiresAt: session?.expiresAt ?? null,
  };
}

export const toPairedJson = (display: StoredDisplay) => {
  const { id, name, tenantId } = display;
  return { id, name, tenantId, area: areaOf(display) };
};
