import { type Db, isAway } from "../database/index.ts";

/** SQLSTATEs for a table, column or function that is missing: the replica stands before a migration. */
const NOT_MIGRATED: ReadonlySet<string> = new Set(["42P01", "42703", "42883"]);

/** "canceling statement due to user request", or to its time limit. */
const CANCELED = "57014";

/** @param isOverLong true when the statement has taken as long as it may: the primary would do no better */
function isReplicasFault(error: unknown, isOverLong: boolean): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === CANCELED) return !isOverLong;
  // Among what passes: 40001 "canceling statement due to conflict with recovery", 25006 "read-only transaction".
  return isAway(error) || (typeof code === "string" && NOT_MIGRATED.has(code));
}

export interface AskingOptions {
  readonly replica: Db;
  readonly primary: Db;
  /** The time that a statement may take, in milliseconds. */
  readonly statementMs: number;
  /** Rejects as soon as the replica is known to be away, so that nobody waits for its answer any longer. */
  readonly orAway: <T>(answer: Promise<T>) => Promise<T>;
  readonly onGivenUp: (error: Error) => void;
}

/** The database of one request that only reads. */
export interface ReadDb extends Db {
  /** True while every answer came from the replica. */
  isFromReplica(): boolean;
}

/**
 * Asks at the replica. When it gives a statement up, the primary is asked, and from then on for the rest of the request: going
 * back might show less than was seen before.
 */
export function askReplicaFirst(options: AskingOptions): ReadDb {
  const { replica, primary, statementMs, orAway, onGivenUp } = options;
  let left = false;
  const ask = async (...args: Parameters<Db["query"]>) => {
    if (left) return primary.query(...args);
    const beganAt = performance.now();
    try {
      return await orAway(replica.query(...args) as unknown as Promise<unknown>);
    } catch (error) {
      if (!isReplicasFault(error, performance.now() - beganAt >= statementMs)) throw error;
      left = true;
      onGivenUp(error as Error);
      return primary.query(...args);
    }
  };
  return { query: ask as unknown as Db["query"], isFromReplica: () => !left };
}
