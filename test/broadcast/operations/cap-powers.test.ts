import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { getBroadcast } from "../../../broadcast/lifecycle/operation.ts";
import { changeDraft } from "../../../broadcast/operations/drafts.ts";
import type { Broadcast } from "../../../store/broadcast/broadcasts.ts";
import { listHistory } from "../../../store/broadcast/history.ts";
import type { TestDatabase } from "../../helpers/db.ts";
import { limitsOf } from "../../helpers/limits.ts";
import { type CapScene, type Sending, startCapScene } from "../cap-scene.ts";
import { referenceOf, SENT } from "../cap-text.ts";
import { somebody, type TestDeps } from "../fixtures.ts";
import { approve, release, submit } from "../step-helpers.ts";

/** What one alert may do to what was made of another: before, during and after release, in any order of arrival. */

let scene: CapScene;
let db: TestDatabase;
let deps: TestDeps;
const li = somebody("li");
const wang = somebody("wang");

beforeAll(async () => {
  scene = await startCapScene({ "sp-1": "520326001001", "sp-2": "520327001001" });
  ({ db } = scene);
});
beforeEach(async () => {
  deps = await scene.createDeps();
});
afterAll(() => scene.stop());

let serial = 0;
const fresh = () => `power-${++serial}`;
const take = (alert: Sending, caller = li) => scene.take(deps, alert, caller);
const now = ({ id }: Broadcast) => getBroadcast(db.pool, li, id);
const actionsOf = async ({ broadcastNo }: Broadcast) =>
  (await listHistory(db.pool, broadcastNo)).map(({ action }) => action);

it("names to whoever brings an alert no broadcast that they do not see", async () => {
  const stranger = somebody("stranger", {
    limits: limitsOf({ regions: ["520327"] }),
    tenantId: "other-office",
  });
  const identifier = fresh();
  const first = (await take({ identifier, signed: true })).items[0]!;
  await release(deps, wang, first.id, {});
  const reuse = await take({ identifier, sent: LATER, signed: true }, stranger);
  const drill = { identifier: fresh(), status: "Exercise", msgType: "Update", sent: LATER };
  const other = await take({ ...drill, references: [referenceOf({ identifier })], signed: true }, stranger);
  const rules = [...reuse.warnings, ...other.warnings];
  expect(rules.map(({ rule }) => rule)).toEqual(
    expect.arrayContaining(["identifier_reused", "reference_other_status"]),
  );
  for (const { message } of rules) expect(message).not.toContain(first.id);
});

const LATER = new Date(SENT.getTime() + 5000);

/** The ways in which an alert follows another. */
const FOLLOWING = {
  Update: (identifier: string): Sending => ({
    identifier: fresh(),
    msgType: "Update",
    references: [referenceOf({ identifier })],
    sent: LATER,
  }),
  Cancel: (identifier: string): Sending => ({
    identifier: fresh(),
    msgType: "Cancel",
    references: [referenceOf({ identifier })],
    sent: LATER,
  }),
  "the same identifier sent anew": (identifier: string): Sending => ({ identifier, sent: LATER }),
};
const ways = Object.entries(FOLLOWING);

describe.each(ways)("what is not actual, as %s", (_way, follow) => {
  describe.each(["Exercise", "Test", "Draft"])("of status %s", (status) => {
    it.each([false, true])("leaves an actual draft alone, signed: %s", async (signed) => {
      const identifier = fresh();
      const actual = (await take({ identifier, signed })).items[0]!;
      await take({ ...follow(identifier), status, signed }).catch(() => {});
      expect(await now(actual)).toMatchObject({ state: "draft", supersededBy: null });
    });

    it("leaves what is on air alone, also when it is approved itself", async () => {
      const identifier = fresh();
      const actual = await release(deps, wang, (await take({ identifier })).items[0]!.id, {});
      const { items } = await take({ ...follow(identifier), status }).catch(() => ({ items: [] }));
      for (const item of items.filter(({ mode }) => mode !== "actual")) {
        expect(item.replaces).toEqual([]);
        await submit(deps, li, item.id, {});
        await approve(deps, wang, item.id, {});
      }
      expect(await now(actual)).toMatchObject({ state: "dispatching", supersededBy: null });
    });

    it("leaves an actual one alone that comes after it", async () => {
      const identifier = fresh();
      await take({ ...follow(identifier), status }).catch(() => {});
      const actual = (await take({ identifier })).items[0]!;
      expect(actual).toMatchObject({ state: "draft", mode: "actual", supersededBy: null });
    });
  });
});

describe("a drill", () => {
  it("is not made actual as long as it is to replace a drill", async () => {
    const next = fresh();
    const aired = (await take({ identifier: next, status: "Exercise" })).items[0]!;
    await submit(deps, li, aired.id, {});
    await approve(deps, wang, aired.id, {});
    const second = (await take({ ...FOLLOWING.Update(next), status: "Exercise" })).items[0]!;
    expect(second.replaces).toEqual([aired.id]);
    await expect(changeDraft(deps, li, second.id, second.revision, { mode: "actual" })).rejects.toMatchObject(
      { code: "invalid_request" },
    );
  });

  it("under the name of an actual alert does not swallow it", async () => {
    const identifier = fresh();
    const drill = (await take({ identifier, status: "Exercise" })).items[0]!;
    const actual = await take({ identifier });
    expect(actual).toMatchObject({ duplicate: false, items: [{ mode: "actual", state: "draft" }] });
    expect(await now(drill)).toMatchObject({ state: "draft" });
    expect((await take({ identifier })).duplicate).toBe(true);
  });

  it("that a person has made actual is not touched by the drill's own Update", async () => {
    const identifier = fresh();
    const drill = (await take({ identifier, status: "Exercise" })).items[0]!;
    await changeDraft(deps, li, drill.id, drill.revision, { mode: "actual" });
    await take({ ...FOLLOWING.Update(identifier), status: "Exercise" });
    expect(await now(drill)).toMatchObject({ state: "draft", mode: "actual", supersededBy: null });
  });

  it("is replaced by the next of its own", async () => {
    const identifier = fresh();
    const drill = (await take({ identifier, status: "Exercise" })).items[0]!;
    await take({ ...FOLLOWING.Update(identifier), status: "Exercise" });
    expect(await now(drill)).toMatchObject({ state: "cancelled" });
  });
});

describe.each(ways)("what nobody has signed, as %s", (_way, follow) => {
  it("leaves what is signed and trusted alone: before release, on air, and when it came first", async () => {
    const [before, during, after] = [fresh(), fresh(), fresh()];
    const draft = (await take({ identifier: before, signed: true })).items[0]!;
    await take(follow(before));
    expect(await now(draft)).toMatchObject({ state: "draft", supersededBy: null });

    const { id } = (await take({ identifier: during, signed: true })).items[0]!;
    const aired = await release(deps, wang, id, {});
    const { items } = await take(follow(during));
    for (const item of items.filter((one) => one.id !== id)) {
      expect(item.replaces).toEqual([]);
      await release(deps, wang, item.id, {});
    }
    expect(await now(aired)).toMatchObject({ state: "dispatching", supersededBy: null });

    await take(follow(after));
    const late = (await take({ identifier: after, signed: true })).items[0]!;
    expect(late).toMatchObject({ state: "draft", supersededBy: null });
  });

  it("signed and trusted ends what nobody has signed, and what was signed", async () => {
    for (const signed of [false, true]) {
      const identifier = fresh();
      const draft = (await take({ identifier, signed })).items[0]!;
      await take({ ...follow(identifier), signed: true });
      expect(await now(draft)).toMatchObject({ state: "cancelled" });
    }
  });
});

describe("the same identifier sent anew", () => {
  it("is a correction of the first, said so, in either order", async () => {
    const identifier = fresh();
    const first = (await take({ identifier })).items[0]!;
    const second = await take({ identifier, sent: LATER });
    expect(await now(first)).toMatchObject({ state: "cancelled" });
    expect(second.items[0]).toMatchObject({ state: "draft", replaces: [first.id] });
    expect(second.warnings.map(({ rule }) => rule)).toContain("identifier_reused");

    const other = fresh();
    const newer = (await take({ identifier: other, sent: LATER })).items[0]!;
    const older = await take({ identifier: other });
    expect(older.items).toMatchObject([{ state: "cancelled" }]);
    expect(await now(newer)).toMatchObject({ state: "draft" });
  });

  it("takes the place of what is on air when it is released", async () => {
    const identifier = fresh();
    const first = await release(deps, wang, (await take({ identifier })).items[0]!.id, {});
    const second = (await take({ identifier, sent: LATER })).items[0]!;
    expect(await now(first)).toMatchObject({ state: "dispatching" });
    await release(deps, wang, second.id, {});
    expect(await now(first)).toMatchObject({ state: "cancelled" });
  });
});

describe("a superseded warning", () => {
  const expired = { expires: new Date(SENT.getTime() - 1000) };
  const refusals: [string, Sending, string][] = [
    ["has expired", expired, "cap_expired"],
    ["has no info", { events: [] }, "cap_not_for_broadcast"],
    ["is not for the public", { scope: "Restricted", restriction: "crews" }, "cap_not_for_broadcast"],
  ];

  it.each(refusals)(
    "is marked by an Update that %s, and not released by whoever does not know",
    async (_why, more, code) => {
      const identifier = fresh();
      const { id } = (await take({ identifier })).items[0]!;
      const update = { ...FOLLOWING.Update(identifier), ...more };
      await expect(take(update)).rejects.toMatchObject({ code, message: expect.stringContaining(id) });
      const marked = await getBroadcast(db.pool, li, id);
      expect(marked.supersededBy).toMatchObject({
        sender: "weather@example.org",
        identifier: update.identifier,
        msgType: "Update",
        why: expect.stringContaining("refused"),
      });
      const refused = { code: "broadcast_superseded", message: expect.stringContaining(update.identifier!) };
      await expect(submit(deps, li, id, {})).rejects.toMatchObject(refused);
      await expect(release(deps, wang, id, {})).rejects.toMatchObject(refused);
      const knowing = { acknowledgeSuperseded: true };
      await submit(deps, li, id, knowing);
      await expect(approve(deps, wang, id, {})).rejects.toMatchObject(refused);
      await approve(deps, wang, id, knowing);
      const history = await listHistory(db.pool, marked.broadcastNo);
      expect(history.map(({ action }) => action)).toEqual([
        "import",
        "superseded",
        "submit",
        "approve",
        "dispatch",
      ]);
      expect(history[3]?.details).toMatchObject({ supersededBy: { identifier: update.identifier } });
    },
  );

  it("is marked as well when the Update came before it, whoever brought that", async () => {
    const identifier = fresh();
    const update = { ...FOLLOWING.Update(identifier), ...expired };
    await expect(take(update, wang)).rejects.toMatchObject({ code: "cap_expired" });
    const { items, warnings } = await take({ identifier });
    expect(items).toMatchObject([{ state: "draft", supersededBy: { identifier: update.identifier } }]);
    expect(warnings.map(({ rule }) => rule)).toContain("already_replaced");
  });

  it("is marked by an Update and by a Cancel of somebody who may not withdraw it", async () => {
    const draftsOnly = somebody("robot", { cancels: [], type: "application" });
    for (const follow of [FOLLOWING.Update, FOLLOWING.Cancel]) {
      const identifier = fresh();
      const draft = (await take({ identifier })).items[0]!;
      const following = follow(identifier);
      await take(following, draftsOnly);
      expect(await now(draft)).toMatchObject({
        state: "draft",
        supersededBy: { identifier: following.identifier },
      });
      await expect(submit(deps, li, draft.id, {})).rejects.toMatchObject({ code: "broadcast_superseded" });
    }
  });

  it("is marked once by the same alert, however often a feed brings it", async () => {
    const identifier = fresh();
    const draft = (await take({ identifier })).items[0]!;
    const update = { ...FOLLOWING.Update(identifier), ...expired };
    for (let i = 0; i < 3; i++) await expect(take(update)).rejects.toMatchObject({ code: "cap_expired" });
    expect(await actionsOf(draft)).toEqual(["import", "superseded"]);
  });

  it("is not marked by a stranger, another author, another status, or what nobody signed where it is signed", async () => {
    const stranger = somebody("zhou", {
      limits: limitsOf({ regions: ["520327"] }),
      tenantId: "other-office",
    });
    const cases: [Sending, Sending, typeof li][] = [
      [{}, {}, stranger],
      [{}, { sender: "somebody@example.net" }, li],
      [{}, { status: "Exercise" }, li],
      [{ status: "Exercise" }, {}, li],
      [{ signed: true }, {}, li],
    ];
    for (const [first, second, caller] of cases) {
      const identifier = fresh();
      const draft = (await take({ identifier, ...first })).items[0]!;
      const update = { ...FOLLOWING.Update(identifier), ...expired, ...second };
      await expect(take(update, caller)).rejects.toMatchObject({ code: "cap_expired" });
      expect(await now(draft)).toMatchObject({ supersededBy: null });
    }
  });
});
