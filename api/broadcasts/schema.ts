import { z } from "zod";
import { FAILURE_REASONS, KEY_SET_TYPE, REFUSAL_REASONS } from "../../broadcast/contract/index.ts";
import { STATES } from "../../broadcast/lifecycle/index.ts";
import {
  alertExtrasSchema,
  CATEGORIES,
  CERTAINTIES,
  CLASSES,
  MODES,
  messageSchema,
  RESPONSE_TYPES,
  targetSchema,
  textSchema,
  URGENCIES,
} from "../../broadcast/message/index.ts";
import { TARGET_STATES } from "../../store/broadcast/index.ts";
import {
  commaList,
  freeText,
  moment,
  pageQuery,
  regionCode,
  revisionNumber,
  tenantId,
  timestamp,
} from "../schemas.ts";

export const broadcastId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "expected a broadcast's id")
  .meta({ examples: ["bc-20260131-7k2m9xqd"] });

export const broadcastParams = z.object({ id: broadcastId });

const state = z.enum(STATES);
const { shape } = messageSchema;
const { cap: _cap, ...written } = shape;

export const broadcastText = textSchema.meta({ id: "BroadcastText" });
export const target = targetSchema
  .describe("The target is everybody in any of these. Polygons are rings of `[longitude, latitude]`.")
  .meta({ id: "BroadcastTarget" });

/** Moments are text in JSON. */
const startsAt = timestamp.describe("Not before. Absent: at once.");
const expiresAt = timestamp.describe("Never aired after. Absent: 24 hours after release; at most 72.");

const replaces = z
  .array(broadcastId)
  .max(20)
  .describe(
    "Broadcasts of the same mode whose place it takes: the platform cancels them when it is released.",
  );

/** A draft as a caller writes it. */
export const draftBody = z
  .strictObject({
    ...written,
    target,
    texts: z
      .array(broadcastText)
      .min(1)
      .max(8)
      .optional()
      .describe(
        "In the order in which they are read. Absent: the event code's template, in Chinese and English.",
      ),
    startsAt: startsAt.optional(),
    expiresAt: expiresAt.optional(),
    category: shape.category.unwrap().optional().describe("CAP's. Absent: the event's."),
    replaces: replaces.optional(),
  })
  .meta({ id: "BroadcastDraft" });

/** The fields of a draft that can be changed; null empties a field. */
export const draftChangeBody = z
  .strictObject({
    revision: revisionNumber.describe(
      "The revision that you have read. If it is no longer the present one, somebody else was faster, and the change is refused.",
    ),
    mode: shape.mode.optional(),
    class: shape.class.unwrap().optional(),
    level: shape.level.optional(),
    eventCode: shape.eventCode.optional(),
    texts: z.array(broadcastText).min(1).max(8).optional(),
    target: target.optional(),
    startsAt: startsAt.nullish(),
    expiresAt: expiresAt.nullish(),
    volume: shape.volume.unwrap().optional(),
    repeatCount: shape.repeatCount.unwrap().optional(),
    category: shape.category.unwrap().optional(),
    urgency: shape.urgency.unwrap().optional(),
    certainty: shape.certainty.unwrap().optional(),
    responseTypes: shape.responseTypes.unwrap().optional(),
    senderName: shape.senderName.nullable(),
    contact: shape.contact.nullable(),
    web: shape.web.nullable(),
    replaces: replaces.optional(),
  })
  .refine((change) => Object.keys(change).length > 1, "expected at least one field beside the revision")
  .meta({
    description:
      "What is absent stays as it is; null empties a field; texts and target are replaced as a whole. With another mode, level, event code or target, texts that are the template's word for word are filled in anew unless you give them, and category and response follow the event where they came from it.",
  });

/** Points are not checked one by one: a page may hold very many. */
const storedPoint = z.any().meta({ type: "array", items: { type: "number" }, minItems: 2, maxItems: 2 });

/**
 * A message as it is stored. It may be of a draft that lacks something, of an alert that goes beyond what may be
 * submitted, or of another version. So the schema has the types that `stored-message.ts` makes, and no limits.
 */
export const messageJson = z
  .object({
    mode: shape.mode,
    class: z.enum(CLASSES),
    level: shape.level,
    eventCode: z.string().optional(),
    texts: z.array(
      z.object({
        language: z.string(),
        headline: z.string(),
        description: z.string(),
        instruction: z.string().optional(),
      }),
    ),
    target: z.object({
      regions: z.array(z.string()),
      polygons: z.array(z.array(storedPoint)),
      circles: z.array(z.object({ longitude: z.number(), latitude: z.number(), radiusKm: z.number() })),
      exclude: z.array(z.string()).optional(),
    }),
    startsAt: timestamp.optional(),
    expiresAt: timestamp.optional(),
    volume: z.number().nullable(),
    repeatCount: z.number(),
    category: z.enum(CATEGORIES),
    urgency: z.enum(URGENCIES),
    certainty: z.enum(CERTAINTIES),
    responseTypes: z.array(z.enum(RESPONSE_TYPES)),
    senderName: z.string().optional(),
    contact: z.string().optional(),
    web: z.string().optional(),
  })
  .describe("As it is stored; `missing` names what keeps it from being submitted.");

export const countsSchema = z
  .object({
    targets: z.int(),
    waiting: z.int(),
    handedOver: z.int(),
    acknowledged: z.int(),
    started: z.int(),
    sounded: z.int().describe("Proven: it started, drew current or gave sound while playing, and ended."),
    refused: z.int(),
    failed: z.int(),
    offline: z.int(),
    cancelled: z.int(),
  })
  .describe("Targets by the state that they are in.")
  .meta({ id: "BroadcastCounts" });

export const airedUntilSchema = timestamp
  .nullable()
  .describe(
    "The end of airing. Before the release, computed as if it were released now: at most 72 hours later, whatever `expiresAt` asks for. Null for a broadcast that will never be aired.",
  );

export const broadcastSchema = z
  .object({
    id: broadcastId,
    state,
    revision: z.int(),
    tenantId: tenantId.nullable().describe("The tenant of its author; null: the platform's operator."),
    headline: z.string(),
    message: messageJson,
    missing: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .describe("Reasons why the draft cannot be submitted; empty once it was released."),
    warnings: z
      .array(z.object({ rule: z.string(), path: z.string(), message: z.string() }))
      .describe(
        "Parts of its texts that do not fit its mode, level, event or place and may be meant so. Read them before you approve.",
      ),
    regions: z
      .array(z.string())
      .describe("Regions that it reaches; for polygons and circles, the counties of the speakers in them."),
    createdBy: z.string(),
    createdAt: timestamp,
    updatedAt: timestamp,
    submittedBy: z.string().nullable(),
    approvedBy: z
      .string()
      .nullable()
      .describe("The person who approved it, or released it by the green channel."),
    greenChannel: z.boolean(),
    review: z.enum(["none", "open", "done"]).describe("Of a release by the green channel."),
    releasedAt: timestamp.nullable(),
    expiresAt: timestamp
      .nullable()
      .describe("The end that was asked for; once it was released, the moment when it is over."),
    airedUntil: airedUntilSchema,
    endedAt: timestamp.nullable(),
    cancelledAt: timestamp.nullable(),
    cancelReason: z.string().nullable(),
    attempt: z.int().describe("How often the platform has ordered its speakers to play; 0 before release."),
    replaces: z.array(z.string()).describe("Broadcasts that are cancelled when it is released."),
    source: z
      .object({
        sender: z.string(),
        identifier: z.string(),
        sent: z.string(),
        msgType: z.string(),
        status: z
          .string()
          .nullable()
          .describe("CAP's; null for alerts that were imported before the platform recorded it."),
        signature: z.string(),
        warnings: z
          .array(z.object({ rule: z.string(), message: z.string() }))
          .describe(
            "Parts of the alert that the import could not take as they were, and its assumptions. Read them before you approve.",
          ),
        document: z
          .boolean()
          .describe(
            "The alert as it came can be had at `/v1/broadcasts/{id}/alert`, for as long as it is kept where nothing of it was released.",
          ),
      })
      .nullable()
      .describe("The CAP alert from which it was made."),
    template: z
      .object({ source: z.enum(["built-in", "own"]), id: z.string(), version: z.int().nullable() })
      .nullable()
      .describe("The template of its texts; null: somebody wrote them, or they came in an alert."),
    supersededBy: z
      .object({
        sender: z.string(),
        identifier: z.string(),
        sent: z.string(),
        msgType: z.string(),
        at: z.string(),
        why: z.string(),
      })
      .nullable()
      .describe(
        "A later alert of its author that says other things, or that the danger is over. Submitting, approving, releasing and retrying need `acknowledgeSuperseded`.",
      ),
    proposedByAlarm: z.int().nullable(),
    attachments: z.array(
      z.object({ kind: z.string(), deviceId: z.string(), distanceKm: z.number().nullable() }),
    ),
  })
  .meta({ id: "Broadcast" });

export const noteSchema = z
  .object({
    note: z.int().describe("Its number."),
    at: timestamp,
    actor: z.object({ type: z.string(), id: z.string().nullable(), name: z.string().nullable() }),
    text: z.string(),
  })
  .meta({ id: "BroadcastNote" });

export const broadcastItemSchema = broadcastSchema
  .extend({ counts: countsSchema.nullable().describe("Null before release.") })
  .meta({ id: "BroadcastItem" });

export const broadcastDetailSchema = broadcastItemSchema
  .extend({
    alert: alertExtrasSchema
      .nullable()
      .describe(
        "The other content of the alert from which it was made, in CAP's words. It goes out again with the broadcast's own alert.",
      ),
    replacedBy: z.array(z.string()).describe("Broadcasts that are to take its place, or have taken it."),
    notes: z.array(noteSchema).describe("The newest 50; in the report all of them."),
  })
  .meta({ id: "BroadcastDetail" });

export const importedSchema = z
  .object({
    duplicate: z.boolean().describe("True when it had come before and the platform did nothing again."),
    disposition: z.enum(["broadcast", "cancel", "acknowledged"]),
    signature: z.enum(["absent", "verified", "untrusted", "invalid"]),
    items: z.array(broadcastSchema).describe("The drafts made from it, or the broadcasts that it refers to."),
    warnings: z.array(z.object({ rule: z.string(), message: z.string() })),
  })
  .meta({ id: "ImportedAlert" });

export const broadcastListQuery = z.strictObject({
  state: commaList(state, STATES.length).optional().meta({ description: "States, separated by commas." }),
  region: regionCode.optional().describe("Broadcasts that reach into this region."),
  level: z.coerce.number().int().min(1).max(4).optional(),
  mode: z.enum(MODES).optional(),
  class: z.enum(CLASSES).optional(),
  eventCode: shape.eventCode.optional(),
  createdBy: freeText(200).optional().describe("The id of its author."),
  q: freeText(100).optional().describe("Text in its headline or texts, in any case."),
  review: z
    .enum(["open", "done"])
    .optional()
    .describe("State of the review of a release by the green channel."),
  from: moment.optional().describe("Written from this moment on."),
  to: moment.optional().describe("Written before this moment."),
  ...pageQuery(50, 200),
});

export const historySchema = z.object({
  items: z.array(
    z.object({
      step: z.int(),
      at: timestamp,
      action: z.string(),
      // Steps are kept for ever, and other versions had other states.
      from: z.string().nullable().describe("A state; null for its beginning."),
      to: z.string().describe("A state."),
      actor: z.object({ type: z.string(), id: z.string().nullable(), name: z.string().nullable() }),
      reason: z.string().nullable(),
      details: z.record(z.string(), z.unknown()),
    }),
  ),
});

export const keysSchema = z
  .object({
    keys: z.array(
      z.object({
        kty: z.string(),
        crv: z.string(),
        x: z.string(),
        kid: z.string(),
        alg: z.string(),
        use: z.string(),
      }),
    ),
    signed: z
      .string()
      .nullable()
      .describe(
        `The same keys as a compact JWS of type ${KEY_SET_TYPE} that the root has signed; null where there is no root.`,
      ),
    rootChanges: z
      .array(z.string())
      .describe("Earlier signed sets that named roots, the oldest first, for terminals that missed them."),
  })
  .describe("A JWK set (RFC 7517), and the same set signed.");

export const targetListQuery = z.strictObject({
  state: commaList(z.enum(TARGET_STATES), TARGET_STATES.length)
    .optional()
    .meta({ description: "States, separated by commas." }),
  reason: z
    .string()
    .regex(/^[a-z_]{1,40}$/, "expected a reason such as no_sound")
    .optional()
    .describe(
      `The reason why it was refused or failed, e.g. ${REFUSAL_REASONS[0]}, ${FAILURE_REASONS[0]}, no_sound.`,
    ),
  region: regionCode.optional().describe("Speakers in this region."),
  ...pageQuery(100, 1000),
});
