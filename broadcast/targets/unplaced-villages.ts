import type { Limits } from "../../access/limits.ts";
import { kindsWith } from "../../devices/catalog.ts";
import type { NamedVillage } from "../../store/broadcast/index.ts";
import type { Db } from "../../store/database/index.ts";
import { findUnplacedWithoutSpeaker, hasUnplacedVillages } from "../../store/devices/index.ts";
import type { Target } from "../message/index.ts";
import type { MeantSpeaker } from "./targets.ts";

const TOWNSHIP_DIGITS = 9;

/**
 * The unknown part of villages: the tree has no place for most of them, so nothing says which lie in a polygon or
 * circle. Where such a shape holds speakers, it at least reaches into their townships.
 */
export interface Unplaced {
  /** True when the target has shapes, and any of them may hold villages that nothing here names. */
  readonly villagesUnknown: boolean;
  /** Villages without a speaker of townships where a shape holds some. They may lie in the shape. */
  readonly possiblyWithoutSpeaker: readonly NamedVillage[];
}

/**
 * @param speakers those of the target that the limits hold
 * @param isMine true when a caller with the limits may hear of a region. A village is named to callers who may hear of
 * all of its township: since a speaker of another owner there stands in a shape
 */
export async function findUnplaced(
  db: Db,
  target: Target,
  speakers: readonly MeantSpeaker[],
  limits: Limits,
  isMine: (code: string) => boolean = () => true,
): Promise<Unplaced> {
  const { regions, polygons, circles, exclude = [] } = target;
  if (polygons.length + circles.length === 0 || !(await hasUnplacedVillages(db))) {
    return { villagesUnknown: false, possiblyWithoutSpeaker: [] };
  }
  const townships = new Set<string>();
  for (const { byRegion, regionCode } of speakers) {
    if (!byRegion) townships.add(regionCode.slice(0, TOWNSHIP_DIGITS));
  }
  const without = [...regions, ...exclude];
  const found = await findUnplacedWithoutSpeaker(db, kindsWith("sounds"), [...townships], without, limits);
  return {
    villagesUnknown: true,
    possiblyWithoutSpeaker: found.filter(({ code }) => isMine(code.slice(0, TOWNSHIP_DIGITS))),
  };
}
