import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import type { Pool } from "../../store/database/index.ts";
import { type Alarm, acknowledgeAlarm, listAlarms } from "../../store/events/index.ts";
import { deviceNosOf, getDeviceKey } from "../../store/places/index.ts";
import { actorOf } from "../audit/actor.ts";
import type { CatalogIndex } from "../catalog.ts";
import { type Allow, grantOf } from "../guard.ts";
import { problems } from "../problem.ts";
import { readsOf } from "../reads.ts";
import { pageOf } from "../schemas.ts";
import { acknowledgeBody, alarmListQuery, alarmParams, alarmSchema } from "./schema.ts";
import { textOf } from "./text.ts";

export interface AlarmsOptions {
  readonly pool: Pool;
  readonly catalog: CatalogIndex;
  /** Called after a change whose news are committed, so that they are read at once. */
  readonly onTold: () => void;
  readonly allow: Allow;
}

const DEFAULT_LIMIT = 100;

/** Alarms and their acknowledgement. */
export const alarmsRoutes: FastifyPluginAsyncZod<AlarmsOptions> = async (app, options) => {
  const { pool, catalog, onTold, allow } = options;
  const present = (alarm: Alarm) => ({ ...alarm, text: textOf(alarm, catalog.find(alarm.kind)) });

  app.get(
    "/alarms",
    {
      onRequest: allow("alarms:read"),
      config: { reads: "told" },
      schema: {
        operationId: "listAlarms",
        tags: ["alarms"],
        summary: "Alarms, newest first or most urgent first",
        description: "Active ones unless `state` says otherwise.",
        querystring: alarmListQuery,
        response: { 200: pageOf(alarmSchema), ...problems("device_not_found", "invalid_cursor") },
      },
    },
    async (request) => {
      const { device, limit, cursor, sort, rule: rules, ...filter } = request.query;
      const { limits } = grantOf(request);
      const deviceNos =
        device === undefined ? undefined : deviceNosOf(await getDeviceKey(readsOf(request), device, limits));
      const asked = { limit: limit ?? DEFAULT_LIMIT, cursor, sort };
      const page = await listAlarms(readsOf(request), { ...filter, rules, deviceNos }, limits, asked);
      return { ...page, items: page.items.map(present) };
    },
  );

  app.post(
    "/alarms/:id/acknowledge",
    {
      onRequest: allow("alarms:acknowledge"),
      schema: {
        operationId: "acknowledgeAlarm",
        tags: ["alarms"],
        summary: "Acknowledge an alarm",
        description:
          "Acknowledging again changes nothing: the first name, time and note stay. An alarm that nothing else clears (`latched` in its kind) is cleared as well.",
        params: alarmParams,
        body: acknowledgeBody,
        response: {
          200: alarmSchema,
          ...problems("alarm_not_found", "payload_too_large", "unsupported_media_type"),
        },
      },
    },
    async (request) => {
      const { principal, limits } = grantOf(request);
      const { by = principal.name, note } = request.body ?? {};
      const alarm = await acknowledgeAlarm(
        pool,
        request.params.id,
        { by, note, at: new Date() },
        catalog.isLatched,
        limits,
        actorOf(request),
      );
      onTold();
      return present(alarm);
    },
  );
};
