import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { writeJson } from "../../base/exact-json.ts";
import type { Logger } from "../../base/log.ts";
import type { Pool } from "../../store/database/index.ts";
import { type DeviceEvent, listEvents } from "../../store/events/index.ts";
import { deviceNosOf, getDeviceKey } from "../../store/places/index.ts";
import { recordRead } from "../audit/record.ts";
import { type CsvColumn, sendCsv } from "../csv.ts";
import { type Allow, grantOf } from "../guard.ts";
import { csvOr } from "../media.ts";
import { wantsCsv } from "../negotiate.ts";
import { problems } from "../problem.ts";
import { readsOf } from "../reads.ts";
import { assertRange, pageOf } from "../schemas.ts";
import { eventListQuery, eventSchema } from "./schema.ts";

export interface EventsOptions {
  readonly pool: Pool;
  readonly log: Logger;
  readonly allow: Allow;
}

const DEFAULT_LIMIT = 100;
const CSV_PAGE = 5000;

const CSV_COLUMNS: readonly CsvColumn<DeviceEvent>[] = [
  { header: "observedAt", value: (event) => event.observedAt },
  { header: "receivedAt", value: (event) => event.receivedAt },
  { header: "deviceId", value: (event) => event.deviceId },
  { header: "kind", value: (event) => event.kind },
  { header: "regionCode", value: (event) => event.regionCode },
  { header: "eventId", value: (event) => event.eventId },
  { header: "type", value: (event) => event.type },
  { header: "phase", value: (event) => event.phase },
  { header: "data", value: (event) => writeJson(event.data) },
];

/** Events that devices reported. */
export const eventsRoutes: FastifyPluginAsyncZod<EventsOptions> = async (app, { pool, log, allow }) => {
  app.get(
    "/events",
    {
      onRequest: allow("events:read"),
      config: { reads: "told" },
      schema: {
        operationId: "listEvents",
        tags: ["events"],
        summary: "Events, newest first by the devices' clocks",
        querystring: eventListQuery,
        response: {
          200: csvOr(pageOf(eventSchema), "A page of events; as CSV all of them."),
          ...problems("device_not_found", "invalid_cursor"),
        },
      },
    },
    async (request, reply) => {
      const { device, limit, cursor, ...rest } = request.query;
      const { limits } = grantOf(request);
      assertRange(rest.from, rest.to);
      const deviceNos =
        device === undefined ? undefined : deviceNosOf(await getDeviceKey(readsOf(request), device, limits));
      const filter = { ...rest, deviceNos };
      if (!wantsCsv(request.headers.accept)) {
        return listEvents(readsOf(request), filter, limits, { limit: limit ?? DEFAULT_LIMIT, cursor });
      }
      return sendCsv(reply, {
        name: "events",
        columns: CSV_COLUMNS,
        readPage: (at) =>
          listEvents(readsOf(request), filter, limits, { limit: limit ?? CSV_PAGE, cursor: at }),
        cursor,
        firstPageOnly: limit !== undefined,
        record: () => recordRead(pool, request, "export.events", { type: "device", id: device ?? null }),
        log,
      });
    },
  );
};
