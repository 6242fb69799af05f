import { compactVerify, importJWK } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { getBroadcast } from "../../../broadcast/lifecycle/operation.ts";
import { changeDraft, createDraft } from "../../../broadcast/operations/drafts.ts";
import { openKeyRing } from "../../../broadcast/signing/key-ring.ts";
import type { Broadcast } from "../../../store/broadcast/broadcasts.ts";
import { listHistory } from "../../../store/broadcast/history.ts";
import { readOrders } from "../../../store/broadcast/orders.ts";
import { readTargets } from "../../../store/broadcast/targets.ts";
import type { TestDatabase } from "../../helpers/db.ts";
import { draft, insertSpeaker, insertTenant, somebody, type TestDeps } from "../fixtures.ts";
import { type OperationsScene, startOperations } from "../operations-scene.ts";
import { approve, cancel, reject, release, retry, returnDraft, review, submit } from "../step-helpers.ts";

let scene: OperationsScene;
let db: TestDatabase;
let deps: TestDeps;

const li = somebody("li");
const wang = somebody("wang");
const zhao = somebody("zhao");
const because = { reason: "because" };

beforeAll(async () => {
  scene = await startOperations();
  ({ db } = scene);
  await insertTenant(db.pool, "county-office");
  await insertTenant(db.pool, "other-office");
  await insertSpeaker(db.pool, "sp-1", "520326001001", { connected: true });
  await insertSpeaker(db.pool, "sp-2", "520326002001");
  await insertSpeaker(db.pool, "sp-other", "520327001001");
});
beforeEach(async () => {
  deps = await scene.createDeps();
});
afterAll(() => scene.stop());

const statesOf = async ({ broadcastNo }: Broadcast) =>
  (await listHistory(db.pool, broadcastNo)).map(({ action, from, to }) => `${action}: ${from} → ${to}`);

const auditOf = async ({ id }: Broadcast) => {
  const { rows } = await db.pool.query<{ action: string; actor_id: string | null }>(
    "select action, actor_id from audit where object_id = $1 order by audit_no",
    [id],
  );
  return rows.map(({ action, actor_id }) => `${action} by ${actor_id ?? "platform"}`);
};

const refusal = (code: string) => expect.objectContaining({ code });

async function released(level: 1 | 2 | 3 | 4 = 2): Promise<Broadcast> {
  const { id } = await createDraft(deps, li, draft({ level }));
  await submit(deps, li, id, {});
  return approve(deps, wang, id, {});
}

describe("a broadcast that is written, submitted and approved", () => {
  it("has its targets, its signed order and its whole history before dispatch hears of it", async () => {
    const { id, broadcastNo } = await createDraft(deps, li, draft());
    await submit(deps, li, id, {});
    const begun: unknown[] = [];
    const watching = {
      ...deps,
      dispatcher: {
        ...deps.dispatcher,
        begin: async (no: number) => {
          begun.push(no, (await readTargets(db.pool, [no])).length, (await readOrders(db.pool, [no])).length);
        },
      },
    };
    const after = await approve(watching, wang, id, {});
    expect(begun).toEqual([broadcastNo, 2, 1]);
    expect(after).toMatchObject({ state: "dispatching", submittedBy: "li", approvedBy: "wang", attempt: 1 });
    expect((await readTargets(db.pool, [broadcastNo])).map(({ deviceId }) => deviceId)).toEqual([
      "sp-1",
      "sp-2",
    ]);
    expect(await statesOf(after)).toEqual([
      "create: null → draft",
      "submit: draft → pending_approval",
      "approve: pending_approval → approved",
      "dispatch: approved → dispatching",
    ]);
    expect(await auditOf(after)).toEqual([
      "broadcast.create by li",
      "broadcast.submit by li",
      "broadcast.approve by wang",
      "broadcast.dispatch by platform",
    ]);
  });

  it("orders what was written, signed with a published key, once for all speakers", async () => {
    const broadcast = await released();
    const [order, ...more] = await readOrders(db.pool, [broadcast.broadcastNo]);
    expect(more).toEqual([]);
    expect(order).toMatchObject({ commandId: `${broadcast.id}.1`, type: "start", attempt: 1 });
    const [jwk] = (await openKeyRing(scene.dir)).jwks().keys;
    const { payload } = await compactVerify(order!.jws, await importJWK({ ...jwk! }));
    expect(JSON.parse(Buffer.from(payload).toString())).toMatchObject({
      type: "start",
      issuer: "test-platform",
      broadcastId: broadcast.id,
      attempt: 1,
      mode: "actual",
      level: 2,
      area: { regions: ["520326"], polygons: [], circles: [] },
      expiresAt: broadcast.expiresAt?.toISOString(),
    });
  });

  it("lives for 24 hours when nobody says, and for 72 at most", async () => {
    const short = await released();
    expect(short.expiresAt!.getTime() - short.releasedAt!.getTime()).toBe(24 * 3_600_000);
    const expiresAt = new Date(Date.now() + 30 * 24 * 3_600_000);
    const { id } = await createDraft(deps, li, draft({ expiresAt, level: 1 }));
    const long = await release(deps, li, id, {});
    expect(long.expiresAt!.getTime() - long.releasedAt!.getTime()).toBe(72 * 3_600_000);
    expect((await listHistory(db.pool, long.broadcastNo)).at(-1)?.details).toHaveProperty("expiryCutTo");
  });

  it("is not approved by its submitter", async () => {
    const { id } = await createDraft(deps, li, draft());
    await submit(deps, wang, id, {});
    await expect(approve(deps, wang, id, {})).rejects.toEqual(refusal("own_submission"));
    expect((await getBroadcast(db.pool, li, id)).state).toBe("pending_approval");
    expect(deps.asked).toEqual([]);
    await approve(deps, zhao, id, {});
  });

  it("is approved once, by whoever comes first", async () => {
    const { id } = await createDraft(deps, li, draft());
    await submit(deps, li, id, {});
    const outcomes = await Promise.allSettled([approve(deps, wang, id, {}), approve(deps, zhao, id, {})]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(outcomes.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { code: "broadcast_state" },
    });
    expect(deps.asked).toHaveLength(1);
  });

  it("is not approved when it expired while it waited", async () => {
    const { id } = await createDraft(deps, li, draft({ expiresAt: new Date(Date.now() + 60_000) }));
    await submit(deps, li, id, {});
    deps.setNow(new Date(Date.now() + 61_000));
    await expect(approve(deps, wang, id, {})).rejects.toEqual(refusal("broadcast_expired"));
    expect(deps.asked).toEqual([]);
  });

  it("leaves nothing behind when its order cannot be signed", async () => {
    const { id, broadcastNo } = await createDraft(deps, li, draft());
    await submit(deps, li, id, {});
    const broken = { ...deps, keys: { sign: () => Promise.reject(new Error("the key is gone")) } };
    await expect(approve(broken, wang, id, {})).rejects.toThrow("the key is gone");
    expect((await getBroadcast(db.pool, li, id)).state).toBe("pending_approval");
    expect(await readTargets(db.pool, [broadcastNo])).toEqual([]);
    expect(deps.asked).toEqual([]);
  });
});

describe("a draft", () => {
  it("takes its texts from the template of its event, with the names of its regions", async () => {
    const broadcast = await createDraft(
      deps,
      li,
      draft({ target: { regions: ["520326001001"], polygons: [], circles: [] } }),
    );
    expect(broadcast.headline).toBe("杨村社区滑坡橙色预警");
    expect(broadcast.message).toMatchObject({ category: "Geo", responseTypes: ["Evacuate"] });
  });

  it("needs texts for an event that has no template", async () => {
    await expect(createDraft(deps, li, draft({ eventCode: "11Z99" }))).rejects.toMatchObject({
      code: "invalid_request",
      faults: [{ path: "/texts" }],
    });
    const texts = [{ language: "zh-CN", headline: "通知", description: "请注意" }];
    const broadcast = await createDraft(deps, li, draft({ eventCode: "11Z99", texts }));
    expect(broadcast).toMatchObject({ eventCode: "11Z99", headline: "通知" });
  });

  it("is not submitted without a target, and not to nobody", async () => {
    const empty = await createDraft(deps, li, draft({ target: { regions: [], polygons: [], circles: [] } }));
    await expect(submit(deps, li, empty.id, {})).rejects.toMatchObject({
      code: "broadcast_incomplete",
      faults: [{ path: "/target" }],
    });
    const silent = await createDraft(
      deps,
      li,
      draft({ target: { regions: ["520326001002"], polygons: [], circles: [] } }),
    );
    await expect(submit(deps, li, silent.id, {})).rejects.toThrow("no speaker");
    expect((await getBroadcast(db.pool, li, silent.id)).state).toBe("draft");
  });

  it("is changed by whoever has read its latest revision", async () => {
    const { id, revision } = await createDraft(deps, li, draft());
    const changed = await changeDraft(deps, wang, id, revision, {
      level: 3,
      expiresAt: new Date("2099-01-01"),
    });
    expect(changed).toMatchObject({ revision: 2, level: 3 });
    await expect(changeDraft(deps, zhao, id, revision, { level: 1 })).rejects.toEqual(
      refusal("broadcast_changed"),
    );
    expect(await changeDraft(deps, zhao, id, 2, { expiresAt: null })).toMatchObject({
      revision: 3,
      expiresAt: null,
    });
  });

  it("is fixed once it is submitted, and open again when it is returned", async () => {
    const { id } = await createDraft(deps, li, draft());
    await submit(deps, li, id, { revision: 1 });
    await expect(changeDraft(deps, li, id, 1, { level: 1 })).rejects.toEqual(refusal("broadcast_state"));
    await expect(returnDraft(deps, wang, id, {})).rejects.toEqual(refusal("invalid_request"));
    await returnDraft(deps, wang, id, { reason: "name the village" });
    await changeDraft(deps, li, id, 1, { level: 1 });
    await submit(deps, li, id, {});
    await expect(approve(deps, wang, id, { revision: 1 })).rejects.toEqual(refusal("broadcast_changed"));
    const history = await listHistory(db.pool, (await reject(deps, wang, id, because)).broadcastNo);
    expect(history.map(({ action, reason }) => [action, reason])).toEqual([
      ["create", null],
      ["submit", null],
      ["return", "name the village"],
      ["change", null],
      ["submit", null],
      ["reject", "because"],
    ]);
    await expect(submit(deps, li, id, {})).rejects.toEqual(refusal("broadcast_state"));
  });

  it("is withdrawn before release without a word to any speaker", async () => {
    const { id } = await createDraft(deps, li, draft());
    await submit(deps, li, id, {});
    expect((await cancel(deps, li, id, because)).state).toBe("cancelled");
    await expect(approve(deps, wang, id, {})).rejects.toEqual(refusal("broadcast_state"));
    expect(deps.asked).toEqual([]);
  });
});

describe("a training", () => {
  it("is walked through to the end without a target or an order", async () => {
    const { id, broadcastNo } = await createDraft(deps, li, draft({ mode: "training" }));
    await submit(deps, li, id, {});
    expect((await approve(deps, wang, id, {})).state).toBe("completed");
    expect(await readTargets(db.pool, [broadcastNo])).toEqual([]);
    expect(await readOrders(db.pool, [broadcastNo])).toEqual([]);
    expect(deps.asked).toEqual([]);
    await expect(retry(deps, li, id, {})).rejects.toEqual(refusal("broadcast_state"));
  });

  it("is kept from speakers by the database itself", async () => {
    const { broadcastNo } = await createDraft(deps, li, draft({ mode: "training" }));
    await expect(
      db.pool.query("update broadcasts set state = 'dispatching' where broadcast_no = $1", [broadcastNo]),
    ).rejects.toThrow("broadcasts_training_is_silent");
    await expect(
      db.pool.query(
        `insert into broadcast_targets (broadcast_no, device_no, region_code)
         select $1, device_no, region_code from devices where id = 'sp-1'`,
        [broadcastNo],
      ),
    ).rejects.toThrow("never reaches a speaker");
    await expect(
      db.pool.query(
        `insert into broadcast_orders (command_id, broadcast_no, type, attempt, jws, issued_at)
         values ('x.1', $1, 'start', 1, 'x', now())`,
        [broadcastNo],
      ),
    ).rejects.toThrow("never reaches a speaker");
  });
});

describe("the green channel", () => {
  it("releases at once, and leaves a review open until another person does it", async () => {
    const { id, broadcastNo } = await createDraft(deps, li, draft({ level: 1 }));
    expect(await release(deps, li, id, {})).toMatchObject({
      state: "dispatching",
      greenChannel: true,
      review: "open",
    });
    expect(deps.asked).toEqual([`begin ${broadcastNo}`]);
    await expect(review(deps, li, id, because)).rejects.toEqual(refusal("own_release"));
    expect(await review(deps, wang, id, because)).toMatchObject({ state: "dispatching", review: "done" });
  });

  it("is closed to level 3", async () => {
    const { id } = await createDraft(deps, li, draft({ level: 3 }));
    await expect(release(deps, li, id, {})).rejects.toEqual(refusal("green_channel_closed"));
    expect(deps.asked).toEqual([]);
  });
});

describe("cancelling a broadcast on air", () => {
  it("ends its open targets with it, and then tells dispatch", async () => {
    const { id, broadcastNo } = await released();
    await expect(cancel(deps, wang, id, {})).rejects.toEqual(refusal("invalid_request"));
    const after = await cancel(deps, wang, id, because);
    expect(after).toMatchObject({ state: "cancelled" });
    expect((await readTargets(db.pool, [broadcastNo])).map(({ state }) => state)).toEqual([
      "cancelled",
      "cancelled",
    ]);
    expect(deps.asked).toEqual([`begin ${broadcastNo}`, `cancel ${broadcastNo}`]);
  });
});

describe("the history", () => {
  it("cannot be changed or removed", async () => {
    const { broadcastNo } = await released();
    for (const statement of [
      "update broadcast_history set reason = 'x' where broadcast_no = $1",
      "delete from broadcast_history where broadcast_no = $1",
    ]) {
      await expect(db.pool.query(statement, [broadcastNo])).rejects.toThrow("append-only");
    }
    expect((await listHistory(db.pool, broadcastNo)).map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  });
});
