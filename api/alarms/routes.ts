import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { type Acknowledgement, acknowledgeAlarm, listAlarms } from "../../store/alarms.ts";
import type { Pool } from "../../store/database.ts";
import { deviceNosOf, getDeviceKey } from "../../store/device-key.ts";
import { actorOf } from "../audit/actor.ts";
import type { CatalogIndex } from "../catalog.ts";
import { type Allow, grantOf } from "../guard.ts";
import { problems } from "../problem.ts";
import { pageOf } from "../schemas.ts";
import type { StreamHub } from "../stream/hub.ts";
import { acknowledgeBody, alarmListQuery, alarmParams, alarmSchema } from "./schema.ts";

export interface AlarmsOptions {
  readonly pool: Pool;
  readonly catalog: CatalogIndex;
  readonly hub: StreamHub;
  /** Told when an acknowledgement has cleared an alarm, so that the alarm engine may raise it again. */
  readonly onAlarmCleared: (alarm: { deviceNo: number; rule: string }) => void;
  readonly allow: Allow;
}

const DEFAULT_LIMIT = 100;

/** Alarms and their acknowledgement. */
export const alarmsRoutes: FastifyPluginAsyncZod<AlarmsOptions> = async (app, options) => {
  const { pool, catalog, hub, allow } = options;

  app.get(
    "/alarms",
    {
      onRequest: allow("alarms:read"),
      schema: {
        operationId: "listAlarms",
        tags: ["alarms"],
        summary: "Alarms, newest first",
        description: "Active ones unless `state` says otherwise.",
        querystring: alarmListQuery,
        response: { 200: pageOf(alarmSchema), ...problems("device_not_found", "invalid_cursor") },
      },
    },
    async (request) => {
      const { device, limit, cursor, ...filter } = request.query;
      const { limits } = grantOf(request);
      const deviceNos =
        device === undefined ? undefined : deviceNosOf(await getDeviceKey(pool, device, limits));
      return listAlarms(pool, { ...filter, deviceNos }, limits, { limit: limit ?? DEFAULT_LIMIT, cursor });
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
          "Acknowledging again changes nothing: the first name and time stay. An alarm that nothing else clears (`latched` in its kind) is cleared as well.",
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
      const by = request.body?.by ?? principal.name;
      const { id } = request.params;
      const done = await acknowledgeAlarm(
        pool,
        id,
        by,
        new Date(),
        catalog.isLatched,
        limits,
        actorOf(request),
      );
      if (done.cleared) options.onAlarmCleared({ deviceNo: done.deviceNo, rule: done.alarm.rule });
      publish(hub, done);
      return done.alarm;
    },
  );
};

function publish(hub: StreamHub, { alarm, acknowledged, cleared }: Acknowledgement): void {
  const { id, deviceId, rule, severity, message, value } = alarm;
  const common = { id, deviceId, rule, severity, message, value };
  if (acknowledged && alarm.acknowledgedAt) {
    const at = alarm.acknowledgedAt.toISOString();
    hub.publish("alarm", { ...common, change: "acknowledged", at, by: alarm.acknowledgedBy }, alarm);
  }
  if (cleared && alarm.clearedAt) {
    hub.publish(
      "alarm",
      { ...common, change: "cleared", at: alarm.clearedAt.toISOString(), by: null },
      alarm,
    );
  }
}
