import { z } from "zod";

/** How long people stay signed in, and how long new power over broadcasts waits. */
export const sessionSettings = {
  SESSION_MAX_HOURS: z.coerce
    .number()
    .min(0.1)
    .max(720)
    .default(12)
    .describe("Hours after which a person has to sign in again."),
  SESSION_IDLE_MINUTES: z.coerce
    .number()
    .min(2)
    .max(43_200)
    .default(60)
    .describe("Minutes without a request after which a person has to sign in again."),
  PRIVILEGED_GRANT_DELAY_HOURS: z.coerce
    .number()
    .min(0)
    .max(720)
    .default(24)
    .describe(
      "Hours before approvers and duty officers who were made, granted or reset over HTTP may act, unless another administrator confirms them. 0: at once, for evaluation only: one administrator alone can then sound every speaker.",
    ),
};
