import { createLogger } from "../../../base/log.ts";
import { type KindTable, type QuantityColumn, readingsTable } from "../../../store/database/kind-table.ts";
import { applyKindTables } from "../../../store/schema/kind-tables.ts";
import { migrate } from "../../../store/schema/migrate.ts";
import { emptyTestDatabase, type TestDatabase } from "../../helpers/db.ts";

export const silent = createLogger("silent");

export const level: QuantityColumn = { name: "level", type: "gauge" };
export const total: QuantityColumn = { name: "total", type: "counter" };
export const mode: QuantityColumn = { name: "mode", type: "state" };

export const kind = (name: string, ...columns: QuantityColumn[]): KindTable => ({
  kind: name,
  table: readingsTable(name),
  columns,
});

type Logged = { level: string; msg: string; [key: string]: unknown };

/** A migrated database without a kind's table, and what tests ask of it. */
export async function openKindScene() {
  const db: TestDatabase = await emptyTestDatabase();
  await migrate(db.pool, silent);
  return {
    db,
    /** Applies the tables and returns what was logged. */
    async apply(...tables: KindTable[]): Promise<Logged[]> {
      const logged: Logged[] = [];
      const log = createLogger("debug", { write: (line) => logged.push(JSON.parse(line)) });
      await applyKindTables(db.pool, tables, { edition: db.edition, log });
      return logged;
    },
    async columnsOf(relation: string): Promise<Record<string, string>> {
      const { rows } = await db.pool.query<{ name: string; type: string }>(
        `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
         where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
        [relation],
      );
      return Object.fromEntries(rows.map(({ name, type }) => [name, type]));
    },
    rows: async (sql: string) => (await db.pool.query(sql)).rows,
  };
}

export type KindScene = Awaited<ReturnType<typeof openKindScene>>;
