import { chinaText, clockMoment } from "../../devices/codecs/moments.ts";
import { CHINA_OFFSET_MS } from "../../devices/local-time.ts";

/** Where a vehicle is, as terminals tell it: the body of 0x0200, and of others that hold one. Pure. */

/** One extra behind the fixed part: its id and its value, whatever they mean. */
export interface Extra {
  readonly id: number;
  readonly value: Buffer;
}

export interface TerminalLocation {
  /** A bit for each alarm. */
  readonly alarm: number;
  /** A bit for each state, such as ignition and a position that is one. */
  readonly status: number;
  /** Degrees; south and west are negative. */
  readonly latitude: number;
  readonly longitude: number;
  /** Metres. */
  readonly altitude: number;
  /** km/h. */
  readonly speed: number;
  /** Degrees from north by east. */
  readonly direction: number;
  /** Twelve digits, of China's time. */
  readonly clock: string;
  readonly extras: readonly Extra[];
  /** What stands behind the last extra that is whole: one that says it is longer than what is left. */
  readonly cut: Buffer;
}

const FIXED_BYTES = 28;
const [SOUTH, WEST] = [1 << 2, 1 << 3];

/** @returns undefined where the fixed part is not there */
export function readLocation(body: Buffer): TerminalLocation | undefined {
  if (body.length < FIXED_BYTES) return undefined;
  const status = body.readUInt32BE(4);
  const degrees = (at: number, negative: number) =>
    ((status & negative) === 0 ? 1 : -1) * (body.readUInt32BE(at) / 1e6) + 0;
  const extras: Extra[] = [];
  let at = FIXED_BYTES;
  while (at + 2 <= body.length && at + 2 + body[at + 1]! <= body.length) {
    const end = at + 2 + body[at + 1]!;
    extras.push({ id: body[at]!, value: body.subarray(at + 2, end) });
    at = end;
  }
  return {
    alarm: body.readUInt32BE(0),
    status,
    latitude: degrees(8, SOUTH),
    longitude: degrees(12, WEST),
    altitude: body.readUInt16BE(16),
    speed: body.readUInt16BE(18) / 10,
    direction: body.readUInt16BE(20),
    clock: body.toString("hex", 22, FIXED_BYTES),
    extras,
    cut: body.subarray(at),
  };
}

/** The locations of a batch, and whether they are made up for a time without connection. */
export interface LocationBatch {
  readonly isPast: boolean;
  readonly bodies: readonly Buffer[];
}

/** @returns undefined where the body is not what its counts say */
export function readLocationBatch(body: Buffer): LocationBatch | undefined {
  if (body.length < 3) return undefined;
  const bodies: Buffer[] = [];
  let at = 3;
  while (at + 2 <= body.length) {
    const end = at + 2 + body.readUInt16BE(at);
    if (end > body.length) return undefined;
    bodies.push(body.subarray(at + 2, end));
    at = end;
  }
  const isWhole = at === body.length && bodies.length === body.readUInt16BE(0);
  return isWhole ? { isPast: body[2] === 1, bodies } : undefined;
}

/** `260801063015` as RFC 3339; undefined where it is no moment, as of a clock that was never set. */
export function momentOfClock(clock: string): string | undefined {
  if (!/^\d{12}$/.test(clock)) return undefined;
  const pairAt = (from: number) => Number(clock.slice(from, from + 2));
  const at = clockMoment(
    {
      ...{ year: 2000 + pairAt(0), month: pairAt(2), day: pairAt(4) },
      ...{ hour: pairAt(6), minute: pairAt(8), second: pairAt(10) },
    },
    CHINA_OFFSET_MS,
  );
  return at === undefined ? undefined : chinaText(at);
}

/** The twelve digits of a moment in UTC. @param at epoch milliseconds */
export const clockOf = (at: number): string => new Date(at).toISOString().replaceAll(/\D/g, "").slice(2, 14);
