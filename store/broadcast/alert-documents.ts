import type { Logger } from "../../base/log.ts";
import { type RepeatedWork, repeat } from "../../base/periodic.ts";
import { type Pool, withTransaction } from "../database/index.ts";

/** Documents in one transaction; each has up to a mebibyte. */
const AT_ONCE = 200;

/**
 * Removes documents of alerts that last came longer ago than so many days, unless a broadcast made of the alert was
 * released: a broadcast that was on the air can always be compared with the document. The record that they came stays.
 * @param days 0 removes none
 * @returns how many
 */
export async function removeOldDocuments(pool: Pool, days: number, atOnce = AT_ONCE): Promise<number> {
  if (days === 0) return 0;
  for (let removed = 0; ; ) {
    const some = await withTransaction(pool, async (tx) => {
      // Locks documents first and then alerts, in the same order as the import of an alert.
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
