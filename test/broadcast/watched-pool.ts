import type { Pool } from "../../store/database/database.ts";

/** The same pool, which counts questions, those for speakers, and how many connections are out at once. */
export function watched(given: Pool) {
  const seen = { queries: 0, most: 0, speakers: 0 };
  let out = 0;
  const pool: Pool = Object.create(given);
  pool.connect = (async () => {
    const client = await given.connect();
    seen.most = Math.max(seen.most, ++out);
    return new Proxy(client, {
      get(target, key) {
        if (key === "query") seen.queries += 1;
        if (key === "release") out -= 1;
        const value = Reflect.get(target, key);
        if (key === "query") {
          return (...given: unknown[]) => {
            if (String(given[0]).includes("d.kind = 'speaker'")) seen.speakers += 1;
            return value.apply(target, given);
          };
        }
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  }) as Pool["connect"];
  return { pool, seen };
}
