import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createDraft } from "../../../broadcast/operations/drafts.ts";
import type { Broadcast } from "../../../store/broadcast/broadcasts.ts";
import { listHistory } from "../../../store/broadcast/history.ts";
import { readOrders } from "../../../store/broadcast/orders.ts";
import { readTargets } from "../../../store/broadcast/targets.ts";
import type { TestDatabase } from "../../helpers/db.ts";
import { draft, insertSpeaker, somebody, type TestDeps } from "../fixtures.ts";
import { type OperationsScene, startOperations } from "../operations-scene.ts";
import { approve, retry, submit } from "../step-helpers.ts";

let scene: OperationsScene;
let db: TestDatabase;
let deps: TestDeps;

const li = somebody("li");
const wang = somebody("wang");

beforeAll(async () => {
  scene = await startOperations();
  ({ db } = scene);
  await insertSpeaker(db.pool, "sp-1", "520326001001", { connected: true });
  await insertSpeaker(db.pool, "sp-2", "520326002001");
  // Of a county that no broadcast here is aimed at.
  await insertSpeaker(db.pool, "sp-3", "520327001001");
});
beforeEach(async () => {
  deps = await scene.createDeps();
});
afterAll(() => scene.stop());

const refusal = (code: string) => expect.objectContaining({ code });

async function released(): Promise<Broadcast> {
  const { id } = await createDraft(deps, li, draft());
  await submit(deps, li, id, {});
  return approve(deps, wang, id, {});
}

describe("trying again", () => {
  it("gives those that failed a new order and leaves those that sounded alone", async () => {
    const { id, broadcastNo } = await released();
    await expect(retry(deps, wang, id, {})).rejects.toEqual(refusal("broadcast_state"));
    await db.pool.query(
      `update broadcast_targets t set state = case when d.id = 'sp-1' then 'sounded' else 'failed' end, reason = 'no_answer'
       from devices d where d.device_no = t.device_no and t.broadcast_no = $1`,
      [broadcastNo],
    );
    await db.pool.query(
      "update broadcasts set state = 'completed', ended_at = now() where broadcast_no = $1",
      [broadcastNo],
    );
    expect(await retry(deps, wang, id, {})).toMatchObject({
      state: "dispatching",
      attempt: 2,
      endedAt: null,
    });
    expect((await readTargets(db.pool, [broadcastNo])).map(({ state, attempt }) => [state, attempt])).toEqual(
      [
        ["sounded", 1],
        ["waiting", 2],
      ],
    );
    expect((await readOrders(db.pool, [broadcastNo])).map(({ commandId }) => commandId)).toEqual([
      `${id}.1`,
      `${id}.2`,
    ]);
    expect(deps.asked.at(-1)).toBe(`retry ${broadcastNo}`);
  });

  it.each(["no_sound", "muted", "cut_short", "not_started"])(
    "names in its order those alone that ended and were not heard, here for %s",
    async (reason) => {
      const { id, broadcastNo } = await released();
      // Of the same reason, and of one that says nothing of an end: whoever may still play it is not to play it twice.
      await db.pool.query(
        `update broadcast_targets t
         set state = 'failed', reason = $2, ended_at = case when d.id = 'sp-1' then now() end
         from devices d where d.device_no = t.device_no and t.broadcast_no = $1`,
        [broadcastNo, reason],
      );
      await db.pool.query(
        `insert into broadcast_targets (broadcast_no, device_no, region_code, state, reason, ended_at)
         select $1, device_no, region_code, 'failed', 'no_end', now() from devices where id = 'sp-3'`,
        [broadcastNo],
      );
      await db.pool.query(
        "update broadcasts set state = 'failed', ended_at = now() where broadcast_no = $1",
        [broadcastNo],
      );
      await retry(deps, wang, id, {});
      const [first, second] = (await readOrders(db.pool, [broadcastNo])).map(({ jws }) =>
        JSON.parse(Buffer.from(jws.split(".")[1]!, "base64url").toString()),
      );
      expect(first).not.toHaveProperty("again");
      const { issuedAt, ...same } = first;
      expect(second).toEqual({ ...same, issuedAt: second.issuedAt, attempt: 2, again: ["sp-1"] });
      expect((await listHistory(db.pool, broadcastNo)).at(-1)).toMatchObject({
        action: "retry",
        details: { attempt: 2, targets: 3 },
      });
    },
  );

  it("of more than an order can name takes them all up, and says how many it does not name", async () => {
    const { id, broadcastNo } = await released();
    await db.pool.query(
      `with made as (
         insert into devices (id, kind, region_code, token_hash)
         select 'sp-many-' || n, 'speaker', '520327001001', '\\x00' from generate_series(1, 1001) n
         returning device_no, region_code
       )
       insert into broadcast_targets (broadcast_no, device_no, region_code)
       select $1, device_no, region_code from made`,
      [broadcastNo],
    );
    await db.pool.query(
      "update broadcast_targets set state = 'failed', reason = 'muted', ended_at = now() where broadcast_no = $1",
      [broadcastNo],
    );
    await db.pool.query("update broadcasts set state = 'failed', ended_at = now() where broadcast_no = $1", [
      broadcastNo,
    ]);
    expect(await retry(deps, wang, id, {})).toMatchObject({ attempt: 2 });
    const jws = (await readOrders(db.pool, [broadcastNo])).at(-1)!.jws;
    expect(JSON.parse(Buffer.from(jws.split(".")[1]!, "base64url").toString()).again).toHaveLength(1000);
    expect((await listHistory(db.pool, broadcastNo)).at(-1)!.details).toEqual({
      attempt: 2,
      targets: 1003,
      again: 1000,
      notAgain: 3,
    });
  });

  it("is over once the message has expired", async () => {
    const { id } = await released();
    await db.pool.query("update broadcast_targets set state = 'failed'");
    deps.setNow(new Date(Date.now() + 25 * 3_600_000));
    await expect(retry(deps, wang, id, {})).rejects.toEqual(refusal("broadcast_expired"));
  });
});
