import { z } from "zod";
import { CLASSES, circleSchema, MODES, polygonSchema, textSchema } from "../message/index.ts";

/**
 * The message for a speaker on `v1/devices/{id}/commands`: an envelope with one compact JWS. The JWS is the same for
 * every speaker of a broadcast, so it is signed once. See docs/terminals.md for the whole contract of a terminal.
 */
export const envelopeSchema = z.looseObject({
  /** Names this command in the speaker's replies. It must be `commandIdOf` of the signed order. */
  commandId: z.string().min(1).max(100),
  /** Compact JWS; its payload is a `StartOrder` or a `StopOrder`, its header names `alg`, `kid` and `typ`. */
  jws: z.string().min(1),
});
export type CommandEnvelope = Readonly<z.infer<typeof envelopeSchema>>;

/** The largest command, envelope and all, in bytes: the limit of MQTT messages to devices of any kind. */
export const MAX_COMMAND_BYTES = 64 * 1024;

/** The `typ` of the JWS header: a token of another purpose cannot pass for a command. */
export const COMMAND_TYPE = "sbi-command+jwt";

/**
 * The area of a command: a terminal obeys when its region or its place is inside one of these, and its region inside
 * none of the excluded ones.
 */
const orderAreaSchema = z.strictObject({
  regions: z.array(z.string()),
  polygons: z.array(polygonSchema),
  circles: z.array(circleSchema),
  exclude: z.array(z.string()).optional(),
});

const moment = z.iso.datetime({ offset: true });

const common = {
  /** Of the platform that signs. */
  issuer: z.string().min(1),
  broadcastId: z.string().min(1).max(64),
  issuedAt: moment,
  /** After this no terminal may obey, so that a kept command is worth nothing later. */
  expiresAt: moment,
  area: orderAreaSchema,
};

/** How many speakers an order can name that may play although an earlier attempt has ended. */
export const MAX_AGAIN = 1000;

export const startOrderSchema = z.strictObject({
  type: z.literal("start"),
  ...common,
  /** 1, then one more each time that an operator tries failed speakers again. */
  attempt: z.int().min(1),
  mode: z.enum(MODES).exclude(["training"]),
  class: z.enum(CLASSES),
  level: z.int().min(1).max(4),
  eventCode: z.string(),
  texts: z.array(textSchema).min(1),
  startsAt: moment.optional(),
  /** Percent; null: unchanged. */
  volume: z.int().min(1).max(100).nullable(),
  repeatCount: z.int().min(1),
  /**
   * Device ids of speakers that said of an earlier attempt that it had ended, while nothing showed sound: these alone
   * may play this attempt after that. Absent: none.
   */
  again: z.array(z.string().max(64)).max(MAX_AGAIN).optional(),
});
export type StartOrder = z.infer<typeof startOrderSchema>;

export const stopOrderSchema = z.strictObject({ type: z.literal("stop"), ...common });
export type StopOrder = z.infer<typeof stopOrderSchema>;

export const orderSchema = z.discriminatedUnion("type", [startOrderSchema, stopOrderSchema]);
export type Order = z.infer<typeof orderSchema>;

/** `<broadcast id>.<attempt>` or `<broadcast id>.stop`. */
export const commandIdOf = (order: Order): string =>
  `${order.broadcastId}.${order.type === "start" ? order.attempt : "stop"}`;

/**
 * The answers of a speaker on `v1/devices/{id}/replies`, one message per step, with `commandId`, `observedAt` and
 * `broadcastId` (where it could read one).
 */
export const OUTCOMES = [
  /** It has the command, has checked it, and will obey (`startsAt` may lie ahead, or something more urgent plays). */
  "accepted",
  /** Sound has begun. */
  "started",
  /** Something more urgent took the amplifier; the broadcast goes on later or not at all. */
  "interrupted",
  /** It has played as ordered; `secondsPlayed` says how long. */
  "ended",
  /** It stopped because of an order; `secondsPlayed`. Also when it had not begun. */
  "stopped",
  /** It will not obey; `reason` is one of `REFUSAL_REASONS`. */
  "refused",
  /** It tried and could not; `reason` is one of `FAILURE_REASONS`. */
  "failed",
] as const;
export type CommandOutcome = (typeof OUTCOMES)[number];

export const REFUSAL_REASONS = [
  /** Not a command at all: not JSON, no JWS, an unknown type. */
  "malformed",
  /** No signature, or `alg` none. */
  "unsigned",
  /** Signed by a key that the platform does not publish. */
  "unknown_key",
  /** The signature does not match the content. */
  "bad_signature",
  /** Over, or issued more than `CLOCK_TOLERANCE_MS` in the future. */
  "expired",
  "not_yet_valid",
  /** It is not for this speaker's region or place. */
  "wrong_area",
  /** It has obeyed it before; `previous` names the outcome. */
  "replayed",
  /** It was cancelled before it came. */
  "cancelled",
  /** Something more urgent is playing and this one does not wait. */
  "preempted",
  /** Its clock is not set, so that it cannot judge an expiry. */
  "clock_unset",
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

export const FAILURE_REASONS = [
  "amplifier",
  "muted",
  "power",
  "text_to_speech",
  "interrupted",
  "restarted",
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

/** The greatest difference between a terminal's clock and the platform's. */
export const CLOCK_TOLERANCE_MS = 60_000;

/** The fields of a reply that the platform reads; further ones are kept. */
export const replySchema = z.looseObject({
  commandId: z.string(),
  outcome: z.enum(OUTCOMES),
  observedAt: z.union([moment, z.number()]).optional(),
  broadcastId: z.string().optional(),
  attempt: z.int().optional(),
  reason: z.string().max(100).optional(),
  /** For `refused` with `replayed`: the outcome of the first time. */
  previous: z.enum(OUTCOMES).optional(),
  secondsPlayed: z.number().min(0).optional(),
});
