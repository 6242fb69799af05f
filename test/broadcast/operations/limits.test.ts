import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { assertMayStep, MAX_REVISIONS } from "../../../broadcast/lifecycle/may-step.ts";
import { getBroadcast } from "../../../broadcast/lifecycle/operation.ts";
import { changeDraft, createDraft } from "../../../broadcast/operations/drafts.ts";
import type { TestDatabase } from "../../helpers/db.ts";
import { limitsOf } from "../../helpers/limits.ts";
import { draft, insertSpeaker, insertTenant, somebody, type TestDeps } from "../fixtures.ts";
import { type OperationsScene, startOperations } from "../operations-scene.ts";
import { approve, cancel, retry, returnDraft, submit } from "../step-helpers.ts";

let scene: OperationsScene;
let db: TestDatabase;
let deps: TestDeps;
const li = somebody("li");
const because = { reason: "because" };
const refusal = (code: string) => expect.objectContaining({ code });

beforeAll(async () => {
  scene = await startOperations();
  ({ db } = scene);
  await insertTenant(db.pool, "county-office");
  await insertTenant(db.pool, "other-office");
  await insertSpeaker(db.pool, "sp-1", "520326001001");
  await insertSpeaker(db.pool, "sp-2", "520326002001");
});
beforeEach(async () => {
  deps = await scene.createDeps();
});
afterAll(() => scene.stop());

describe("limits", () => {
  const county = limitsOf({ regions: ["520326"] });
  const village = limitsOf({ regions: ["520326001001"], kinds: ["speaker"] });
  const elsewhere = limitsOf({ regions: ["520327"] });

  it("keep from acting on speakers outside them whoever sees the broadcast", async () => {
    const { id } = await createDraft(deps, li, draft());
    await expect(submit(deps, somebody("qian", { limits: village }), id, {})).rejects.toEqual(
      refusal("forbidden"),
    );
    await submit(deps, somebody("qian", { limits: county }), id, {});
    await expect(approve(deps, somebody("sun", { limits: village }), id, {})).rejects.toEqual(
      refusal("forbidden"),
    );
    const { broadcastNo } = await approve(deps, somebody("sun", { limits: county }), id, {});
    for (const act of [cancel, retry]) {
      await expect(act(deps, somebody("qian", { limits: village }), id, because)).rejects.toEqual(
        refusal("forbidden"),
      );
    }
    expect(deps.asked).toEqual([`begin ${broadcastNo}`]);
  });

  it("let whoever could release a broadcast end it also when a speaker has moved away, and not try it again there", async () => {
    const sun = somebody("sun", { limits: county });
    const deviceNo = await insertSpeaker(db.pool, "sp-moving", "520326001002");
    const move = (to: string) =>
      db.pool.query("update devices set region_code = $2 where device_no = $1", [deviceNo, to]);
    const { id } = await createDraft(deps, li, draft());
    await submit(deps, somebody("qian", { limits: county }), id, {});
    const { broadcastNo } = await approve(deps, sun, id, {});
    await move("520327001001");
    await db.pool.query(
      "update broadcast_targets set state = 'failed', reason = 'no_answer' where broadcast_no = $1",
      [broadcastNo],
    );
    await db.pool.query("update broadcasts set state = 'failed', ended_at = now() where broadcast_no = $1", [
      broadcastNo,
    ]);
    await expect(retry(deps, sun, id, because)).rejects.toEqual(refusal("forbidden"));
    // Neither who holds only where it stands now, nor who never held all of it.
    for (const regions of [["520327"], ["520326001"]]) {
      const other = somebody("wu", { limits: limitsOf({ regions }), sees: county });
      await expect(cancel(deps, other, id, because)).rejects.toEqual(refusal("forbidden"));
    }
    expect((await cancel(deps, sun, id, because)).state).toBe("cancelled");
    await db.pool.query("update devices set deleted_at = now() where device_no = $1", [deviceNo]);
  });

  it("hide a broadcast from whom it does not reach, but not from its author's tenant", async () => {
    const author = somebody("qian", { limits: county, tenantId: "county-office" });
    const { id } = await createDraft(deps, author, draft());
    const colleague = somebody("sun", { limits: elsewhere, tenantId: "county-office" });
    const stranger = somebody("zhou", { limits: elsewhere, tenantId: "other-office" });
    expect((await getBroadcast(db.pool, colleague, id)).id).toBe(id);
    await expect(getBroadcast(db.pool, stranger, id)).rejects.toEqual(refusal("broadcast_not_found"));
    await expect(submit(deps, stranger, id, {})).rejects.toEqual(refusal("broadcast_not_found"));
    await expect(submit(deps, colleague, id, {})).rejects.toEqual(refusal("forbidden"));
    const cameras = somebody("wu", { limits: limitsOf({ regions: ["520326"], kinds: ["camera"] }) });
    await expect(getBroadcast(db.pool, cameras, id)).rejects.toEqual(refusal("broadcast_not_found"));
    const inside = somebody("wu", { limits: village });
    expect((await getBroadcast(db.pool, inside, id)).id).toBe(id);
  });

  it("let nobody change a draft but who reaches all of it, before and after, colleague and author included", async () => {
    const author = somebody("qian", { limits: county, tenantId: "county-office" });
    const { id } = await createDraft(deps, author, draft());
    const inside = { regions: ["520326001001"], polygons: [], circles: [] };
    const villager = somebody("wu", { limits: village, sees: county, tenantId: "county-office" });
    await expect(changeDraft(deps, villager, id, 1, { target: inside })).rejects.toEqual(
      refusal("forbidden"),
    );
    const colleague = somebody("sun", { limits: elsewhere, tenantId: "county-office" });
    await expect(changeDraft(deps, colleague, id, 1, { level: 4 })).rejects.toEqual(refusal("forbidden"));
    const changed = await changeDraft(deps, author, id, 1, { target: inside });
    expect(changed.regions).toEqual(["520326001001"]);
    // Now it is the village's; it cannot be made the county's again from there.
    await changeDraft(deps, villager, id, 2, { level: 4 });
    const wide = { regions: ["520326"], polygons: [], circles: [] };
    await expect(changeDraft(deps, villager, id, 3, { target: wide })).rejects.toEqual(refusal("forbidden"));
    const own = await createDraft(deps, villager, draft());
    await expect(changeDraft(deps, villager, own.id, 1, { level: 4 })).rejects.toEqual(refusal("forbidden"));
  });

  it("keep a draft from having more revisions than are kept, and its steps say so", async () => {
    const { id } = await createDraft(deps, li, draft());
    await db.pool.query("update broadcasts set revision = $2 where id = $1", [id, MAX_REVISIONS - 1]);
    expect((await changeDraft(deps, li, id, MAX_REVISIONS - 1, { level: 3 })).revision).toBe(MAX_REVISIONS);
    const full = { code: "broadcast_state", message: expect.stringContaining("500 revisions") };
    await expect(changeDraft(deps, li, id, MAX_REVISIONS, { level: 4 })).rejects.toMatchObject(full);
    const broadcast = await getBroadcast(db.pool, li, id);
    await expect(
      assertMayStep(db.pool, deps, broadcast, "change", li, { now: deps.now() }),
    ).rejects.toMatchObject(full);
    expect((await submit(deps, li, id, {})).state).toBe("pending_approval");
  });

  it("let an author throw away a draft that nobody has submitted, and nobody else what reaches further", async () => {
    const villager = somebody("wu", { limits: village, sees: county, tenantId: "county-office" });
    const officer = somebody("qian", { limits: county, tenantId: "county-office" });
    const own = await createDraft(deps, villager, draft());
    expect((await cancel(deps, villager, own.id, because)).state).toBe("cancelled");
    const submitted = await createDraft(deps, villager, draft());
    await submit(deps, officer, submitted.id, {});
    await expect(cancel(deps, villager, submitted.id, because)).rejects.toEqual(refusal("forbidden"));
    const returned = await returnDraft(deps, somebody("sun"), submitted.id, because);
    await expect(cancel(deps, villager, returned.id, because)).rejects.toEqual(refusal("forbidden"));
    const others = await createDraft(deps, officer, draft());
    await expect(cancel(deps, villager, others.id, because)).rejects.toEqual(refusal("forbidden"));
  });
});
