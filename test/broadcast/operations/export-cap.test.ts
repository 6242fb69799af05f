import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UNLIMITED } from "../../../access/limits.ts";
import type { CapAlert } from "../../../broadcast/cap/alert.ts";
import { formatTime } from "../../../broadcast/cap/export.ts";
import { importAlert } from "../../../broadcast/cap/import.ts";
import { parseAlert } from "../../../broadcast/cap/parse.ts";
import { verifySignatures } from "../../../broadcast/cap/signature.ts";
import { draftOf } from "../../../broadcast/drafting/draft.ts";
import { getBroadcast } from "../../../broadcast/lifecycle/operation.ts";
import type { Target } from "../../../broadcast/message/message.ts";
import { createDraft } from "../../../broadcast/operations/drafts.ts";
import { exportCap, exportFeed } from "../../../broadcast/operations/export-cap.ts";
import { importCap } from "../../../broadcast/operations/import-cap.ts";
import { selectSpeakers } from "../../../broadcast/targets/targets.ts";
import type { Broadcast } from "../../../store/broadcast/broadcasts.ts";
import type { TestDatabase } from "../../helpers/db.ts";
import { limitsOf } from "../../helpers/limits.ts";
import { alertText, referenceOf, SENT } from "../cap-text.ts";
import { draft, insertSpeaker, somebody, type TestDeps } from "../fixtures.ts";
import { type OperationsScene, startOperations } from "../operations-scene.ts";
import { cancel, release, submit } from "../step-helpers.ts";

let scene: OperationsScene;
let db: TestDatabase;
let deps: TestDeps;
let certificatePem: string;
const li = somebody("li");

beforeAll(async () => {
  scene = await startOperations();
  ({ db } = scene);
  await insertSpeaker(db.pool, "sp-1", "520326001001");
  const made = await generate([{ name: "commonName", value: "platform" }], { keySize: 2048 });
  certificatePem = made.cert;
  deps = await scene.createDeps({ alertSigning: { privateKeyPem: made.private, certificatePem } });
});
afterAll(() => scene.stop());

async function read(broadcast: Broadcast): Promise<CapAlert> {
  const parsed = parseAlert(Buffer.from(await exportCap(deps, li, broadcast)));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.alert;
}

describe("a broadcast as an alert", () => {
  it("is signed, and says the same as the broadcast", async () => {
    const { id } = await createDraft(deps, li, draft({ volume: 80, repeatCount: 2 }));
    const broadcast = await release(deps, li, id, {});
    const xml = await exportCap(deps, li, broadcast);
    expect(verifySignatures(xml, [certificatePem]).state).toBe("verified");
    const result = importAlert(await read(broadcast), { now: new Date() });
    if (result.disposition !== "broadcast") throw new Error(result.disposition);
    // The expiry is the one of the release, to the second.
    const expiresAt = new Date(Math.floor(broadcast.expiresAt!.getTime() / 1000) * 1000);
    expect(result.messages.map(({ draft: { cap: _cap, ...said } }) => said)).toEqual([
      { ...draftOf(broadcast), expiresAt },
    ]);
  });

  it("is signed only once it was released, and is until then a draft by another name, whatever its mode", async () => {
    const warned = await createDraft(deps, li, draft());
    await release(deps, li, warned.id, {});
    for (const mode of ["actual", "drill", "training"] as const) {
      const { id } = await createDraft(deps, li, draft({ mode }), mode === "actual" ? [warned.id] : []);
      for (const state of ["draft", "pending_approval", "returned", "rejected", "cancelled"] as const) {
        const stored: Broadcast = { ...(await getBroadcast(db.pool, li, id)), state };
        const xml = await exportCap(deps, li, stored);
        expect(verifySignatures(xml, [certificatePem]).state).toBe("absent");
        expect(await read(stored)).toMatchObject({ status: "Draft", identifier: `${id}.draft` });
        // It is ours here, and at others' it touches nothing that is released.
        const back = await importCap(deps, li, Buffer.from(xml));
        expect(back).toMatchObject({ duplicate: true, items: [{ id, state: "draft" }] });
      }
    }
    expect((await getBroadcast(db.pool, li, warned.id)).state).toBe("dispatching");
    // A training that was approved is complete, and nobody has heard it.
    const { id } = await createDraft(deps, li, draft({ mode: "training" }));
    const approved: Broadcast = { ...(await getBroadcast(db.pool, li, id)), state: "completed" };
    expect(verifySignatures(await exportCap(deps, li, approved), [certificatePem]).state).toBe("verified");
    expect(await read(approved)).toMatchObject({ status: "Test", identifier: id });
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

  it("is in the feed as long as it is among the newest two hundred", async () => {
    const { id } = await createDraft(deps, li, draft());
    await release(deps, li, id, {});
    const copies = (from: number, to: number) =>
      db.pool.query(
        `insert into broadcasts (id, state, message, mode, class, level, event_code, headline, regions, created_by,
           released_at, expires_at, attempt, cap_identifier, cap_sender, cap_sent)
         select id || '-' || n, state, message, mode, class, level, event_code, headline, regions, created_by,
           released_at + make_interval(secs => n), expires_at, attempt, id || '-' || n, cap_sender, cap_sent
         from broadcasts, generate_series($2::int, $3::int) n where id = $1`,
        [id, from, to],
      );
    const listed = async () => {
      const feed = await exportFeed(deps, li, "https://example.org");
      return [...feed.matchAll(/<cap:identifier>([^<]*)</g)].map(([, name]) => name!);
    };
    await copies(1, 199);
    const all = await listed();
    expect([all.length, all.at(-1)]).toEqual([200, id]);
    await copies(200, 200);
    expect(await listed()).toEqual([`${id}-200`, ...all.slice(0, -1)]);
    await db.pool.query("delete from broadcasts where id like $1", [`${id}-%`]);
  });

  it("of shapes that something is taken out of names villages, and comes back to the same speakers", async () => {
    const at = (longitude: number) => ({ at: [longitude, 28.5] as const });
    await insertSpeaker(db.pool, "in-yang", "520326001001", at(107.8));
    await insertSpeaker(db.pool, "in-jiang", "520326002001", at(107.85));
    await insertSpeaker(db.pool, "in-county", "520326", at(107.82));
    await insertSpeaker(db.pool, "in-neighbours", "520327001001", at(107.9));
    await insertSpeaker(db.pool, "out-yang", "520326001001", at(109));
    const circle = { longitude: 107.8, latitude: 28.5, radiusKm: 20 };
    const target = { regions: [], polygons: [], circles: [circle], exclude: ["520327", "520326001002"] };
    const meant = ["in-county", "in-jiang", "in-yang"];
    const named = (alert: CapAlert) =>
      alert.infos[0]!.areas.map(({ areaDesc, geocodes, circles, polygons }) => ({
        areaDesc,
        codes: geocodes.map(({ value }) => value),
        shapes: circles.length + polygons.length,
      }));
    const villages = {
      areaDesc: "杨村社区、江村（不含凤冈县、石村）",
      codes: ["520326001001", "520326002001"],
      shapes: 0,
    };
    const { id } = await createDraft(deps, li, draft({ target }));
    // Of a draft nobody reads where the speakers of others stand.
    const village = somebody("wang", { limits: limitsOf({ regions: ["520326001001"] }) });
    const stored = await getBroadcast(db.pool, li, id);
    const mine = parseAlert(Buffer.from(await exportCap(deps, village, stored)));
    if (!mine.ok) throw new Error(JSON.stringify(mine.faults));
    expect(named(mine.alert)).toEqual([
      { areaDesc: "杨村社区（不含凤冈县、石村）", codes: ["520326001001"], shapes: 0 },
    ]);

    const broadcast = await release(deps, li, id, {});
    const alert = await read(broadcast);
    expect(named(alert)).toEqual([villages]);
    const result = importAlert(alert, { now: new Date() });
    if (result.disposition !== "broadcast") throw new Error(result.disposition);
    expect(result.messages.map((message) => message.draft.target)).toEqual([target]);
    expect(result.warnings.map(({ rule }) => rule)).toContain("target_from_parameter");
    const reached = async (aim: Target) =>
      (await selectSpeakers(db.pool, aim, UNLIMITED)).map((one) => one.id).sort();
    expect(await reached(target)).toEqual(meant);
    expect(await reached(result.messages[0]!.draft.target)).toEqual(meant);

    // A parameter that says nothing of use does not count: the areas do, and never more than the villages.
    for (const value of ["{", "{}", '{"regions":["52"]}', '{"regions":["52"],"exclude":["5203"]}']) {
      const [info] = alert.infos;
      const parameters = info!.parameters.map((one) =>
        one.valueName.endsWith(":target") ? { ...one, value } : one,
      );
      const other = importAlert({ ...alert, infos: [{ ...info!, parameters }] }, { now: new Date() });
      if (other.disposition !== "broadcast") throw new Error(other.disposition);
      expect(other.messages[0]!.draft.target).toMatchObject({ regions: villages.codes, circles: [] });
      expect(other.warnings.map(({ rule }) => rule)).toContain("parameter_invalid");
    }
    await db.pool.query("update devices set deleted_at = now() where id like 'in-%' or id like 'out-%'");
  });

  it("makes nothing when it comes back over a feed, nor does its Cancel, and whoever brings it is told whose it is", async () => {
    const { id } = await createDraft(deps, li, draft());
    const brought = async (caller = li) =>
      importCap(deps, caller, Buffer.from(await exportCap(deps, li, await getBroadcast(db.pool, li, id))));
    const count = async () => (await db.pool.query("select count(*)::int as n from broadcasts")).rows[0].n;
    const before = await count();
    await release(deps, li, id, {});
    const back = await brought();
    expect(back).toMatchObject({ duplicate: true, disposition: "broadcast", items: [{ id }] });
    expect(back.warnings[0]).toEqual({ rule: "own_alert", message: expect.stringContaining(id) });
    const stranger = somebody("stranger", { limits: limitsOf({ regions: ["520327"] }), tenantId: "other" });
    const unseen = await brought(stranger);
    expect([unseen.duplicate, unseen.items]).toEqual([true, []]);
    expect(unseen.warnings[0]!.message).not.toContain(id);
    // Before it is cancelled here, nobody cancels it under the name of our own Cancel.
    const { capSent } = await getBroadcast(db.pool, li, id);
    const forged = alertText({
      identifier: `${id}.cancel`,
      sent: new Date(capSent.getTime() + 1000),
      sender: "test-platform",
      msgType: "Cancel",
      references: [`test-platform,${id},${formatTime(capSent)}`],
    });
    expect((await importCap(deps, li, Buffer.from(forged))).disposition).toBe("cancel");
    expect((await getBroadcast(db.pool, li, id)).state).toBe("dispatching");
    await cancel(deps, li, id, { reason: "over" });
    expect(await brought()).toMatchObject({ duplicate: true, disposition: "cancel", items: [{ id }] });
    expect(await count()).toBe(before);
    // Another sender's of the same name is another alert.
    const other = await importCap(deps, li, Buffer.from(alertText({ identifier: id })));
    expect(other).toMatchObject({ duplicate: false, items: [{ state: "draft" }] });
  });

  it("does not exist while the draft lacks something", async () => {
    const { id } = await createDraft(deps, li, draft({ target: { regions: [], polygons: [], circles: [] } }));
    const broadcast = await getBroadcast(db.pool, li, id);
    await expect(exportCap(deps, li, broadcast)).rejects.toMatchObject({ code: "broadcast_incomplete" });
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
