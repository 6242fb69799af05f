import { assertIdentifier, type QuantityColumn, scaleOf, wholeOf } from "../database/index.ts";

/**
 * A counter's usage in SQL. It is the sum of the steps of its readings, in whole steps of the counter's resolution, and
 * `usage_steps` (migration 0036) defines them. A step belongs to the moment of its reading, so the usage of any span is
 * the sum of the steps in it; and a query that has the state at a moment can go on from there.
 */

/** The resolution of a table of floats, which has none of its own: millionths. */
const DECIMALS_OF_FLOATS = 6;

/** The number of steps in one unit of the quantity. */
export const stepsPerUnit = (column: QuantityColumn): number =>
  scaleOf({ ...column, decimals: column.decimals ?? DECIMALS_OF_FLOATS });

/** A value of the counter's column in whole steps. */
export const inSteps = (column: QuantityColumn, value: string): string =>
  column.decimals === undefined
    ? `round((${value} * ${stepsPerUnit(column)})::numeric)::bigint`
    : `${value}::bigint`;

/** A register that a person has read off, in whole steps: the same as a reading of it. */
const registerSteps = (column: QuantityColumn, value: string): string =>
  column.decimals === undefined ? inSteps(column, value) : `${wholeOf(column, value)}::bigint`;

const literal = (column: QuantityColumn, value: number | undefined): string =>
  value === undefined ? "null" : String(Math.round(value * stepsPerUnit(column)));

/** SQL of a counter's state, and of the readings that follow. */
export interface Walk {
  readonly level: string;
  readonly edge: string;
  readonly past: string;
  readonly readings: string;
  readonly shifts: string;
  readonly following: string;
}

/** A call of `usage_steps`, by the counter's own rules. */
export const walkSql = (column: QuantityColumn, walk: Walk): string =>
  `usage_steps(${[
    ...[walk.level, walk.edge, walk.past, walk.readings, walk.shifts, walk.following],
    literal(column, column.tolerance ?? 0),
    literal(column, column.rollsOverAt),
    String(column.restarts ?? false),
  ].join(", ")})`;

/** The positions of the result, by name. */
export const WALKED = { edgeStep: 1, level: 2, edge: 3, tail: 4, sum: 5, firstStep: 10 } as const;

/** The past in that result; null where all of it is, which is nearly always. */
export const pastOf = (walked: string): string =>
  `case when ${walked}[6] is not null or ${walked}[9] is not null then ${walked}[6:9] end`;

/** The counter's readings of a group as an array, in the order of time. */
export const readingsOf = (column: QuantityColumn, row: string): string =>
  `array_agg(${inSteps(column, `${row}.${assertIdentifier(column.name)}`)} order by ${row}.observed_at)`;

/** The start of recorded exchanges that count: of a device, from the moment of a state, which includes those before. */
export interface Since {
  readonly device: string;
  readonly since: string;
}

const between = (column: QuantityColumn, { device, since }: Since): string =>
  `register_exchanges e where e.device_no = ${device} and e.metric = '${assertIdentifier(column.name)}' and e.at >= ${since}`;

/** The shift that exchanges add to a value that is observed at a moment, in steps. */
export const shiftAt = (column: QuantityColumn, since: Since, moment: string): string =>
  `coalesce((select sum(${registerSteps(column, "e.old_register")} - ${registerSteps(column, "e.new_register")})::bigint
     from ${between(column, since)} and e.at <= ${moment}), 0)`;

/**
 * The shifts for `usage_steps`: null where there was no exchange, which is nearly always.
 * @param moments SQL of an array of when the readings were observed; `end` of where they end
 */
export const shiftsSql = (column: QuantityColumn, since: Since, moments: string, end: string): string =>
  `case when exists (select from ${between(column, since)} and e.at < ${end}) then (
     select array_agg(${shiftAt(column, since, "t.at")} order by t.n)
     from unnest(${moments} || (${end} - interval '1 microsecond')) with ordinality as t (at, n)) end`;
