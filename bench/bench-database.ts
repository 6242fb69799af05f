import type { DatabaseFacts, KindTable, Pool } from "../store/database/index.ts";

export interface DatabaseOptions {
  /**
   * Whether the story itself asks the database while a platform runs on it. The embedded database has one
   * owner: as it is, that is the platform, and `withPool` works only while none runs.
   */
  readonly shared?: boolean;
}

/** A database of a story's own, migrated, with the tables of every kind. */
export interface BenchDatabase {
  readonly facts: DatabaseFacts & { readonly embedded: boolean };
  readonly tables: readonly KindTable[];
  /** How a platform is started on it. */
  readonly platform: { readonly dataDir: string; readonly databaseUrl?: string | undefined };
  /** Runs `work` on connections of its own. */
  withPool<T>(work: (pool: Pool, url: string) => Promise<T>): Promise<T>;
}
