import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ADMINISTRATOR } from "../../../access/decide.ts";
import { type BroadcastCaller, getBroadcast } from "../../../broadcast/lifecycle/operation.ts";
import { changeDraft, createDraft } from "../../../broadcast/operations/drafts.ts";
import { importCap } from "../../../broadcast/operations/import-cap.ts";
import { findRevision, listRevisions } from "../../../store/broadcast/revisions.ts";
import type { TestDatabase } from "../../helpers/db.ts";
import { limitsOf } from "../../helpers/limits.ts";
import { alertText, referenceOf } from "../cap-text.ts";
import { draft, insertSpeaker, insertTenant, somebody, type TestDeps } from "../fixtures.ts";
import { type OperationsScene, startOperations } from "../operations-scene.ts";
import { approve, cancel, release, retry, returnDraft, review, submit } from "../step-helpers.ts";

let scene: OperationsScene;
let db: TestDatabase;
let deps: TestDeps;

const li = somebody("li");
const wang = somebody("wang");
const zhao = somebody("zhao");
/** An application, and who answers for it and may be acting through it. */
const application = (id: string, ownerId: string | null, behind: readonly string[] = []): BroadcastCaller => {
  const caller = somebody(id, { type: "application" });
  return { ...caller, actor: { ...caller.actor, ownerId, behind } };
};
const because = { reason: "because" };
const refusal = (code: string) => expect.objectContaining({ code });

beforeAll(async () => {
  scene = await startOperations();
  ({ db } = scene);
  await insertSpeaker(db.pool, "sp-1", "520326001001", { connected: true });
  await insertSpeaker(db.pool, "sp-2", "520326002001");
});
beforeEach(async () => {
  deps = await scene.createDeps();
});
afterAll(() => scene.stop());

const stateOf = async (id: string) => (await getBroadcast(db.pool, li, id)).state;

describe("an insider", () => {
  it("cannot approve what their own application submitted", async () => {
    const { id } = await createDraft(deps, zhao, draft());
    await submit(deps, application("feed-of-li", "li", ["li", "wang"]), id, {});
    await expect(approve(deps, li, id, {})).rejects.toEqual(refusal("own_submission"));
    // Who made a key of it may be the one who used it.
    await expect(approve(deps, wang, id, {})).rejects.toEqual(refusal("own_submission"));
    expect(await stateOf(id)).toBe("pending_approval");
    await approve(deps, somebody("sun"), id, {});
  });

  it("cannot submit through an application that nobody answers for", async () => {
    const { id } = await createDraft(deps, zhao, draft());
    await expect(submit(deps, application("feed", null), id, {})).rejects.toEqual(
      refusal("application_without_owner"),
    );
    expect(await stateOf(id)).toBe("draft");
  });

  it("cannot approve what an application submitted before somebody had to answer for it", async () => {
    const { id, broadcastNo } = await createDraft(deps, zhao, draft());
    await submit(deps, li, id, {});
    await insertTenant(db.pool, "county");
    await db.pool.query(
      `insert into principals (id, type, tenant_id, name)
       values ('early', 'application', 'county', 'Early'), ('wang', 'person', 'county', 'Wang')`,
    );
    await db.pool.query(
      "update broadcasts set submitted_by = 'early', submitted_for = '{early}' where broadcast_no = $1",
      [broadcastNo],
    );
    await expect(approve(deps, wang, id, {})).rejects.toEqual(refusal("application_without_owner"));
    await db.pool.query("update principals set owner_id = 'wang' where id = 'early'");
    await expect(approve(deps, wang, id, {})).rejects.toEqual(refusal("own_submission"));
    await db.pool.query("update principals set owner_id = null where id = 'early'");
    // Submitted again by somebody, it is that person's.
    await returnDraft(deps, wang, id, because);
    await submit(deps, li, id, {});
    await approve(deps, wang, id, {});
  });

  it("cannot approve their own words under another's name", async () => {
    const { id } = await createDraft(deps, li, draft());
    await changeDraft(deps, wang, id, 1, { level: 1 });
    await submit(deps, li, id, {});
    await expect(approve(deps, wang, id, {})).rejects.toEqual(refusal("own_content"));
    await returnDraft(deps, wang, id, because);
    // Rewriting it does not help: who wrote any of it stays on record.
    await changeDraft(deps, li, id, 2, { level: 2 });
    await submit(deps, li, id, {});
    await expect(approve(deps, wang, id, {})).rejects.toEqual(refusal("own_content"));
    await approve(deps, zhao, id, {});
  });

  it("cannot bring their own words as an alert that nobody vouches for, and approve them", async () => {
    const { items } = await importCap(deps, wang, Buffer.from(alertText({ identifier: "own-1" })));
    const { id } = items[0]!;
    await changeDraft(deps, li, id, 1, { eventCode: "11D01", target: draft().target });
    await submit(deps, li, id, {});
    await expect(approve(deps, wang, id, {})).rejects.toEqual(refusal("own_content"));
    await approve(deps, zhao, id, {});
  });

  it("who holds the administrator's key sounds nothing and vouches for nothing, and may stop anything", async () => {
    const administrator = somebody(ADMINISTRATOR.id, { type: "application" });
    const { id } = await createDraft(deps, li, draft({ level: 1 }));
    for (const step of [submit, release]) {
      await expect(step(deps, administrator, id, {})).rejects.toEqual(refusal("forbidden"));
    }
    await submit(deps, li, id, {});
    await expect(approve(deps, administrator, id, {})).rejects.toEqual(refusal("forbidden"));
    expect(deps.asked).toEqual([]);
    const { broadcastNo } = await release(deps, li, id, {});
    await expect(review(deps, administrator, id, because)).rejects.toEqual(refusal("forbidden"));
    await db.pool.query(
      "update broadcast_targets set state = 'failed', reason = 'no_answer' where broadcast_no = $1",
      [broadcastNo],
    );
    await expect(retry(deps, administrator, id, {})).rejects.toEqual(refusal("forbidden"));
    expect((await cancel(deps, administrator, id, because)).state).toBe("cancelled");
  });

  it("in a village neither rewrites nor withdraws the county's draft, nor by an alert of the same name", async () => {
    const county = limitsOf({ regions: ["520326"] });
    const village = limitsOf({ regions: ["520326001001"] });
    const gateway = somebody("village-gateway", { type: "application", limits: village, cancels: [] });
    const officer = somebody("qian", { limits: county });
    const [imported] = (await importCap(deps, officer, Buffer.from(alertText({ identifier: "county-1" }))))
      .items;
    const { id } = imported!;
    await changeDraft(deps, somebody("sun"), id, 1, { target: draft().target });
    await expect(changeDraft(deps, gateway, id, 2, { level: 4 })).rejects.toEqual(refusal("forbidden"));
    const references = [referenceOf({ identifier: "county-1" })];
    const bring = (caller: BroadcastCaller, identifier: string, msgType: string) =>
      importCap(deps, caller, Buffer.from(alertText({ identifier, msgType, references })));
    // Its own area as well: a key that only drafts withdraws nothing.
    const everywhere = somebody("feed", { type: "application", cancels: [] });
    const villageCanceller = somebody("canceller", { type: "application", limits: village });
    for (const [i, caller] of [gateway, everywhere, villageCanceller].entries()) {
      await bring(caller, `county-1-c${i}`, "Cancel");
      await bring(caller, `county-1-u${i}`, "Update");
      expect(await stateOf(id)).toBe("draft");
    }
    const canceller = somebody("county-canceller", { type: "application", limits: county });
    expect((await bring(canceller, "county-1-c9", "Cancel")).items[0]).toMatchObject({
      id,
      state: "cancelled",
    });
  });
});

describe("an actual broadcast", () => {
  it("is never about a test: 00000 is neither submitted nor released, and is said where it stands", async () => {
    const { id } = await createDraft(deps, li, draft({ eventCode: "00000", level: 1 }));
    for (const step of [submit, release]) {
      await expect(step(deps, li, id, {})).rejects.toMatchObject({
        code: "broadcast_incomplete",
        faults: expect.arrayContaining([{ path: "/eventCode", message: expect.stringContaining("tests") }]),
      });
    }
    await changeDraft(deps, li, id, 1, { mode: "drill" });
    expect((await submit(deps, li, id, {})).state).toBe("pending_approval");
    await returnDraft(deps, wang, id, because);
    await changeDraft(deps, li, id, 2, { mode: "actual" });
    await expect(submit(deps, li, id, {})).rejects.toEqual(refusal("broadcast_incomplete"));
  });
});

describe("revisions", () => {
  it("are kept, and a decision on an older one is told what is different now", async () => {
    const { id, broadcastNo } = await createDraft(deps, li, draft());
    await changeDraft(deps, zhao, id, 1, {
      level: 1,
      texts: [{ language: "zh-CN", headline: "滑坡", description: "请撤离到高处" }],
      target: { regions: ["520326001"], polygons: [], circles: [] },
    });
    const stale = { revision: 1 };
    await expect(submit(deps, li, id, stale)).rejects.toMatchObject({ code: "broadcast_changed" });
    await submit(deps, li, id, { revision: 2 });
    const error = await approve(deps, wang, id, stale).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "broadcast_changed",
      changes: expect.arrayContaining([
        { path: "/level", before: 2, after: 1 },
        { path: "/target/regions", before: ["520326"], after: ["520326001"] },
        { path: "/texts/0/description", before: expect.any(String), after: "请撤离到高处" },
        { path: "/texts/1", before: expect.objectContaining({ language: "en" }), after: undefined },
      ]),
    });
    for (const step of [returnDraft, release]) {
      await expect(step(deps, wang, id, { ...stale, ...because })).rejects.toEqual(
        refusal("broadcast_changed"),
      );
    }
    expect(deps.asked).toEqual([]);
    expect(await listRevisions(db.pool, broadcastNo, 10)).toMatchObject([
      { revision: 2, actor: { type: "person", id: "zhao", name: "zhao" } },
      { revision: 1, actor: { id: "li" } },
    ]);
    expect((await findRevision(db.pool, broadcastNo, 1))?.message).toMatchObject({ level: 2 });
    await expect(
      db.pool.query("update broadcast_revisions set message = '{}' where broadcast_no = $1", [broadcastNo]),
    ).rejects.toThrow("append-only");
    // To stop, nobody has to have read anything.
    expect((await cancel(deps, wang, id, because)).state).toBe("cancelled");
  });
});

describe("a refused step", () => {
  const refusedOf = async (id: string) => {
    const { rows } = await db.pool.query<{ action: string; actor_id: string; code: string }>(
      `select action, actor_id, after ->> 'code' as code from audit
       where object_id = $1 and action like '%.refused' order by audit_no`,
      [id],
    );
    return rows.map(({ action, actor_id, code }) => `${action} by ${actor_id}: ${code}`);
  };

  it("is in the audit, with who and why", async () => {
    // Of their own: the share of the audit is the process's, and others have used theirs.
    const [author, officer] = [somebody("refused-author"), somebody("refused-officer")];
    const { id } = await createDraft(deps, author, draft({ level: 3 }));
    await submit(deps, author, id, {});
    await approve(deps, author, id, {}).catch(() => {});
    await release(deps, officer, id, {}).catch(() => {});
    await cancel(deps, officer, id, {}).catch(() => {});
    await changeDraft(deps, officer, id, 1, { level: 1 }).catch(() => {});
    const stranger = somebody("refused-stranger", { limits: limitsOf({ regions: ["520327"] }) });
    await cancel(deps, stranger, id, because).catch(() => {});
    expect(await refusedOf(id)).toEqual([
      "broadcast.approve.refused by refused-author: own_submission",
      "broadcast.release.refused by refused-officer: green_channel_closed",
      "broadcast.cancel.refused by refused-officer: invalid_request",
      "broadcast.change.refused by refused-officer: broadcast_state",
      "broadcast.cancel.refused by refused-stranger: broadcast_not_found",
    ]);
  });

  it("fills only its caller's share of the audit", async () => {
    const { id } = await createDraft(deps, li, draft());
    const flooder = somebody(`flooder-${id}`);
    for (let i = 0; i < 40; i++) await approve(deps, flooder, id, {}).catch(() => {});
    await approve(deps, zhao, id, {}).catch(() => {});
    const refused = await refusedOf(id);
    expect(refused.filter((row) => row.includes("flooder")).length).toBe(20);
    expect(refused.at(-1)).toBe("broadcast.approve.refused by zhao: broadcast_state");
  });
});
