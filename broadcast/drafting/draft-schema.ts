import { z } from "zod";
import { messageSchema, textSchema } from "../message/index.ts";

/**
 * A message that may still lack something: an imported alert need not say which event of our list it means, or to whom
 * it is addressed. The fields that are there are right; a missing one keeps it from being submitted.
 */
export const draftSchema = messageSchema.extend({
  eventCode: messageSchema.shape.eventCode.optional(),
  texts: z.array(textSchema).max(8),
});

export type Draft = z.infer<typeof draftSchema>;
