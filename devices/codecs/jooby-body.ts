import { HOUR_MS } from "../local-time.ts";
import type { ByteReader } from "./byte-reader.ts";
import { type ClockFields, clockMoment } from "./moments.ts";

/** The parts that bodies of Jooby's commands are made of. */

/** A pulse register, or what was added to it, and whether a magnet was near. */
export interface JoobyCounter {
  readonly pulses: number;
  readonly magnet: boolean;
}

/** The register of one input, and what was added by hours after or before it. */
export interface JoobyChannel {
  readonly channel: number;
  readonly values: readonly number[];
  /** Set where the device knows what its pulses stand for. */
  readonly litresPerPulse?: number;
}

const EPOCH_2000_MS = Date.UTC(2000, 0, 1);
const MAGNET = 0x80;
/** The archive has nothing for that time; elsewhere it is the largest register. */
export const NOTHING_ARCHIVED = 0xffffffff;

/** Seconds since 2000, GMT. */
export const time2000 = (reader: ByteReader): number => EPOCH_2000_MS + reader.uint(4, "time") * 1000;

/** Seven bits of year, four of month, five of day; a day that does not exist is a fault. */
export function dateOf(reader: ByteReader): number {
  const began = reader.at;
  const word = reader.uint(2, "date");
  const fields: ClockFields = { year: 2000 + (word >> 9), month: (word >> 5) & 15, day: word & 31 };
  const at = clockMoment(fields, 0);
  if (at === undefined)
    reader.fail("value", "date", `${fields.year}-${fields.month}-${fields.day} is no day`, began);
  return at ?? 0;
}

/** The hour of the day and how many hours follow; a zero byte means that there are none. */
export function hoursOf(byte: number): { hourMs: number; hours: number } {
  return byte === 0 ? { hourMs: 0, hours: 0 } : { hourMs: (byte & 0x1f) * HOUR_MS, hours: (byte >> 5) + 1 };
}

export function counterOf(reader: ByteReader): JoobyCounter {
  const flags = reader.byte("flags");
  return { magnet: (flags & MAGNET) !== 0, pulses: reader.uint(3, "counter") };
}

/** A day, an hour of it, a counter. */
export function hourCounterOf(reader: ByteReader): JoobyCounter & { readonly at: number } {
  const day = dateOf(reader);
  const flags = reader.byte("hour");
  const pulses = reader.uint(3, "counter");
  return { at: day + hoursOf(flags).hourMs, pulses, magnet: (flags & MAGNET) !== 0 };
}

/** The same; then steps of 13 bits with a flag each. */
export function hourlyOf(reader: ByteReader) {
  const counter = hourCounterOf(reader);
  const steps: JoobyCounter[] = [];
  while (reader.left > 0) {
    const step = reader.uint(2, "step");
    steps.push({ magnet: (step & 0x8000) !== 0, pulses: step & 0x1fff });
  }
  return { ...counter, steps };
}

/** Seven bits of a number a byte, the lowest first; the eighth says that another byte follows. */
export function extendedOf(reader: ByteReader): number {
  let value = 0;
  for (let position = 0; position < 5; position++) {
    const byte = reader.byte("value");
    value += (byte & 0x7f) * 2 ** (7 * position);
    if (byte < 0x80) return value;
  }
  reader.fail("value", "value", "more than five bytes");
  return value;
}

/** Inputs, from 1: a bit each in bytes of seven; the eighth bit says that another byte follows. */
export function channelsOf(reader: ByteReader): number[] {
  const channels: number[] = [];
  for (let first = 1; first <= 29; first += 7) {
    const byte = reader.byte("channels");
    for (let bit = 0; bit < 7; bit++) if ((byte & (1 << bit)) !== 0) channels.push(first + bit);
    if (byte < 0x80) return channels;
  }
  reader.fail("value", "channels", "more than five bytes");
  return channels;
}

const COEFFICIENTS = [1, 5, 10, 100, 1000, 10_000, 100_000];

/** Litres of a pulse: a code from 80 on, or the number itself. */
function litresOf(reader: ByteReader): number {
  const began = reader.at;
  const byte = reader.byte("pulse coefficient");
  const litres = byte < 0x80 ? byte : COEFFICIENTS[byte - 0x80];
  if (litres === undefined) reader.fail("value", "pulse coefficient", `${byte}, expected 128 to 134`, began);
  return litres ?? 0;
}

/**
 * Inputs with values each, as many as there are.
 * @param count of values for each input
 * @param weighed whether a pulse's litres stand before them
 */
export function channelValues(
  reader: ByteReader,
  channels: readonly number[],
  count: number,
  weighed: boolean,
): JoobyChannel[] {
  const all: JoobyChannel[] = [];
  for (const channel of channels) {
    const weight = weighed ? { litresPerPulse: litresOf(reader) } : {};
    const values: number[] = [];
    // A count of 255 in a body of ten bytes must not cost more than the body.
    for (let index = 0; index < count && !reader.fault; index++) values.push(extendedOf(reader));
    if (reader.fault) break;
    all.push({ channel, values, ...weight });
  }
  return all;
}
