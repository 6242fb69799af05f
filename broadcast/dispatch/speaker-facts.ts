import { OUTCOMES } from "../contract/index.ts";
import type { ReplyFact, SpeakerReading } from "../proof/index.ts";

/** A reply as it was committed. Times in milliseconds since 1970. */
export interface CommittedReply {
  readonly deviceNo: number;
  readonly commandId: string;
  readonly outcome: string;
  readonly observedAt: number;
  readonly receivedAt: number;
  /** All other fields that the speaker sent: text of a JSON object, or the object. */
  readonly data: string | Readonly<Record<string, unknown>>;
}

const KNOWN: ReadonlySet<string> = new Set(OUTCOMES);
const MAX_REASON_LENGTH = 100;

/**
 * The fact in a reply. A part of it that makes no sense is left out rather than the whole reply, since its arrival
 * alone says something.
 * @returns undefined for an outcome that is none of ours
 */
export function toFact(reply: CommittedReply, attempt: number): ReplyFact | undefined {
  if (!KNOWN.has(reply.outcome)) return undefined;
  const data = typeof reply.data === "string" ? parse(reply.data) : reply.data;
  const { reason, previous, secondsPlayed } = data;
  return {
    attempt,
    outcome: reply.outcome as ReplyFact["outcome"],
    observedAt: reply.observedAt,
    receivedAt: reply.receivedAt,
    reason: typeof reason === "string" && reason !== "" ? reason.slice(0, MAX_REASON_LENGTH) : undefined,
    previous: typeof previous === "string" ? previous : undefined,
    secondsPlayed: toSeconds(secondsPlayed),
  };
}

/** A number, also where it comes in a string, as some firmware writes all of its values. */
function toSeconds(said: unknown): number | undefined {
  const number = typeof said === "string" && said.trim() !== "" ? Number(said) : said;
  return typeof number === "number" && number >= 0 && Number.isFinite(number) ? number : undefined;
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** A committed reading of any kind of device. */
export interface CommittedReading {
  readonly device: { readonly deviceNo: number };
  readonly observedAt: number;
  readonly receivedAt: number;
  readonly values: Readonly<Record<string, number | string>>;
}

const numberIn = (value: number | string | undefined) => (typeof value === "number" ? value : undefined);

/**
 * The part of a reading that can prove that a speaker sounded. Every kind that `sounds` has these quantities
 * (devices/capabilities.ts).
 */
export function toSpeakerReading({
  device,
  observedAt,
  receivedAt,
  values,
}: CommittedReading): SpeakerReading {
  return {
    deviceNo: device.deviceNo,
    observedAt,
    receivedAt,
    amplifierCurrent: numberIn(values.amplifier_current),
    soundLevel: numberIn(values.sound_level),
    playState: typeof values.play_state === "string" ? values.play_state : undefined,
    volume: numberIn(values.volume),
  };
}
