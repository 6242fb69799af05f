import type { Random } from "../../devices/random.ts";
import { type KindTable, NO_LIMITS, type Pool, parseInterval } from "../../store/database/index.ts";
import { levelBelow } from "../../store/places/index.ts";
import { findLatestReading, listLatest, listReadings } from "../../store/readings/index.ts";
import {
  type Aggregate,
  chooseColumns,
  planSeries,
  readDeviceSeries,
  readFleetSeries,
} from "../../store/rollups/index.ts";
import type { History } from "./history.ts";

/** One question, about a device or county that chance picks, in the two ways that are compared. */
export interface Question {
  readonly name: string;
  /** The API's path for it. */
  readonly path: (asked: AskedAbout) => string;
  /** The same through the store's own functions: bare SQL. @returns how many items it found */
  readonly bare: (pool: Pool, asked: AskedAbout) => Promise<number>;
}

/** The device and county that the question is about. */
export interface AskedAbout {
  readonly deviceId: string;
  readonly deviceNo: number;
  readonly county: string;
}

export function pick(history: History, random: Random): AskedAbout {
  const device = Math.floor(random.between(0, history.deviceIds.length));
  const county = Math.floor(random.between(0, history.counties.length));
  return {
    deviceId: history.deviceIds[device]!,
    deviceNo: history.deviceNos[device]!,
    county: history.counties[county]!,
  };
}

const DAY_MS = 24 * 3_600_000;
const PAGE = 1000;
const TIME_ZONE = "Asia/Shanghai";

interface SeriesAsked {
  readonly from: Date;
  readonly to: Date;
  readonly interval: string;
  readonly metrics: readonly string[];
  readonly aggregates: readonly Aggregate[];
}

/** @param table of the gas meters */
export function questionsAbout(history: History, table: KindTable): Question[] {
  const { end } = history;
  const before = (days: number) => new Date(end.getTime() - days * DAY_MS);

  const plan = (pool: Pool, asked: SeriesAsked, overFleet: boolean) => {
    const columns = chooseColumns(
      table.columns.filter(({ name }) => asked.metrics.includes(name)),
      { named: true, aggregates: asked.aggregates, overFleet },
    );
    const interval = parseInterval(asked.interval)!;
    return planSeries(pool, { ...asked, table, columns, interval, timeZone: TIME_ZONE }, 10_000);
  };
  const query = ({ from, to, interval, metrics, aggregates }: SeriesAsked) =>
    `from=${from.toISOString()}&to=${to.toISOString()}&interval=${interval}&metrics=${metrics.join(",")}` +
    (aggregates.length > 0 ? `&aggregate=${aggregates.join(",")}` : "");

  const year: SeriesAsked = {
    from: before(365),
    to: end,
    interval: "1d",
    metrics: ["volume", "flow", "temperature"],
    aggregates: [],
  };
  const month: SeriesAsked = { ...year, from: before(30), metrics: ["volume"] };

  return [
    {
      name: "one device's newest reading",
      path: ({ deviceId }) => `/v1/devices/${deviceId}/latest`,
      bare: async (pool, { deviceNo }) => ((await findLatestReading(pool, table, deviceNo)) ? 1 : 0),
    },
    {
      name: "one device's last day, as it came",
      path: ({ deviceId }) =>
        `/v1/devices/${deviceId}/readings?from=${before(1).toISOString()}&to=${end.toISOString()}&limit=${PAGE}`,
      bare: async (pool, { deviceNo }) => {
        const { columns } = table;
        const wanted = { deviceNo, from: before(1), to: end, order: "desc", columns } as const;
        return (await listReadings(pool, table, wanted, { limit: PAGE })).items.length;
      },
    },
    {
      name: "one device's year by day",
      path: ({ deviceId }) => `/v1/devices/${deviceId}/series?${query(year)}`,
      bare: async (pool, { deviceNo }) =>
        (await readDeviceSeries(pool, await plan(pool, year, false), deviceNo)).length,
    },
    {
      name: "a county by township, 30 days by day",
      path: ({ county }) => `/v1/series?kind=gas-meter&region=${county}&groupBy=region&${query(month)}`,
      bare: async (pool, { county }) => {
        const fleet = { kind: "gas-meter", region: county, groupBy: levelBelow(county) } as const;
        const planned = await plan(pool, month, true);
        return (await readFleetSeries(pool, planned, fleet, NO_LIMITS, { limit: 100 })).items.length;
      },
    },
    {
      name: `newest values of ${PAGE.toLocaleString("en-US")} meters of a county`,
      path: ({ county }) => `/v1/latest?kind=gas-meter&region=${county}&metrics=volume&limit=${PAGE}`,
      bare: async (pool, { county }) => {
        const columns = table.columns.filter(({ name }) => name === "volume");
        const wanted = { region: county, columns };
        return (await listLatest(pool, table, wanted, NO_LIMITS, { limit: PAGE })).items.length;
      },
    },
    {
      name: `all newest values of ${PAGE.toLocaleString("en-US")} meters of a county`,
      path: ({ county }) => `/v1/latest?kind=gas-meter&region=${county}&limit=${PAGE}`,
      bare: async (pool, { county }) => {
        const wanted = { region: county, columns: table.columns };
        return (await listLatest(pool, table, wanted, NO_LIMITS, { limit: PAGE })).items.length;
      },
    },
  ];
}
