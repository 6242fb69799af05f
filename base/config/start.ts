import { z } from "zod";
import { LOG_LEVELS } from "../log.ts";

/** What an empty database is filled with at the start, and how much is logged from then on. */
export const startSettings = {
  SEED: z
    .enum(["regions", "demo", "none"])
    .default("regions")
    .describe("What an empty database is filled with: Guizhou's regions; also the demo fleet; nothing."),
  LOG_LEVEL: z.enum(LOG_LEVELS).default("info").describe("How much is logged, as JSON lines."),
};
