import { reachesTenant, seesEverything, within } from "../access/limits.ts";
import { SOUNDING_ROLES } from "../access/roles.ts";
import { PlatformError } from "../base/errors.ts";
import {
  type AccessChange,
  behindChange,
  type ChangeFilter,
  type ChangeKind,
  CREDENTIAL_KINDS,
  decideChanges,
  endSessionsOf,
  listChanges,
  lockChange,
  makersOf,
  overwritePassword,
  removeGrantsOf,
  type StoredPrincipal,
  updatePrincipal,
  type WaitingChange,
} from "../store/access/index.ts";
import { appendAudit } from "../store/audit/index.ts";
import {
  type Client,
  type Db,
  type Limits,
  NO_LIMITS,
  type Page,
  type Pool,
  withTransaction,
} from "../store/database/index.ts";
import type { Caller } from "./caller.ts";
import { heldUntil } from "./grants.ts";
import { waitsUntil } from "./held.ts";
import { noPasswordHash } from "./password-hash.ts";
import { lockManaged } from "./principals.ts";

/**
 * Changes to people and applications that submit or decide, within the caller's limits, newest first: the waiting ones,
 * or all.
 */
export const listAccessChanges = (
  pool: Pool,
  { limits }: Pick<Caller, "limits">,
  filter: Omit<ChangeFilter, "roles">,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<AccessChange>> => listChanges(pool, { ...filter, roles: SOUNDING_ROLES }, limits, page);

/**
 * Those of the changes in memory that wait at `now` and that `listAccessChanges` gives for the limits, in the same order.
 */
export const waitingWithin = (changes: readonly WaitingChange[], limits: Limits, now: Date): AccessChange[] =>
  changes
    .filter(
      ({ effectiveAt, tenantId, grants }) =>
        effectiveAt > now &&
        grants.some(
          (grant) => "role" in grant && (SOUNDING_ROLES as readonly string[]).includes(grant.role),
        ) &&
        (seesEverything(limits) ||
          (reachesTenant(limits, tenantId) &&
            within(
              grants.map(({ area }) => area),
              limits,
            ))),
    )
    .map(({ tenantId: _tenant, grants: _grants, ...change }) => ({ ...change, state: "waiting" as const }));

/** The change, which must still wait. @throws PlatformError `change_not_found`, `change_decided`, `forbidden` */
async function lockWaiting(tx: Client, caller: Caller, changeNo: number, now: Date): Promise<AccessChange> {
  const change = await lockChange(tx, changeNo, caller.limits, now);
  await lockManaged(tx, caller, "person", change.principalId);
  if (change.state === "waiting") return change;
  throw new PlatformError("change_decided", `Change ${changeNo} is '${change.state}'`);
}

/**
 * @throws PlatformError `not_independent` unless the caller and the change share no maker: neither the requester of the
 * change, nor anybody who may know how to sign in as the person
 */
async function assertIndependent(tx: Client, { principal }: Caller, change: AccessChange): Promise<void> {
  const { changeNo, principalId, askedBy, effectiveAt } = change;
  const [theirs, own] = [await behindChange(tx, change), await makersOf(tx, principal.id)];
  const common = [...own].filter((id) => theirs.has(id));
  if (common.length === 0) return;
  throw new PlatformError(
    "not_independent",
    `You go back to ${common.map((id) => `'${id}'`).join(", ")}, and so does this change: through '${askedBy}', who asked for it, or through '${principalId}' and the people who made them or changed how they sign in. Expected another administrator, such as one who was made on the machine. ${wayOut(changeNo, effectiveAt)}`,
  );
}

/** The sentence that says how a waiting change comes to hold, and who can make it hold sooner. */
const wayOut = (changeNo: number, effectiveAt: Date): string =>
  `Change ${changeNo} holds by itself from ${effectiveAt.toISOString()} on; before, once an administrator confirms it who shares no maker with whoever asked for it, made the person or changed how they sign in (POST /v1/access/changes/${changeNo}/confirm), or on the machine: ${machineCommand(changeNo)}`;

/** The command that the operator of the machine runs to let a change hold at once. */
export const machineCommand = (changeNo: number): string => `npm run access -- change confirm ${changeNo}`;

/** The reason why a person waits: the newest of the changes, and how each of them ends. */
export interface Waiting {
  readonly change: number;
  readonly waitsUntil: Date;
  readonly how: string;
}

/** More changes than one person gets within the delay. */
const MAX_WAITING = 1000;

/**
 * The reason why steps of a person with these grants wait now; null when none does. Confirming it confirms the earlier
 * changes of the same administrator to the same person, and none of another administrator's: `how` names one change of
 * each.
 * @param now epoch milliseconds
 */
export async function waitingOf(
  db: Db,
  { id, grants }: Pick<StoredPrincipal, "id" | "grants">,
  now: number,
): Promise<Waiting | null> {
  const until = waitsUntil(grants, now);
  if (!until) return null;
  const filter = { state: "waiting" as const, principalId: id, now: new Date(now), roles: SOUNDING_ROLES };
  const { items } = await listChanges(db, filter, NO_LIMITS, { limit: MAX_WAITING });
  // A change that gave nothing that waits, such as a viewer's role, holds nothing back.
  const given = new Set(grants.flatMap((grant) => (heldUntil(grant, now) ? [grant.changeNo] : [])));
  const ofEach = new Map<string, AccessChange>();
  for (const change of items) {
    const holds = CREDENTIAL_KINDS.includes(change.kind) || given.has(change.changeNo);
    if (holds && !ofEach.has(change.askedBy)) ofEach.set(change.askedBy, change);
  }
  const [newest, ...others] = ofEach.values();
  if (!newest) return null;
  const ways = [newest, ...others].map(({ changeNo, effectiveAt }) => wayOut(changeNo, effectiveAt));
  return { change: newest.changeNo, waitsUntil: until, how: ways.join(". Beside it: ") };
}

const nowOf = ({ delay }: Caller) => new Date(delay?.now() ?? Date.now());

const toAudit = ({ changeNo, kind, askedBy }: AccessChange) => ({ change: changeNo, kind, askedBy });

/**
 * Lets a change hold at once, and with it the earlier open changes of the same administrator to the same person. Over
 * HTTP that takes a person who shares no maker with the change: see `behindChange`.
 * @throws PlatformError as `lockWaiting` does; `not_independent`
 */
export function confirmChange(pool: Pool, caller: Caller, changeNo: number): Promise<AccessChange> {
  return withTransaction(pool, async (tx) => {
    const now = nowOf(caller);
    const change = await lockWaiting(tx, caller, changeNo, now);
    if (caller.delay) {
      if (caller.principal.type !== "person") {
        throw new PlatformError(
          "forbidden",
          `Only a person confirms a change: a key may be in anybody's hands. ${wayOut(changeNo, change.effectiveAt)}`,
        );
      }
      await assertIndependent(tx, caller, change);
    }
    return decide(tx, caller, change, "confirmed", now, null);
  });
}

/**
 * Takes back a waiting change, and the earlier open changes of the same administrator to the same person. It takes away
 * their grants, and shuts out a person whose credentials they touched. A password that they set opens nothing any more,
 * also once the person is let in again; the platform does not know the earlier one.
 * @throws PlatformError as `lockWaiting` does
 */
export function refuseChange(
  pool: Pool,
  caller: Caller,
  changeNo: number,
  reason: string,
): Promise<AccessChange> {
  return withTransaction(pool, async (tx) => {
    const now = nowOf(caller);
    return decide(tx, caller, await lockWaiting(tx, caller, changeNo, now), "refused", now, reason);
  });
}

/** In these changes the requester chose the password. */
const PASSWORD_KINDS: readonly ChangeKind[] = ["create", "password"];

/**
 * A person who is let in again later must not get in by the refused change: neither by its password nor by a session of
 * it.
 */
async function takePasswordAway(tx: Client, principalId: string, at: Date): Promise<void> {
  await overwritePassword(tx, principalId, noPasswordHash());
  await endSessionsOf(tx, principalId, at, null);
}

async function decide(
  tx: Client,
  caller: Caller,
  change: AccessChange,
  state: "confirmed" | "refused",
  decidedAt: Date,
  reason: string | null,
): Promise<AccessChange> {
  const decidedBy = caller.actor.id ?? caller.actor.type;
  const decided = await decideChanges(tx, change, { state, decidedBy, decidedAt, reason });
  let shutOut = false;
  if (state === "refused") {
    await removeGrantsOf(
      tx,
      decided.map(({ changeNo }) => changeNo),
    );
    shutOut = decided.some(({ kind }) => CREDENTIAL_KINDS.includes(kind));
    if (shutOut) await updatePrincipal(tx, change.principalId, { disabled: true });
    if (decided.some(({ kind }) => PASSWORD_KINDS.includes(kind)))
      await takePasswordAway(tx, change.principalId, decidedAt);
  }
  await appendAudit(tx, {
    actor: caller.actor,
    action: state === "confirmed" ? "access.confirm" : "access.refuse",
    object: { type: "person", id: change.principalId },
    ...(reason === null ? {} : { reason }),
    before: toAudit(change),
    after: { changes: decided.map(({ changeNo }) => changeNo), ...(shutOut ? { disabled: true } : {}) },
  });
  return { ...change, state, decidedBy, decidedAt, reason };
}
