import { type Fault, PlatformError } from "../errors.ts";
import type { Db } from "../store/database.ts";
import { findUnknownRegions } from "../store/grants.ts";
import type { Target } from "./message.ts";
import { excludeFaults, judgeRings, ringFaults } from "./target-faults.ts";
import { remainingRegions } from "./targets.ts";

/**
 * Refuses a target that somebody writes and that no order could carry, beyond what its schema says. The answer is the
 * same whoever asks: no speaker is looked at.
 * @param stored what it has been so far: a region that is excluded already may stay
 * @throws PlatformError `invalid_request` with each ring that crosses itself, by its two edges, each region that does
 * not exist, and each excluded one that takes nothing out or everything
 */
export async function checkTarget(db: Db, target: Target, stored?: Target): Promise<void> {
  await judgeRings(target.polygons);
  const faults = [
    ...ringFaults(target.polygons),
    ...excludeFaults(target),
    ...(await unknownRegions(db, target, stored?.exclude ?? [])),
  ];
  if (faults.length === 0) faults.push(...(await nothingLeft(db, target)));
  if (faults.length === 0) return;
  const detail = faults.map(({ path, message }) => `body${path}: ${message}`).join("; ");
  throw new PlatformError("invalid_request", detail, { faults });
}

/** All of what is named may be excluded part by part, which is seen only with the tree of regions. */
async function nothingLeft(db: Db, target: Target): Promise<Fault[]> {
  const { regions, polygons, circles, exclude = [] } = target;
  if (exclude.length === 0 || regions.length === 0 || polygons.length + circles.length > 0) return [];
  if ((await remainingRegions(db, target)).length > 0) return [];
  return [{ path: "/target/exclude", message: "takes out all of the regions: nobody would be warned" }];
}

/**
 * Regions that do not exist: they would be in the order and in the alert as if they said something. Where those that do
 * exist lie is not known of shapes: excluded ones are taken, as taking out what may lie elsewhere warns nobody less.
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
