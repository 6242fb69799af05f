export { buildRollups } from "./build-rollups.ts";
export { logChangedDays } from "./changed-days.ts";
export type { SeriesGroup, Stay } from "./fleet-pages.ts";
export { readFleetSeries } from "./fleet-series.ts";
export { type Kept, settledAt } from "./keep-days.ts";
export { assertCountable, dayOf, hasKeptDays, keptTable, readReadingsSince } from "./kept-days.ts";
export { keptBefore, lateBefore } from "./late-readings.ts";
export { startRollupKeeper } from "./rollup-keeper.ts";
export { describeBackfill, type RollupLag, readRollupLags } from "./rollup-lag.ts";
export { daySelect, hourSelect } from "./rollups.ts";
export {
  type Bucket,
  chooseColumns,
  planSeries,
  readDeviceSeries,
  type SeriesPlan,
  supportedAggregates,
} from "./series.ts";
export { AGGREGATES, type Aggregate, type SeriesColumn } from "./series-cells.ts";
export { hasSumsTables, makeSumsTables } from "./sums-table.ts";
