import { type Fault, PlatformError } from "../errors.ts";
import type { Db } from "../store/database.ts";
import { findUnknownRegions } from "../store/grants.ts";
import type { Target } from "./message.ts";
import { excludeFaults, judgeRings, ringFaults } from "./target-faults.ts";

/**
 * Refuses a target that somebody writes and that no order could carry, beyond what its schema says. The answer is the
 * same whoever asks: no speaker is looked at.
 * @param stored what it has been so far: a region that is excluded already may stay
 * @throws PlatformError `invalid_request` with each ring that crosses itself, by its two edges, and each excluded
 * region that takes nothing out or everything
 */
export async function checkTarget(db: Db, target: Target, stored?: Target): Promise<void> {
  await judgeRings(target.polygons);
  const faults = [
    ...ringFaults(target.polygons),
    ...excludeFaults(target),
    ...(await excludedNowhere(db, target, stored?.exclude ?? [])),
  ];
  if (faults.length === 0) return;
  const detail = faults.map(({ path, message }) => `body${path}: ${message}`).join("; ");
  throw new PlatformError("invalid_request", detail, { faults });
}

/**
 * Regions excluded from shapes that do not exist. Where those that do exist lie is not known: they are taken, as taking
 * out what may lie elsewhere warns nobody less.
 */
async function excludedNowhere(db: Db, target: Target, stored: readonly string[]): Promise<Fault[]> {
  const { regions, exclude = [] } = target;
  const asked = exclude.filter(
    (code) => !stored.includes(code) && !regions.some((region) => code.startsWith(region)),
  );
  if (asked.length === 0) return [];
  const unknown = new Set(await findUnknownRegions(db, asked));
  return exclude.flatMap((code, number) =>
    unknown.has(code)
      ? [
          {
            path: `/target/exclude/${number}`,
            message: `There is no region '${code}'`,
          },
        ]
      : [],
  );
}
