import { ExactNumber } from "../base/exact-json.ts";
import { type CheckedQuantity, NUMBER, STATE } from "./checked-quantity.ts";
import { meantNumber, meantWord } from "./hints.ts";
import { checkText, type LeftOut, show } from "./kept-json.ts";
import { type Reason, type Refusal, refuse } from "./reasons.ts";

/**
 * The reasons why a value of a reading is not kept while others are. A reading with nothing to keep is refused for the
 * first of these that it has: alarms look at values off the scale.
 */
const ASIDE_REASONS = ["off_scale", "sensor_fault", "bad_type", "bad_text", "too_deep"] as const;

/** A value that is not kept, beside others that are. */
export interface SetAside {
  readonly key: string;
  /** As it was sent. */
  readonly given: unknown;
  readonly refusal: Refusal;
  /** The quantity and its number, where that is off the scale: alarms look at it. */
  readonly offScale: { readonly metric: CheckedQuantity; readonly value: number } | undefined;
}

/** At most so many values of one refusal are put into words. */
const MAX_TOLD = 16;

/** The refusal of values that are set aside, which all have one reason. */
export function refuseAside(aside: readonly SetAside[]): Refusal {
  const [first] = aside;
  if (aside.length === 1) return first!.refusal;
  return refuse(first!.refusal.reason, () => {
    const told = aside.slice(0, MAX_TOLD).map(({ refusal }) => refusal.detail);
    if (aside.length > MAX_TOLD) told.push(`and ${aside.length - MAX_TOLD} more`);
    return told.join("; ");
  });
}

/** The values that are set aside, those of one reason together, in the order of `ASIDE_REASONS`. */
export const asideByReason = (aside: readonly SetAside[]): SetAside[][] =>
  ASIDE_REASONS.map((reason) => aside.filter(({ refusal }) => refusal.reason === reason)).filter(
    (some) => some.length > 0,
  );

/** Looks at a number that is no plain one within its range. @returns the reason why it is not kept; undefined: it is */
export function lookAtNumber(metric: CheckedQuantity, given: unknown): SetAside | undefined {
  const value = given instanceof ExactNumber ? Number(given.text) : given;
  const { key, min, max, unit } = metric;
  if (typeof value !== "number") return wrongType(metric, given);
  if (!Number.isFinite(value) || metric.sentinels?.has(value)) {
    return aside(
      key,
      given,
      "sensor_fault",
      () => `${key}: ${show(given)}, which its sensor sends when it has no value`,
    );
  }
  if (value >= min && value <= max) return undefined;
  const refusal = refuse("off_scale", () => `${key}: ${show(given)}, expected ${min} to ${max} ${unit}`);
  return { key, given, refusal, offScale: { metric, value } };
}

/** Looks at a word or a text. @returns the reason why it is not kept; undefined: it is */
export function lookAtText(metric: CheckedQuantity, given: unknown): SetAside | undefined {
  const { key, check, values, maxLength } = metric;
  if (typeof given !== "string") return wrongType(metric, given);
  if (check === STATE) return values.has(given) ? undefined : wrongType(metric, given);
  if (given.length > maxLength) return wrongType(metric, given);
  const refusal = checkText(given, key);
  return refusal && { key, given, refusal, offScale: undefined };
}

export const asideOf = ({ key, given, refusal }: LeftOut): SetAside => ({
  key,
  given,
  refusal,
  offScale: undefined,
});

const aside = (key: string, given: unknown, reason: Reason, detail: () => string): SetAside => ({
  key,
  given,
  refusal: refuse(reason, detail),
  offScale: undefined,
});

const wrongType = (metric: CheckedQuantity, given: unknown): SetAside =>
  aside(metric.key, given, "bad_type", () => {
    const { key, check, unit, values, maxLength } = metric;
    if (check === NUMBER) return `${key}: ${show(given)}, expected a number in ${unit}${meantNumber(given)}`;
    if (check === STATE) {
      return `${key}: ${show(given)}, expected one of ${[...values].join(", ")}${meantWord(given, values)}`;
    }
    const length = typeof given === "string" ? `, not ${given.length}` : "";
    return `${key}: ${show(given)}, expected a text of at most ${maxLength} characters${length}`;
  });
