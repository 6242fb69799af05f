import { type Client, type Pool, withClient } from "./database.ts";

/** Any number will do, as long as no other program takes advisory locks in this database with it. */
export const SCHEMA_LOCK = 7_352_001;

/** The queue of this process. The embedded database is one session, in which advisory locks exclude no other work. */
let queue: Promise<unknown> = Promise.resolve();

/**
 * Runs work that changes the schema: no two at once, in one process or in several. The pool's statement timeout binds
 * neither the wait nor the work, because an index on a large table takes longer than the queries for which the timeout
 * is meant.
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
      // A connection that cannot be restored is closed, which frees the lock as well; and that must not hide the error
      // of the work.
      await client
        .query("select pg_advisory_unlock($1)", [SCHEMA_LOCK])
        .then(() => client.query("reset statement_timeout"))
        .catch(isBroken);
    }
  });
}
