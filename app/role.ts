import type { ProcessRole } from "../base/config/index.ts";

/** The parts of the platform that a process has. */
export interface RoleParts {
  /** Devices come in by its doors. */
  readonly doors: boolean;
  /** It serves the API and the console. Every process answers `/livez`, `/readyz` and `/metrics`. */
  readonly api: boolean;
  /** It stands ready for the work that one process at a time does. */
  readonly duties: boolean;
}

export const partsOf = (role: ProcessRole): RoleParts => ({
  doors: role === "all" || role === "ingest",
  api: role === "all" || role === "api",
  duties: role === "all" || role === "worker",
});
