import type { Pool } from "../../store/database/database.ts";

type Asked = (...args: unknown[]) => Promise<{ rows: object[] }>;

/** The same pool, and the longest answer so far, in characters of the texts of its rows. */
export function watchAnswers(given: Pool) {
  const seen = { longest: 0 };
  const watch =
    (query: Asked): Asked =>
    async (...args) => {
      const answer = await query(...args);
      const texts = answer.rows.flatMap((row) =>
        Object.values(row).filter((one): one is string => typeof one === "string"),
      );
      const length = texts.reduce((sum, one) => sum + one.length, 0);
      seen.longest = Math.max(seen.longest, length);
      return answer;
    };
  const pool: Pool = Object.create(given);
  pool.query = watch(given.query.bind(given) as unknown as Asked) as unknown as Pool["query"];
  pool.connect = (async () => {
    const client = await given.connect();
    return new Proxy(client, {
      get(target, key) {
        const value = Reflect.get(target, key);
        if (typeof value !== "function") return value;
        return key === "query" ? watch(value.bind(target)) : value.bind(target);
      },
    });
  }) as Pool["connect"];
  return { pool, seen };
}
