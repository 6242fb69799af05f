import { PlatformError } from "../../base/errors.ts";
import {
  type Client,
  type Db,
  decodeCursor,
  encodeCursor,
  type Limits,
  limitsParameter,
  type Page,
  principalsCondition,
  toPage,
} from "../database/index.ts";
import { GRANTS_OF, type GrantRow, type StoredGrant, toGrant } from "./grants.ts";

/** A display, with what is known of the browser that is it, or was last. */
export interface StoredDisplay {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly grants: readonly StoredGrant[];
  readonly createdAt: Date;
  /** The id of the caller who set it up. */
  readonly createdBy: string;
  readonly revokedAt: Date | null;
  /** Until when the code that waits is good; null: none waits. */
  readonly codeExpiresAt: Date | null;
  readonly pairedAt: Date | null;
  /** Null: it was never paired, or so long ago that its session was removed. */
  readonly session: {
    readonly lastSeenAt: Date;
    readonly expiresAt: Date;
    readonly address: string | null;
    readonly isEnded: boolean;
  } | null;
}

interface DisplayRow {
  display_no: number;
  id: string;
  tenant_id: string;
  name: string;
  grants: GrantRow[];
  created_at: Date;
  created_by: string;
  disabled_at: Date | null;
  code_expires_at: Date | null;
  paired_at: Date | null;
  last_seen_at: Date | null;
  expires_at: Date | null;
  address: string | null;
  is_ended: boolean | null;
}

const SELECT_DISPLAY = `
  select d.display_no, p.id, p.tenant_id, p.name, ${GRANTS_OF("p")} as grants, p.created_at, d.created_by, p.disabled_at,
         d.code_expires_at, d.paired_at, s.last_seen_at, s.expires_at, s.address, s.ended_at is not null as is_ended
  from principals p
  join displays d on d.principal_id = p.id
  left join lateral (
    select last_seen_at, expires_at, address, ended_at from sessions
    where principal_id = p.id order by session_no desc limit 1) s on true`;

const toDisplay = (row: DisplayRow): StoredDisplay => ({
  id: row.id,
  tenantId: row.tenant_id,
  name: row.name,
  grants: row.grants.map(toGrant),
  createdAt: row.created_at,
  createdBy: row.created_by,
  revokedAt: row.disabled_at,
  codeExpiresAt: row.code_expires_at,
  pairedAt: row.paired_at,
  session:
    row.last_seen_at === null || row.expires_at === null
      ? null
      : {
          lastSeenAt: row.last_seen_at,
          expiresAt: row.expires_at,
          address: row.address,
          isEnded: row.is_ended === true,
        },
});

/** Displays within the limits, newest first. */
export async function listDisplays(
  db: Db,
  filter: { readonly tenant?: string | undefined },
  limits: Limits,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<StoredDisplay>> {
  const after = decodeCursor("displays", ["integer"], page.cursor);
  const { rows } = await db.query<DisplayRow>(
    `${SELECT_DISPLAY}
     where ${principalsCondition("p", 1)}
       and ($2::text is null or p.tenant_id = $2::text)
       and ($3::bigint is null or d.display_no < $3::bigint)
     order by d.display_no desc
     limit $4::int`,
    [limitsParameter(limits), filter.tenant ?? null, after?.[0] ?? null, page.limit + 1],
  );
  return toPage(rows, page.limit, toDisplay, (row) => encodeCursor("displays", [row.display_no]));
}

/** @throws PlatformError `display_not_found` */
export async function getDisplay(db: Db, id: string): Promise<StoredDisplay> {
  const { rows } = await db.query<DisplayRow>(`${SELECT_DISPLAY} where p.id = $1::text`, [id]);
  if (!rows[0]) throw new PlatformError("display_not_found", `There is no display '${id}'`);
  return toDisplay(rows[0]);
}

/** Adds what a display has beside its row among the principals. */
export async function insertDisplay(tx: Client, id: string, createdBy: string): Promise<void> {
  await tx.query("insert into displays (principal_id, created_by) values ($1::text, $2::text)", [
    id,
    createdBy,
  ]);
}

/** Sets the code that a display waits for; an earlier one is no longer good. */
export async function setPairingCode(
  tx: Client,
  id: string,
  code: { readonly hash: Buffer; readonly expiresAt: Date },
): Promise<void> {
  await tx.query(
    "update displays set code_hash = $2::bytea, code_expires_at = $3::timestamptz where principal_id = $1::text",
    [id, code.hash, code.expiresAt.toISOString()],
  );
}

/**
 * Uses up the code with this hash. Two that come at once wait for each other here, and so does a revocation.
 * @returns the id of the display that it pairs; undefined when it is nobody's, used or too old, or when the display or
 * its tenant is shut out
 */
export async function takePairingCode(tx: Client, hash: Buffer, at: Date): Promise<string | undefined> {
  const { rows } = await tx.query<{ id: string }>(
    `select p.id from principals p join tenants t on t.id = p.tenant_id
     where p.id = (select d.principal_id from displays d where d.code_hash = $1::bytea)
       and p.disabled_at is null and t.disabled_at is null
     for update of p for share of t`,
    [hash],
  );
  if (!rows[0]) return undefined;
  const { rowCount } = await tx.query(
    `update displays set code_hash = null, code_expires_at = null, paired_at = $3::timestamptz
     where principal_id = $1::text and code_hash = $2::bytea and code_expires_at > $3::timestamptz`,
    [rows[0].id, hash, at.toISOString()],
  );
  return rowCount === 1 ? rows[0].id : undefined;
}
