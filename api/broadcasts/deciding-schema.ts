import { z } from "zod";
import { CALLERS_STEPS, type CallersStep } from "../../access/steps.ts";
import { freeText, revisionNumber, tenantId, timestamp } from "../schemas.ts";
import { totpCode } from "../sessions/schema.ts";
import { broadcastDetailSchema, broadcastId, messageJson } from "./schema.ts";

/** The steps that a caller may take now. */
export const mayStepsSchema = z
  .array(
    z.object({
      action: z.enum(CALLERS_STEPS as [CallersStep, ...CallersStep[]]),
      allowed: z.boolean(),
      code: z.string().nullable().describe("The error code with which the step would be refused."),
      detail: z.string().nullable(),
      needsCode: z.boolean().describe("True when the step needs a fresh code of your second factor."),
    }),
  )
  .describe("Each step, and whether you may take it now, given a reason where one is needed.");

export const shownBroadcastSchema = broadcastDetailSchema
  .extend({ steps: mayStepsSchema })
  .meta({ id: "ShownBroadcast" });

const writer = z.object({ type: z.string(), id: z.string().nullable(), name: z.string().nullable() });
const revisionFields = { revision: z.int(), at: timestamp, actor: writer };

export const revisionParams = z.object({ id: broadcastId, revision: z.coerce.number().pipe(revisionNumber) });
export const revisionListSchema = z.object({ items: z.array(z.object(revisionFields)) });
export const revisionSchema = z
  .object({
    ...revisionFields,
    message: messageJson,
    replaces: z.array(z.string()).describe("The broadcasts that this revision was to replace."),
  })
  .meta({ id: "BroadcastRevision" });

export const approversSchema = z.object({
  items: z
    .array(
      z.object({
        id: z.string(),
        name: z.string(),
        tenantId: tenantId.nullable(),
        signedIn: z.boolean().describe("True when the person has a living session, to the minute."),
      }),
    )
    .describe("Those who are signed in first."),
  waiting: z
    .array(z.object({ id: z.string(), name: z.string(), until: timestamp }))
    .describe(
      "This person could approve too, but has to wait until then, unless another administrator confirms (`GET /v1/access/changes`).",
    ),
});

const reason = freeText(1000);

/** The body of a step. For a decision on the content it needs the revision that the caller has read. */
const decided = {
  revision: revisionNumber.describe(
    "The revision that you have read; the step is refused if it is no longer the present one.",
  ),
};
const towardsTheAir = {
  acknowledgeSuperseded: z
    .boolean()
    .optional()
    .describe("You know of the alert in `supersededBy`, and want this broadcast nevertheless."),
};
/** Needed where `STEP_UP` asks for one. */
const code = {
  code: totpCode.optional().describe("A fresh code of your second factor, where the platform asks for one."),
};
const undecided = {
  revision: z.int().min(1).optional().describe("Ignored: this step is never too late."),
};
export const stepBodies = {
  decision: z.strictObject({ reason: reason.optional(), ...decided, ...towardsTheAir, ...code }),
  reasonedDecision: z.strictObject({ reason, ...decided, ...code }),
  soundingStep: z
    .strictObject({ reason: reason.optional(), ...undecided, ...towardsTheAir, ...code })
    .nullish(),
  reasonedStep: z.strictObject({ reason, ...undecided, ...code }),
} as const;
