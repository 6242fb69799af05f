import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Broadcast } from "../../../store/broadcast/broadcasts.ts";
import { listHistory } from "../../../store/broadcast/history.ts";
import type { TestDatabase } from "../../helpers/db.ts";
import { limitsOf } from "../../helpers/limits.ts";
import { type CapScene, type Sending, startCapScene } from "../cap-scene.ts";
import { referenceOf } from "../cap-text.ts";
import { createDeps, somebody, type TestDeps } from "../fixtures.ts";
import { release } from "../step-helpers.ts";

let scene: CapScene;
let db: TestDatabase;
let dir: string;
let deps: TestDeps;
const li = somebody("li");
const wang = somebody("wang");

beforeAll(async () => {
  scene = await startCapScene({ "sp-1": "520326001001", "sp-2": "520327001001" });
  ({ db, dir } = scene);
});
beforeEach(async () => {
  deps = await scene.createDeps();
});
afterAll(() => scene.stop());

let serial = 0;
/** An identifier that no other test uses. */
const fresh = () => `alert-${++serial}`;
const take = (alert: Sending, caller = li) => scene.take(deps, alert, caller);
const takeSigned = (alert: Sending, caller = li) => take({ ...alert, signed: true }, caller);
const lastOf = async ({ broadcastNo }: Broadcast) => (await listHistory(db.pool, broadcastNo)).at(-1);

/** An alert that was imported and is on air. */
async function onAir(identifier: string): Promise<Broadcast> {
  const { items } = await take({ identifier });
  return release(deps, wang, items[0]!.id, {});
}

describe("an Ack or Error", () => {
  it.each([
    ["Ack", "acknowledged"],
    ["Error", "error_reported"],
  ] as const)("of msgType %s is noted on the broadcast and never aired", async (msgType, action) => {
    const identifier = fresh();
    const broadcast = await onAir(identifier);
    const asked = deps.asked.length;
    const done = await take({
      identifier: fresh(),
      msgType,
      references: [referenceOf({ identifier })],
      sender: "county@example.org",
    });
    expect(done.disposition).toBe("acknowledged");
    expect(await lastOf(broadcast)).toMatchObject({ action, from: "dispatching", to: "dispatching" });
    expect(deps.asked).toHaveLength(asked);
    const { rows } = await db.pool.query(
      "select count(*)::int as n from broadcasts where source ->> 'msgType' = $1",
      [msgType],
    );
    expect(rows[0].n).toBe(0);
  });
});

describe("another document under the same name", () => {
  const RULE = "same_name_other_content";

  it("is told without its id by one that is signed, to whoever does not see it", async () => {
    const identifier = fresh();
    const ours = (await take({ identifier })).items[0]!;
    const sees = limitsOf({ regions: ["520327"] });
    const stranger = somebody("zhou", { limits: sees, tenantId: "other-office" });
    const events = [{ code: "11D01", region: "520327" }];
    const { items, warnings } = await takeSigned({ identifier, events }, stranger);
    const said = warnings.filter(({ rule }) => rule === RULE).map(({ message }) => message);
    expect(said).toEqual([expect.stringContaining("came under its name")]);
    expect(said[0]).not.toContain(ours.id);
    expect(JSON.stringify(items[0]!.source)).not.toContain(ours.id);
    // Whoever sees both is told which.
    const shown = await takeSigned({ identifier });
    expect(shown.warnings.find(({ rule }) => rule === RULE)?.message).toContain(ours.id);
  });

  it("is no such, and no repetition, where the very document is trusted by now", async () => {
    const identifier = fresh();
    const trusting = deps;
    deps = await createDeps(db.pool, dir);
    const before = await takeSigned({ identifier });
    expect(before).toMatchObject({ duplicate: false, items: [{ state: "draft" }] });
    expect(before.signature).not.toBe("verified");
    expect((await takeSigned({ identifier })).duplicate).toBe(true);
    deps = trusting;
    const anew = await takeSigned({ identifier });
    expect(anew).toMatchObject({ duplicate: false, signature: "verified", items: [{ state: "draft" }] });
    expect(anew.items[0]!.id).not.toBe(before.items[0]!.id);
    expect(anew.warnings.map(({ rule }) => rule)).not.toContain(RULE);
    expect((await takeSigned({ identifier })).duplicate).toBe(true);
  });
});
