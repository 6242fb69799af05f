import type { CheckedMetric } from "./checked-metric.ts";
import { isObject, type JsonObject } from "./decode.ts";
import { type Refusal, refuse } from "./reasons.ts";
import { plainKey } from "./time-keys.ts";

/** How much of a message is looked at: a hint is for a person, and must not cost others time. */
const MAX_KEYS = 16;
const MAX_KEY_LENGTH = 64;

/** Refuses a reading that holds keys, but none that its kind measures, with the likeliest reason why. */
export function refuseUnknown(
  kind: string,
  reading: JsonObject,
  metrics: ReadonlyMap<string, CheckedMetric>,
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

const named = ({ key, unit }: CheckedMetric) => (unit === "" ? key : `${key} (${unit})`);

function hintOf(
  key: string,
  value: unknown,
  metrics: ReadonlyMap<string, CheckedMetric>,
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

/** The quantity that somebody may have meant: other case or signs, its unit behind it, or a letter or two wrong. */
function closest(key: string, metrics: ReadonlyMap<string, CheckedMetric>): CheckedMetric | undefined {
  if (key.length > MAX_KEY_LENGTH) return undefined;
  const plain = plainKey(key);
  let best: CheckedMetric | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const metric of metrics.values()) {
    const name = plainKey(metric.key);
    if (plain === name) return metric;
    // `volume_m3`, `volumeL`, `temp`
    const partly = plain.startsWith(name) || (plain.length >= 3 && name.startsWith(plain));
    const most = partly ? 1 : Math.floor(name.length / 3);
    // Each letter more or less is one to be taken out or put in.
    if (!partly && Math.abs(plain.length - name.length) > most) continue;
    const distance = partly ? 1 : editDistance(plain, name);
    if (distance < least && distance <= most) {
      least = distance;
      best = metric;
    }
  }
  return best;
}

/** Levenshtein's: how many letters have to be put in, taken out or changed. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}
