import { PlatformError } from "../../base/errors.ts";
import {
  type Client,
  type Limits,
  limitsCondition,
  limitsParameter,
  lockNumbers,
} from "../database/index.ts";

/** A name by which a protocol knows a device. Its value is in the canonical form of its scheme. */
export interface DeviceIdentity {
  readonly scheme: string;
  readonly value: string;
}

/** Names the advisory locks; the second half is a hash of the identity. */
const LOCK = 0x6964656e;

/** The identities of the device `number` of a row, by scheme and value, as one JSON array. */
export const identitiesOf = (number: string): string => `(
    select coalesce(json_agg(json_build_object('scheme', i.scheme, 'value', i.value) order by i.scheme, i.value), '[]'::json)
    from device_identities i where i.device_no = ${number})`;

/**
 * Gives a device these identities, and takes away all others that it has. Call it last in a transaction: it may wait for
 * another one that gives away the same.
 * @param limits those of the caller, who is told which device has an identity where they may know of it
 * @throws PlatformError `identity_taken`
 */
export async function writeIdentities(
  tx: Client,
  deviceNo: number,
  identities: readonly DeviceIdentity[],
  limits: Limits,
): Promise<void> {
  const asked = [identities.map(({ scheme }) => scheme), identities.map(({ value }) => value)];
  // In one order, or two that swap identities would wait for each other.
  const { rows: locks } = await tx.query<{ no: number }>(
    `select hashtext(scheme || ':' || value) as no from (
       select * from unnest($2::text[], $3::text[]) as asked (scheme, value)
       union select scheme, value from device_identities where device_no = $1::int) touched`,
    [deviceNo, ...asked],
  );
  await lockNumbers(
    tx,
    LOCK,
    locks.map(({ no }) => no),
  );
  await tx.query(
    `delete from device_identities i where device_no = $1::int and not exists (
       select from unnest($2::text[], $3::text[]) as asked (scheme, value)
       where asked.scheme = i.scheme and asked.value = i.value)`,
    [deviceNo, ...asked],
  );
  await tx.query(
    `insert into device_identities (device_no, scheme, value)
     select $1::int, scheme, value from unnest($2::text[], $3::text[]) as asked (scheme, value)
     on conflict do nothing`,
    [deviceNo, ...asked],
  );
  const { rows } = await tx.query<{ scheme: string; value: string; id: string | null }>(
    `select asked.scheme, asked.value, case when ${limitsCondition("d", 4)} then d.id end as id
     from unnest($2::text[], $3::text[]) as asked (scheme, value)
     join device_identities i on i.scheme = asked.scheme and i.value = asked.value
     join devices d on d.device_no = i.device_no
     where i.device_no <> $1::int
     order by 1, 2 limit 1`,
    [deviceNo, ...asked, limitsParameter(limits)],
  );
  const [taken] = rows;
  if (!taken) return;
  const holder = taken.id === null ? "a device that you may not see" : `device '${taken.id}'`;
  throw new PlatformError("identity_taken", `${taken.scheme} ${taken.value} belongs to ${holder}`);
}
