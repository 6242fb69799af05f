import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import type { Logger } from "../../base/log.ts";
import type { Pool, QuantityColumn } from "../../store/database/index.ts";
import { type LatestOfDevice, listLatest } from "../../store/readings/index.ts";
import { recordRead } from "../audit/record.ts";
import type { CatalogIndex } from "../catalog.ts";
import { type CsvColumn, sendCsv } from "../csv.ts";
import { type Allow, grantOf } from "../guard.ts";
import { csvOr } from "../media.ts";
import { wantsCsv } from "../negotiate.ts";
import { plainJson } from "../plain-json.ts";
import { problems } from "../problem.ts";
import { readsOf } from "../reads.ts";
import { pageOf } from "../schemas.ts";
import { latestListQuery, latestOfDeviceSchema } from "./schema.ts";

export interface LatestOptions {
  readonly pool: Pool;
  readonly catalog: CatalogIndex;
  readonly log: Logger;
  readonly allow: Allow;
}

const DEFAULT_LIMIT = 100;
const CSV_PAGE = 5000;

/** The newest values of many devices at once, as a map or a wall shows them. */
export const latestRoutes: FastifyPluginAsyncZod<LatestOptions> = async (app, options) => {
  const { pool, catalog, log, allow } = options;

  app.get(
    "/latest",
    {
      onRequest: allow("readings:read"),
      config: { reads: "replica" },
      serializerCompiler: plainJson,
      schema: {
        operationId: "listLatest",
        tags: ["readings"],
        summary: "The newest values of many devices",
        description:
          "The newest value of each quantity by the device's clock, with its moment, for the devices of a kind in the order in which they were added. Devices that have never reported are listed too.",
        querystring: latestListQuery,
        response: {
          200: csvOr(pageOf(latestOfDeviceSchema), "A page of devices; as CSV all of them."),
          ...problems("not_found", "invalid_cursor"),
        },
      },
    },
    async (request, reply) => {
      const { kind, region, metrics, limit, cursor } = request.query;
      const { limits } = grantOf(request);
      const table = catalog.table(kind);
      const columns = catalog.columns(kind, metrics);
      const readPage = (at: string | undefined, size: number) =>
        listLatest(readsOf(request), table, { region, columns }, limits, { limit: size, cursor: at });
      if (!wantsCsv(request.headers.accept)) return readPage(cursor, limit ?? DEFAULT_LIMIT);
      return sendCsv(reply, {
        name: `latest_${kind}_${region ?? "all"}`,
        columns: csvColumns(columns),
        readPage: (at) => readPage(at, limit ?? CSV_PAGE),
        cursor,
        firstPageOnly: limit !== undefined,
        record: () => recordRead(pool, request, "export.latest", { type: "region", id: region ?? null }),
        log,
      });
    },
  );
};

const csvColumns = (columns: readonly QuantityColumn[]): CsvColumn<LatestOfDevice>[] => [
  { header: "deviceId", value: ({ deviceId }) => deviceId },
  { header: "name", value: ({ name }) => name },
  { header: "regionCode", value: ({ regionCode }) => regionCode },
  { header: "observedAt", value: ({ observedAt }) => observedAt, isMoment: true },
  ...columns.flatMap(({ name }): CsvColumn<LatestOfDevice>[] => [
    { header: name, value: ({ metrics }) => metrics[name]?.value ?? null },
    {
      header: `${name}_observedAt`,
      value: ({ metrics }) => metrics[name]?.observedAt ?? null,
      isMoment: true,
    },
  ]),
];
