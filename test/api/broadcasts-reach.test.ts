import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Principal } from "../../access/decide.ts";
import type { Area } from "../../access/limits.ts";
import { alertText, referenceOf } from "../broadcast/cap-text.ts";
import { insertSpeaker, insertTenant } from "../broadcast/fixtures.ts";
import { areaOf } from "../helpers/limits.ts";
import { type BroadcastWorld, draftBody, outcome, startBroadcastWorld } from "./broadcasts-world.ts";

/** How far people reach by the regions that a broadcast names, and until when it is aired, whatever it asks for. */

let world: BroadcastWorld;

/** Whoever may take every step of people's, within an area. */
const officer = (id: string, area: Area): Principal => ({
  ...{ type: "person", id, name: id, tenantId: "office" },
  grants: (["dispatcher", "approver", "duty-officer"] as const).map((role) => ({ role, area })),
});

const COUNTY = areaOf({ regions: ["520326"] });

beforeAll(async () => {
  world = await startBroadcastWorld();
  // All the speakers that there are in the province stand in 520326: 520327 has none.
  await insertTenant(world.db.pool, "office");
  await insertSpeaker(world.db.pool, "sp-office", "520327001001", { tenantId: "office" });
  await world.db.pool.query("update devices set deleted_at = now() where id = 'sp-office'");
  for (const one of [
    officer("li", COUNTY),
    officer("wang", COUNTY),
    officer("owners", areaOf({ regions: ["520327"], tenants: ["office"] })),
    officer("single", areaOf({ devices: ["sp-1", "sp-2"] })),
    officer("cameras", { ...areaOf({ kinds: ["camera"] }) }),
  ]) {
    world.people.set(one.id, one);
  }
  // Of cameras everywhere, and of speakers in the county.
  const both = officer("both", COUNTY);
  const cameras = { role: "duty-officer" as const, area: areaOf({ kinds: ["camera"] }) };
  world.people.set("both", { ...both, grants: [...both.grants, cameras] });
});
afterAll(() => world.stop());

const because = { reason: "because" };
const regions = (...codes: string[]) => ({ target: { regions: codes } });
const FORBIDDEN = [403, "forbidden"];

async function written(who: string, change: object): Promise<string> {
  const { status, json } = await world.post(who, "/v1/broadcasts", draftBody(change));
  expect(status).toBe(201);
  return json.id;
}

const shownOf = async (who: string, id: string) =>
  Object.fromEntries(
    (await world.get(who, `/v1/broadcasts/${id}`)).json.steps.map(
      (step: { action: string; allowed: boolean; code: string }) => [step.action, step.allowed || step.code],
    ),
  );

describe("a region that a broadcast names beyond the caller's own", () => {
  it.each([
    ["the province", { regions: ["52"] }, ["52"]],
    ["the city", { regions: ["520326", "5203"] }, ["5203"]],
    ["another county without a speaker, and the own one", { regions: ["520326", "520327"] }, ["520327"]],
    ["the city without a part of the other county", { regions: ["5203"], exclude: ["520327001"] }, undefined],
    ["the province without the other county", { regions: ["52"], exclude: ["520327"] }, undefined],
    ["the city without a part of the own county", { regions: ["5203"], exclude: ["520326001002"] }, ["5203"]],
    ["the county", { regions: ["520326"] }, undefined],
  ])(
    "%s: is refused at each step unless whatever lies outside is excluded",
    async (_what, target, beyond) => {
      // In the tree of this test a county's townships and villages are all that there is in it.
      const preview = await world.post("li", "/v1/broadcasts/preview", { target });
      expect(preview.json).toMatchObject({
        speakers: 2,
        withinLimits: beyond === undefined,
        beyond: beyond ?? [],
      });
      const id = await written("li", { target });
      const own = await world.step("li", id, "submit");
      if (beyond === undefined) {
        expect(outcome(own)).toEqual([200, "pending_approval"]);
        expect((await shownOf("wang", id)).approve).toBe(true);
        expect(outcome(await world.step("wang", id, "approve"))).toEqual([200, "dispatching"]);
        expect(outcome(await world.step("li", id, "cancel", because))).toEqual([200, "cancelled"]);
        return;
      }
      expect(outcome(own)).toEqual(FORBIDDEN);
      expect(own.json.detail).toContain(`it lies over ${beyond.join(", ")}. Narrow it`);
      expect(await shownOf("li", id)).toMatchObject({
        submit: "forbidden",
        release: "forbidden",
        cancel: true,
      });
      expect(outcome(await world.step("li", id, "release"))).toEqual(FORBIDDEN);
      expect(
        outcome(await world.patch("li", `/v1/broadcasts/${id}`, { revision: 1, ...regions("520326") })),
      ).toEqual(FORBIDDEN);

      expect(outcome(await world.step("dispatcher", id, "submit"))).toEqual([200, "pending_approval"]);
      const { json: approvers } = await world.get("dispatcher", `/v1/broadcasts/${id}/approvers`);
      expect(approvers.items.map((one: { id: string }) => one.id)).toEqual(["approver"]);
      expect(outcome(await world.get("wang", `/v1/broadcasts/${id}/approvers`))).toEqual(FORBIDDEN);
      for (const step of ["approve", "return", "reject", "cancel"]) {
        expect([step, ...outcome(await world.step("wang", id, step, because))]).toEqual([step, ...FORBIDDEN]);
        expect((await shownOf("wang", id))[step]).toBe("forbidden");
      }
      expect(outcome(await world.step("approver", id, "approve"))).toEqual([200, "dispatching"]);
      const cancelled = await world.step("wang", id, "cancel", because);
      expect(outcome(cancelled)).toEqual(FORBIDDEN);
      expect(cancelled.json.detail).toMatch(/it lies over \d+$/);
      await world.db.pool.query("update broadcast_targets set state = 'failed' where state = 'waiting'");
      await world.db.pool.query(
        "update broadcasts set state = 'failed', review = 'open', ended_at = now() where id = $1",
        [id],
      );
      for (const step of ["retry", "review"]) {
        expect([step, ...outcome(await world.step("wang", id, step, because))]).toEqual([step, ...FORBIDDEN]);
        expect((await shownOf("wang", id))[step]).toBe("forbidden");
      }
      expect(
        outcome(await world.post("wang", `/v1/broadcasts/${id}/follow-up`, { type: "all_clear" })),
      ).toEqual(FORBIDDEN);
      const replacing = await world.post("wang", "/v1/broadcasts", draftBody({ replaces: [id] }));
      expect(outcome(replacing)).toEqual(FORBIDDEN);
      expect(outcome(await world.step("duty-officer", id, "cancel", because))).toEqual([200, "cancelled"]);
    },
  );

  it("cannot be changed into, and is taken from an unsigned alert only by a cut", async () => {
    const own = await written("li", regions("520326"));
    const wider = await world.patch("li", `/v1/broadcasts/${own}`, { revision: 1, ...regions("5203") });
    expect(outcome(wider)).toEqual(FORBIDDEN);
    const events = [{ code: "11D01", region: "520000" }];
    const xml = alertText({ identifier: "reach-1", events });
    const imported = await world.cap("li", xml.replace("urn:smart-broadcast-iot:region", "行政区划代码"));
    const [{ id, message }] = imported.json.items;
    expect(message.target.regions).toEqual(["52"]);
    const refused = await world.step("li", id, "submit");
    expect(outcome(refused)).toEqual(FORBIDDEN);
    expect(refused.json.detail).toContain("/cut");
    const cut = await world.post("li", `/v1/broadcasts/${id}/cut`);
    expect(cut.json.message.target.regions).toEqual(["520326"]);
    expect(outcome(await world.step("li", cut.json.id, "submit"))).toEqual([200, "pending_approval"]);
    // A Cancel that nobody vouches for ends what its bringer could cancel, and no more.
    const cancel = alertText({
      identifier: "reach-2",
      msgType: "Cancel",
      references: [referenceOf({ identifier: "reach-1" })],
    });
    expect((await world.cap("li", cancel)).status).toBe(200);
    expect((await world.get("li", `/v1/broadcasts/${id}`)).json.state).toBe("draft");
    expect((await world.get("li", `/v1/broadcasts/${cut.json.id}`)).json.state).toBe("cancelled");
  });

  it("is one's own by an area of speakers alone, of some owners too, and never by a list of devices", async () => {
    const preview = async (who: string, code: string) =>
      (await world.post(who, "/v1/broadcasts/preview", regions(code))).json;
    await world.db.pool.query("update devices set deleted_at = null where id = 'sp-office'");
    // Whose speakers all are its own: the region is given, and nobody else's is reached.
    expect(await preview("owners", "520327")).toMatchObject({ speakers: 1, withinLimits: true, beyond: [] });
    expect(await preview("owners", "5203")).toMatchObject({ withinLimits: false, beyond: ["5203"] });
    await insertSpeaker(world.db.pool, "sp-other", "520327001001");
    expect(await preview("owners", "520327")).toMatchObject({ speakers: 1, withinLimits: false, beyond: [] });
    await world.db.pool.query("update devices set deleted_at = now() where id in ('sp-other', 'sp-office')");

    expect(await preview("single", "520326")).toMatchObject({
      speakers: 2,
      withinLimits: false,
      beyond: ["520326"],
    });
    expect(await preview("both", "520326")).toMatchObject({ withinLimits: true, beyond: [] });
    expect(await preview("both", "52")).toMatchObject({ speakers: 2, withinLimits: false, beyond: ["52"] });
    for (const [who, code] of [
      ["single", "520326"],
      ["both", "52"],
    ] as const) {
      expect(outcome(await world.step(who, await written(who, regions(code)), "submit"))).toEqual(FORBIDDEN);
    }
  });
});

describe("a shape over the place of a region beyond the caller's own", () => {
  /** The neighbours' town lies at 107.6, 27.9, the own one at 107.9, 28.5; both speakers stand beside the own one. */
  const box = (west: number, east: number) => ({
    polygons: [
      [
        [west, 27.5],
        [east, 27.5],
        [east, 29],
        [west, 29],
        [west, 27.5],
      ],
    ],
  });
  const OVER_BOTH = box(107.5, 108);

  beforeAll(async () => {
    const placed = "update regions set longitude = $2, latitude = $3 where code = $1";
    await world.db.pool.query(placed, ["520327001", 107.6, 27.9]);
    await world.db.pool.query(placed, ["520326", 107.9, 28.5]);
    // Where a city or the province lies says nothing of a shape.
    await world.db.pool.query(placed, ["52", 107.95, 28.6]);
    await world.db.pool.query(placed, ["5203", 107.95, 28.6]);
    await world.db.pool.query("update devices set longitude = 107.9, latitude = 28.5 where kind = 'speaker'");
  });

  it.each([
    ["by the shape", { ...OVER_BOTH }, ["520327001"]],
    ["beside a region of one's own", { regions: ["520326001"], ...OVER_BOTH }, ["520327001"]],
    ["by a circle", { circles: [{ longitude: 107.9, latitude: 28.5, radiusKm: 100 }] }, ["520327001"]],
    ["named as well, and said once", { regions: ["520327"], ...OVER_BOTH }, ["520327"]],
    ["left out by its county", { ...OVER_BOTH, exclude: ["520327"] }, []],
    ["not in the shape", box(107.7, 108), []],
  ])("%s: is beyond it as a named one is", async (_what, target, beyond) => {
    const preview = await world.post("li", "/v1/broadcasts/preview", { target });
    expect(preview.json).toMatchObject({ speakers: 2, withinLimits: beyond.length === 0, beyond });
    const id = await written("li", { target });
    const submitted = await world.step("li", id, "submit");
    if (beyond.length === 0) return expect(outcome(submitted)).toEqual([200, "pending_approval"]);
    expect(outcome(submitted)).toEqual(FORBIDDEN);
    expect(submitted.json.detail).toContain(`it lies over ${beyond.join(", ")}. Narrow it`);
    expect(outcome(await world.step("li", id, "release"))).toEqual(FORBIDDEN);
  });

  it("that has become known since the release keeps nobody who released it from cancelling it", async () => {
    const ring = [
      [100, 20],
      [115, 20],
      [115, 32],
      [100, 32],
      [100, 20],
    ];
    const query = (text: string) => world.db.pool.query(text);
    const { rows: before } = await query(
      "select code, longitude, latitude from regions where code like '52%'",
    );
    await query("update regions set longitude = null, latitude = null where code not like '520326%'");
    const id = await written("li", { target: { regions: ["520326"], polygons: [ring] } });
    expect(outcome(await world.step("li", id, "submit"))).toEqual([200, "pending_approval"]);
    expect(outcome(await world.step("wang", id, "approve"))).toEqual([200, "dispatching"]);
    await query("update regions set longitude = 107.6, latitude = 28.6 where code = '520327001001'");
    // A new one of the same would reach too far now; what is on the air is theirs to end.
    const again = await world.post("li", "/v1/broadcasts/preview", {
      target: { regions: ["520326"], polygons: [ring] },
    });
    expect(again.json).toMatchObject({ withinLimits: false });
    expect(await shownOf("li", id)).toMatchObject({ cancel: true });
    expect(outcome(await world.step("li", id, "cancel", because))).toEqual([200, "cancelled"]);
    for (const { code, longitude, latitude } of before) {
      await world.db.pool.query("update regions set longitude = $2, latitude = $3 where code = $1", [
        code,
        longitude,
        latitude,
      ]);
    }
  });

  it("is seen by the county that it lies over, in the list and in the feed", async () => {
    const id = await written("dispatcher", { target: OVER_BOTH });
    const beside = await written("dispatcher", { target: box(107.7, 108) });
    for (const one of [id, beside]) {
      expect(outcome(await world.step("dispatcher", one, "submit"))).toEqual([200, "pending_approval"]);
      expect(outcome(await world.step("approver", one, "approve"))).toEqual([200, "dispatching"]);
    }
    const { json } = await world.get("county-dispatcher", "/v1/broadcasts?limit=100");
    const seen = json.items.map((one: { id: string }) => one.id);
    expect([seen.includes(id), seen.includes(beside)]).toEqual([true, false]);
    const feed = await world.get("county-dispatcher", "/v1/broadcasts/feed.atom");
    expect([feed.text.includes(id), feed.text.includes(beside)]).toEqual([true, false]);
    for (const one of [id, beside])
      expect(outcome(await world.step("approver", one, "cancel", because))).toEqual([200, "cancelled"]);
  });
});

describe("a broadcast that takes the place of one that reaches further", () => {
  it("is approved and released by nobody who could not end the other", async () => {
    const older = await written("dispatcher", regions("520326", "520327"));
    expect(outcome(await world.step("dispatcher", older, "submit"))).toEqual([200, "pending_approval"]);
    expect(outcome(await world.step("approver", older, "approve"))).toEqual([200, "dispatching"]);
    const replacing = { ...regions("520326"), replaces: [older] };
    const narrow = await written("dispatcher", replacing);
    // By the green channel: li reaches all of the new one.
    expect(outcome(await world.step("li", narrow, "release"))).toEqual(FORBIDDEN);
    expect(outcome(await world.step("dispatcher", narrow, "submit"))).toEqual([200, "pending_approval"]);
    expect(outcome(await world.step("wang", narrow, "approve"))).toEqual(FORBIDDEN);
    expect(await shownOf("wang", narrow)).toMatchObject({ approve: "forbidden", return: true });
    expect(outcome(await world.step("approver", narrow, "approve"))).toEqual([200, "dispatching"]);
    expect((await world.get("dispatcher", `/v1/broadcasts/${older}`)).json.state).toBe("cancelled");
  });
});

describe("a region that does not exist", () => {
  it("is refused where somebody writes it, at its place", async () => {
    const id = await world.write();
    for (const [target, paths] of [
      [{ regions: ["520326", "999999"] }, ["/target/regions/1"]],
      [{ regions: ["520326"], exclude: ["520326999"] }, ["/target/exclude/0"]],
    ] as const) {
      for (const answer of [
        await world.post("dispatcher", "/v1/broadcasts", draftBody({ target })),
        await world.patch("dispatcher", `/v1/broadcasts/${id}`, { revision: 1, target }),
        await world.post("dispatcher", "/v1/broadcasts/preview", { target }),
      ]) {
        expect(outcome(answer)).toEqual([400, "invalid_request"]);
        expect(answer.json.faults.map(({ path }: { path: string }) => path)).toEqual(paths);
        expect(answer.json.faults[0].message).toMatch(/^There is no region '(999999|520326999)'$/);
      }
    }
  });

  it("is left out of an alert with a warning, and missed when it was all that there was", async () => {
    const imported = async (identifier: string, region: string) => {
      const { json } = await world.cap(
        "dispatcher",
        alertText({ identifier, events: [{ code: "11D01", region }] }),
      );
      const [{ message, missing, source }] = json.items;
      const said = source.warnings.filter(({ rule }: { rule: string }) => rule !== "signature_absent");
      return { regions: message.target.regions, missing, said };
    };
    const unknown = {
      rule: "region_unknown",
      message: "there is no region '441900' here: it is left out, nobody is warned there",
    };
    const partly = await imported("unknown-1", "520326,441900");
    expect(partly).toEqual({ regions: ["520326"], missing: [], said: [unknown] });
    const wholly = await imported("unknown-2", "441900");
    expect(wholly.regions).toEqual([]);
    expect(wholly.missing).toMatchObject([{ path: "/target" }]);
    expect(wholly.said).toMatchObject([unknown, { rule: "incomplete" }]);
  });
});

describe("an expiry beyond 72 hours", () => {
  const HOUR_MS = 3_600_000;

  it("is shown as it will be, to the author, the approver and whoever takes the alert, and is so", async () => {
    const now = new Date();
    world.deps.setNow(now);
    const asked = new Date(now.getTime() + 240 * HOUR_MS).toISOString();
    const posted = await world.post("dispatcher", "/v1/broadcasts", draftBody({ expiresAt: asked }));
    const near = (text: string) =>
      expect(Math.abs(Date.parse(text) - now.getTime() - 72 * HOUR_MS)).toBeLessThan(60_000);
    expect(posted.json).toMatchObject({ expiresAt: asked, missing: [] });
    near(posted.json.airedUntil);
    const { id } = posted.json;
    await world.step("dispatcher", id, "submit");
    near((await world.get("approver", `/v1/broadcasts/${id}`)).json.airedUntil);
    near((await world.get("approver", `/v1/broadcasts/${id}/preview`)).json.airedUntil);
    const expiryOfAlert = async () =>
      /<expires>([^<]*)</.exec(
        (await world.get("approver", `/v1/broadcasts/${id}`, "application/cap+xml")).text,
      )![1]!;
    near(await expiryOfAlert());
    const approved = await world.step("approver", id, "approve");
    const until = new Date(now.getTime() + 72 * HOUR_MS).toISOString();
    expect(approved.json).toMatchObject({ expiresAt: until, airedUntil: until });
    near(await expiryOfAlert());
    await world.step("approver", id, "cancel", because);
  });

  it("of an alert is a warning that stays with the draft", async () => {
    const expires = new Date(Date.now() + 7 * 24 * HOUR_MS);
    const { json } = await world.cap("dispatcher", alertText({ identifier: "late-1", expires }));
    const rules = json.items[0].source.warnings.map(({ rule }: { rule: string }) => rule);
    expect(rules).toContain("expiry_cut");
    const rejected = await world.write({ expiresAt: expires.toISOString() });
    const cancelled = await world.step("dispatcher", rejected, "cancel", because);
    expect(cancelled.json.airedUntil).toBeNull();
  });
});
