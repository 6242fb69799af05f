import type { Fault } from "../../base/errors.ts";
import type { Metric, Metrics } from "../kind.ts";
import { round } from "../noise.ts";
import { ucumFault } from "../ucum.ts";
import { SNAKE_CASE, textFaults } from "./names.ts";

/** Columns that every table of readings or sums has besides its quantities. */
const RESERVED = new Set([
  "device_no",
  "observed_at",
  "received_at",
  "received_after",
  "extra",
  "bucket",
  "readings",
]);
/** PostgreSQL cuts names at 63 bytes, and rollups append up to six characters (`_first`, `_count`). */
const LONGEST_KEY = 50;
const MOST_DECIMALS = 6;
/** A gauge has seven digits, which its rollups keep; a counter is exact as far as JavaScript counts. */
const LARGEST = { gauge: 1e7, counter: Number.MAX_SAFE_INTEGER };

/** Faults of a kind's quantities. */
export function* quantityFaults(metrics: Metrics): Generator<Fault> {
  const entries = Object.entries(metrics);
  if (entries.length === 0)
    yield { path: "/metrics", message: "it measures nothing: expected at least one quantity" };
  const alike = new Map<string, string>();
  for (const [key, metric] of entries) {
    const path = `/metrics/${key}`;
    if (!SNAKE_CASE.test(key)) yield { path, message: `'${key}' is to be a column: expected snake_case` };
    if (key.length > LONGEST_KEY)
      yield { path, message: `'${key}' is to be a column: expected at most ${LONGEST_KEY} characters` };
    if (RESERVED.has(key))
      yield { path, message: `every table has a column '${key}' already: expected another name` };
    const plain = key.replaceAll("_", "").toLowerCase();
    const other = alike.get(plain);
    if (other !== undefined)
      yield { path, message: `'${key}' is '${other}' in other letters: expected each quantity once` };
    alike.set(plain, key);
    yield* textFaults(`${path}/about`, metric.about);
    const { type } = metric;
    yield* type === "gauge" || type === "counter"
      ? numberFaults(path, { ...metric, type })
      : wordFaults(path, metric);
  }
}

function* numberFaults(
  path: string,
  metric: Metric & { readonly type: "gauge" | "counter" },
): Generator<Fault> {
  const { type, unit, min, max } = metric;
  const unitFault = ucumFault(unit ?? "");
  if (unitFault !== undefined) yield { path: `${path}/unit`, message: `${unitFault}: expected a UCUM code` };
  if (min === undefined || max === undefined || !Number.isFinite(min) || !Number.isFinite(max)) {
    yield { path, message: "it has no plausible range: expected a number for both `min` and `max`" };
    return;
  }
  if (min >= max) {
    yield { path: `${path}/max`, message: `${max} is not above min ${min}: expected a range` };
    return;
  }
  yield* decimalFaults(path, { ...metric, min, max });
  for (const [index, sentinel] of (metric.sentinels ?? []).entries()) {
    // The value that the sensor sends when it has none must not be a possible value.
    if (!(sentinel < min || sentinel > max)) {
      yield {
        path: `${path}/sentinels/${index}`,
        message: `${sentinel} can be measured: expected a number beyond ${min} to ${max}`,
      };
    }
  }
  if (type === "counter") yield* counterFaults(path, { ...metric, min, max });
}

type Ranged = Metric & { readonly min: number; readonly max: number };

function* decimalFaults(path: string, { type, decimals, min, max }: Ranged): Generator<Fault> {
  if (decimals === undefined) return;
  const at = `${path}/decimals`;
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > MOST_DECIMALS) {
    yield { path: at, message: `${decimals}: expected a whole number from 0 to ${MOST_DECIMALS}` };
    return;
  }
  for (const bound of [min, max]) {
    if (round(bound, decimals) !== bound)
      yield { path: at, message: `${decimals} digits cannot hold the bound ${bound}: expected more` };
  }
  const most = type === "gauge" ? LARGEST.gauge : LARGEST.counter;
  const largest = Math.max(-min, max) * 10 ** decimals;
  if (largest >= most)
    yield { path: at, message: `in such steps the range goes to ${largest}: expected less than ${most}` };
}

function* counterFaults(path: string, metric: Ranged): Generator<Fault> {
  const { min, max, resets = "", tolerance = 0, rollsOverAt } = metric;
  if (resets.trim() === "")
    yield {
      path: `${path}/resets`,
      message: "missing: expected when the counter may go back to zero, in words",
    };
  if (!(tolerance >= 0 && tolerance < max - min)) {
    yield { path: `${path}/tolerance`, message: `${tolerance}: expected from 0 to less than the range` };
  }
  if (rollsOverAt !== undefined && !(rollsOverAt > max)) {
    yield {
      path: `${path}/rollsOverAt`,
      message: `the register shows ${rollsOverAt}, as max ${max} says: expected the first number that it cannot show`,
    };
  }
}

function* wordFaults(path: string, { type, unit, decimals, values, maxLength }: Metric): Generator<Fault> {
  if (unit !== undefined || decimals !== undefined)
    yield { path, message: `a ${type} has words: expected neither unit nor decimals` };
  if (type === "state") {
    const words = values ?? [];
    if (new Set(words).size !== words.length || words.length < 2 || words.includes("")) {
      yield {
        path: `${path}/values`,
        message: `'${words.join("', '")}': expected two different words or more`,
      };
    }
  } else if (!Number.isInteger(maxLength) || maxLength! < 1) {
    yield { path: `${path}/maxLength`, message: `${maxLength}: expected a whole number from 1` };
  }
}
