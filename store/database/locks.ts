import type { Db } from "./database.ts";

/**
 * Locks numbers until the end of the transaction, in their order, so that two never wait for each other.
 * @param name tells these numbers from others among the advisory locks
 */
export async function lockNumbers(tx: Db, name: number, numbers: Iterable<number>): Promise<void> {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  await tx.query(
    "select pg_advisory_xact_lock($1::int4, no) from (select no from unnest($2::int4[]) as no order by no offset 0) nos",
    [name, sorted],
  );
}
