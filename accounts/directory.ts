import { timingSafeEqual } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { apiKeyPrefix } from "../access/api-keys.ts";
import type { Principal } from "../access/decide.ts";
import { hashToken } from "../access/tokens.ts";
import type { Logger } from "../base/log.ts";
import { type RepeatedWork, repeat, Turns, warnOfFailures } from "../base/periodic.ts";
import {
  type AccessSnapshot,
  readAccessSnapshot,
  readAccessVersion,
  recordKeyUses,
  type Tenant,
  type WaitingChange,
} from "../store/access/index.ts";
import type { Pool } from "../store/database/index.ts";
import { findBehind, nextSettled } from "./behind.ts";
import { knownGrants } from "./grants.ts";
import type { CallerFacts, KnownPrincipals } from "./known-principals.ts";

export interface AccessDirectoryOptions {
  readonly pool: Pool;
  readonly log: Logger;
  /**
   * Called for everybody whose rights have changed: a person or application was disabled, its grants were changed, or
   * it lost a key. The platform then cuts their open connections, and they may come back with their present rights.
   */
  readonly onRevoked: (principalId: string) => void;
  /** Epoch milliseconds; keys expire by it. */
  readonly now?: () => number;
  /** How often the directory looks for changes by other processes, in milliseconds. */
  readonly followMs?: number;
  /** How often the last use of keys is written, in milliseconds. */
  readonly useMs?: number;
}

interface KeyEntry {
  readonly keyNo: number;
  readonly principal: Principal;
  readonly hash: Buffer;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** When a use was last noted, in epoch milliseconds; 0: never by this process. */
  usedAt: number;
}

export const FOLLOW_MS = 2_000;
const USE_MS = 60_000;

/** No key has this hash: it is compared for an unknown prefix, so that this takes the same time. */
const NO_HASH = Buffer.alloc(32);

export const createAccessDirectory = (options: AccessDirectoryOptions): AccessDirectory =>
  new AccessDirectory(options);

/**
 * Everybody who may act and their keys, in memory, so that no request and no login asks the database for its caller,
 * also while it is away. Changes by another process are known here within about two seconds, those of this one at once
 * (`refresh`). Everything is read again when something changes: 0.3 s for 10,000 applications with a key each (the
 * embedded database on two busy cores).
 */
export class AccessDirectory implements KnownPrincipals, CallerFacts {
  private readonly options: AccessDirectoryOptions;
  private readonly now: () => number;
  private principals: ReadonlyMap<string, Principal> = new Map();
  private keys: ReadonlyMap<string, KeyEntry> = new Map();
  private tenants: ReadonlyMap<string, Tenant> = new Map();
  private owned: ReadonlyMap<string, readonly string[]> = new Map();
  private waiting: readonly WaitingChange[] = [];
  private version = 0;
  /** The latest change that was logged. */
  private toldOf = 0;
  /** The moment when the next waiting change will hold, in epoch milliseconds: then everybody is read again. */
  private settlesAt = Number.POSITIVE_INFINITY;
  private readonly readings = new Turns(() => this.read());
  private readonly uses = new Map<number, number>();
  private readonly works: RepeatedWork[] = [];
  private checkedAt: number;

  constructor(options: AccessDirectoryOptions) {
    this.options = options;
    this.now = options.now ?? Date.now;
    this.checkedAt = this.now();
  }

  get size(): { readonly principals: number; readonly keys: number } {
    return { principals: this.principals.size, keys: this.keys.size };
  }

  /** Reads everybody; called once before anything listens. */
  async load(): Promise<void> {
    await this.refresh();
    this.options.log.info(this.size, "access directory loaded");
  }

  /** Looks for other processes' changes from now on, and writes when keys were used. */
  follow(): void {
    const { log, followMs = FOLLOW_MS, useMs = USE_MS } = this.options;
    const every = (ms: number, what: string, work: () => Promise<void>) =>
      repeat(work, ms, { onFailure: warnOfFailures(log, `${what} failed; the next turn tries again`) });
    this.works.push(
      every(followMs, "a look for changes of access", () => this.lookForChanges()),
      every(useMs, "writing when keys were used", () => this.writeUses()),
    );
  }

  /** Ends following, and writes the last uses of keys. */
  async close(): Promise<void> {
    await Promise.all(this.works.splice(0).map((work) => work.stop()));
    await this.readings.ended();
    await this.writeUses();
  }

  /**
   * One turn of following: cuts off applications whose key has expired, and reads everybody again where something
   * changed, or where something has waited long enough.
   */
  async lookForChanges(): Promise<void> {
    this.cutExpired();
    const isSettled = this.now() >= this.settlesAt;
    if (isSettled || (await readAccessVersion(this.options.pool)) !== this.version) await this.refresh();
  }

  /**
   * Reads everybody again. Everything that was committed before the call is in memory when it returns: a read under way
   * may have missed it, so one more follows, for all callers in the meantime.
   */
  refresh(): Promise<void> {
    return this.readings.runAfresh();
  }

  /**
   * The application of this key. Undefined for an unknown, expired or revoked key, and when its application or tenant
   * is disabled. Takes the same time for all of them.
   */
  findByKey(token: string): Principal | undefined {
    const prefix = apiKeyPrefix(token);
    if (prefix === undefined) return undefined;
    const entry = this.keys.get(prefix);
    const matches = timingSafeEqual(hashToken(token), entry?.hash ?? NO_HASH);
    const now = this.now();
    if (!entry || !matches || entry.expiresAt <= now) return undefined;
    if (now - entry.usedAt >= USE_MS) {
      entry.usedAt = now;
      this.uses.set(entry.keyNo, now);
    }
    return entry.principal;
  }

  /** A person or application that is enabled and whose tenant is. */
  findPrincipal(id: string): Principal | undefined {
    return this.principals.get(id);
  }

  listPrincipals(): Iterable<Principal> {
    return this.principals.values();
  }

  findTenant(id: string): Tenant | undefined {
    return this.tenants.get(id);
  }

  listOwnedBy(id: string): readonly string[] {
    return this.owned.get(id) ?? [];
  }

  listWaiting(): readonly WaitingChange[] {
    return this.waiting;
  }

  /** Writes when keys were used since the last time. */
  async writeUses(): Promise<void> {
    if (this.uses.size === 0) return;
    const uses = [...this.uses].map(([keyNo, at]) => ({ keyNo, at: new Date(at) }));
    this.uses.clear();
    try {
      await recordKeyUses(this.options.pool, uses);
    } catch (error) {
      for (const { keyNo, at } of uses) if (!this.uses.has(keyNo)) this.uses.set(keyNo, at.getTime());
      throw error;
    }
  }

  private async read(): Promise<void> {
    const snapshot = await readAccessSnapshot(this.options.pool);
    const { principals, keys } = this.index(snapshot);
    const before = { principals: this.principals, keys: this.keys };
    this.principals = principals;
    this.keys = keys;
    this.tenants = new Map(snapshot.tenants.map((tenant) => [tenant.id, tenant]));
    this.owned = ownedBy(snapshot);
    this.waiting = snapshot.waiting;
    this.version = snapshot.version;
    this.settlesAt = nextSettled(snapshot, this.now());
    this.tell(snapshot);
    const revoked = new Set<string>();
    for (const [id, principal] of before.principals) if (principals.get(id) !== principal) revoked.add(id);
    for (const [prefix, { principal }] of before.keys) if (!keys.has(prefix)) revoked.add(principal.id);
    for (const id of revoked) this.options.onRevoked(id);
  }

  /** Logs each change that holds a person back, once a process: an operator may want to look at it. */
  private tell({ changes }: AccessSnapshot): void {
    const before = this.toldOf;
    for (const { changeNo, principalId, kind, askedBy, until } of changes) {
      this.toldOf = Math.max(this.toldOf, changeNo);
      if (
        changeNo <= before ||
        until.getTime() <= this.now() ||
        !this.principals.get(principalId)?.grants.some(({ heldUntil }) => heldUntil)
      )
        continue;
      this.options.log.warn(
        { changeNo, principalId, kind, askedBy, until },
        "an approver or duty officer was made, granted, reset or let in again, and waits: see GET /v1/access/changes",
      );
    }
  }

  /** An unchanged principal stays the same object, so that "has it changed" is one comparison, here and elsewhere. */
  private index(snapshot: AccessSnapshot) {
    const principals = new Map<string, Principal>();
    const now = this.now();
    const behindOf = findBehind(snapshot, now);
    const makersOf = findBehind(snapshot);
    const people = new Set(snapshot.principals.flatMap(({ type, id }) => (type === "person" ? [id] : [])));
    for (const row of snapshot.principals) {
      const { ownerId, ...rest } = row;
      const behind = behindOf(row.id);
      const makers = makersOf(row.id);
      const principal: Principal = {
        ...rest,
        grants: knownGrants(row, this.options.log, now),
        // A person who is shut out answers for nothing.
        ...(row.type === "application"
          ? { ownerId: ownerId !== null && people.has(ownerId) ? ownerId : null }
          : {}),
        ...(behind.length > 0 ? { behind } : {}),
        ...(makers.length > 0 ? { makers } : {}),
      };
      const known = this.principals.get(row.id);
      principals.set(row.id, known && isDeepStrictEqual(known, principal) ? known : principal);
    }
    const keys = new Map<string, KeyEntry>();
    for (const { keyNo, prefix, principalId, hash, expiresAt } of snapshot.keys) {
      const principal = principals.get(principalId);
      if (!principal) continue;
      keys.set(prefix, {
        keyNo,
        principal,
        hash,
        expiresAt: expiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
        usedAt: this.keys.get(prefix)?.usedAt ?? 0,
      });
    }
    return { principals, keys };
  }

  private cutExpired(): void {
    const since = this.checkedAt;
    const now = this.now();
    this.checkedAt = now;
    for (const { principal, expiresAt } of this.keys.values()) {
      if (expiresAt > since && expiresAt <= now) this.options.onRevoked(principal.id);
    }
  }
}

/** The applications of each owner, by id. */
function ownedBy({ owned }: AccessSnapshot): Map<string, string[]> {
  const ofOwner = new Map<string, string[]>();
  for (const { id, ownerId } of owned) {
    const known = ofOwner.get(ownerId);
    if (known) known.push(id);
    else ofOwner.set(ownerId, [id]);
  }
  return ofOwner;
}
