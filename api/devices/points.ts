import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { decide } from "../../access/decide.ts";
import { listDevicePoints } from "../../store/devices/index.ts";
import type { CatalogIndex } from "../catalog.ts";
import { type Allow, grantOf } from "../guard.ts";
import { plainJson } from "../plain-json.ts";
import { problems } from "../problem.ts";
import { readsOf } from "../reads.ts";
import { withAlarmLimits } from "./alarm-limits.ts";
import { rhythmOf } from "./present.ts";
import { devicePointsQuery, devicePointsSchema } from "./schema.ts";

export interface DevicePointsOptions {
  readonly catalog: CatalogIndex;
  readonly allow: Allow;
}

/** As many as a page can draw: more on one map cannot be told apart. */
const MAX_POINTS = 10_000;

/** Devices on a map. The route has a path of its own since a device may have the id `points`. */
export const devicePointsRoutes: FastifyPluginAsyncZod<DevicePointsOptions> = async (app, options) => {
  const { catalog, allow } = options;
  const rhythms = catalog.kinds.map(rhythmOf);

  app.get(
    "/device-points",
    {
      onRequest: allow("devices:read"),
      config: { reads: "told" },
      serializerCompiler: plainJson,
      schema: {
        operationId: "listDevicePoints",
        tags: ["devices"],
        summary: "The devices in a box, for a map",
        description: `Those that have a location, at most ${MAX_POINTS}. Coordinates are WGS 84, as stored; maps of China in GCJ-02 or BD-09 need them converted.`,
        querystring: devicePointsQuery,
        response: { 200: devicePointsSchema, ...problems() },
      },
    },
    async (request) => {
      const { bbox, ...asked } = request.query;
      const { limits, principal } = grantOf(request);
      const alarms = decide(principal, "alarms:read");
      const alarmLimits = alarms.allowed ? alarms.limits : undefined;
      const filter = { ...withAlarmLimits(asked, principal), alarmLimits, box: bbox };
      const clock = { rhythms, now: new Date() };
      const found = await listDevicePoints(readsOf(request), filter, limits, clock, MAX_POINTS + 1);
      return {
        items: found.slice(0, MAX_POINTS),
        truncated: found.length > MAX_POINTS,
        nextCursor: null,
      };
    },
  );
};
