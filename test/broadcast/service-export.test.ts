import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CapAlert } from "../../broadcast/cap/alert.ts";
import { importAlert } from "../../broadcast/cap/import.ts";
import { parseAlert } from "../../broadcast/cap/parse.ts";
import { verifySignatures } from "../../broadcast/cap/signature.ts";
import { draftOf } from "../../broadcast/draft.ts";
import { getBroadcast } from "../../broadcast/service.ts";
import { importCap } from "../../broadcast/service-cap.ts";
import { createDraft } from "../../broadcast/service-drafts.ts";
import { exportCap, exportFeed } from "../../broadcast/service-export.ts";
import type { Broadcast } from "../../store/broadcasts.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { alertText, referenceOf, SENT } from "./cap-text.ts";
import { createDeps, draft, insertSpeaker, insertVillages, somebody, type TestDeps } from "./fixtures.ts";
import { cancel, release, submit } from "./step-helpers.ts";

let db: TestDatabase;
let dir: string;
let deps: TestDeps;
let certificatePem: string;
const li = somebody("li");

beforeAll(async () => {
  db = await createTestDatabase();
  dir = await mkdtemp(join(tmpdir(), "sbi-export-"));
  await insertVillages(db.pool);
  await insertSpeaker(db.pool, "sp-1", "520326001001");
  const made = await generate([{ name: "commonName", value: "platform" }], { keySize: 2048 });
  certificatePem = made.cert;
  deps = await createDeps(db.pool, dir, { alertSigning: { privateKeyPem: made.private, certificatePem } });
});
afterAll(async () => {
  await db.drop();
  await rm(dir, { recursive: true, force: true });
});

async function read(broadcast: Broadcast): Promise<CapAlert> {
  const parsed = parseAlert(Buffer.from(await exportCap(deps, broadcast)));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.alert;
}

describe("a broadcast as an alert", () => {
  it("is signed, and says the same as the broadcast", async () => {
    const { id } = await createDraft(deps, li, draft({ volume: 80, repeatCount: 2 }));
    const broadcast = await release(deps, li, id, {});
    const xml = await exportCap(deps, broadcast);
    expect(verifySignatures(xml, [certificatePem]).state).toBe("verified");
    const result = importAlert(await read(broadcast), { now: new Date() });
    if (result.disposition !== "broadcast") throw new Error(result.disposition);
    // The expiry is the one of the release, to the second.
    const expiresAt = new Date(Math.floor(broadcast.expiresAt!.getTime() / 1000) * 1000);
    expect(result.messages.map(({ draft: { cap: _cap, ...said } }) => said)).toEqual([
      { ...draftOf(broadcast), expiresAt },
    ]);
  });

  it("is an Update of what it has replaced, once that was released", async () => {
    const first = await importCap(deps, li, Buffer.from(alertText({ identifier: "x-1" })));
    const older = await release(deps, li, first.items[0]!.id, {});
    const update = alertText({
      identifier: "x-2",
      msgType: "Update",
      references: [referenceOf({ identifier: "x-1" })],
      sent: new Date(SENT.getTime() + 5000),
    });
    const second = await importCap(deps, li, Buffer.from(update));
    const newer = await release(deps, li, second.items[0]!.id, {});
    expect(await read(newer)).toMatchObject({
      identifier: newer.id,
      msgType: "Update",
      references: [{ sender: "test-platform", identifier: older.id }],
    });
    // What was replaced is cancelled, and says so to whoever has taken it.
    const replaced = await read(await getBroadcast(db.pool, li, older.id));
    expect(replaced).toMatchObject({ msgType: "Cancel", references: [{ identifier: older.id }] });
  });

  it("is in the feed as an Alert while in force, and as its Cancel afterwards", async () => {
    const { id } = await createDraft(deps, li, draft());
    await release(deps, li, id, {});
    expect(await exportFeed(deps, li, "https://example.org")).toContain(
      `<cap:identifier>${id}</cap:identifier>`,
    );
    await cancel(deps, li, id, { reason: "over" });
    const feed = await exportFeed(deps, li, "https://example.org");
    expect(feed).toContain(`<cap:identifier>${id}.cancel</cap:identifier>`);
    expect(feed).toContain(`href="https://example.org/v1/broadcasts/${id}"`);
  });

  it("does not exist while the draft lacks something", async () => {
    const { id } = await createDraft(deps, li, draft({ target: { regions: [], polygons: [], circles: [] } }));
    const broadcast = await getBroadcast(db.pool, li, id);
    await expect(exportCap(deps, broadcast)).rejects.toMatchObject({ code: "broadcast_incomplete" });
  });
});

describe("an alert whose event has no code of ours", () => {
  it("is a draft that says what is missing and cannot be submitted", async () => {
    const xml = alertText({ identifier: "x-odd" })
      .replace(/<eventCode>.*<\/eventCode>/, "")
      .replace(/<event>.*<\/event>/, "<event>Something odd</event>")
      .replace("<category>Geo</category>", "<category>Other</category>");
    const { items, warnings } = await importCap(deps, li, Buffer.from(xml));
    expect(items[0]?.eventCode).toBeNull();
    expect(warnings.map(({ rule }) => rule)).toContain("event_code_unknown");
    expect(draftOf(items[0]!).eventCode).toBeUndefined();
    await expect(submit(deps, li, items[0]!.id, {})).rejects.toMatchObject({
      code: "broadcast_incomplete",
      faults: [expect.objectContaining({ path: "/eventCode" })],
    });
  });
});
