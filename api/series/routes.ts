import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import type { Logger } from "../../base/log.ts";
import { type Db, type Pool, parseInterval } from "../../store/database/index.ts";
import { levelBelow } from "../../store/places/index.ts";
import {
  type Aggregate,
  chooseColumns,
  planSeries,
  readDeviceSeries,
  readFleetSeries,
  type SeriesPlan,
} from "../../store/rollups/index.ts";
import { recordRead } from "../audit/record.ts";
import { type CatalogIndex, invalidField } from "../catalog.ts";
import { sendCsv } from "../csv.ts";
import type { FindKey } from "../devices/key.ts";
import { deviceParams } from "../devices/schema.ts";
import { type Allow, grantOf } from "../guard.ts";
import { csvOr } from "../media.ts";
import { wantsCsv } from "../negotiate.ts";
import { plainJson } from "../plain-json.ts";
import { problems } from "../problem.ts";
import { readsOf } from "../reads.ts";
import { assertRange } from "../schemas.ts";
import { bucketCsvColumns, fleetCsvColumns, fleetRows, stayJson, toBucketJson } from "./present.ts";
import { deviceSeriesQuery, deviceSeriesSchema, fleetSeriesQuery, fleetSeriesSchema } from "./schema.ts";

export interface SeriesOptions {
  readonly pool: Pool;
  readonly findKey: FindKey;
  readonly catalog: CatalogIndex;
  readonly log: Logger;
  readonly allow: Allow;
}

/** A year of hours has 8,784 buckets. */
const MAX_BUCKETS = 10_000;
/** A year of quarters of an hour has 35,136; as CSV a device's buckets are in memory once, not twice. */
const MAX_BUCKETS_CSV = 50_000;
/** Groups times buckets of one page: about 10 MB of JSON. */
const MAX_POINTS = 100_000;
/** As CSV a page is only a step, and the part that is in memory: about 10 MB. */
const MAX_POINTS_CSV = 20_000;
const DEFAULT_GROUPS = 100;

interface AskedSeries {
  readonly from: Date;
  readonly to?: Date | undefined;
  readonly metrics?: string[] | undefined;
  readonly aggregate?: Aggregate[] | undefined;
  readonly interval: string;
  readonly timeZone: string;
}

/** A bucket begins before the moment of the request and ends after it, by a month and a zone at most. */
function assertRoomForBuckets(at: Date, path: string): void {
  const year = at.getUTCFullYear();
  if (year < 2 || year > 9998) throw invalidField(path, `${at.toISOString()}, expected the years 2 to 9998`);
}

/** Values over time in buckets, of one device or of a fleet. */
export const seriesRoutes: FastifyPluginAsyncZod<SeriesOptions> = async (app, options) => {
  const { pool, catalog, log, allow } = options;

  function plan(
    db: Db,
    kind: string,
    asked: AskedSeries,
    overFleet: boolean,
    maxBuckets: number,
  ): Promise<SeriesPlan> {
    const to = asked.to ?? new Date();
    assertRange(asked.from, to);
    assertRoomForBuckets(asked.from, "/from");
    assertRoomForBuckets(to, "/to");
    const interval = parseInterval(asked.interval);
    if (!interval) throw invalidField("/interval", `'${asked.interval}' is no interval: expected e.g. 15m`);
    const columns = chooseColumns(catalog.columns(kind, asked.metrics), {
      named: asked.metrics !== undefined,
      aggregates: asked.aggregate ?? [],
      overFleet,
    });
    const { from, timeZone } = asked;
    return planSeries(db, { table: catalog.table(kind), columns, interval, timeZone, from, to }, maxBuckets);
  }

  const describe = (kind: string, { interval }: AskedSeries, planned: SeriesPlan) => ({
    kind,
    source: planned.source,
    interval,
    timeZone: planned.timeZone,
    from: planned.from,
    to: planned.to,
    columns: planned.columns.map(({ metric, aggregate }) => ({
      metric: metric.name,
      aggregate,
      unit: aggregate === "count" ? "1" : (catalog.metric(kind, metric.name)?.unit ?? null),
    })),
  });

  app.get(
    "/devices/:id/series",
    {
      onRequest: allow("readings:read"),
      config: { reads: "replica", patient: true },
      serializerCompiler: plainJson,
      schema: {
        operationId: "getDeviceSeries",
        tags: ["series"],
        summary: "A device's values in buckets of time",
        params: deviceParams,
        querystring: deviceSeriesQuery,
        response: {
          200: csvOr(deviceSeriesSchema, "The series."),
          ...problems("device_not_found", "range_too_wide", "readings_dropped"),
        },
      },
    },
    async (request, reply) => {
      const csv = wantsCsv(request.headers.accept);
      const { deviceNo, id, kind, spans } = await options.findKey(request.params.id, grantOf(request).limits);
      const limit = csv ? MAX_BUCKETS_CSV : MAX_BUCKETS;
      const planned = await plan(readsOf(request), kind, request.query, false, limit);
      if (!csv) {
        const buckets = await readDeviceSeries(readsOf(request), planned, deviceNo, spans);
        return {
          deviceId: id,
          ...describe(kind, request.query, planned),
          items: buckets.map((bucket) => toBucketJson(planned.columns, bucket)),
          nextCursor: null,
        };
      }
      return sendCsv(reply, {
        name: `series_${id}_${request.query.interval}`,
        columns: bucketCsvColumns(planned.columns),
        readPage: async () => ({
          items: await readDeviceSeries(readsOf(request), planned, deviceNo, spans),
          nextCursor: null,
        }),
        cursor: undefined,
        firstPageOnly: false,
        record: () => recordRead(pool, request, "export.series", { type: "device", id }),
        log,
      });
    },
  );

  app.get(
    "/series",
    {
      onRequest: allow("readings:read"),
      config: { reads: "replica", patient: true },
      serializerCompiler: plainJson,
      schema: {
        operationId: "getFleetSeries",
        tags: ["series"],
        summary: "The values of many devices in buckets of time, by region or device",
        description:
          "A page holds at most 100,000 buckets, so it may have fewer groups than `limit`. Sums of a region include devices that were deleted or moved away since. Grouped by device, these are listed too, each with its readings from there. A device above the level is listed under its own region.",
        querystring: fleetSeriesQuery,
        response: {
          200: csvOr(fleetSeriesSchema, "A page of groups; as CSV all of them."),
          ...problems("not_found", "invalid_cursor", "range_too_wide", "readings_dropped"),
        },
      },
    },
    async (request, reply) => {
      const csv = wantsCsv(request.headers.accept);
      const { kind, region, groupBy, limit, cursor } = request.query;
      const { limits } = grantOf(request);
      if (groupBy === "device" && request.query.level) {
        throw invalidField("/level", "With groupBy=device there is no level: expected groupBy=region");
      }
      const level = groupBy === "device" ? null : (request.query.level ?? levelBelow(region));
      const planned = await plan(
        readsOf(request),
        kind,
        request.query,
        groupBy === "region",
        csv ? MAX_BUCKETS_CSV : MAX_BUCKETS,
      );
      const fleet = { kind, region, groupBy: level ?? ("device" as const) };
      const affordable = Math.max(1, Math.floor((csv ? MAX_POINTS_CSV : MAX_POINTS) / planned.buckets));
      const readPage = (at: string | undefined) =>
        readFleetSeries(readsOf(request), planned, fleet, limits, {
          limit: Math.min(limit ?? DEFAULT_GROUPS, affordable),
          cursor: at,
        });
      if (!csv) {
        const page = await readPage(cursor);
        return {
          ...describe(kind, request.query, planned),
          region: region ?? null,
          groupBy,
          level,
          items: page.items.map(({ buckets, stay, ...group }) => ({
            ...group,
            ...stayJson(stay),
            buckets: buckets.map((bucket) => toBucketJson(planned.columns, bucket)),
          })),
          nextCursor: page.nextCursor,
        };
      }
      return sendCsv(reply, {
        name: `series_${kind}_${region ?? "all"}_${request.query.interval}`,
        columns: fleetCsvColumns(planned.columns, groupBy),
        readPage: async (at) => {
          const page = await readPage(at);
          return { items: fleetRows(page.items), nextCursor: page.nextCursor };
        },
        cursor,
        firstPageOnly: limit !== undefined,
        record: () => recordRead(pool, request, "export.series", { type: "region", id: region ?? null }),
        log,
      });
    },
  );
};
