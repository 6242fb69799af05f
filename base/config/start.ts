import { z } from "zod";
import { LOG_LEVELS } from "../log.ts";

/** The start: the data for an empty database, and the level of the log. */
export const startSettings = {
  SEED: z
    .enum(["regions", "demo", "none"])
    .default("regions")
    .describe(
      "Data for an empty database. regions: Guizhou's regions; demo: the demo fleet as well; none: nothing.",
    ),
  LOG_LEVEL: z
    .enum(LOG_LEVELS)
    .default("info")
    .describe("The least severe level that the platform logs, as JSON lines."),
};
