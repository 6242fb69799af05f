import type { Limits } from "../access/limits.ts";
import { type Fault, PlatformError } from "../errors.ts";
import type { Db } from "../store/database.ts";
import { findSpeakers, findVillages } from "../store/speakers.ts";
import { keepMeant } from "./area.ts";
import type { Target } from "./message.ts";
import { excludeFaults, judgeRings, ringFaults } from "./target-faults.ts";
import { whereaboutsOf } from "./targets.ts";

/**
 * Refuses a target that somebody writes and that no order could carry, beyond what its schema says.
 * @param limits where the caller may do this: nobody else's speakers are looked at
 * @throws PlatformError `invalid_request` with each ring that crosses itself, by its two edges, and each excluded
 * region that takes nothing out or everything
 */
export async function checkTarget(db: Db, limits: Limits, target: Target): Promise<void> {
  await judgeRings(target.polygons);
  const faults = [
    ...ringFaults(target.polygons),
    ...excludeFaults(target),
    ...(await excludedElsewhere(db, limits, target)),
  ];
  if (faults.length === 0) return;
  const detail = faults.map(({ path, message }) => `body${path}: ${message}`).join("; ");
  throw new PlatformError("invalid_request", detail, { faults });
}

/** Excluded regions that lie in no region and, as far as is known of villages and speakers, in no shape. */
async function excludedElsewhere(db: Db, limits: Limits, target: Target): Promise<Fault[]> {
  const { regions, polygons, circles, exclude = [] } = target;
  const asked = exclude.filter((code) => !regions.some((region) => code.startsWith(region)));
  if (asked.length === 0 || polygons.length + circles.length === 0) return [];
  const shapes = { regions: [], polygons, circles };
  const where = whereaboutsOf(shapes);
  const villages = await keepMeant(shapes, await findVillages(db, where));
  const speakers = await keepMeant(shapes, await findSpeakers(db, where, limits));
  const codes = [...villages.map(({ code }) => code), ...speakers.map(({ regionCode }) => regionCode)];
  return asked
    .filter((code) => !codes.some((found) => found.startsWith(code)))
    .map((code) => ({
      path: `/target/exclude/${exclude.indexOf(code)}`,
      message: `${code} lies in none of the regions and shapes, so it takes nothing out`,
    }));
}
