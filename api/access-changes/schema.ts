import { z } from "zod";
import { type AccessChange, CHANGE_KINDS, CHANGE_STATES } from "../../store/access/index.ts";
import { principalId } from "../principal-schemas.ts";
import { freeText, pageQuery, timestamp } from "../schemas.ts";

export const accessChangeSchema = z
  .object({
    id: z.int(),
    person: z.object({ id: principalId, name: z.string() }).describe("Whom it is about."),
    kind: z
      .enum(CHANGE_KINDS)
      .describe("`create`, `grants`, `password`, `second_factor` (removed), `enable` (let in again)."),
    askedBy: z
      .object({ id: z.string(), name: z.string() })
      .describe("The administrator who did it; `administrator` is the administrator's key."),
    askedAt: timestamp,
    effectiveAt: timestamp.describe("From then on it holds by itself, unless it is refused before."),
    state: z
      .enum(CHANGE_STATES)
      .describe(
        "`waiting`; `effective`: it has waited long enough; `confirmed`; `refused`; `overtaken`: whoever holds the machine gave another password.",
      ),
    decidedBy: z.string().nullable(),
    decidedAt: timestamp.nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: "AccessChange" });

/** In answers to what may make somebody wait. */
export const waitingSchema = z
  .object({
    change: z
      .int()
      .describe("The newest change that they wait for; `how` names one of each administrator's."),
    waitsUntil: timestamp,
    how: z.string().describe("How it ends by itself, and who can end it before."),
  })
  .nullable()
  .describe(
    "Until when this approver or duty officer takes no step that makes a speaker sound; null: nothing waits.",
  );

/** A change with who could confirm it. */
export const listedChangeSchema = accessChangeSchema
  .extend({
    confirm: z
      .object({
        you: z.boolean().describe("Whether you may."),
        people: z
          .array(z.object({ id: principalId, name: z.string() }))
          .describe("Those of your own areas who may."),
        others: z.int().describe("How many may who reach beyond your areas."),
        machine: z.string().describe("The command that whoever holds the machine runs."),
      })
      .nullable()
      .describe("Who may let it hold at once; null: it does not wait any more."),
  })
  .meta({ id: "ListedAccessChange" });

export const accessChangeQuery = z.strictObject({
  state: z.enum(["waiting", "all"]).default("waiting"),
  person: principalId.optional(),
  ...pageQuery(100, 1000),
});

export const accessChangeParams = z.object({
  id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
});

export const refusalBody = z.strictObject({ reason: freeText(1000) });

export const toChangeJson = ({
  changeNo,
  principalId: id,
  principalName,
  askedBy,
  askedByName,
  ...change
}: AccessChange): z.output<typeof accessChangeSchema> => ({
  id: changeNo,
  person: { id, name: principalName },
  askedBy: { id: askedBy, name: askedByName },
  ...change,
});
