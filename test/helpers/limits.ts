import { type Area, type Limits, WHOLE_AREA } from "../../access/limits.ts";

/** An area that is bounded in the given lists and open in the others. */
export const areaOf = (lists: Partial<Area>): Area => ({ ...WHOLE_AREA, ...lists });

/** Limits of one area, which is bounded in the given lists and open in the others. */
export const limitsOf = (lists: Partial<Area>): Limits => [areaOf(lists)];
