import type { Client, Pool } from "../../store/database/database.ts";

type Query = Pool["query"];

/**
 * The database over a line that breaks: `fate` is asked for each statement outside a transaction and for each commit,
 * and for the rest of a transaction not at all.
 */
export function losingPool(pool: Pool, fate: () => "answers" | "is lost" | "loses its answer"): Pool {
  const broken = () => Object.assign(new Error("connection lost"), { code: "ECONNRESET" });
  const losing = (target: { query: Query }) =>
    (async (...args: Parameters<Query>) => {
      const what = fate();
      if (what === "is lost") throw broken();
      const answer = await (target.query as (...given: unknown[]) => Promise<unknown>)(...args);
      if (what === "loses its answer") throw broken();
      return answer;
    }) as unknown as Query;
  const lossy = Object.create(pool) as Pool;
  lossy.query = losing(pool);
  lossy.connect = (async () => {
    const client = await pool.connect();
    const query = client.query.bind(client) as Query;
    const commit = losing({ query });
    return Object.assign(Object.create(client) as Client, {
      on: () => {},
      off: () => {},
      query: ((...args: Parameters<Query>) =>
        (args[0] as unknown) === "commit" ? commit(...args) : query(...args)) as Query,
      release: async () => {
        await query("rollback").catch(() => {});
        client.release();
      },
    });
  }) as Pool["connect"];
  return lossy;
}
