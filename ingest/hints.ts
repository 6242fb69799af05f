import { editDistance } from "../base/edit-distance.ts";
import type { CheckedQuantity } from "./checked-quantity.ts";
import { isObject, type JsonObject } from "./kept-json.ts";
import { type Refusal, refuse } from "./reasons.ts";
import { plainKey } from "./time-keys.ts";

/** How much of a message is looked at: a hint is for a person, and must not cost others time. */
const MAX_KEYS = 16;
const MAX_KEY_LENGTH = 64;

/** Refuses a reading that holds keys, but none that its kind measures, with the likeliest reason. */
export function refuseUnknown(
  kind: string,
  reading: JsonObject,
  metrics: ReadonlyMap<string, CheckedQuantity>,
): Refusal {
  return refuse("no_quantity", () => {
    const keys = Object.keys(reading).filter((key) => key !== "observedAt" && !metrics.has(key));
    const hints = keys.slice(0, MAX_KEYS).flatMap((key) => hintOf(key, reading[key], metrics) ?? []);
    const known = [...metrics.values()].map(named).join(", ");
    const first = keys.slice(0, 3).map((key) => `'${key.slice(0, MAX_KEY_LENGTH)}'`);
    const said = hints.length > 0 ? hints.slice(0, 4).join("; ") : `nothing known in ${first.join(", ")}`;
    return `${said}; a ${kind} measures ${known}`;
  });
}

const named = ({ key, unit }: CheckedQuantity) => (unit === "" ? key : `${key} (${unit})`);

function hintOf(
  key: string,
  value: unknown,
  metrics: ReadonlyMap<string, CheckedQuantity>,
): string | undefined {
  if (key.length > MAX_KEY_LENGTH) return undefined;
  const inner = Array.isArray(value) ? value[0] : value;
  if (isObject(inner)) {
    const inside = Object.keys(inner)
      .slice(0, MAX_KEYS)
      .find((name) => closest(name, metrics));
    return (
      inside &&
      `'${inside.slice(0, MAX_KEY_LENGTH)}' lies below '${key}': send quantities beside observedAt, not inside another object`
    );
  }
  if (typeof value === "string" && metrics.has(value)) {
    return `'${value}' stands in '${key}': send {"${value}": …}`;
  }
  const near = closest(key, metrics);
  return near && `'${key}': did you mean '${near.key}'${near.unit === "" ? "" : `, in ${near.unit}`}?`;
}

/** The quantity that may have been meant. */
const closest = (key: string, metrics: ReadonlyMap<string, CheckedQuantity>): CheckedQuantity | undefined =>
  closestOf(key, metrics.values(), ({ key }) => key);

/** The word that may have been meant: other case or signs, its unit behind it, or a letter or two wrong. */
function closestOf<T>(key: string, among: Iterable<T>, nameOf: (one: T) => string): T | undefined {
  if (key.length > MAX_KEY_LENGTH) return undefined;
  const plain = plainKey(key);
  let best: T | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const one of among) {
    const name = plainKey(nameOf(one));
    if (plain === name) return one;
    // `volume_m3`, `volumeL`, `temp`
    const partly = plain.startsWith(name) || (plain.length >= 3 && name.startsWith(plain));
    const most = partly ? 1 : Math.floor(name.length / 3);
    // Each letter more or less is one to be taken out or put in.
    if (!partly && Math.abs(plain.length - name.length) > most) continue;
    const distance = partly ? 1 : editDistance(plain, name);
    if (distance < least && distance <= most) {
      least = distance;
      best = one;
    }
  }
  return best;
}

/** The hint after the expected words where another one came; empty where none is like it. */
export function meantWord(given: unknown, words: Iterable<unknown>): string {
  const near = typeof given === "string" ? closestOf(given, words, String) : undefined;
  return near === undefined ? "" : `; did you mean '${near}'?`;
}

/** The same where an event names no type: one that stands under another key. */
export function meantType(event: JsonObject, types: ReadonlySet<string>): string {
  for (const key of Object.keys(event).slice(0, MAX_KEYS)) {
    const value = event[key];
    if (typeof value === "string" && types.has(value))
      return `; '${value}' stands in '${key.slice(0, MAX_KEY_LENGTH)}': send it as type`;
  }
  return "";
}

const NUMBER_AND_UNIT = /^\s*[+-]?\d{1,16}(?:([.,])\d{1,16})?\s*([^\d\s][^\d]{0,15})?$/;

/** The same where a number was expected. */
export function meantNumber(given: unknown): string {
  const [found, point, unit] = (typeof given === "string" && NUMBER_AND_UNIT.exec(given)) || [];
  if (found === undefined) return "";
  const more = [point === "," ? "with a point" : "", unit ? "without its unit" : ""].filter(Boolean);
  return `; it is a number in quotes: send it without them${more.length > 0 ? `, ${more.join(" and ")}` : ""}`;
}
