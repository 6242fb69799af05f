import { type Client, type Db, type Pool, withTransaction } from "../database/index.ts";

/** One process at a time looks and enters: of two that begin at once, the second sees what the first has entered. */
const LOCK = 7_352_003;

/** The ids of the keys by which the platform signs, the newest last. None: no process has entered any yet. */
export async function listSigningKeys(db: Db): Promise<string[]> {
  const { rows } = await db.query<{ kid: string }>("select kid from signing_keys order by key_no");
  return rows.map(({ kid }) => kid);
}

/** The ids of the keys by which processes of an earlier version said that they sign. */
export async function listFormerKeys(db: Db): Promise<string[]> {
  const { rows } = await db.query<{ kid: string }>(
    "select distinct unnest(key_ids) as kid from processes where key_ids is not null order by 1",
  );
  return rows.map(({ kid }) => kid);
}

/** Does work that looks at the keys of the platform and changes them, with nobody else doing so meanwhile. */
export function withSigningKeys<T>(pool: Pool, work: (tx: Client) => Promise<T>): Promise<T> {
  return withTransaction(pool, async (tx) => {
    await tx.query("select pg_advisory_xact_lock($1::bigint)", [LOCK]);
    return work(tx);
  });
}

/** Enters keys that are not there yet, in their order. In a transaction of `withSigningKeys`. */
export async function enterSigningKeys(tx: Client, kids: readonly string[]): Promise<void> {
  await tx.query(
    `insert into signing_keys (kid)
     select kid from unnest($1::text[]) with ordinality as entered (kid, place) order by place
     on conflict do nothing`,
    [kids],
  );
}

/** Puts keys in the place of all that were there. In a transaction of `withSigningKeys`. */
export async function replaceSigningKeys(tx: Client, kids: readonly string[]): Promise<void> {
  await tx.query("delete from signing_keys");
  await enterSigningKeys(tx, kids);
}
