import {
  assertIdentifier,
  inUnit,
  type KindTable,
  type QuantityColumn,
  ROLLUP_TIME_ZONE,
} from "../database/index.ts";

/**
 * The SQL of a kind's rollups, whose columns are in the quantities' units. Hours are a plain view of the readings; the
 * platform keeps days with the same columns (`kept-days.ts`).
 */

export function hourColumns(column: QuantityColumn): string[] {
  const m = assertIdentifier(column.name);
  switch (column.type) {
    case "gauge": {
      // Seven digits: what a gauge has, and half the room of a double.
      const inFour = (extreme: string) =>
        column.decimals === undefined ? extreme : `(${inUnit(column, extreme)})::real`;
      // A sum of whole numbers is exact. sum(real) is real, which loses the seventh digit after a few readings.
      const exact = column.decimals === undefined ? `${m}::double precision` : m;
      return [
        `count(${m}) as ${m}_count`,
        `${inFour(`min(${m})`)} as ${m}_min`,
        `${inFour(`max(${m})`)} as ${m}_max`,
        `${inUnit(column, `sum(${exact})`)} as ${m}_sum`,
      ];
    }
    case "counter":
      // first() and last() take the value at the extreme time even if it is null, so filter.
      return ["first", "last"].map(
        (which) =>
          `${inUnit(column, `${which}(${m}, observed_at) filter (where ${m} is not null)`)} as ${m}_${which}`,
      );
    default:
      return [`last(${m}, observed_at) filter (where ${m} is not null) as ${m}_last`];
  }
}

export function dayColumns({ name, type }: QuantityColumn): string[] {
  const m = assertIdentifier(name);
  switch (type) {
    case "gauge":
      return [
        `sum(${m}_count)::bigint as ${m}_count`,
        `min(${m}_min) as ${m}_min`,
        `max(${m}_max) as ${m}_max`,
        `sum(${m}_sum) as ${m}_sum`,
      ];
    case "counter":
      return [
        `first(${m}_first, bucket) filter (where ${m}_first is not null) as ${m}_first`,
        `last(${m}_last, bucket) filter (where ${m}_last is not null) as ${m}_last`,
      ];
    default:
      return [`last(${m}_last, bucket) filter (where ${m}_last is not null) as ${m}_last`];
  }
}

export function hourSelect({ table, columns }: KindTable): string {
  return [
    "select time_bucket(interval '1 hour', observed_at) as bucket, device_no, count(*) as readings",
    ...columns.flatMap(hourColumns).map((column) => `, ${column}`),
    `from ${assertIdentifier(table)} group by 1, 2`,
  ].join("\n");
}

export function daySelect({ table, columns }: KindTable): string {
  return [
    `select time_bucket(interval '1 day', bucket, '${ROLLUP_TIME_ZONE}') as bucket, device_no, sum(readings)::bigint as readings`,
    ...columns.flatMap(dayColumns).map((column) => `, ${column}`),
    // time_bucket is named again because "bucket" would mean the input column here.
    `from ${assertIdentifier(table)}_1h group by time_bucket(interval '1 day', bucket, '${ROLLUP_TIME_ZONE}'), device_no`,
  ].join("\n");
}
