import { ExactNumber } from "../base/exact-json.ts";
import { isObject, show } from "./kept-json.ts";
import { type Refusal, refuse } from "./reasons.ts";

/** A device's clock may be this far ahead of the platform's; beyond it, it is wrong. */
const MAX_CLOCK_AHEAD_MS = 24 * 60 * 60 * 1000;

/** Clocks that were never set start at 1970, 1980 or 2000; no device of this network is older than this. */
export const EARLIEST_MS = Date.UTC(2015, 0, 1);

/** RFC 3339 §5.6 date-time, upper or lower case, with a space allowed for the T as its note permits. */
const RFC_3339 =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt ](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/**
 * Reads `observedAt` as it is on the wire.
 * @param value RFC 3339 text, epoch milliseconds, or nothing for the time of arrival
 * @param receivedAt the platform's clock when the message arrived, in epoch milliseconds
 * @param arrival the time of an item without one
 * @returns epoch milliseconds (finer fractions are cut), or the refusal
 */
export function readObservedAt(
  value: unknown,
  receivedAt: number,
  arrival: number = receivedAt,
): number | Refusal {
  if (value === undefined || value === null) return arrival;
  const isNumber = typeof value === "number" || value instanceof ExactNumber;
  const at = isNumber ? Number(value) : parseRfc3339(value);
  if (at === undefined || !Number.isFinite(at)) return refuseForm(value);
  if (at - receivedAt > MAX_CLOCK_AHEAD_MS) return refuseAhead(value, receivedAt);
  if (at < EARLIEST_MS) {
    const inSeconds = isNumber && at * 1000 >= EARLIEST_MS && at * 1000 - receivedAt < MAX_CLOCK_AHEAD_MS;
    return refuseUnset(value, inSeconds);
  }
  return Math.trunc(at);
}

// A function of its own, because a closure within puts its captures on the heap at each call, also where nothing is
// refused.
const refuseForm = (value: unknown): Refusal =>
  refuse(
    "bad_time",
    () => `observedAt: ${show(value)}, expected RFC 3339 with an offset, or epoch milliseconds`,
  );

const refuseAhead = (value: unknown, receivedAt: number): Refusal =>
  refuse("clock_ahead", () => `observedAt: ${show(value)} is more than 24 hours ahead of ${iso(receivedAt)}`);

const refuseUnset = (value: unknown, inSeconds: boolean): Refusal =>
  refuse("clock_unset", () =>
    inSeconds
      ? `observedAt: ${show(value)} looks like epoch seconds, expected milliseconds`
      : `observedAt: ${show(value)} is before 2015-01-01`,
  );

/** When an item was observed, if it says so and can be right; only used for devices that have moved. */
export function ownTimeOf(item: unknown, receivedAt: number): number | undefined {
  if (!isObject(item)) return undefined;
  const at = readObservedAt(item.observedAt, receivedAt);
  return typeof at === "number" ? at : undefined;
}

/**
 * Days that readings, or events and replies, are kept (`RETENTION_…_DAYS`; 0: for ever) → how far back one may lie, in
 * milliseconds.
 */
export const reachOf = (days: number | undefined): number =>
  days ? days * 86_400_000 : Number.POSITIVE_INFINITY;

/**
 * An item from before the kept days would be dropped within the hour, and with it its part of a sum. It is refused, so
 * that its sender knows and the platform has it on record.
 * @param since before which everything is gone, in epoch milliseconds
 */
export const refuseTooOld = (observedAt: number, since: number): Refusal =>
  refuse(
    "too_old",
    () =>
      `observedAt: ${iso(observedAt)} is before ${iso(since)}, from where on the platform keeps what it gets`,
  );

function parseRfc3339(value: unknown): number | undefined {
  if (typeof value !== "string" || !RFC_3339.test(value)) return undefined;
  let text = value[10] === " " ? `${value.slice(0, 10)}T${value.slice(11)}` : value;
  // To POSIX a leap second is the next one. JavaScript does not know it; the second before it has readings of its own.
  const isLeap = text.slice(17, 19) === "60";
  if (isLeap) text = `${text.slice(0, 17)}59${text.slice(19)}`;
  const at = Date.parse(text.toUpperCase()) + (isLeap ? 1000 : 0);
  if (Number.isNaN(at)) return undefined;
  // V8 rolls 2026-02-30 over to March; a calendar day that does not exist is a fault.
  const day = Number(text.slice(8, 10));
  const lastDay = new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
  return day <= lastDay ? at : undefined;
}

const iso = (at: number) => new Date(at).toISOString();

/** If the platform's clock was set back by more than this it begins anew, in milliseconds. */
const CLOCK_SET_BACK_MS = 60_000;

/** The time for an item without one: that of its arrival, and never the same millisecond of a device twice. */
export function momentOfArrival(
  { lastArrival }: { readonly lastArrival: number },
  receivedAt: number,
): number {
  return receivedAt <= lastArrival && lastArrival - receivedAt < CLOCK_SET_BACK_MS
    ? lastArrival + 1
    : receivedAt;
}
