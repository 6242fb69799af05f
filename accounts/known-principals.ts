import type { Principal } from "../access/decide.ts";
import type { Tenant, WaitingChange } from "../store/access/index.ts";

/** The part of the directory that signing in needs: it finds nobody who is disabled, or whose tenant is. */
export interface KnownPrincipals {
  findByKey(token: string): Principal | undefined;
  findPrincipal(id: string): Principal | undefined;
  /** Everybody who may act, applications included. */
  listPrincipals(): Iterable<Principal>;
  /** Reads what has changed in the database. */
  refresh(): Promise<void>;
  /** The same, where another process has changed something. */
  lookForChanges(): Promise<void>;
}

/** What a person is told of themselves. It is in memory, so that nobody waits for it behind the database's other work. */
export interface CallerFacts {
  /** A tenant that is not disabled. */
  findTenant(id: string): Tenant | undefined;
  /** The ids of the applications for which a person answers, disabled ones too. */
  listOwnedBy(id: string): readonly string[];
  /** Every change to a person that waited when the directory was read, newest first. */
  listWaiting(): readonly WaitingChange[];
}
