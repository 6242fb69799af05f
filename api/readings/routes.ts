import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { writeJson } from "../../base/exact-json.ts";
import type { Logger } from "../../base/log.ts";
import type { Pool, QuantityColumn } from "../../store/database/index.ts";
import {
  completeLatest,
  findLatestReading,
  listReadings,
  type Reading,
  readLatestIn,
  readPageAsJson,
} from "../../store/readings/index.ts";
import { recordRead } from "../audit/record.ts";
import type { CatalogIndex } from "../catalog.ts";
import { type CsvColumn, sendCsv } from "../csv.ts";
import type { FindKey } from "../devices/key.ts";
import { deviceParams } from "../devices/schema.ts";
import { type Allow, grantOf } from "../guard.ts";
import { csvOr } from "../media.ts";
import { wantsCsv } from "../negotiate.ts";
import { plainJson, sendJsonText } from "../plain-json.ts";
import { problems } from "../problem.ts";
import { readsOf, withPositionInText } from "../reads.ts";
import { assertRange, pageOf } from "../schemas.ts";
import { latestSchema, readingSchema, readingsQuery } from "./schema.ts";

export interface ReadingsOptions {
  readonly pool: Pool;
  readonly findKey: FindKey;
  readonly catalog: CatalogIndex;
  readonly log: Logger;
  readonly allow: Allow;
}

const DEFAULT_LIMIT = 500;
const CSV_PAGE = 5000;

/** Readings as devices sent them. */
export const readingsRoutes: FastifyPluginAsyncZod<ReadingsOptions> = async (app, options) => {
  const { pool, catalog, log, allow } = options;

  app.get(
    "/devices/:id/latest",
    {
      onRequest: allow("readings:read"),
      config: { reads: "replica" },
      serializerCompiler: plainJson,
      schema: {
        operationId: "getLatestReading",
        tags: ["readings"],
        summary: "A device's newest reading",
        description:
          "Newest by the device's clock: a late reading never takes its place. `reading` is one message as it came; `metrics` has the newest value of each quantity, also of quantities that this message left out.",
        params: deviceParams,
        response: { 200: latestSchema, ...problems("device_not_found") },
      },
    },
    async (request) => {
      const { deviceNo, id, kind, spans } = await options.findKey(request.params.id, grantOf(request).limits);
      const table = catalog.table(kind);
      const reading = await findLatestReading(readsOf(request), table, deviceNo, spans);
      if (!reading) {
        const metrics = Object.fromEntries(table.columns.map(({ name }) => [name, null]));
        return { deviceId: id, kind, reading: null, metrics };
      }
      const metrics = spans
        ? await readLatestIn(readsOf(request), table, table.columns, spans)
        : await completeLatest(readsOf(request), table, deviceNo, reading);
      return { deviceId: id, kind, reading, metrics };
    },
  );

  app.get(
    "/devices/:id/readings",
    {
      onRequest: allow("readings:read"),
      config: { reads: "replica" },
      schema: {
        operationId: "listReadings",
        tags: ["readings"],
        summary: "A device's readings",
        description: "From `from` on and before `to`. As CSV without a limit: all of them, streamed.",
        params: deviceParams,
        querystring: readingsQuery,
        response: {
          200: csvOr(pageOf(readingSchema), "A page of readings; as CSV all of them."),
          ...problems("device_not_found", "invalid_cursor"),
        },
      },
    },
    async (request, reply) => {
      const { limit, cursor, from, to, order, metrics } = request.query;
      assertRange(from, to);
      const { deviceNo, id, kind, spans } = await options.findKey(request.params.id, grantOf(request).limits);
      const table = catalog.table(kind);
      const columns = catalog.columns(kind, metrics);
      const query = { deviceNo, spans, from, to, order, columns };
      if (!wantsCsv(request.headers.accept)) {
        const page = { limit: limit ?? DEFAULT_LIMIT, cursor };
        const text = await readPageAsJson(readsOf(request), table, query, page);
        return sendJsonText(reply, await withPositionInText(request, text));
      }
      return sendCsv(reply, {
        name: `readings_${id}`,
        columns: csvColumns(columns, metrics === undefined),
        readPage: (at) =>
          listReadings(readsOf(request), table, query, { limit: limit ?? CSV_PAGE, cursor: at }),
        cursor,
        firstPageOnly: limit !== undefined,
        record: () => recordRead(pool, request, "export.readings", { type: "device", id }),
        log,
      });
    },
  );
};

/** The columns of readings as CSV. */
export const csvColumns = (columns: readonly QuantityColumn[], withExtra: boolean): CsvColumn<Reading>[] => [
  { header: "observedAt", value: (reading) => reading.observedAt, isMoment: true },
  { header: "receivedAt", value: (reading) => reading.receivedAt, isMoment: true },
  ...columns.map(({ name }) => ({
    header: name,
    value: (reading: Reading) => reading.metrics[name] ?? null,
  })),
  ...(withExtra
    ? [{ header: "extra", value: ({ extra }: Reading) => (extra === null ? null : writeJson(extra)) }]
    : []),
  { header: "corrected", value: ({ corrected }) => corrected },
];
