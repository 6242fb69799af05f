import { type Fault, PlatformError } from "../../base/errors.ts";
import { findUnknownRegions } from "../../store/access/index.ts";
import type { Db } from "../../store/database/index.ts";
import { regionsWithout } from "../../store/devices/index.ts";
import type { Target } from "../message/index.ts";
import { excludeFaults, judgeRings, ringFaults } from "./target-faults.ts";

/**
 * Refuses a target of a caller that no order could carry, beyond the checks of its schema. The answer is the same for
 * every caller: it looks at no speaker.
 * @param stored the target so far: a region that is excluded already may stay
 * @throws PlatformError `invalid_request` with each ring that crosses itself, by its two edges, each region that does
 * not exist, and each excluded one that takes nothing out or everything
 */
export async function checkTarget(db: Db, target: Target, stored?: Target): Promise<void> {
  await judgeRings(target.polygons);
  const faults = [
    ...ringFaults(target.polygons),
    ...excludeFaults(target),
    ...(await unknownRegions(db, target, stored?.exclude ?? [])),
    ...(await emptiedRegions(db, target)),
  ];
  if (faults.length === 0) return;
  const detail = faults.map(({ path, message }) => `body${path}: ${message}`).join("; ");
  throw new PlatformError("invalid_request", detail, { faults });
}

/** Regions of which nothing remains, since all of their parts are excluded one by one. */
async function emptiedRegions(db: Db, { regions, exclude = [] }: Target): Promise<Fault[]> {
  const parts = exclude.filter((code) =>
    regions.some((region) => code !== region && code.startsWith(region)),
  );
  if (parts.length === 0) return [];
  const remaining = await regionsWithout(db, regions, exclude);
  return regions
    .filter((region) => parts.some((code) => code.startsWith(region)))
    .filter((region) => !remaining.some((code) => code.startsWith(region)))
    .map((region) => ({
      path: "/target/exclude",
      message: `its codes take out all that the region ${region} consists of: leave that out of the regions`,
    }));
}

/**
 * Regions that do not exist: they would be in the order and in the alert as if they meant something. The tree does not
 * say where existing regions lie in relation to shapes: an excluded one is accepted, since taking out a region that may
 * lie elsewhere warns nobody less.
 */
async function unknownRegions(db: Db, target: Target, stored: readonly string[]): Promise<Fault[]> {
  const { regions, exclude = [] } = target;
  const asked = [...regions, ...exclude.filter((code) => !stored.includes(code))];
  const unknown = new Set(await findUnknownRegions(db, [...new Set(asked)]));
  const faultsOf = (codes: readonly string[], list: string): Fault[] =>
    codes.flatMap((code, number) =>
      unknown.has(code)
        ? [{ path: `/target/${list}/${number}`, message: `There is no region '${code}'` }]
        : [],
    );
  return [...faultsOf(regions, "regions"), ...faultsOf(exclude, "exclude")];
}
