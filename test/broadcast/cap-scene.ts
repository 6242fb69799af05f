import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import { signAlert } from "../../broadcast/cap/signature.ts";
import type { BroadcastCaller } from "../../broadcast/lifecycle/operation.ts";
import { importCap } from "../../broadcast/operations/import-cap.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { type AlertText, alertText } from "./cap-text.ts";
import { createDeps, insertSpeaker, insertTenant, insertVillages, type TestDeps } from "./fixtures.ts";

/** An alert on its way in. */
export interface Sending extends AlertText {
  /** By the one certificate that is trusted, which is that of `weather@example.org`. */
  readonly signed?: boolean;
}

/** A database with villages, speakers and the tenant `other-office`, and an office of weather whose alerts are trusted. */
export interface CapScene {
  readonly db: TestDatabase;
  readonly dir: string;
  readonly signing: { readonly privateKeyPem: string; readonly certificatePem: string };
  /** The service with an own clock and an own memory of what was asked. */
  createDeps(): Promise<TestDeps>;
  take(deps: TestDeps, alert: Sending, caller: BroadcastCaller): ReturnType<typeof importCap>;
  stop(): Promise<void>;
}

/** @param speakers the village of each, by id */
export async function startCapScene(speakers: Readonly<Record<string, string>>): Promise<CapScene> {
  const db = await createTestDatabase();
  const dir = await mkdtemp(join(tmpdir(), "sbi-cap-"));
  await insertVillages(db.pool);
  await insertTenant(db.pool, "other-office");
  for (const [id, village] of Object.entries(speakers)) await insertSpeaker(db.pool, id, village);
  const made = await generate([{ name: "commonName", value: "weather" }], { keySize: 2048 });
  const signing = { privateKeyPem: made.private, certificatePem: made.cert };
  const trustedCertificates = new Map([["weather@example.org", [signing.certificatePem]]]);
  return {
    db,
    dir,
    signing,
    createDeps: () => createDeps(db.pool, dir, { trustedCertificates }),
    take: (deps, { signed = false, ...alert }, caller) => {
      const xml = alertText(alert);
      return importCap(deps, caller, Buffer.from(signed ? signAlert(xml, signing) : xml));
    },
    async stop() {
      await db.drop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
