import type { Pool } from "../../store/database/database.ts";

/** A pool that notes the text of each statement before it passes it on. */
export function noteStatements(under: Pool): { readonly pool: Pool; readonly statements: string[] } {
  const statements: string[] = [];
  const pool = Object.create(under) as Pool;
  pool.query = (async (query: string | { text: string }, values?: unknown[]) => {
    statements.push(typeof query === "string" ? query : query.text);
    return under.query(query as string, values);
  }) as Pool["query"];
  return { pool, statements };
}
