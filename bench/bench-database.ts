import type { DatabaseFacts, KindTable, Pool } from "../store/database/index.ts";

export interface DatabaseOptions {
  /**
   * True when the story itself queries the database while a platform runs on it. The embedded database has one owner:
   * by default that is the platform, and `withPool` works only while none runs.
   */
  readonly shared?: boolean;
}

/** A database of a story's own, migrated, with the tables of every kind. */
export interface BenchDatabase {
  readonly facts: DatabaseFacts & { readonly embedded: boolean };
  readonly tables: readonly KindTable[];
  /** The environment of a platform on it. */
  readonly platform: { readonly dataDir: string; readonly databaseUrl?: string | undefined };
  /** Runs `work` on connections of its own. */
  withPool<T>(work: (pool: Pool, url: string) => Promise<T>): Promise<T>;
}
