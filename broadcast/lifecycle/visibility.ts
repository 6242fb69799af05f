import { type Limits, reachesKinds, regionTest } from "../../access/limits.ts";
import { kindsWith } from "../../devices/catalog.ts";
import type { BroadcastReach } from "../../store/broadcast/index.ts";

/** The fields of a broadcast that decide who sees it. */
export interface BroadcastPlace {
  readonly regions: readonly string[];
  /** Where the speakers of a released broadcast stood, finer than its regions where it has shapes. */
  readonly speakerRegions?: readonly string[] | undefined;
  /** The tenant of its author; null: the platform's operator. */
  readonly tenantId: string | null;
}

/**
 * True when limits reach into a broadcast: it counts as a speaker in each of its regions that its author's tenant owns,
 * and regions meet when one contains the other. `visible` in store/broadcast/broadcasts.ts says the same in SQL.
 */
const reachesInto = (limits: Limits, { regions, tenantId }: BroadcastPlace): boolean =>
  limits.some(
    (area) =>
      area.devices === "all" &&
      reachesKinds(area, kindsWith("sounds")) &&
      (area.tenants === "all" || (tenantId !== null && area.tenants.includes(tenantId))) &&
      (area.regions === "all" ||
        area.regions.some((mine) => regions.some((code) => code.startsWith(mine) || mine.startsWith(code)))),
  );

/**
 * True when a person of a tenant sees a broadcast: colleagues see their tenant's broadcasts wherever they are aimed.
 */
export const seesBroadcast = (limits: Limits, tenantId: string | null, broadcast: BroadcastPlace): boolean =>
  (tenantId !== null && broadcast.tenantId === tenantId) || reachesInto(limits, broadcast);

/**
 * True when limits hold every speaker that a broadcast has, whoever owns it: by the regions in which they stood, else
 * by the broadcast's own. A caller who sees only a part is told no count of the whole.
 */
export const seesWhole = (
  limits: Limits,
  { regions, speakerRegions }: Pick<BroadcastPlace, "regions" | "speakerRegions">,
): boolean => {
  const whole = limits.filter(({ tenants }) => tenants === "all");
  return (speakerRegions ?? regions).every(regionTest(whole, kindsWith("sounds")));
};

/** The broadcasts that a person of a tenant sees, for the database: it counts by the same kinds. */
export const broadcastReach = (limits: Limits, tenantId: string | null): BroadcastReach => ({
  limits,
  tenantId,
  sounding: kindsWith("sounds"),
});
