import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import type { Logger } from "../../base/log.ts";
import { OWN_DOOR } from "../../exchange/door.ts";
import type { Pool } from "../../store/database/index.ts";
import { getDevice } from "../../store/devices/index.ts";
import { getDeviceKey } from "../../store/places/index.ts";
import {
  type Correction,
  listRepairedReadings,
  listRepairs,
  makeRepair,
  undoRepair,
} from "../../store/readings/index.ts";
import { actorOf } from "../audit/actor.ts";
import { recordRead } from "../audit/record.ts";
import { type CatalogIndex, invalidField } from "../catalog.ts";
import { sendCsv } from "../csv.ts";
import { deviceParams } from "../devices/schema.ts";
import { type Allow, grantOf } from "../guard.ts";
import { csvOr } from "../media.ts";
import { wantsCsv } from "../negotiate.ts";
import { problems } from "../problem.ts";
import { csvColumns } from "../readings/routes.ts";
import { readsOf } from "../reads.ts";
import { assertRange, pageOf } from "../schemas.ts";
import {
  newRepairBody,
  repairedReadingSchema,
  repairedReadingsQuery,
  repairListQuery,
  repairParams,
  repairSchema,
  undoBody,
} from "./schema.ts";

export interface RepairsOptions {
  readonly pool: Pool;
  readonly catalog: CatalogIndex;
  readonly log: Logger;
  readonly allow: Allow;
}

const DEFAULT_LIMIT = 100;
const DEFAULT_READINGS = 500;
const CSV_PAGE = 5000;

/** Repairs: people void or correct readings. */
export const repairsRoutes: FastifyPluginAsyncZod<RepairsOptions> = async (app, options) => {
  const { pool, catalog, log, allow } = options;

  app.post(
    "/devices/:id/repairs",
    {
      onRequest: allow("readings:repair"),
      schema: {
        operationId: "makeRepair",
        tags: ["readings"],
        summary: "Void or correct a device's readings",
        description:
          "In a range of the device's time, at most 50,000 readings. The platform keeps them as they were, and the repair can be undone. Sums and newest values are right at once; alarms stay as they are.",
        params: deviceParams,
        body: newRepairBody,
        response: {
          201: repairSchema,
          ...problems(
            "readings_dropped",
            "device_not_found",
            "nothing_to_repair",
            "range_too_wide",
            "payload_too_large",
            "unsupported_media_type",
          ),
        },
      },
    },
    async (request, reply) => {
      const { body } = request;
      assertRange(body.from, body.to);
      const { limits } = grantOf(request);
      const { id, kind } = await getDevice(pool, request.params.id, limits);
      const { from, to, reason } = body;
      const repair = await makeRepair(
        pool,
        {
          device: { id, kind, limits },
          table: catalog.table(kind),
          from,
          to,
          reason,
          corrections: body.action === "correct" ? checked(catalog, kind, body.corrections) : undefined,
        },
        actorOf(request),
      );
      return reply.code(201).send(repair);
    },
  );

  app.get(
    "/devices/:id/repairs",
    {
      onRequest: allow("readings:read"),
      config: { reads: "replica" },
      schema: {
        operationId: "listRepairs",
        tags: ["readings"],
        summary: "The repairs of a device's readings, newest first",
        params: deviceParams,
        querystring: repairListQuery,
        response: { 200: pageOf(repairSchema), ...problems("device_not_found", "invalid_cursor") },
      },
    },
    async (request) => {
      const { limit, cursor } = request.query;
      const key = await getDeviceKey(readsOf(request), request.params.id, grantOf(request).limits);
      return listRepairs(readsOf(request), key, { limit: limit ?? DEFAULT_LIMIT, cursor });
    },
  );

  app.get(
    "/devices/:id/repairs/:repair/readings",
    {
      onRequest: allow("readings:read"),
      config: { reads: "replica" },
      schema: {
        operationId: "listRepairedReadings",
        tags: ["readings"],
        summary: "The readings that a repair voided or corrected, as they were before it",
        description: "In the order of the device's clock; the list is empty for an unknown repair.",
        params: repairParams,
        querystring: repairedReadingsQuery,
        response: {
          200: csvOr(pageOf(repairedReadingSchema), "A page of readings; as CSV all of them."),
          ...problems("device_not_found", "invalid_cursor"),
        },
      },
    },
    async (request, reply) => {
      const { limit, cursor } = request.query;
      const { id, repair } = request.params;
      const key = await getDeviceKey(readsOf(request), id, grantOf(request).limits);
      const table = catalog.table(key.kind);
      const readPage = (size: number, at: string | undefined) =>
        listRepairedReadings(readsOf(request), table, key, repair, { limit: size, cursor: at });
      if (!wantsCsv(request.headers.accept)) return readPage(limit ?? DEFAULT_READINGS, cursor);
      return sendCsv(reply, {
        name: `repair_${id}_${repair}`,
        columns: csvColumns(table.columns, true).filter(({ header }) => header !== "corrected"),
        readPage: (at) => readPage(limit ?? CSV_PAGE, at),
        cursor,
        firstPageOnly: limit !== undefined,
        record: () => recordRead(pool, request, "export.readings", { type: "device", id }),
        log,
      });
    },
  );

  app.post(
    "/devices/:id/repairs/:repair/undo",
    {
      onRequest: allow("readings:repair"),
      schema: {
        operationId: "undoRepair",
        tags: ["readings"],
        summary: "Undo a repair",
        description:
          "Its readings are as they were. Values that the device has sent for these moments since then stand, and are merged with them; values that they contradict are on record as rejections `conflict`, marked `partial`, which can be replayed. A later repair of the same readings has to be undone first.",
        params: repairParams,
        body: undoBody,
        response: {
          200: repairSchema,
          ...problems(
            "readings_dropped",
            "device_not_found",
            "repair_not_found",
            "already_undone",
            "repair_covered",
            "payload_too_large",
            "unsupported_media_type",
          ),
        },
      },
    },
    async (request) => {
      const { limits } = grantOf(request);
      const { id, kind } = await getDevice(pool, request.params.id, limits);
      return undoRepair(
        pool,
        {
          device: { id, kind, limits },
          table: catalog.table(kind),
          repairNo: request.params.repair,
          door: OWN_DOOR,
          topic: `v1/devices/${request.params.id}/telemetry`,
          reason: request.body.reason,
        },
        actorOf(request),
      );
    },
  );
};

/**
 * The corrections, each with the bounds of its quantity. @throws PlatformError `invalid_request` for a correction that
 * does not fit the quantity
 */
function checked(catalog: CatalogIndex, kind: string, corrections: readonly Correction[]) {
  const seen = new Set<string>();
  return corrections.map((correction, index) => {
    const path = `/corrections/${index}`;
    const metric = catalog.metric(kind, correction.metric);
    if (!metric)
      throw invalidField(`${path}/metric`, `Kind '${kind}' has no quantity '${correction.metric}'`);
    if (seen.has(correction.metric)) {
      throw invalidField(`${path}/metric`, `'${correction.metric}' is named twice: expected once`);
    }
    seen.add(correction.metric);
    const isText = metric.type === "state" || metric.type === "text";
    const wanted = "set" in correction ? correction.set : 0;
    if (wanted !== null && (typeof wanted === "string") !== isText) {
      const expected = isText ? "text to set" : "a number";
      throw invalidField(path, `'${correction.metric}' is a ${metric.type}: expected ${expected}`);
    }
    const { values, maxLength = Number.POSITIVE_INFINITY } = metric;
    if (typeof wanted === "string" && (values ? !values.includes(wanted) : wanted.length > maxLength)) {
      const expected = values ? values.join(", ") : `at most ${maxLength} characters`;
      throw invalidField(`${path}/set`, `'${wanted}' is no ${correction.metric}: expected ${expected}`);
    }
    const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = metric;
    return { ...correction, bounds: isText ? undefined : { min, max } };
  });
}
