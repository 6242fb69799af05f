import { afterAll, beforeAll, expect, it } from "vitest";
import { getBroadcast } from "../../broadcast/lifecycle/operation.ts";
import { cutToOwnArea } from "../../broadcast/operations/cap-cut.ts";
import { importCap, readAlertDocument } from "../../broadcast/operations/import-cap.ts";
import { removeOldDocuments } from "../../store/broadcast/alert-documents.ts";
import type { Broadcast } from "../../store/broadcast/broadcasts.ts";
import { limitsOf } from "../helpers/limits.ts";
import { type CapScene, type Sending, startCapScene } from "./cap-scene.ts";
import { alertText } from "./cap-text.ts";
import { somebody, type TestDeps } from "./fixtures.ts";
import { approve, submit } from "./step-helpers.ts";

/** Alerts as they came are kept for ever where something of them was released, and of the others for a time. */

let scene: CapScene;
let deps: TestDeps;
const li = somebody("li");
const wang = somebody("wang");
beforeAll(async () => {
  scene = await startCapScene({ "sp-1": "520326001001" });
  deps = await scene.createDeps();
});
afterAll(() => scene.stop());

const take = (alert: Sending) => scene.take(deps, alert, li);
const documentOf = async ({ id }: Broadcast) =>
  String(await readAlertDocument(deps.pool, await getBroadcast(deps.pool, li, id)));
const letPass = (days: number) =>
  deps.pool.query("update cap_documents set stored_at = stored_at - make_interval(days => $1::int)", [days]);
const remove = (days: number) => removeOldDocuments(deps.pool, days, 1);
const air = async ({ id }: Broadcast) => {
  await submit(deps, li, id, {});
  return approve(deps, wang, id, {});
};
const gone = { code: "alert_not_found", message: expect.stringContaining("no longer kept") };

it("removes what nothing was released of, after so many days, and nothing else", async () => {
  const aired = (await take({ identifier: "aired" })).items[0]!;
  await air(aired);
  const cutOf = (await take({ identifier: "cut", events: [{ code: "11D01", region: "5203" }] })).items[0]!;
  const county = limitsOf({ regions: ["520326"] });
  await air(await cutToOwnArea(deps, somebody("dan", { limits: county, sees: county }), cutOf.id));
  const drafts = [];
  for (const identifier of ["draft-1", "draft-2"]) drafts.push((await take({ identifier })).items[0]!);
  await expect(take({ identifier: "refused", status: "System" })).rejects.toMatchObject({
    code: "cap_not_for_broadcast",
  });
  await letPass(30);
  const young = (await take({ identifier: "young" })).items[0]!;
  const again = (await take({ identifier: "draft-2" })).items[0]!;
  expect(again.id).toBe(drafts[1]!.id);

  expect(await remove(0)).toBe(0);
  expect(await remove(31)).toBe(0);
  expect(await remove(30)).toBe(2);
  for (const [broadcast, identifier] of [
    [aired, "aired"],
    [cutOf, "cut"],
    [drafts[1]!, "draft-2"],
    [young, "young"],
  ] as const) {
    expect(await documentOf(broadcast)).toContain(`<identifier>${identifier}</identifier>`);
  }
  await expect(documentOf(drafts[0]!)).rejects.toMatchObject(gone);
  const { rows } = await deps.pool.query("select 1 from cap_documents");
  expect(rows).toHaveLength(4);
});

it("knows an alert again whose document was removed, and keeps it anew", async () => {
  const alert = { identifier: "forgotten" };
  const made = (await take(alert)).items[0]!;
  await letPass(1);
  await remove(1);
  await expect(documentOf(made)).rejects.toMatchObject(gone);
  expect(await take(alert)).toMatchObject({ duplicate: true, items: [{ id: made.id }] });
  expect(await documentOf(made)).toBe(alertText(alert));
});

it("keeps what was refused for what it says, and nothing of what is not valid", async () => {
  const documents = async () => {
    const { rows } = await deps.pool.query<{ xml: Buffer }>("select xml from cap_documents");
    return rows.map(({ xml }) => String(xml));
  };
  const before = (await documents()).length;
  const expired = { identifier: "too-late", expires: new Date(Date.UTC(2020, 0, 1)) };
  await expect(take(expired)).rejects.toMatchObject({ code: "cap_expired" });
  const broken = alertText({ identifier: "broken" }).replace("<status>Actual</status>", "");
  await expect(importCap(deps, li, Buffer.from(broken))).rejects.toMatchObject({ code: "cap_invalid" });
  const after = await documents();
  expect(after).toHaveLength(before + 1);
  expect(after).toContain(alertText(expired));
});
