import type { EventPhase } from "../store/events/index.ts";
import { checkText, encodeExtra, type JsonObject, show } from "./decode.ts";
import type { KindRuntime } from "./kind-runtime.ts";
import { readObservedAt } from "./observed-at.ts";
import { type Refusal, refuse } from "./reasons.ts";
import { checkTimeless } from "./time-keys.ts";

/** An event that was found good. */
export interface CheckedEvent {
  readonly observedAt: number;
  readonly eventId: string;
  readonly phase: EventPhase;
  readonly type: string;
  readonly data: string;
  /** Why it has our time in place of its own; undefined where it has its own, or is one that may go without. */
  readonly timeFault?: Refusal;
}

export interface CheckedReply {
  readonly observedAt: number;
  readonly commandId: string;
  readonly outcome: string;
  readonly data: string;
}

const PHASES: ReadonlySet<unknown> = new Set<EventPhase>(["instant", "new", "update", "end"]);
const MAX_ID_LENGTH = 128;
const MAX_OUTCOME_LENGTH = 64;

/**
 * Decides whether an event is good; the kind's own shape, if it has one, is turned into ours first. A time that cannot be
 * used does not cost the event: somebody who asks for help is heard also from a device whose clock was never set.
 * @param several whether it is one of several in an array
 * @param arrival the time that it gets when it has none
 */
export function checkEvent(
  runtime: KindRuntime,
  message: JsonObject,
  receivedAt: number,
  several = false,
  arrival: number = receivedAt,
): CheckedEvent | Refusal {
  let event = message;
  if (runtime.kind.decodeEvent) {
    try {
      event = runtime.kind.decodeEvent(message);
    } catch (error) {
      return refuse("bad_shape", (error as Error).message);
    }
  }
  const { eventId, observedAt: _, type, phase = "instant", ...data } = event;
  const fault = checkIdentifier(eventId, "eventId", MAX_ID_LENGTH);
  if (fault) return fault;
  if (typeof type !== "string") return refuse("bad_shape", "type: missing, expected the name of an event");
  if (!runtime.eventTypes.has(type)) {
    return refuse("unknown_event", () => {
      const known = [...runtime.eventTypes].join(", ");
      return `type: '${type.slice(0, 64)}', expected one of ${known}`;
    });
  }
  if (!PHASES.has(phase)) {
    return refuse("bad_shape", () => `phase: ${show(phase)}, expected one of ${[...PHASES].join(", ")}`);
  }
  const encoded = encodeExtra(data, "event");
  if ("reason" in encoded) return encoded;
  const checked = { eventId: eventId as string, phase: phase as EventPhase, type, data: encoded.json };
  const at = readTime(runtime, event, receivedAt, several, arrival);
  return typeof at === "number"
    ? { observedAt: at, ...checked }
    : { observedAt: arrival, timeFault: at, ...checked };
}

export function checkReply(
  runtime: KindRuntime,
  message: JsonObject,
  receivedAt: number,
  several = false,
  arrival: number = receivedAt,
): CheckedReply | Refusal {
  const { commandId, outcome, observedAt: _, ...data } = message;
  const at = readTime(runtime, message, receivedAt, several, arrival);
  if (typeof at !== "number") return at;
  const fault =
    checkIdentifier(commandId, "commandId", MAX_ID_LENGTH) ??
    checkIdentifier(outcome, "outcome", MAX_OUTCOME_LENGTH);
  if (fault) return fault;
  const encoded = encodeExtra(data, "reply");
  if ("reason" in encoded) return encoded;
  return { observedAt: at, commandId: commandId as string, outcome: outcome as string, data: encoded.json };
}

function readTime(
  runtime: KindRuntime,
  item: JsonObject,
  receivedAt: number,
  several: boolean,
  arrival: number,
): number | Refusal {
  const { observedAt } = item;
  const timeless = observedAt === undefined || observedAt === null;
  const fault = timeless && checkTimeless(item, several);
  if (fault) return fault;
  const at = readObservedAt(observedAt, receivedAt, arrival);
  return typeof at === "number" ? (runtime.refuseOldEvent(at, receivedAt) ?? at) : at;
}

function checkIdentifier(value: unknown, name: string, maxLength: number): Refusal | undefined {
  if (typeof value !== "string" || value.length === 0 || value.length > maxLength) {
    return refuse("bad_shape", `${name}: expected a text of 1 to ${maxLength} characters`);
  }
  return checkText(value, name);
}
