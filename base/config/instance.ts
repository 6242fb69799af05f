import { z } from "zod";

/** This process among several. */
export const instanceSettings = {
  INSTANCE_ID: z
    .string()
    .regex(/^[\w.-]{1,64}$/, "expected 1 to 64 letters, digits, _, . and -")
    .default("1")
    .describe(
      "The name of this process among several on one database. It stays the same after a restart and differs in each process.",
    ),
};
