import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { getBroadcast } from "../../../broadcast/lifecycle/operation.ts";
import * as service from "../../../broadcast/operations/decisions.ts";
import { changeDraft, createDraft } from "../../../broadcast/operations/drafts.ts";
import { importCap } from "../../../broadcast/operations/import-cap.ts";
import type { Broadcast } from "../../../store/broadcast/broadcasts.ts";
import { listHistory } from "../../../store/broadcast/history.ts";
import type { Pool } from "../../../store/database/database.ts";
import type { TestDatabase } from "../../helpers/db.ts";
import { limitsOf } from "../../helpers/limits.ts";
import { type CapScene, type Sending, startCapScene } from "../cap-scene.ts";
import { alertText, referenceOf, SENT } from "../cap-text.ts";
import { createDeps, draft, somebody, type TestDeps } from "../fixtures.ts";
import { approve, release, retry, submit } from "../step-helpers.ts";

/** The same pool, which counts questions, those for speakers, and how many connections are out at once. */
function watched(given: Pool) {
  const seen = { queries: 0, most: 0, speakers: 0 };
  let out = 0;
  const pool: Pool = Object.create(given);
  pool.connect = (async () => {
    const client = await given.connect();
    seen.most = Math.max(seen.most, ++out);
    return new Proxy(client, {
      get(target, key) {
        if (key === "query") seen.queries += 1;
        if (key === "release") out -= 1;
        const value = Reflect.get(target, key);
        if (key === "query") {
          return (...given: unknown[]) => {
            if (String(given[0]).includes("d.kind = any ($10::text[])")) seen.speakers += 1;
            return value.apply(target, given);
          };
        }
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  }) as Pool["connect"];
  return { pool, seen };
}

/** How far an alert's word reaches: over what it replaces, under whose name it comes, and what it costs to take. */

const VILLAGE = "520326001001";
const OURS = "test-platform";
let scene: CapScene;
let db: TestDatabase;
let dir: string;
let signing: CapScene["signing"];
let deps: TestDeps;
const li = somebody("li");
const wang = somebody("wang");
/** A village's application that may draft for the village, and cancel nothing. */
const robot = somebody("robot", {
  type: "application",
  limits: limitsOf({ regions: [VILLAGE] }),
  cancels: [],
});

beforeAll(async () => {
  scene = await startCapScene({ "sp-1": VILLAGE, "sp-2": "520326002001", "sp-3": "520327001001" });
  ({ db, dir, signing } = scene);
});
beforeEach(async () => {
  deps = await scene.createDeps();
});
afterAll(() => scene.stop());

let serial = 0;
const fresh = () => `reach-${++serial}`;
const take = (alert: Sending, caller = li) => scene.take(deps, alert, caller);
const now = ({ id }: Broadcast) => getBroadcast(db.pool, li, id);
const rulesOf = ({ source }: Broadcast) => source?.warnings.map(({ rule }) => rule);
const LATER = new Date(SENT.getTime() + 5000);
const inVillage = [{ code: "11D01", region: VILLAGE }];
/** An Update that says to take the place of `identifier`, by default for the village alone. */
const updateOf = (identifier: string, more: Sending = {}): Sending => ({
  identifier: fresh(),
  msgType: "Update",
  references: [referenceOf({ identifier })],
  sent: LATER,
  events: inVillage,
  ...more,
});
/** An Update of one of our own warnings, as anybody can write it who has read the feed. */
const updateOfOurs = ({ capIdentifier, capSent }: Broadcast, more: Sending = {}): Sending => ({
  ...updateOf("", { sender: OURS, sent: new Date(capSent.getTime() + 1000) }),
  references: [referenceOf({ identifier: capIdentifier, sender: OURS, sent: capSent })],
  ...more,
});
/** Ours, for the county, on the air. */
const countyWarning = async () =>
  now(await release(deps, wang, (await createDraft(deps, li, draft())).id, {}));

async function decideAsAlways({ id }: Broadcast): Promise<void> {
  await submit(deps, li, id, {});
  await approve(deps, wang, id, {});
}

describe("what a village's key brings, and nobody has signed", () => {
  it("takes no county's warning off the air, in the usual course of submission and approval", async () => {
    const county = await countyWarning();
    const { items, warnings } = await take(updateOfOurs(county), robot);
    expect(items).toMatchObject([{ state: "draft", replaces: [] }]);
    const goesOn = { rule: "older_goes_on", message: expect.stringContaining(county.id) };
    expect(warnings).toContainEqual(goesOn);
    expect((await now(items[0]!)).source?.warnings).toContainEqual(goesOn);
    expect(await now(county)).toMatchObject({ state: "dispatching", supersededBy: { msgType: "Update" } });
    await decideAsAlways(items[0]!);
    expect(await now(county)).toMatchObject({ state: "dispatching", cancelledAt: null });
  });

  it("takes no alert's place either: on the air, submitted, or under the same identifier sent anew", async () => {
    const ways = [
      (identifier: string) => updateOf(identifier),
      (identifier: string): Sending => ({ identifier, sent: LATER, events: inVillage }),
    ];
    for (const follow of ways) {
      for (const isAired of [true, false]) {
        const identifier = fresh();
        const county = (await take({ identifier })).items[0]!;
        if (isAired) await release(deps, wang, county.id, {});
        else await submit(deps, li, county.id, {});
        const { state } = await now(county);
        const { items } = await take(follow(identifier), robot);
        expect(items[0]!.replaces).toEqual([]);
        await decideAsAlways(items[0]!);
        expect(await now(county)).toMatchObject({ state, supersededBy: { sent: expect.any(String) } });
      }
    }
  });

  it("takes the place of what its bringer may cancel, and of nothing that reaches further", async () => {
    const caller = { ...robot, cancels: limitsOf({ regions: [VILLAGE] }) };
    const [small, large] = [fresh(), fresh()];
    const village = await release(
      deps,
      wang,
      (await take({ identifier: small, events: inVillage })).items[0]!.id,
      {},
    );
    const county = await release(deps, wang, (await take({ identifier: large })).items[0]!.id, {});
    const { items } = await take(updateOf(small), caller);
    expect(items[0]!.replaces).toEqual([village.id]);
    expect(rulesOf(items[0]!)).not.toContain("older_reaches_further");
    expect((await take(updateOf(large), caller)).items[0]!.replaces).toEqual([]);
    await decideAsAlways(items[0]!);
    expect([(await now(village)).state, (await now(county)).state]).toEqual(["cancelled", "dispatching"]);
  });
});

describe("what takes the place of what reaches further", () => {
  it.each([
    ["somebody who may cancel it", li, false],
    ["its trusted sender", robot, true],
  ])("by the word of %s says so, to author and approver", async (_who, caller, signed) => {
    const identifier = fresh();
    const { id } = (await take({ identifier, signed })).items[0]!;
    const county = await release(deps, wang, id, {});
    const { items, warnings } = await take(updateOf(identifier, { signed }), caller);
    const further = { rule: "older_reaches_further", message: expect.stringContaining(id) };
    expect(items[0]!.replaces).toEqual([id]);
    expect(warnings).toContainEqual(further);
    expect((await now(items[0]!)).source?.warnings).toContainEqual(further);
    // It goes on until the other one is released, signed as that may be.
    expect(await now(county)).toMatchObject({ state: "dispatching", supersededBy: { msgType: "Update" } });
    await release(deps, wang, items[0]!.id, {});
    expect(await now(county)).toMatchObject({ state: "cancelled" });
  });

  it("says so of what was not released, and nothing of what reaches as far", async () => {
    for (const [region, isFurther] of [
      [VILLAGE, true],
      ["520326", false],
      ["5203", false],
    ] as const) {
      const identifier = fresh();
      await take({ identifier });
      const { items } = await take(updateOf(identifier, { events: [{ code: "11D01", region }] }));
      expect(rulesOf(items[0]!)?.includes("older_reaches_further")).toBe(isFurther);
    }
  });
});

describe("power over another", () => {
  it("has only what is of the same status, also where both are trainings", async () => {
    const identifier = fresh();
    const noDraft = (await take({ identifier, status: "Draft" })).items[0]!;
    const { items, warnings } = await take(updateOf(identifier, { status: "Test" }));
    expect(await now(noDraft)).toMatchObject({ mode: "training", state: "draft", supersededBy: null });
    expect(items[0]!.replaces).toEqual([]);
    expect(warnings.map(({ rule }) => rule)).toContain("reference_other_status");
  });

  it("over ours, which we sign, has nothing that nobody has signed", async () => {
    deps = await createDeps(db.pool, dir, { alertSigning: signing });
    const unsigned = await countyWarning();
    const { items, warnings } = await take(updateOfOurs(unsigned));
    expect(items[0]!.replaces).toEqual([]);
    expect(warnings.map(({ rule }) => rule)).toContain("reference_signed");
    await release(deps, wang, items[0]!.id, {});
    expect(await now(unsigned)).toMatchObject({ state: "dispatching", supersededBy: null });
  });

  it("is looked at again at the release: what has become a drill meanwhile is left alone", async () => {
    const older = await createDraft(deps, li, draft());
    const newer = await createDraft(deps, li, draft(), [older.id]);
    await changeDraft(deps, li, older.id, older.revision, { mode: "drill" });
    await decideAsAlways(older);
    await release(deps, wang, newer.id, {});
    expect(await now(older)).toMatchObject({ mode: "drill", state: "dispatching" });
  });

  it("is that of what was looked at: a change of what is replaced, right before the lock, is refused", async () => {
    const county = await countyWarning();
    const newer = await createDraft(deps, li, draft());
    let isChanged = false;
    const pool: Pool = Object.create(db.pool);
    pool.query = db.pool.query.bind(db.pool);
    pool.connect = (async () => {
      if (!isChanged) {
        isChanged = true;
        await changeDraft(deps, li, newer.id, newer.revision, {}, [county.id]);
      }
      return db.pool.connect();
    }) as Pool["connect"];
    const asked = { revision: newer.revision + 1 };
    const releasing = service.release({ ...deps, pool }, wang, newer.id, asked);
    await expect(releasing).rejects.toMatchObject({ code: "broadcast_changed" });
    expect(await now(newer)).toMatchObject({ state: "draft", replaces: [county.id] });
    await service.release(deps, wang, newer.id, asked);
    expect(await now(county)).toMatchObject({ state: "cancelled" });
  });
});

it("what is superseded is tried again only by whoever says that they know", async () => {
  const identifier = fresh();
  const aired = await release(deps, wang, (await take({ identifier })).items[0]!.id, {});
  await take(updateOf(identifier), robot);
  await db.pool.query(
    "update broadcast_targets set state = 'failed', reason = 'no_answer' where broadcast_no = $1",
    [aired.broadcastNo],
  );
  await expect(retry(deps, wang, aired.id, {})).rejects.toMatchObject({ code: "broadcast_superseded" });
  expect(await now(aired)).toMatchObject({ attempt: 1 });
  expect(await retry(deps, wang, aired.id, { acknowledgeSuperseded: true })).toMatchObject({ attempt: 2 });
  const last = (await listHistory(db.pool, aired.broadcastNo)).at(-1);
  expect(last).toMatchObject({ action: "retry", details: { supersededBy: { msgType: "Update" } } });
});

describe("another document under the same name", () => {
  const RULE = "same_name_other_content";

  it("swallows nothing: each has its own drafts, both say so, and each is known when it comes again", async () => {
    const identifier = fresh();
    const forged = await take({ identifier, events: inVillage }, robot);
    const real = await take({ identifier });
    expect(real).toMatchObject({ duplicate: false, disposition: "broadcast" });
    const [forgedDraft, realDraft] = [forged.items[0]!, real.items[0]!];
    expect(realDraft.regions).toEqual(["520326"]);
    expect(real.warnings[0]).toEqual({ rule: RULE, message: expect.stringContaining(forgedDraft.id) });
    expect((await now(realDraft)).source?.warnings[0]).toEqual(real.warnings[0]);
    expect((await now(forgedDraft)).source?.warnings[0]).toEqual({
      rule: RULE,
      message: expect.stringContaining(realDraft.id),
    });
    expect((await listHistory(db.pool, forgedDraft.broadcastNo)).at(-1)).toMatchObject({ action: "warned" });
    expect(deps.told.map(({ id }) => id)).toContain(forgedDraft.id);
    for (const [alert, caller, own] of [
      [{ identifier }, li, realDraft],
      [{ identifier, events: inVillage }, robot, forgedDraft],
    ] as const) {
      const again = await take(alert, caller);
      expect([again.duplicate, again.items.map(({ id }) => id)]).toEqual([true, [own.id]]);
    }
    expect(await now(realDraft)).toMatchObject({ state: "draft", supersededBy: null });
  });

  it("is said once with each, however many come", async () => {
    const identifier = fresh();
    const first = (await take({ identifier })).items[0]!;
    for (const code of ["11A51", "12P09", "11B03"]) await take({ identifier, events: [{ code }] });
    expect(rulesOf(await now(first))?.filter((rule) => rule === RULE)).toHaveLength(1);
  });

  it("is no obstacle as a Cancel or as one that is signed, and the other way round", async () => {
    const [cancelled, signed] = [fresh(), fresh()];
    await take({ identifier: cancelled, msgType: "Cancel", references: [referenceOf({})] }, robot);
    const real = await take({ identifier: cancelled });
    expect(real).toMatchObject({ duplicate: false, items: [{ state: "draft" }] });
    expect(real.warnings[0]?.rule).toBe(RULE);

    const genuine = (await take({ identifier: signed, signed: true })).items[0]!;
    const forged = await take({ identifier: signed }, robot);
    expect(forged).toMatchObject({ duplicate: false, signature: "absent", items: [{ state: "draft" }] });
    expect(forged.warnings[0]?.rule).toBe(RULE);
    expect(rulesOf(await now(genuine))).toContain(RULE);
    expect(await now(genuine)).toMatchObject({ state: "draft", supersededBy: null });
    expect((await take({ identifier: signed, signed: true })).duplicate).toBe(true);
  });

  it("is told to nobody who does not see it, and marks nothing that its bringer does not see", async () => {
    const identifier = fresh();
    const ours = (await take({ identifier })).items[0]!;
    const sees = limitsOf({ regions: ["520327"] });
    const stranger = somebody("zhou", { limits: sees, tenantId: "other-office" });
    const events = [{ code: "11D01", region: "520327" }];
    const { items, warnings } = await take({ identifier, events }, stranger);
    expect(items).toMatchObject([{ tenantId: "other-office" }]);
    expect(warnings.map(({ rule }) => rule)).not.toContain(RULE);
    expect(rulesOf(await now(ours))).not.toContain(RULE);
  });
});

describe("what imports cost", () => {
  it("as many questions for 500 references as for one", async () => {
    const counts: number[] = [];
    for (const size of [1, 500]) {
      const names = Array.from({ length: size }, () => fresh());
      const known = (await take({ identifier: names.at(-1)! })).items[0]!;
      const { pool, seen } = watched(db.pool);
      const references = names.map((identifier) => referenceOf({ identifier }));
      const xml = Buffer.from(alertText(updateOf("", { references })));
      const { items, warnings } = await importCap({ ...deps, pool }, li, xml);
      expect(items[0]!.replaces).toEqual([known.id]);
      expect(warnings.filter(({ rule }) => rule === "reference_unknown")).toHaveLength(
        Math.min(size - 1, 21),
      );
      counts.push(seen.queries);
    }
    expect(counts[1]).toBe(counts[0]);
  });

  it("the speakers of a province once for messages that share it, and of a few of many earlier ones", async () => {
    const { pool, seen } = watched(db.pool);
    const codes = ["11D01", "11A51", "11B01", "11B02", "11B03", "11B04", "11B05", "11B06"];
    const identifier = fresh();
    const version = (no: number) => {
      const sent = new Date(SENT.getTime() + no * 1000);
      const xml = alertText({ identifier, sent, events: codes.map((code) => ({ code, region: "52" })) });
      return importCap({ ...deps, pool }, robot, Buffer.from(xml));
    };
    for (let no = 0; no < 5; no++) {
      seen.speakers = 0;
      const { items, warnings } = await version(no);
      expect(items).toHaveLength(8);
      expect(seen.speakers).toBe(1);
      const uncompared = warnings.filter(({ rule }) => rule === "older_not_compared");
      const count = 8 * no - 20;
      const message = expect.stringMatching(`^it speaks of ${count} more `);
      expect(uncompared).toEqual(count > 0 ? [{ rule: "older_not_compared", message }] : []);
    }
  });

  it("none of one's own versions to whoever comes with many under the same name", async () => {
    const identifier = fresh();
    const first = (await take({ identifier, signed: true })).items[0]!;
    const at = (no: number) => new Date(SENT.getTime() + no * 1000);
    for (let no = 1; no <= 21; no++) await take({ identifier, sent: at(no) }, robot);
    const own = (await take({ identifier, sent: at(0.5 * 1000) })).items[0]!;
    for (let no = 600; no <= 620; no++) await take({ identifier, sent: at(no) }, robot);
    await take({ identifier, sent: at(700) });
    expect((await now(own)).state).toBe("cancelled");
    await take({ identifier, sent: at(800), signed: true });
    expect((await now(first)).state).toBe("cancelled");
  });

  it("one connection, however many wait", async () => {
    const { pool, seen } = watched(db.pool);
    const callers = Array.from({ length: 8 }, (_, index) => somebody(`caller-${index}`));
    const all = await Promise.all(
      callers.map((caller) =>
        importCap({ ...deps, pool }, caller, Buffer.from(alertText({ identifier: fresh() }))),
      ),
    );
    expect(all.map(({ duplicate }) => duplicate)).toEqual(callers.map(() => false));
    expect(seen.most).toBe(1);
  });
});
