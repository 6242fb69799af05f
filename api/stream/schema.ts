import { z } from "zod";
import { STREAM_TOPICS } from "../contract.ts";
import { commaList, deviceId, kindName, regionCode } from "../schemas.ts";

const MAX_NAMES = 100;

export const streamQuery = z.strictObject({
  topics: commaList(z.enum(STREAM_TOPICS), STREAM_TOPICS.length)
    .optional()
    .meta({
      description: `Any of ${STREAM_TOPICS.join(", ")}, separated by commas. Default: all but \`reading\`, of which there are very many.`,
    }),
  kind: commaList(kindName, MAX_NAMES).optional().meta({ description: "Kinds, separated by commas." }),
  region: commaList(regionCode, MAX_NAMES)
    .optional()
    .meta({ description: "Region codes, separated by commas; each includes everything inside it." }),
  device: commaList(deviceId, MAX_NAMES).optional().meta({ description: "Device ids, separated by commas." }),
});

export const streamHeaders = z.looseObject({
  "last-event-id": z
    .string()
    .max(100)
    .optional()
    .describe(
      "The id of the last event that the client saw. Later events are sent first, or an event `reset`.",
    ),
});
