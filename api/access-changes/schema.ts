import { z } from "zod";
import { type AccessChange, CHANGE_KINDS, CHANGE_STATES } from "../../store/access/index.ts";
import { principalId } from "../principal-schemas.ts";
import { freeText, pageQuery, timestamp } from "../schemas.ts";

export const accessChangeSchema = z
  .object({
    id: z.int(),
    person: z.object({ id: principalId, name: z.string() }).describe("The person whom the change is about."),
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
        "`waiting`; `effective`: it has waited long enough; `confirmed`; `refused`; `overtaken`: the operator of the machine gave another password.",
      ),
    decidedBy: z.string().nullable(),
    decidedAt: timestamp.nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: "AccessChange" });

/** In answers to changes that may make a person wait. */
export const waitingSchema = z
  .object({
    change: z
      .int()
      .describe("The newest change that they wait for; `how` names one of each administrator's."),
    waitsUntil: timestamp,
    how: z.string().describe("How the wait ends by itself, and who can end it before."),
  })
  .nullable()
  .describe(
    "Until this change holds, this approver or duty officer takes no step that makes a speaker sound; null: nothing waits.",
  );

/** A change with the people who could confirm it. */
export const listedChangeSchema = accessChangeSchema
  .extend({
    confirm: z
      .object({
        you: z.boolean().describe("True when you may."),
        people: z
          .array(z.object({ id: principalId, name: z.string() }))
          .describe("The people of your own areas who may."),
        others: z.int().describe("The number of people who may and reach beyond your areas."),
        machine: z.string().describe("The command that the operator of the machine runs."),
      })
      .nullable()
      .describe("The people who may let it hold at once; null: it no longer waits."),
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
