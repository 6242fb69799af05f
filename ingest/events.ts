import { createHash } from "node:crypto";
import { ExactNumber, meaningOf, stringifyExact } from "../base/exact-json.ts";
import type { EventPhase } from "../store/events/index.ts";
import { meantType, meantWord } from "./hints.ts";
import { checkText, encodeParts, isObject, type JsonObject, show } from "./kept-json.ts";
import type { KindRuntime } from "./kind-runtime.ts";
import { ownTimeOf, readObservedAt } from "./observed-at.ts";
import { type Reason, type Refusal, refuse } from "./reasons.ts";
import { checkTimeless } from "./time-keys.ts";

/** An event that is kept. */
export interface CheckedEvent {
  readonly observedAt: number;
  readonly eventId: string;
  readonly phase: EventPhase;
  readonly type: string;
  readonly data: string;
  /** The reasons why it is not as it was sent, each once: mostly none. */
  readonly faults: readonly Refusal[];
}

export interface CheckedReply {
  readonly observedAt: number;
  readonly commandId: string;
  readonly outcome: string;
  readonly data: string;
  /** As for an event. */
  readonly faults: readonly Refusal[];
}

const NONE: readonly Refusal[] = [];
const PHASES: ReadonlySet<unknown> = new Set<EventPhase>(["instant", "new", "update", "end"]);
const MAX_ID_LENGTH = 128;
const MAX_OUTCOME_LENGTH = 64;

/**
 * Decides if an event is kept; the kind's own shape, if it has one, is turned into ours first. An event of a known type
 * is kept, whatever else is wrong with it: a call for help is heard also from a device whose clock was never set, and
 * which names no event.
 * @param several true when it is one of several in an array
 * @param arrival the time that it gets when it has none
 */
export function checkEvent(
  runtime: KindRuntime,
  message: JsonObject,
  receivedAt: number,
  several = false,
  arrival: number = receivedAt,
): CheckedEvent | Refusal {
  let event: JsonObject;
  try {
    event = inOurShape(runtime, message);
  } catch (error) {
    return refuse("bad_shape", (error as Error).message);
  }
  const { eventId: givenId, observedAt: _, type, phase: givenPhase, ...data } = event;
  if (typeof type !== "string") {
    return refuse(
      "bad_shape",
      () => `type: missing, expected the name of an event${meantType(data, runtime.eventTypes)}`,
    );
  }
  if (!runtime.eventTypes.has(type)) {
    return refuse("unknown_event", () => {
      const known = [...runtime.eventTypes].join(", ");
      return `type: '${type.slice(0, 64)}', expected one of ${known}${meantWord(type, runtime.eventTypes)}`;
    });
  }
  const faults: Refusal[] = [];
  const phase = readPhase(givenPhase, faults);
  const { json, leftOut } = encodeParts(data, "event");
  for (const { refusal } of leftOut) faults.push(refusal);
  const at = readTime(runtime, event, receivedAt, several, arrival);
  if (typeof at !== "number") faults.push(at);
  const eventId =
    readEventId(givenId, faults) ??
    // Only an event that is kept whole is sure to have few levels, and not to be long.
    deriveId(
      faults.length === 0 && event === message ? meaningOf(message) : stringifyExact(message),
      saysTime(event, receivedAt) ? undefined : arrival,
    );
  return {
    observedAt: typeof at === "number" ? at : arrival,
    eventId,
    phase,
    type,
    data: json ?? "{}",
    faults: byReason(faults),
  };
}

/** @throws Error where it has the kind's own shape, and lacks a part that this needs */
const inOurShape = ({ kind }: KindRuntime, message: JsonObject): JsonObject =>
  kind.decodeEvent ? kind.decodeEvent(message) : message;

/** When an event was observed, as `ownTimeOf`: also where it says so in its kind's own shape. */
export function ownTimeOfEvent(runtime: KindRuntime, event: unknown, receivedAt: number): number | undefined {
  if (!isObject(event)) return undefined;
  try {
    return ownTimeOf(inOurShape(runtime, event), receivedAt);
  } catch {
    return ownTimeOf(event, receivedAt);
  }
}

function readPhase(given: unknown, faults: Refusal[]): EventPhase {
  if (given === undefined || given === null) return "instant";
  if (PHASES.has(given)) return given as EventPhase;
  faults.push(
    refuse("bad_shape", () => {
      const known = [...PHASES];
      return `phase: ${show(given)}, expected one of ${known.join(", ")}${meantWord(given, known)}; it is kept as instant`;
    }),
  );
  return "instant";
}

/** @returns undefined where the event has no name that can be kept */
function readEventId(given: unknown, faults: Refusal[]): string | undefined {
  if (given === undefined || given === null || given === "") return undefined;
  const isNumber = given instanceof ExactNumber || (typeof given === "number" && Number.isFinite(given));
  const text = isNumber ? textOf(given) : given;
  const fault = checkIdentifier(text, "eventId", MAX_ID_LENGTH);
  if (!fault) return text as string;
  faults.push(refuse(fault.reason, () => `${fault.detail}, not ${show(given)}; it has one of ours`));
  return undefined;
}

const textOf = (number: number | ExactNumber): string =>
  number instanceof ExactNumber ? number.text : String(number);

/**
 * A name for an event without one: the same for the same content, so that a repetition is the same event, also by way
 * of a gateway that writes it in its own way.
 * @param arrival tells apart events without any time
 */
function deriveId(content: string, arrival: number | undefined): string {
  const hash = createHash("sha256").update(content);
  if (arrival !== undefined) hash.update(` ${arrival}`);
  return `auto-${hash.digest("hex").slice(0, 32)}`;
}

const saysTime = (item: JsonObject, receivedAt: number): boolean =>
  (item.observedAt ?? undefined) !== undefined || checkTimeless(item, false, receivedAt) !== undefined;

/** One refusal for all faults with one reason. */
function byReason(faults: readonly Refusal[]): readonly Refusal[] {
  if (faults.length < 2) return faults.length === 0 ? NONE : faults;
  const groups = new Map<Reason, Refusal[]>();
  for (const fault of faults) {
    const group = groups.get(fault.reason);
    if (group) group.push(fault);
    else groups.set(fault.reason, [fault]);
  }
  return [...groups].map(([reason, some]) =>
    refuse(reason, () =>
      some
        .slice(0, MAX_TOLD)
        .map(({ detail }) => detail)
        .join("; "),
    ),
  );
}

/** At most so many faults of one event are put into words. */
const MAX_TOLD = 16;

export function checkReply(
  runtime: KindRuntime,
  message: JsonObject,
  receivedAt: number,
  several = false,
  arrival: number = receivedAt,
): CheckedReply | Refusal {
  const { commandId, outcome, observedAt: _, ...data } = message;
  // Other moments in it, such as when it began to sound, do not cost a reply.
  const at = readTime(runtime, message, receivedAt, several, arrival, true);
  if (typeof at !== "number") return at;
  const fault =
    checkIdentifier(commandId, "commandId", MAX_ID_LENGTH) ??
    checkIdentifier(outcome, "outcome", MAX_OUTCOME_LENGTH);
  if (fault) return fault;
  const { json, leftOut } = encodeParts(data, "reply");
  return {
    observedAt: at,
    commandId: commandId as string,
    outcome: outcome as string,
    data: json ?? "{}",
    faults: byReason(leftOut.map(({ refusal }) => refusal)),
  };
}

function readTime(
  runtime: KindRuntime,
  item: JsonObject,
  receivedAt: number,
  several: boolean,
  arrival: number,
  isReply = false,
): number | Refusal {
  const { observedAt } = item;
  const timeless = observedAt === undefined || observedAt === null;
  const fault = timeless && checkTimeless(item, several, isReply ? undefined : receivedAt);
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
