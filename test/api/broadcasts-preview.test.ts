import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { insertSpeaker, insertTenant } from "../broadcast/fixtures.ts";
import { areaOf } from "../helpers/limits.ts";
import { type BroadcastWorld, draftBody, outcome, startBroadcastWorld } from "./broadcasts-world.ts";

/** What people are shown of whom a broadcast reaches: before it, and by what was kept of it. */

let world: BroadcastWorld;
beforeAll(async () => {
  world = await startBroadcastWorld();
  await insertSpeaker(world.db.pool, "sp-3", "520326001001", { connected: false });
});
afterAll(() => world.stop());

const query = (sql: string, ...values: unknown[]) => world.db.pool.query(sql, values);
const preview = (who: string, id: string) => world.get(who, `/v1/broadcasts/${id}/preview`);

async function submitted(change: object = {}): Promise<string> {
  const id = await world.write(change);
  expect(outcome(await world.step("dispatcher", id, "submit"))).toEqual([200, "pending_approval"]);
  return id;
}

async function released(change: object = {}): Promise<string> {
  const id = await submitted(change);
  expect(outcome(await world.step("approver", id, "approve"))).toEqual([200, "dispatching"]);
  return id;
}

const nothing = { count: 0, items: [] };

describe("the preview of a broadcast", () => {
  it("shows the approver what is reached now, by township, and nothing that has changed when nothing has", async () => {
    const id = await submitted();
    const { status, json } = await preview("approver", id);
    expect([status, json]).toEqual([
      200,
      {
        speakers: 3,
        online: 1,
        withinLimits: true,
        beyond: [],
        airedUntil: expect.any(String),
        villages: 3,
        villagesCovered: 2,
        villagesWithoutSpeaker: {
          count: 1,
          items: [{ code: "520326001002", name: "石村" }],
          unknown: false,
        },
        possiblyWithoutSpeaker: nothing,
        villagesOffline: { count: 1, items: [{ code: "520326002001", name: "江村" }] },
        byTownship: [
          {
            regionCode: "520326001",
            name: "都濡街道",
            speakers: 2,
            online: 1,
            villages: 2,
            villagesCovered: 1,
          },
          {
            regionCode: "520326002",
            name: "丹砂街道",
            speakers: 1,
            online: 0,
            villages: 1,
            villagesCovered: 1,
          },
        ],
        byVillage: [
          { regionCode: "520326001001", name: "杨村社区", speakers: 2, online: 1 },
          { regionCode: "520326001002", name: "石村", speakers: 0, online: 0 },
          { regionCode: "520326002001", name: "江村", speakers: 1, online: 0 },
        ],
        readingSeconds: expect.any(Number),
        conflicts: [],
        replacesWider: [],
        changedSinceSubmission: {
          at: expect.any(String),
          added: nothing,
          removed: nothing,
          wentOffline: nothing,
          cameOnline: nothing,
          villagesWithoutSpeaker: { added: nothing, removed: nothing },
          possiblyWithoutSpeaker: { added: nothing, removed: nothing },
        },
      },
    ]);
  });

  it("has nothing to compare with before a submission", async () => {
    const id = await world.write();
    expect((await preview("viewer", id)).json).toMatchObject({ speakers: 3, changedSinceSubmission: null });
  });

  it("names what has changed since the submission, within what the caller sees", async () => {
    const id = await submitted();
    const at = "changed_at = now() where device_no = (select device_no from devices where id =";
    await insertSpeaker(world.db.pool, "sp-new", "520326001002", { connected: true });
    await query("update devices set deleted_at = now() where id = 'sp-2'");
    await query(`update device_presence set connected = false, ${at} 'sp-1')`);
    await query(`update device_presence set connected = true, ${at} 'sp-3')`);
    const device = (deviceId: string, regionCode: string) => ({
      count: 1,
      items: [{ deviceId, regionCode }],
    });
    const village = (code: string, name: string) => ({ count: 1, items: [{ code, name }] });
    const inVillage = {
      added: nothing,
      removed: nothing,
      wentOffline: device("sp-1", "520326001001"),
      cameOnline: device("sp-3", "520326001001"),
    };
    expect((await preview("approver", id)).json.changedSinceSubmission).toMatchObject({
      ...inVillage,
      added: device("sp-new", "520326001002"),
      removed: device("sp-2", "520326002001"),
      villagesWithoutSpeaker: {
        added: village("520326002001", "江村"),
        removed: village("520326001002", "石村"),
      },
    });
    const own = (await preview("village-viewer", id)).json;
    expect(own).toMatchObject({ speakers: 2, withinLimits: false, beyond: ["520326"], villages: 1 });
    expect(own.changedSinceSubmission).toMatchObject({
      ...inVillage,
      villagesWithoutSpeaker: { added: nothing, removed: nothing },
    });

    // Submitted again, it is compared with what was seen then.
    await world.step("approver", id, "return", { reason: "again" });
    await world.step("dispatcher", id, "submit");
    expect((await preview("approver", id)).json.changedSinceSubmission).toMatchObject({
      added: nothing,
      removed: nothing,
    });
    await query("update devices set deleted_at = null where id = 'sp-2'");
    await query("update devices set deleted_at = now() where id = 'sp-new'");
    await query(`update device_presence set connected = true, ${at} 'sp-1')`);
    await query(`update device_presence set connected = false, ${at} 'sp-3')`);
  });

  it("says nothing of villages that have changed to whoever sees the speakers of some owners only", async () => {
    await insertTenant(world.db.pool, "gas");
    await insertSpeaker(world.db.pool, "sp-gas", "520326001002", { tenantId: "gas" });
    const grants = [{ role: "dispatcher" as const, area: areaOf({ regions: ["520326"], tenants: ["gas"] }) }];
    world.people.set("gasman", { type: "person", id: "gasman", name: "gasman", tenantId: "gas", grants });
    const { json } = await world.post("gasman", "/v1/broadcasts", draftBody());
    expect(outcome(await world.step("dispatcher", json.id, "submit"))).toEqual([200, "pending_approval"]);
    // The villages where others' speakers stand have none of the caller's own, and nothing has changed.
    expect((await preview("gasman", json.id)).json).toMatchObject({
      speakers: 1,
      changedSinceSubmission: {
        ...{ added: nothing, removed: nothing, wentOffline: nothing, cameOnline: nothing },
        ...{ villagesWithoutSpeaker: null, possiblyWithoutSpeaker: null },
      },
    });
    expect((await preview("approver", json.id)).json.changedSinceSubmission).toMatchObject({
      villagesWithoutSpeaker: { added: nothing, removed: nothing },
    });
    await query("update devices set deleted_at = now() where id = 'sp-gas'");
  });

  it("names what plays or waits on these speakers, and who gives way", async () => {
    const village = { target: { regions: ["520326001001"] }, level: 3 };
    const first = await released(village);
    const [same, lower, higher, drill] = [
      await submitted(village),
      await submitted({ level: 4 }),
      await submitted(),
      await submitted({ mode: "drill", level: 1 }),
    ];
    await query(
      `update broadcast_targets set state = 'started' where device_no = (select device_no from devices where id = 'sp-1')
       and broadcast_no = (select broadcast_no from broadcasts where id = $1)`,
      first,
    );
    const ways = async (id: string, who = "approver") =>
      (await preview(who, id)).json.conflicts.map(({ id: other, givesWay }: Record<string, unknown>) => [
        other,
        givesWay,
      ]);
    expect((await preview("approver", same)).json.conflicts).toMatchObject([
      { id: first, class: "emergency", level: 3, mode: "actual", speakers: 2, playing: 1, givesWay: "this" },
    ]);
    expect(await ways(lower)).toEqual([[first, "this"]]);
    expect(await ways(higher)).toEqual([[first, "other"]]);
    // No warning gives way to a drill, of whatever level.
    expect(await ways(drill)).toEqual([[first, "this"]]);
    // The same before there is a draft.
    const thoughtOf = async (message: object) => {
      const body = { target: { regions: ["520326001"] }, ...message };
      const { json } = await world.post("dispatcher", "/v1/broadcasts/preview", body);
      return json.conflicts?.map((one: Record<string, unknown>) => [one.id, one.givesWay]) ?? null;
    };
    expect(await thoughtOf({ mode: "actual", level: 2 })).toEqual([[first, "other"]]);
    expect(await thoughtOf({ mode: "drill", level: 1 })).toEqual([[first, "this"]]);
    expect(await thoughtOf({})).toBe(null);
    const elsewhere = await submitted({ target: { regions: ["520326002"] } });
    expect(await ways(elsewhere)).toEqual([]);
    // What takes its place ends it.
    const next = await world.write({ ...village, replaces: [first] });
    expect(await ways(next)).toEqual([[first, "ends"]]);
    expect((await preview("approver", next)).json.replacesWider).toEqual([]);
    // Whoever decides is told of what ends also where this one is not heard: on the air, or submitted.
    const narrower = await world.write({ ...village, replaces: [first, higher, same] });
    expect((await preview("approver", narrower)).json.replacesWider).toEqual([higher]);
    const other = await world.write({ target: { regions: ["520326002"] }, replaces: [first] });
    expect((await preview("approver", other)).json.replacesWider).toEqual([first]);
    await world.step("dispatcher", first, "cancel", { reason: "over" });
    expect(await ways(higher)).toEqual([]);
  });

  it("tells nothing of others' broadcasts to whom does not see them, and nothing of what is over", async () => {
    const grants = [{ role: "dispatcher" as const, area: areaOf({ regions: ["520326002"] }) }];
    world.people.set("townsman", {
      type: "person",
      id: "townsman",
      name: "townsman",
      tenantId: "gas",
      grants,
    });
    const first = await released({ target: { regions: ["520326001"] } });
    // It is in force where the town does not look, and plays on a speaker that has moved into the town since.
    await query("update devices set region_code = '520326002001' where id = 'sp-1'");
    const next = await world.write({ target: { regions: ["520326002001"] }, replaces: [first] });
    const seen = (await preview("approver", next)).json;
    expect(seen.conflicts).toMatchObject([{ id: first, headline: expect.any(String), speakers: 1 }]);
    expect(seen.replacesWider).toEqual([first]);
    const shown = (await preview("townsman", next)).json;
    expect(shown.conflicts).toMatchObject([{ id: null, headline: null, level: 2, givesWay: "ends" }]);
    expect(shown.replacesWider).toEqual([]);
    expect(JSON.stringify(shown)).not.toContain(first);
    await query("update broadcasts set expires_at = now() - interval '1 minute' where id = $1", first);
    expect((await preview("approver", next)).json.conflicts).toEqual([]);
    await query("update devices set region_code = '520326001001' where id = 'sp-1'");
    await query("update broadcasts set expires_at = now() + interval '1 hour' where id = $1", first);
    await world.step("dispatcher", first, "cancel", { reason: "over" });
  });

  it("is for those who see the broadcast", async () => {
    const id = await world.write();
    expect((await preview("elsewhere", id)).json.code).toBe("broadcast_not_found");
  });
});

describe("what is kept of a release", () => {
  it("names the villages that had no speaker, whatever becomes of them, in coverage and report", async () => {
    const id = await released();
    await query("update regions set name = '新名' where code = '520326001002'");
    const named = { count: 1, items: [{ code: "520326001002", name: "石村" }], unknown: false };
    for (const path of ["coverage", "report"]) {
      const { json } = await world.get("viewer", `/v1/broadcasts/${id}/${path}`);
      expect(json).toMatchObject({
        villagesWithoutSpeaker: named,
        silentVillages: { count: 0 },
        waitingVillages: {
          count: 2,
          items: [
            { name: "杨村社区", open: 2 },
            { name: "江村", open: 1 },
          ],
        },
      });
      const own = await world.get("village-viewer", `/v1/broadcasts/${id}/${path}`);
      expect(own.json.villagesWithoutSpeaker).toEqual({ count: 0, items: [], unknown: false });
      expect(json.possiblyWithoutSpeaker).toEqual(nothing);
    }
    await query("update regions set name = '石村' where code = '520326001002'");
    await world.step("dispatcher", id, "cancel", { reason: "over" });
    const after = (await world.get("viewer", `/v1/broadcasts/${id}/coverage`)).json;
    expect(after).toMatchObject({ silentVillages: { count: 2 }, waitingVillages: { count: 0 } });
  });

  it("does not say 0 of the villages in a circle, in preview, coverage and report", async () => {
    await insertSpeaker(world.db.pool, "sp-drawn", "520326001001", { at: [106.1, 27.1], connected: true });
    const circle = (longitude: number) => ({ circles: [{ longitude, latitude: 27.1, radiusKm: 1 }] });
    const target = circle(106.1);
    const unknown = { count: null, items: [], unknown: true };
    const possible = { count: 1, items: [{ code: "520326001002", name: "石村" }] };
    const drawn = { villagesWithoutSpeaker: unknown, possiblyWithoutSpeaker: possible };
    const asked = async (who: string, aim: object) =>
      (await world.post(who, "/v1/broadcasts/preview", { target: aim })).json;
    expect(await asked("dispatcher", target)).toMatchObject({
      ...drawn,
      villages: null,
      villagesCovered: 1,
      byTownship: [{ regionCode: "520326001", villages: null, villagesCovered: 1 }],
    });
    // Where nobody stands there may be villages nevertheless.
    const nobody = { villages: null, villagesWithoutSpeaker: unknown, possiblyWithoutSpeaker: nothing };
    expect(await asked("dispatcher", circle(105))).toMatchObject(nobody);
    // What is known of regions is said, and of what is excluded nothing.
    expect(await asked("dispatcher", { ...target, regions: ["520326001"] })).toMatchObject({
      villages: null,
      villagesWithoutSpeaker: { ...possible, unknown: true },
      possiblyWithoutSpeaker: nothing,
      byTownship: [{ regionCode: "520326001", villages: 2 }],
    });
    const less = await asked("dispatcher", { ...target, exclude: ["520326001002"] });
    expect(less.possiblyWithoutSpeaker).toEqual(nothing);

    const id = await released({ target });
    const stored = (await preview("approver", id)).json;
    expect(stored).toMatchObject({
      ...drawn,
      changedSinceSubmission: { possiblyWithoutSpeaker: { added: nothing, removed: nothing } },
    });
    for (const path of ["coverage", "report"]) {
      expect((await world.get("viewer", `/v1/broadcasts/${id}/${path}`)).json).toMatchObject(drawn);
      const own = (await world.get("village-viewer", `/v1/broadcasts/${id}/${path}`)).json;
      expect(own).toMatchObject({ villagesWithoutSpeaker: unknown, possiblyWithoutSpeaker: nothing });
    }
    // Of some of a township's villages nobody hears what the shape may hold: a speaker there may be another's.
    const two = { ...world.people.get("village-viewer")!, id: "two-villages" };
    const regions = ["520326001001", "520326001002"];
    world.people.set("two-villages", { ...two, grants: [{ role: "viewer", area: areaOf({ regions }) }] });
    expect((await preview("two-villages", id)).json).toMatchObject({
      speakers: 1,
      villagesWithoutSpeaker: unknown,
      possiblyWithoutSpeaker: nothing,
    });
    await insertSpeaker(world.db.pool, "sp-stone", "520326001002", { at: [105.5, 27.1] });
    expect((await preview("approver", id)).json).toMatchObject({
      villagesWithoutSpeaker: unknown,
      possiblyWithoutSpeaker: nothing,
      changedSinceSubmission: { possiblyWithoutSpeaker: { added: nothing, removed: possible } },
    });
    await world.step("dispatcher", id, "cancel", { reason: "over" });
    await query("update devices set deleted_at = now() where id in ('sp-drawn', 'sp-stone')");

    // With every village's own place nothing is unknown.
    await query("update regions set longitude = 107, latitude = 28 where level = 5");
    expect(await asked("dispatcher", circle(107))).toMatchObject({ speakers: 0, villages: 0 });
    expect(
      await asked("dispatcher", { circles: [{ longitude: 107, latitude: 28, radiusKm: 1 }] }),
    ).toMatchObject({
      villages: 4,
      villagesWithoutSpeaker: { count: 4, unknown: false },
      possiblyWithoutSpeaker: nothing,
    });
    await query("update regions set longitude = null, latitude = null where level = 5");
  });

  it("is null of what was released before it was kept", async () => {
    const id = await released();
    await query(
      "delete from broadcast_previews where broadcast_no = (select max(broadcast_no) from broadcasts)",
    );
    expect(
      (await world.get("viewer", `/v1/broadcasts/${id}/coverage`)).json.villagesWithoutSpeaker,
    ).toBeNull();
    await world.step("dispatcher", id, "cancel", { reason: "over" });
  });
});

describe("who sees a part of the speakers", () => {
  it("is told no number of the others: not in the detail, the history, the report or a refusal", async () => {
    const id = await released();
    const counts = async (who: string, path: string) => {
      const { json } = await world.get(who, `/v1/broadcasts/${id}${path}`);
      return (json.broadcast ?? json).counts.targets;
    };
    const listed = async (who: string) =>
      (await world.get(who, "/v1/broadcasts?limit=1")).json.items[0].counts;
    expect((await listed("viewer")).targets).toBe(3);
    expect((await listed("village-viewer")).targets).toBe(2);
    for (const path of ["", "/report"]) {
      expect(await counts("viewer", path)).toBe(3);
      expect(await counts("village-viewer", path)).toBe(2);
    }
    for (const [who, isCounted] of [
      ["viewer", true],
      ["village-viewer", false],
    ] as const) {
      const { json } = await world.get(who, `/v1/broadcasts/${id}/history`);
      const report = await world.get(who, `/v1/broadcasts/${id}/report`);
      expect(report.json.history).toEqual(json.items);
      expect(json.items).toHaveLength(4);
      expect(JSON.stringify(json.items).includes('"targets"')).toBe(isCounted);
    }
    const refused = await world.step("village-officer", id, "cancel", { reason: "not mine" });
    expect(outcome(refused)).toEqual([403, "forbidden"]);
    // The region is the broadcast's own word.
    expect(refused.json.detail).toMatch(/reaches beyond\D*: it lies over 520326$/);
  });

  it("learns from a preview of others' speakers neither their number nor their place", async () => {
    const mine = { regions: ["520326001001"] };
    const ask = async (target: object) =>
      (await world.post("village-officer", "/v1/broadcasts/preview", { target })).json;
    const own = await ask(mine);
    expect(own).toMatchObject({ speakers: 2, withinLimits: true, beyond: [] });
    expect(await ask({ regions: ["520326"] })).toEqual({ ...own, withinLimits: false, beyond: ["520326"] });
  });

  it("learns nothing more of them from the refusal of the submission", async () => {
    await insertSpeaker(world.db.pool, "sp-mine", "520326001001", { at: [107.1, 28.1] });
    await insertSpeaker(world.db.pool, "sp-theirs", "520326002001", { at: [107.1, 28.1] });
    const circle = { longitude: 107.1, latitude: 28.1, radiusKm: 1 };
    for (const target of [{ regions: ["520326"] }, { circles: [circle] }]) {
      const { json, status } = await world.post("village-officer", "/v1/broadcasts", draftBody({ target }));
      expect(status).toBe(201);
      const refused = await world.step("village-officer", json.id, "submit");
      expect(outcome(refused)).toEqual([403, "forbidden"]);
      // The region that the caller has named may be said; no number, and no place where others' speakers stand.
      const said = JSON.stringify([refused.json.detail, refused.json.faults]);
      expect(said.replaceAll(/\b520326\b/g, "")).not.toMatch(/\d|sp-|江村|丹砂|都濡|石村/);
    }
    await query("update devices set deleted_at = now() where id in ('sp-mine', 'sp-theirs')");
  });
});
