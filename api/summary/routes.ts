import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { decide, type Principal } from "../../access/decide.ts";
import type { Action } from "../../access/roles.ts";
import { broadcastReach } from "../../broadcast/lifecycle/index.ts";
import { type BroadcastToWatch, readBroadcastsToWatch } from "../../store/broadcast/index.ts";
import type { Limits } from "../../store/database/index.ts";
import { countDevicesByRegion } from "../../store/devices/index.ts";
import { countAlarmsByRegion, type RegionAlarms } from "../../store/events/index.ts";
import { lengthOf, levelBelow, type RegionLevel, regionsBelow } from "../../store/places/index.ts";
import { type CatalogIndex, invalidField } from "../catalog.ts";
import { rhythmOf } from "../devices/present.ts";
import { type Allow, grantOf } from "../guard.ts";
import { problems } from "../problem.ts";
import { readsOf } from "../reads.ts";
import { summaryQuery, summarySchema } from "./schema.ts";
import { ByRegion, tallyAlarms, tallyBroadcasts, tallyDevices } from "./tally.ts";

export interface SummaryOptions {
  readonly catalog: CatalogIndex;
  readonly allow: Allow;
}

/** The townships and villages of a city; more regions than these are asked for city by city. */
const MAX_REGIONS = 5000;

/** What is well and what is not in each part of a region: the numbers of overviews and walls in one request. */
export const summaryRoutes: FastifyPluginAsyncZod<SummaryOptions> = async (app, options) => {
  const { catalog, allow } = options;
  const rhythms = catalog.kinds.map(rhythmOf);
  const sounding = catalog.kindsWith("sounds");

  app.get(
    "/summary",
    {
      onRequest: allow("devices:read"),
      config: { reads: "told" },
      schema: {
        operationId: "getSummary",
        tags: ["regions"],
        summary: "The devices by status, active alarms and open broadcasts of each part of a region",
        description: `The parts are those within your limits, and those above them, with the numbers that you may see; at most ${MAX_REGIONS}. The same numbers as of the lists with \`region\`: of devices with \`status\`, of alarms, and of broadcasts.`,
        querystring: summaryQuery,
        response: { 200: summarySchema, ...problems("region_not_found") },
      },
    },
    async (request) => {
      const { region, level = levelBelow(region) } = request.query;
      const { principal, limits } = grantOf(request);
      assertBelow(region, request.query.level);
      const parts = await regionsBelow(readsOf(request), region, level, limits, MAX_REGIONS + 1);
      if (parts.items.length > MAX_REGIONS) {
        const message = `There are more than ${MAX_REGIONS} regions of the level '${level}' here: expected a smaller region or a higher level`;
        throw invalidField("/level", message);
      }
      const now = new Date();
      const asked = { region, length: lengthOf(level) };
      const [devices, alarms, broadcasts] = await Promise.all([
        countDevicesByRegion(readsOf(request), asked, limits, { rhythms, now }),
        within(principal, "alarms:read", (where) => countAlarmsByRegion(readsOf(request), asked, where)),
        within(principal, "broadcasts:read", (where) =>
          readBroadcastsToWatch(readsOf(request), region, broadcastReach(where, principal.tenantId)),
        ),
      ]);
      const count = counter(new ByRegion(devices), alarms, broadcasts, sounding, asked.length);
      return {
        region: parts.region,
        level,
        asOf: now,
        total: count(undefined),
        items: parts.items.map((part) => ({ ...part, ...count(part.code) })),
        nextCursor: null,
      };
    },
  );
};

/** @throws PlatformError `invalid_request` for a level that is not below the region's */
function assertBelow(region: string | undefined, level: RegionLevel | undefined): void {
  if (region === undefined || level === undefined || lengthOf(level) > region.length) return;
  throw invalidField("/level", `'${level}' is not below the region '${region}': expected a level below it`);
}

/** What is asked for with the caller's limits of an action; null where they may not do it. */
async function within<T>(
  principal: Principal,
  action: Action,
  ask: (limits: Limits) => Promise<T>,
): Promise<T | null> {
  const decision = decide(principal, action);
  return decision.allowed ? ask(decision.limits) : null;
}

/** Gives the counts of one region, or of all that was counted. */
function counter(
  devices: ByRegion<Parameters<typeof tallyDevices>[0][number]>,
  alarmRows: readonly RegionAlarms[] | null,
  toWatch: readonly BroadcastToWatch[] | null,
  sounding: readonly string[],
  length: number,
) {
  const alarms = alarmRows && new ByRegion(alarmRows);
  const broadcasts = toWatch && tallyBroadcasts(toWatch, length);
  return (code: string | undefined) => ({
    ...tallyDevices(code === undefined ? devices.all : devices.of(code), sounding),
    alarms: alarms && tallyAlarms(code === undefined ? alarms.all : alarms.of(code)),
    broadcasts: broadcasts && (code === undefined ? broadcasts.total : broadcasts.of(code)),
  });
}
