import { afterAll, beforeAll, expect, it } from "vitest";
import { draftOf } from "../../../broadcast/drafting/draft.ts";
import { getBroadcast } from "../../../broadcast/lifecycle/operation.ts";
import { cutToOwnArea } from "../../../broadcast/operations/cap-cut.ts";
import { changeDraft } from "../../../broadcast/operations/drafts.ts";
import { exportCap } from "../../../broadcast/operations/export-cap.ts";
import type { Broadcast } from "../../../store/broadcast/broadcasts.ts";
import type { TestDatabase } from "../../helpers/db.ts";
import { limitsOf } from "../../helpers/limits.ts";
import { type CapScene, type Sending, startCapScene } from "../cap-scene.ts";
import { referenceOf, SENT } from "../cap-text.ts";
import { somebody, type TestDeps } from "../fixtures.ts";
import { approve, cancel, reject, submit } from "../step-helpers.ts";

/** A county makes of the province's alert what it may air itself: nothing that was known of the alert is lost by that. */

let scene: CapScene;
let db: TestDatabase;
let deps: TestDeps;
const province = somebody("province");
const county = limitsOf({ regions: ["520326"] });
const dan = somebody("dan", { limits: county, sees: county, cancels: county });
const li = somebody("li", { limits: county, sees: county, cancels: county });
const may = somebody("may");

beforeAll(async () => {
  scene = await startCapScene({ "sp-1": "520326001001", "sp-2": "520327001001" });
  ({ db } = scene);
  deps = await scene.createDeps();
});
afterAll(() => scene.stop());

let serial = 0;
const events = [{ code: "11D01", region: "52" }];
async function take(given: Sending = {}, caller = province) {
  const alert = {
    ...(given.msgType === "Cancel" ? {} : { events }),
    identifier: `cut-${++serial}`,
    signed: true,
    ...given,
  };
  const { items } = await scene.take(deps, alert, caller);
  return { identifier: alert.identifier, broadcast: items[0]! };
}
const following = (msgType: "Update" | "Cancel", identifier: string) => ({
  msgType,
  references: [referenceOf({ identifier })],
  sent: new Date(SENT.getTime() + 5000),
});
const cut = ({ id }: Broadcast, caller = dan) => cutToOwnArea(deps, caller, id);
const now = ({ id }: Broadcast) => getBroadcast(db.pool, province, id);
const rulesOf = ({ source }: Broadcast) => source?.warnings.map(({ rule }) => rule);
const air = async ({ id }: Broadcast) => {
  await submit(deps, dan, id, {});
  return approve(deps, may, id, {});
};
const reword = async (broadcast: Broadcast, description: string, caller = li) => {
  const { texts } = draftOf(await now(broadcast));
  const change = { texts: texts.map((text) => ({ ...text, description })) };
  return changeDraft(deps, caller, broadcast.id, (await now(broadcast)).revision, change);
};

it("of an Update takes the place of what the county has cut from the alert before it, and is an Update itself", async () => {
  const { identifier, broadcast: first } = await take();
  const playing = await air(await cut(first));
  const { broadcast: second } = await take(following("Update", identifier));
  const newer = await cut(second);
  expect(newer.replaces).toEqual([playing.id]);
  await air(newer);
  expect((await now(playing)).state).toBe("cancelled");
  const alert = await exportCap(deps, dan, await now(newer));
  expect(alert).toContain("<msgType>Update</msgType>");
  expect(alert).toContain(`,${playing.id},`);
});

it("of an Update says of what reaches further that it goes on", async () => {
  const { identifier, broadcast: first } = await take();
  await submit(deps, province, first.id, {});
  await approve(deps, may, first.id, {});
  const { broadcast: second } = await take(following("Update", identifier));
  const newer = await cut(second);
  expect(newer.replaces).toEqual([]);
  expect(newer.source?.warnings).toContainEqual({
    rule: "older_goes_on",
    message: expect.stringContaining(first.id),
  });
  await air(newer);
  expect((await now(first)).state).toBe("dispatching");
});

it("is not made of what its author has withdrawn, and says what a person has thrown away", async () => {
  const withdrawn = await take();
  await take(following("Cancel", withdrawn.identifier));
  const updated = await take();
  const later = await take(following("Update", updated.identifier));
  const rejected = await take();
  await submit(deps, province, rejected.broadcast.id, {});
  await reject(deps, may, rejected.broadcast.id, { reason: "a hoax" });
  const thrownAway = await take();
  await cancel(deps, province, thrownAway.broadcast.id, { reason: "a hoax" });
  for (const { broadcast } of [withdrawn, updated]) {
    await expect(cut(broadcast)).rejects.toMatchObject({ code: "broadcast_superseded" });
  }
  // Somebody of one village may bring an alert first and throw it away: nobody else is kept from it by that.
  for (const { broadcast } of [rejected, thrownAway]) {
    const own = await cut(broadcast);
    expect(own.state).toBe("draft");
    expect(own.source?.warnings).toContainEqual({
      rule: "original_withdrawn",
      message: expect.stringContaining(broadcast.id),
    });
  }
  const aired = await take();
  await submit(deps, province, aired.broadcast.id, {});
  await approve(deps, may, aired.broadcast.id, {});
  await cancel(deps, province, aired.broadcast.id, { reason: "wrong" });
  await expect(cut(aired.broadcast)).rejects.toMatchObject({ code: "broadcast_state" });
  await expect(cut(later.broadcast)).resolves.toMatchObject({ state: "draft", supersededBy: null });
});

it("is not made of what nobody has signed, once who brought it has withdrawn it; another's word only marks", async () => {
  const unsigned = { signed: false, events };
  const withdrawn = await take(unsigned);
  await take({ ...following("Cancel", withdrawn.identifier), signed: false });
  expect((await now(withdrawn.broadcast)).state).toBe("cancelled");
  await expect(cut(withdrawn.broadcast)).rejects.toMatchObject({ code: "broadcast_superseded" });
  // Not even the cutter's own: another has brought what is cut.
  const doubted = await take(unsigned);
  await take({ ...following("Cancel", doubted.identifier), signed: false }, dan);
  expect((await now(doubted.broadcast)).state).toBe("draft");
  expect((await cut(doubted.broadcast)).supersededBy).toMatchObject({ msgType: "Cancel" });
});

it("is not made of what is over, once its author has said another thing", async () => {
  const { identifier, broadcast } = await take();
  await submit(deps, province, broadcast.id, {});
  await approve(deps, may, broadcast.id, {});
  await db.pool.query(
    "update broadcasts set state = 'completed', ended_at = now(), expires_at = now() where id = $1",
    [broadcast.id],
  );
  await cut(broadcast);
  const { broadcast: newer } = await take(following("Update", identifier));
  await expect(cut(broadcast)).rejects.toMatchObject({ code: "broadcast_superseded" });
  await expect(cut(newer)).resolves.toMatchObject({ state: "draft" });
});

it("stays marked as superseded, and keeps what was excluded", async () => {
  const { identifier, broadcast } = await take({ signed: false });
  const { target } = draftOf(broadcast);
  const exclude = ["520326002"];
  await changeDraft(deps, province, broadcast.id, broadcast.revision, { target: { ...target, exclude } });
  // Somebody else brings what nobody has signed: it only marks.
  await take({ ...following("Update", identifier), signed: false }, li);
  expect((await now(broadcast)).supersededBy).not.toBeNull();
  const own = await now(await cut(broadcast));
  expect(own.supersededBy).toMatchObject({ msgType: "Update" });
  expect(draftOf(own).target).toMatchObject({ regions: ["520326"], exclude });
  await expect(submit(deps, dan, own.id, {})).rejects.toMatchObject({ code: "broadcast_superseded" });
});

it("has the authors of what it was cut from: nobody approves the own words by a detour", async () => {
  const { broadcast } = await take({ events: [{ code: "11D01" }] });
  const own = await cut(await reword(broadcast, "请立即到李家集合。"));
  await submit(deps, dan, own.id, {});
  await expect(approve(deps, li, own.id, {})).rejects.toMatchObject({ code: "own_content" });
  // Of what nobody has signed, whoever has brought it is behind it as well.
  const unsigned = await take({ signed: false, events: [{ code: "11D01" }] }, li);
  const second = await cut(unsigned.broadcast);
  await submit(deps, dan, second.id, {});
  await expect(approve(deps, li, second.id, {})).rejects.toMatchObject({ code: "own_content" });
  // What is the sender's own word for word is nobody's here.
  const signed = await take({}, li);
  const third = await cut(signed.broadcast);
  await submit(deps, dan, third.id, {});
  await expect(approve(deps, li, third.id, {})).resolves.toMatchObject({ state: "dispatching" });
});

it("says that words were changed which somebody has signed, as the changed draft does, once for each thing", async () => {
  const { broadcast } = await take({ events: [{ code: "11D01" }] });
  const changed = await reword(broadcast, "请立即到李家集合。");
  const rule = "changed_since_signed";
  expect(rulesOf(changed)).toEqual([rule]);
  expect(changed.source!.warnings[0]!.message).toMatch(/^texts was changed by li after weather@example.org /);
  expect(rulesOf(await reword(broadcast, "请立即到李家后面集合。"))).toEqual([rule]);
  const { revision } = await now(broadcast);
  const louder = await changeDraft(deps, li, broadcast.id, revision, { volume: 90, repeatCount: 3 });
  expect(rulesOf(louder)).toEqual([rule]);
  await changeDraft(deps, li, broadcast.id, louder.revision, { level: 1, contact: "110" });
  // What was not there contradicts nothing that was signed.
  expect((await now(broadcast)).source?.warnings.map(({ message }) => message.split(" ")[0])).toEqual([
    "level",
    "texts",
  ]);
  expect(rulesOf(await cut(broadcast))).toEqual(["cut_to_own_area", rule, rule]);
  // Nobody has vouched for the words of an alert that is not signed.
  const { broadcast: unsigned } = await take({ signed: false, events: [{ code: "11D01" }] });
  expect(rulesOf(await reword(unsigned, "请转移。"))).toEqual(["signature_absent"]);
});
