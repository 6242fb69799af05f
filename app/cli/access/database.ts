import { existsSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { ADMINISTRATOR } from "../../../access/decide.ts";
import { UNLIMITED } from "../../../access/limits.ts";
import type { Caller } from "../../../accounts/caller.ts";
import type { Config } from "../../../base/config/index.ts";
import { PlatformError } from "../../../base/errors.ts";
import { createLogger } from "../../../base/log.ts";
import type { AuditActor } from "../../../store/audit/index.ts";
import { openPool, type Pool } from "../../../store/database/index.ts";
import { startEmbedded } from "../../../store/embedded/index.ts";

/** After this the embedded database counts as held by a platform: nobody wants to wait longer. */
const LOCK_WAIT_MS = 2000;

const log = createLogger("error", { write: (line) => process.stderr.write(line) });

/** The account that runs this process. A container may run it under a number that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}

/** The operator of the machine, for the audit. */
export function machineActor(env: NodeJS.ProcessEnv): AuditActor {
  const id = `${userName()}@${hostname()}`;
  const behind = env.SUDO_USER ? ` (sudo by ${env.SUDO_USER})` : "";
  return { type: "machine", id, name: `${id}${behind}`, tenantId: null };
}

/** A caller who may do everything, and stands in the audit as the machine. */
export const machineCaller = (env: NodeJS.ProcessEnv): Caller => ({
  principal: ADMINISTRATOR,
  limits: UNLIMITED,
  actor: machineActor(env),
});

/**
 * Opens the database of the configuration for as long as `work` takes; the embedded one is started for it.
 * @throws PlatformError `config_invalid` when there is none, when a platform has it, or when it is not ours
 */
export async function withDatabase<T>(
  { DATABASE_URL, DATA_DIR }: Pick<Config, "DATABASE_URL" | "DATA_DIR">,
  work: (pool: Pool) => Promise<T>,
): Promise<T> {
  if (DATABASE_URL !== undefined) return withPool(DATABASE_URL, work);
  const folder = join(DATA_DIR, "database");
  if (!existsSync(folder)) {
    throw new PlatformError(
      "config_invalid",
      `DATABASE_URL is not set and there is no database in ${folder}: set one of DATABASE_URL and DATA_DIR, or start the platform once`,
    );
  }
  const database = await startEmbedded({ dataDir: folder, log, lockWaitMs: LOCK_WAIT_MS }).catch(
    explainInUse,
  );
  try {
    return await withPool(database.url, work);
  } finally {
    await database.stop();
  }
}

function explainInUse(error: unknown): never {
  const inUse = error instanceof PlatformError && /in use by process/.test(error.message);
  if (!inUse) throw error;
  throw new PlatformError(
    "config_invalid",
    `${error.message}\nThe embedded database has one owner: stop the platform for this command, or use its HTTP API with the administrator's key (/docs, section access)`,
    { cause: error },
  );
}

async function withPool<T>(url: string, work: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = openPool({ url, size: 2, applicationName: "sbi-access" }, () => {});
  try {
    return await work(pool);
  } catch (error) {
    const code = (error as { code?: string }).code;
    // undefined_table, undefined_column
    if (code !== "42P01" && code !== "42703") throw error;
    throw new PlatformError(
      "config_invalid",
      "This database has not been prepared by this version of the platform: start the platform once",
      { cause: error },
    );
  } finally {
    await pool.end();
  }
}
