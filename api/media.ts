import { z } from "zod";

/** The answer of a route that gives JSON or, to `Accept: text/csv`, CSV. */
export const csvOr = <T extends z.ZodType>(json: T, description: string) => ({
  description,
  content: {
    "application/json": { schema: json },
    "text/csv": { schema: z.string() },
  },
});
