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

export const CHANGE_KINDS = ["create", "grants", "password", "second_factor", "enable", "owner"] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/**
 * In these changes the requester may know how to sign in as the person; the other changes gave the person something.
 */
export const CREDENTIAL_KINDS: readonly ChangeKind[] = ["create", "password", "second_factor", "enable"];

/** `waiting` and `effective` are both 'open' in the table, before and after the moment. */
export const CHANGE_STATES = ["waiting", "effective", "confirmed", "refused", "overtaken"] as const;
export type ChangeState = (typeof CHANGE_STATES)[number];

/** A change by an administrator over HTTP to another person, by which one may come to act as the other. */
export interface AccessChange {
  readonly changeNo: number;
  readonly principalId: string;
  readonly principalName: string;
  readonly kind: ChangeKind;
  /** The id of a person, or of the administrator's key. */
  readonly askedBy: string;
  readonly askedByName: string;
  readonly askedAt: Date;
  /** From then on it holds by itself. */
  readonly effectiveAt: Date;
  readonly state: ChangeState;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  readonly reason: string | null;
}

interface ChangeRow {
  change_no: number;
  principal_id: string;
  principal_name: string;
  kind: ChangeKind;
  asked_by: string;
  asked_by_name: string;
  asked_at: Date;
  effective_at: Date;
  state: ChangeState;
  decided_by: string | null;
  decided_at: Date | null;
  reason: string | null;
}

const toChange = (row: ChangeRow): AccessChange => ({
  changeNo: row.change_no,
  principalId: row.principal_id,
  principalName: row.principal_name,
  kind: row.kind,
  askedBy: row.asked_by,
  askedByName: row.asked_by_name,
  askedAt: row.asked_at,
  effectiveAt: row.effective_at,
  state: row.state,
  decidedBy: row.decided_by,
  decidedAt: row.decided_at,
  reason: row.reason,
});

/**
 * `$1` is the moment by which a change waits or holds.
 * @param more further columns
 */
const selectChange = (more = "") => `
  select ${more} c.change_no, c.principal_id, p.name as principal_name, c.kind, c.asked_by, c.asked_by_name, c.asked_at,
         c.effective_at, c.decided_by, c.decided_at, c.reason,
         case when c.state <> 'open' then c.state when c.effective_at > $1::timestamptz then 'waiting'
              else 'effective' end as state
  from access_changes c join principals p on p.id = c.principal_id`;

export interface NewChange {
  readonly principalId: string;
  readonly kind: ChangeKind;
  readonly askedBy: { readonly id: string; readonly name: string };
  readonly askedAt: Date;
  readonly effectiveAt: Date;
  /** Of kind `owner`: the former owner of the application. */
  readonly formerOwner?: string | null | undefined;
}

/** @returns the number of the change */
export async function insertChange(tx: Client, change: NewChange): Promise<number> {
  const { rows } = await tx.query<{ change_no: number }>(
    `insert into access_changes (principal_id, kind, asked_by, asked_by_name, asked_at, effective_at, former_owner)
     values ($1::text, $2::text, $3::text, $4::text, $5::timestamptz, $6::timestamptz, $7::text) returning change_no`,
    [
      change.principalId,
      change.kind,
      change.askedBy.id,
      change.askedBy.name,
      change.askedAt.toISOString(),
      change.effectiveAt.toISOString(),
      change.formerOwner ?? null,
    ],
  );
  return rows[0]!.change_no;
}

export interface ChangeFilter {
  /** Those that wait at `now`, or all. */
  readonly state: "waiting" | "all";
  readonly principalId?: string | undefined;
  /** Only changes that keep a person waiting who has one of these roles. */
  readonly roles: readonly string[];
  /** Changes of these kinds are listed for everybody, whatever their roles: none by default. */
  readonly ofAnybody?: readonly ChangeKind[] | undefined;
  readonly now: Date;
}

/** Changes about people within the limits, newest first. */
export async function listChanges(
  db: Db,
  filter: ChangeFilter,
  limits: Limits,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<AccessChange>> {
  const after = decodeCursor("access-changes", ["integer"], page.cursor);
  const { rows } = await db.query<ChangeRow>(
    `${selectChange()}
     where ${principalsCondition("p", 2)} and p.type = 'person'
       and ($3::text is null or c.principal_id = $3::text)
       and ($4::boolean or (c.state = 'open' and c.effective_at > $1::timestamptz))
       and (c.state = 'refused' or c.kind = any ($8::text[]) or exists (
         select from grants g where g.principal_id = p.id and g.role = any ($5::text[])))
       and ($6::bigint is null or c.change_no < $6::bigint)
     order by c.change_no desc
     limit $7::int`,
    [
      filter.now.toISOString(),
      limitsParameter(limits),
      filter.principalId ?? null,
      filter.state === "all",
      [...filter.roles],
      after?.[0] ?? null,
      page.limit + 1,
      [...(filter.ofAnybody ?? [])],
    ],
  );
  return toPage(rows, page.limit, toChange, (row) => encodeCursor("access-changes", [row.change_no]));
}

/** A change that waits, with what decides who may see it. */
export interface WaitingChange extends AccessChange {
  /** Of the person whom it is about. */
  readonly tenantId: string;
  readonly grants: readonly StoredGrant[];
}

/** Every change to a person that waits by the clock of the database, newest first. */
export async function listWaitingChanges(db: Db): Promise<WaitingChange[]> {
  const { rows } = await db.query<ChangeRow & { tenant_id: string; grants: GrantRow[] }>(
    `${selectChange(`p.tenant_id, ${GRANTS_OF("p")} as grants,`)}
     where p.type = 'person' and c.state = 'open' and c.effective_at > now()
     order by c.change_no desc`,
    [new Date(0).toISOString()],
  );
  return rows.map((row) => ({
    ...toChange(row),
    tenantId: row.tenant_id,
    grants: row.grants.map(toGrant),
  }));
}

/** Locks a change. @throws PlatformError `change_not_found`, also for a change to a person outside the limits */
export async function lockChange(
  tx: Client,
  changeNo: number,
  limits: Limits,
  now: Date,
): Promise<AccessChange> {
  const { rows } = await tx.query<ChangeRow>(
    `${selectChange()}
     where c.change_no = $3::bigint and p.type = 'person' and ${principalsCondition("p", 2)} for update of c`,
    [now.toISOString(), limitsParameter(limits), changeNo],
  );
  if (!rows[0]) throw new PlatformError("change_not_found", `There is no change ${changeNo}`);
  return toChange(rows[0]);
}

export interface ChangeDecision {
  readonly state: "confirmed" | "refused";
  readonly decidedBy: string;
  readonly decidedAt: Date;
  readonly reason: string | null;
}

/**
 * Decides a change, and the earlier open changes of the same requester to the same person.
 * @returns the changes that were decided
 */
export async function decideChanges(
  tx: Client,
  { changeNo, principalId, askedBy }: AccessChange,
  { state, decidedBy, decidedAt, reason }: ChangeDecision,
): Promise<Pick<AccessChange, "changeNo" | "kind">[]> {
  const { rows } = await tx.query<{ change_no: number; kind: ChangeKind }>(
    `update access_changes
     set state = $4::text, decided_by = $5::text, decided_at = $6::timestamptz, reason = $7::text
     where principal_id = $2::text and asked_by = $3::text and state = 'open' and change_no <= $1::bigint
       and effective_at > $6::timestamptz
     returning change_no, kind`,
    [changeNo, principalId, askedBy, state, decidedBy, decidedAt.toISOString(), reason],
  );
  return rows.map((row) => ({ changeNo: row.change_no, kind: row.kind }));
}

/** Takes away the grants that these changes gave. */
export async function removeGrantsOf(tx: Client, changeNos: readonly number[]): Promise<void> {
  await tx.query("delete from grants where change_no = any ($1::bigint[])", [[...changeNos]]);
}

/** Closes the changes to a person's credentials: another password, made on the machine, has overtaken them. */
export async function overtakeCredentialChanges(tx: Client, principalId: string): Promise<void> {
  await tx.query(
    `update access_changes set state = 'overtaken'
     where principal_id = $1::text and kind = any ($2::text[]) and state <> 'overtaken'`,
    [principalId, [...CREDENTIAL_KINDS]],
  );
}

/**
 * Everybody through whom a person came to have their access, the person included: those who made, granted, reset or let
 * them in again, those who did that to these, and so on. The administrator's key is one of them; the machine and the
 * identity provider are not.
 */
export const makersOf = (db: Db, id: string): Promise<Set<string>> => makersFrom(db, "select $1::text", [id]);

/** @param first selects the ids to begin with */
async function makersFrom(db: Db, first: string, values: readonly unknown[]): Promise<Set<string>> {
  const { rows } = await db.query<{ id: string }>(
    `with recursive makers (id) as (
       (${first})
       union
       select c.asked_by from makers m join access_changes c on c.principal_id = m.id and c.state <> 'overtaken')
     select id from makers`,
    [...values],
  );
  return new Set(rows.map((row) => row.id));
}

/**
 * Everybody to whom a change goes back: its requester, those who may know how to sign in as the person, and those
 * through whom these came to have their access. The person goes back to the requester, and so do those whom the person
 * made.
 */
export const behindChange = (
  db: Db,
  { principalId, askedBy }: Pick<AccessChange, "principalId" | "askedBy">,
): Promise<Set<string>> =>
  makersFrom(
    db,
    `select $1::text
     union
     select asked_by from access_changes
     where principal_id = $2::text and kind = any ($3::text[]) and state <> 'overtaken'`,
    [askedBy, principalId, [...CREDENTIAL_KINDS]],
  );

/** People of a tenant who are not disabled and have one of the roles. */
export async function listPeopleWithRoles(
  tx: Client,
  tenantId: string,
  roles: readonly string[],
): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select p.id from principals p
     where p.tenant_id = $1::text and p.type = 'person' and p.disabled_at is null
       and exists (select from grants g where g.principal_id = p.id and g.role = any ($2::text[]))
     order by p.id`,
    [tenantId, [...roles]],
  );
  return rows.map((row) => row.id);
}
