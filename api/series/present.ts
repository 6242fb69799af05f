import type { Aggregate, Bucket, SeriesColumn, SeriesGroup, Stay } from "../../store/rollups/index.ts";
import type { CsvColumn } from "../csv.ts";

type Values = Record<string, Partial<Record<Aggregate, number | string | null>>>;

/** From the columns' order to names: `values.volume.delta`. */
export function toBucketJson(columns: readonly SeriesColumn[], bucket: Bucket) {
  const values: Values = {};
  columns.forEach(({ metric, aggregate }, index) => {
    values[metric.name] = { ...values[metric.name], [aggregate]: bucket.values[index] ?? null };
  });
  return { start: bucket.start, readings: bucket.readings, values };
}

/** The time that a device was there; null by region. */
export const stayJson = (stay: Stay | null) => ({
  deleted: stay?.deleted ?? null,
  from: stay?.from ?? null,
  until: stay?.until ?? null,
});

/** A CSV's columns: `start`, `readings`, and `<metric>_<aggregate>` for each value. */
export function bucketCsvColumns(columns: readonly SeriesColumn[]): CsvColumn<Bucket>[] {
  return [
    { header: "start", value: (bucket) => bucket.start },
    { header: "readings", value: (bucket) => bucket.readings },
    ...columns.map(({ metric, aggregate }, index) => ({
      header: `${metric.name}_${aggregate}`,
      value: (bucket: Bucket) => bucket.values[index] ?? null,
    })),
  ];
}

interface FleetRow {
  readonly group: SeriesGroup;
  readonly bucket: Bucket;
}

export const fleetRows = (groups: readonly SeriesGroup[]): FleetRow[] =>
  groups.flatMap((group) => group.buckets.map((bucket) => ({ group, bucket })));

/** The same columns after the group that the row belongs to; by device, the time that it was there comes after them. */
export function fleetCsvColumns(
  columns: readonly SeriesColumn[],
  groupBy: "region" | "device",
): CsvColumn<FleetRow>[] {
  return [
    ...(groupBy === "device" ? [{ header: "deviceId", value: ({ group }: FleetRow) => group.deviceId }] : []),
    { header: "regionCode", value: ({ group }) => group.regionCode },
    { header: "name", value: ({ group }) => group.name },
    ...bucketCsvColumns(columns).map(({ header, value }) => ({
      header,
      value: ({ bucket }: FleetRow) => value(bucket),
    })),
    ...(groupBy === "device"
      ? (["deleted", "from", "until"] as const).map((header) => ({
          header,
          value: ({ group }: FleetRow) => stayJson(group.stay)[header],
        }))
      : []),
  ];
}
