import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { createDeps, insertVillages, type TestDeps } from "./fixtures.ts";

/** A database with villages, and a folder for keys. */
export interface OperationsScene {
  readonly db: TestDatabase;
  /** Where the keys are. */
  readonly dir: string;
  /** The service with an own clock and an own memory of what was asked. */
  createDeps(more?: Parameters<typeof createDeps>[2]): Promise<TestDeps>;
  stop(): Promise<void>;
}

export async function startOperations(): Promise<OperationsScene> {
  const db = await createTestDatabase();
  const dir = await mkdtemp(join(tmpdir(), "sbi-operations-"));
  await insertVillages(db.pool);
  return {
    db,
    dir,
    createDeps: (more) => createDeps(db.pool, dir, more),
    async stop() {
      await db.drop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
