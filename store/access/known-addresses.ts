import type { Db } from "../database/index.ts";

/** A network from which a person has signed in: an IPv4 address or an IPv6 /64, as `networkOf` writes them. */
export interface KnownNetwork {
  readonly principalId: string;
  readonly network: string;
  /** The last time. */
  readonly at: Date;
}

/** Notes a sign-in's network, and forgets those of this person beyond the latest `keep`. */
export async function saveKnownNetwork(db: Db, known: KnownNetwork, keep: number): Promise<void> {
  const { principalId, network, at } = known;
  await db.query({
    name: "save_known_address",
    text: `insert into known_addresses (principal_id, network, seen_at) values ($1::text, $2::text, $3::timestamptz)
           on conflict (principal_id, network) do update
             set seen_at = greatest(known_addresses.seen_at, excluded.seen_at)`,
    values: [principalId, network, at.toISOString()],
  });
  await db.query({
    name: "trim_known_addresses",
    text: `delete from known_addresses where principal_id = $1::text and network in (
             select network from known_addresses where principal_id = $1::text
             order by seen_at desc, network offset $2::int)`,
    values: [principalId, keep],
  });
}

/** The networks of all people that were seen after a moment, in no order. */
export async function listKnownNetworks(db: Db, after: Date): Promise<KnownNetwork[]> {
  const { rows } = await db.query<{ principal_id: string; network: string; seen_at: Date }>(
    "select principal_id, network, seen_at from known_addresses where seen_at > $1::timestamptz",
    [after.toISOString()],
  );
  return rows.map(({ principal_id, network, seen_at }) => ({
    principalId: principal_id,
    network,
    at: seen_at,
  }));
}

/** Removes networks that were last seen before a moment. @returns how many */
export async function deleteOldKnownNetworks(db: Db, before: Date): Promise<number> {
  const { rowCount } = await db.query("delete from known_addresses where seen_at < $1::timestamptz", [
    before.toISOString(),
  ]);
  return rowCount ?? 0;
}
