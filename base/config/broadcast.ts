import { z } from "zod";
import { splitAtCommas } from "./forms.ts";

/** Orders to speakers, and the alarms that propose a broadcast. */
export const broadcastSettings = {
  BROADCAST_ISSUER: z
    .string()
    .regex(/^[^\s,<>&]{1,100}$/, "expected 1 to 100 characters without space, comma, <, > and &")
    .default("smart-broadcast-iot")
    .describe("This platform's name in the orders that it signs, and as the sender of its CAP alerts."),
  BROADCAST_KEYS_DIR: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Directory that holds the keys that sign broadcasts. Several processes on one database share one, or the others sign nothing. Unset: DATA_DIR.",
    ),
  BROADCAST_ROOT_KEY: z
    .string()
    .optional()
    .describe(
      "File with the root key, with which the platform itself signs the set of broadcast keys. For evaluation only: a root key belongs off the server.",
    ),
  BROADCAST_PROPOSALS: z
    .string()
    .default("gas-meter:leak=12P09/2,camera:sos=14000/2")
    .transform((list) => (list.trim() === "none" ? [] : splitAtCommas(list)))
    .describe(
      "Alarms that propose a draft, separated by commas, as kind:rule=event code/level. none: no alarm does.",
    ),
};
