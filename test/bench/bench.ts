import { onTestFinished } from "vitest";
import { adoptDatabase } from "../../bench/database.ts";
import { type Flags, type FlagValues, fallbacks } from "../../bench/flags.ts";
import { createBench, type Story, type StoryOutcome } from "../../bench/story.ts";
import { withTransaction } from "../../store/database/database.ts";
import type { TestDatabase } from "../helpers/db.ts";

/** Runs a story in a small form on a test database; everything that it starts ends with it. */
export async function tellStory<F extends Flags>(
  database: TestDatabase,
  story: Story<F>,
  small: Partial<FlagValues<F>>,
): Promise<StoryOutcome> {
  const { bench, close } = createBench({
    progress: () => {},
    async createDatabase(own) {
      await empty(database);
      // Made from the outside, so that the embedded one can be shared with the platform in any story.
      return adoptDatabase(own, database.url, process.env.DATABASE_URL === undefined);
    },
  });
  onTestFinished(close);
  try {
    return await story.run(bench, { ...fallbacks(story.flags), ...small });
  } finally {
    await close();
  }
}

/** As good as a new one, and two seconds quicker. */
async function empty({ pool }: TestDatabase): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    `select tablename as name from pg_tables
     where schemaname = current_schema()
       and tablename not in ('schema_migrations', 'kind_tables', 'regions', 'access_version')`,
  );
  await withTransaction(pool, async (tx) => {
    // Otherwise the triggers of what is append-only refuse it.
    await tx.query("set local session_replication_role = replica");
    await tx.query(`truncate ${rows.map(({ name }) => name).join(", ")} restart identity`);
    await tx.query("insert into rollup_state (kind) select kind from kind_tables where edition = 'apache'");
  });
}

/** A table's row that begins with this text. */
export function rowOf(outcome: StoryOutcome, name: string, table = 0) {
  const row = outcome.tables[table]?.rows.find(([first]) => String(first).startsWith(name));
  if (!row) throw new Error(`There is no row '${name}' in ${JSON.stringify(outcome.tables[table])}`);
  return row;
}
