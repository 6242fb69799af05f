import type { Logger } from "../../base/log.ts";
import { type RepeatedWork, repeat } from "../../base/periodic.ts";
import { type Pool, withTransaction } from "../database/index.ts";

/** Documents in one transaction; each has up to a mebibyte. */
const AT_ONCE = 200;

/**
 * Removes documents of alerts that came for the last time longer ago than so many days, and of which nothing was
 * released: what was on the air can always be held against what came. That they came stays on record.
 * @param days 0 removes none
 * @returns how many
 */
export async function removeOldDocuments(pool: Pool, days: number, atOnce = AT_ONCE): Promise<number> {
  if (days === 0) return 0;
  for (let removed = 0; ; ) {
    const some = await withTransaction(pool, async (tx) => {
      // Documents first and alerts then, as whoever takes an alert locks them.
      const { rows } = await tx.query<{ digest: string }>(
        `select digest from cap_documents d
         where stored_at < now() - make_interval(days => $1::int)
           and not exists (
             select from broadcasts b where b.source ->> 'document' = d.digest and b.released_at is not null)
         order by stored_at
         limit $2::int
         for update skip locked`,
        [days, atOnce],
      );
      const digests = rows.map(({ digest }) => digest);
      await tx.query("update cap_alerts set document = null where document = any ($1::text[])", [digests]);
      await tx.query("delete from cap_documents where digest = any ($1::text[])", [digests]);
      return digests.length;
    });
    removed += some;
    if (some < atOnce) return removed;
  }
}

/** The same every `everyMs`, by our own clock. `stop` waits for a run under way. */
export function startDocumentRetention(
  pool: Pool,
  days: number,
  { log, everyMs = 3_600_000 }: { log: Logger; everyMs?: number },
): RepeatedWork {
  const run = () =>
    removeOldDocuments(pool, days).then(
      (documents) => {
        if (documents > 0) log.info({ documents }, "old documents of alerts removed");
      },
      (error: unknown) =>
        log.warn({ err: error }, "removing old documents of alerts failed; it will be tried again"),
    );
  return repeat(run, everyMs, { atOnce: true });
}
