import { type Client, type Pool, withClient } from "./database.ts";

/** Any number will do, as long as no other program takes advisory locks in this database with it. */
export const SCHEMA_LOCK = 7_352_001;

/** Who comes next in this process. The embedded database is one session, whose advisory locks exclude nobody in it. */
let queue: Promise<unknown> = Promise.resolve();

/**
 * Runs work that changes the schema: no two at once, whether they start in one process or in several. Neither
 * the wait nor the work is bound by the pool's statement timeout, because an index on a large table takes
 * longer than any query that the timeout is meant for.
 */
export function oneAtATime<T>(pool: Pool, work: (client: Client) => Promise<T>): Promise<T> {
  const turn = queue.then(() => locked(pool, work));
  queue = turn.catch(() => {});
  return turn;
}

function locked<T>(pool: Pool, work: (client: Client) => Promise<T>): Promise<T> {
  return withClient(pool, async (client, isBroken) => {
    try {
      await client.query("set statement_timeout = 0");
      await client.query("select pg_advisory_lock($1)", [SCHEMA_LOCK]);
      return await work(client);
    } finally {
      // A connection that can't be put back as it was is closed, which frees the lock as well; and why the work
      // failed must not be hidden by that.
      await client
        .query("select pg_advisory_unlock($1)", [SCHEMA_LOCK])
        .then(() => client.query("reset statement_timeout"))
        .catch(isBroken);
    }
  });
}
