import type { Principal } from "../access/decide.ts";

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
