import { generate } from "selfsigned";
import { signAlert } from "../../broadcast/cap/signature.ts";
import type { BroadcastCaller } from "../../broadcast/lifecycle/operation.ts";
import { importCap } from "../../broadcast/operations/import-cap.ts";
import { type AlertText, alertText } from "./cap-text.ts";
import { insertSpeaker, insertTenant, type TestDeps } from "./fixtures.ts";
import { type OperationsScene, startOperations } from "./operations-scene.ts";

/** An alert on its way in. */
export interface Sending extends AlertText {
  /** By the one certificate that is trusted, which is that of `weather@example.org`. */
  readonly signed?: boolean;
}

/** With speakers and the tenant `other-office`, and an office of weather whose alerts are trusted. */
export interface CapScene extends OperationsScene {
  readonly signing: { readonly privateKeyPem: string; readonly certificatePem: string };
  take(deps: TestDeps, alert: Sending, caller: BroadcastCaller): ReturnType<typeof importCap>;
}

/** @param speakers the village of each, by id */
export async function startCapScene(speakers: Readonly<Record<string, string>>): Promise<CapScene> {
  const scene = await startOperations();
  const { db } = scene;
  await insertTenant(db.pool, "other-office");
  for (const [id, village] of Object.entries(speakers)) await insertSpeaker(db.pool, id, village);
  const made = await generate([{ name: "commonName", value: "weather" }], { keySize: 2048 });
  const signing = { privateKeyPem: made.private, certificatePem: made.cert };
  const trustedCertificates = new Map([["weather@example.org", [signing.certificatePem]]]);
  return {
    ...scene,
    signing,
    createDeps: (more) => scene.createDeps({ trustedCertificates, ...more }),
    take: (deps, { signed = false, ...alert }, caller) => {
      const xml = alertText(alert);
      return importCap(deps, caller, Buffer.from(signed ? signAlert(xml, signing) : xml));
    },
  };
}
