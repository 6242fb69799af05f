import { z } from "zod";

/** The database server that takes the place of the embedded one. */
export const databaseSettings = {
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "expected postgres://user:password@host:port/database")
    .optional()
    .describe(
      "PostgreSQL >= 15 with TimescaleDB >= 2.19. Unset: the embedded database, for evaluation only.",
    ),
  DATABASE_OWNER_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "expected postgres://user:password@host:port/database")
    .optional()
    .describe(
      "The same database, signed in to as the owner of its tables. The role of DATABASE_URL then needs only the rights that the platform grants it at each start, and cannot change the audit.",
    ),
  DATABASE_READ_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "expected postgres://user:password@host:port/database")
    .optional()
    .describe(
      "A streaming replica of it (hot standby) for reads by the API that may be some seconds old. Set it alike at every process with the API.",
    ),
  DATABASE_READ_MAX_AGE_SECONDS: z.coerce
    .number()
    .int()
    .min(3)
    .max(300)
    .default(10)
    .describe("A replica that is older than this, or away, answers nothing, and the primary does instead."),
  DATABASE_POOL_SIZE: z.coerce
    .number()
    .int()
    .min(4)
    .max(100)
    .default(10)
    .describe("Connections to the database server (the embedded database serves one statement at a time)."),
  DATABASE_URGENT_POOL_SIZE: z.coerce
    .number()
    .int()
    .min(2)
    .max(100)
    .default(6)
    .describe(
      "Further connections to it, reserved for signing in and for decisions about broadcasts, however busy the others are.",
    ),
};

/** A setting, the other setting that it needs, and the message where "needs … as well" says too little. */
export const databaseNeeds = [
  [
    "DATABASE_READ_URL",
    "DATABASE_URL",
    "is set and DATABASE_URL is not: expected the primary there, of which this is a replica",
  ],
  [
    "DATABASE_OWNER_URL",
    "DATABASE_URL",
    "is set and DATABASE_URL is not: expected both, or neither for the embedded database",
  ],
] as const;
