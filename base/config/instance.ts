import { z } from "zod";

/** The parts of the platform that a process may be. */
export const PROCESS_ROLES = ["all", "ingest", "api", "worker"] as const;
export type ProcessRole = (typeof PROCESS_ROLES)[number];

/** This process among several. */
export const instanceSettings = {
  ROLE: z
    .enum(PROCESS_ROLES)
    .default("all")
    .describe(
      "What this process does. all: everything; ingest: the doors by which devices come in; api: HTTP and the console; worker: the work that one process at a time does. Each can run several times on one database.",
    ),
  INSTANCE_ID: z
    .string()
    .regex(/^[\w.-]{1,64}$/, "expected 1 to 64 letters, digits, _, . and -")
    .default("1")
    .describe(
      "The name of this process among several on one database. It stays the same after a restart and differs in each process.",
    ),
};

/** A part of a platform needs a database that the other parts share. */
export const instanceNeeds = [
  [
    "ROLE",
    "DATABASE_URL",
    "is a part of the platform, and DATABASE_URL is not set: expected both, or ROLE=all for the embedded database",
    "all",
  ],
] as const;
