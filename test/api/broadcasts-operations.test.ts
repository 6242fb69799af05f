import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WHOLE_AREA } from "../../access/limits.ts";
import { parseAlert } from "../../broadcast/cap/parse.ts";
import { insertSpeaker } from "../broadcast/fixtures.ts";
import { type BroadcastWorld, draftBody, outcome, startBroadcastWorld } from "./broadcasts-world.ts";

let world: BroadcastWorld;
beforeAll(async () => {
  world = await startBroadcastWorld();
  await world.db.pool.query("update regions set name_en = 'Wuchuan County' where code = '520326'");
});
afterAll(() => world.stop());

/** Writes a broadcast and lets it out; with a state, it has ended in it. @returns its id */
async function air(change: object = {}, state?: "completed" | "failed" | "expired"): Promise<string> {
  const id = await world.write(change);
  await world.step("dispatcher", id, "submit");
  expect((await world.step("approver", id, "approve")).status).toBe(200);
  if (state !== undefined) await end(id, state);
  return id;
}

const end = (id: string, state: string) =>
  world.db.pool.query(
    `with ended as (update broadcasts set state = $2, ended_at = released_at,
         expires_at = case $2 when 'expired' then now() else expires_at end
       where id = $1 returning broadcast_no)
     update broadcast_targets t set state = 'sounded' from ended where t.broadcast_no = ended.broadcast_no`,
    [id, state],
  );

const followUp = (who: string, id: string, body: object) =>
  world.post(who, `/v1/broadcasts/${id}/follow-up`, body);

const read = async (id: string) => (await world.get("viewer", `/v1/broadcasts/${id}`)).json;
const actionsOf = async (id: string) =>
  (await world.get("viewer", `/v1/broadcasts/${id}/history`)).json.items.map(
    ({ action }: { action: string }) => action,
  );

async function alert(id: string) {
  const { text: body } = await world.get("viewer", `/v1/broadcasts/${id}`, "application/cap+xml");
  const parsed = parseAlert(Buffer.from(body));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.alert;
}

/** The identifiers in the feed that speak of a broadcast. */
async function inFeed(id: string): Promise<string[]> {
  const { text: body } = await world.get("viewer", "/v1/broadcasts/feed.atom");
  const found = [...body.matchAll(/<cap:identifier>(.*?)<\/cap:identifier>/g)].map((match) => match[1]!);
  return found.filter((each) => each.startsWith(id));
}

describe("withdrawing a broadcast that has ended", () => {
  it.each(["completed", "failed"] as const)(
    "that is %s takes it out of the feed, and its Cancel says why",
    async (state) => {
      const id = await air({}, state);
      const { endedAt } = await read(id);
      expect(await inFeed(id)).toEqual([id]);
      expect(outcome(await world.step("dispatcher", id, "cancel"))).toEqual([400, "invalid_request"]);
      const answer = await world.step("dispatcher", id, "cancel", { reason: "the slope has been secured" });
      expect(answer.json).toMatchObject({
        state: "cancelled",
        endedAt,
        cancelReason: "the slope has been secured",
      });
      expect(Date.parse(answer.json.cancelledAt)).toBeGreaterThan(Date.parse(endedAt));
      expect(await inFeed(id)).toEqual([`${id}.cancel`]);
      expect(await alert(id)).toMatchObject({
        msgType: "Cancel",
        note: "the slope has been secured",
        references: [{ identifier: id }],
      });
      // What was heard stays on record.
      expect((await read(id)).counts).toMatchObject({ sounded: 2, cancelled: 0 });
      expect(outcome(await world.step("duty-officer", id, "retry"))).toEqual([409, "broadcast_state"]);
    },
  );

  it("is refused for one that is not in force any more, and for a training", async () => {
    const id = await air({}, "completed");
    await world.db.pool.query(
      "update broadcasts set expires_at = now() - interval '1 second' where id = $1",
      [id],
    );
    const reason = { reason: "over" };
    expect(outcome(await world.step("dispatcher", id, "cancel", reason))).toEqual([409, "broadcast_expired"]);
    const training = await air({ mode: "training" });
    expect(outcome(await world.step("dispatcher", training, "cancel", reason))).toEqual([
      409,
      "broadcast_state",
    ]);
  });
});

describe("a follow-up", () => {
  it.each(["completed", "failed", "expired", "dispatching", "cancelled"] as const)(
    "takes back one that is %s, for the same speakers",
    async (state) => {
      const id = await air({ volume: 80, repeatCount: 3 });
      if (state === "cancelled") await world.step("dispatcher", id, "cancel", { reason: "too soon" });
      else if (state !== "dispatching") await end(id, state);
      const { status, json, headers } = await followUp("dispatcher", id, { type: "all_clear" });
      expect(status).toBe(201);
      expect(headers.location).toBe(`/v1/broadcasts/${json.id}`);
      expect(json).toMatchObject({
        state: "draft",
        missing: [],
        replaces: [id],
        createdBy: "dispatcher",
        template: { source: "built-in", id: "all_clear", version: null },
        message: {
          mode: "actual",
          level: 2,
          class: "emergency",
          eventCode: "11D01",
          target: { regions: ["520326"] },
          volume: 80,
          repeatCount: 3,
          responseTypes: ["AllClear"],
          urgency: "Past",
          texts: [
            { language: "zh-CN", headline: "解除：务川县滑坡橙色预警" },
            { language: "en", headline: "All clear: orange landslide warning for Wuchuan County" },
          ],
        },
      });
      expect((await read(id)).state).toBe(state);

      await world.step("dispatcher", json.id, "submit");
      expect(outcome(await world.step("approver", json.id, "approve"))).toEqual([200, "dispatching"]);
      expect((await read(id)).state).toBe(state === "expired" ? "expired" : "cancelled");
      expect(await inFeed(json.id)).toEqual([json.id]);
      expect(await inFeed(id)).not.toContain(id);
      expect(await alert(json.id)).toMatchObject({ msgType: "Update", references: [{ identifier: id }] });
    },
  );

  it("of a drill is a drill, and of a training a training", async () => {
    for (const mode of ["drill", "training"]) {
      const id = await air({ mode }, mode === "drill" ? "completed" : undefined);
      const { json } = await followUp("dispatcher", id, { type: "correction" });
      expect(json).toMatchObject({ message: { mode }, replaces: [id] });
      expect(json.headline).toMatch(mode === "drill" ? /^【演习】更正：/ : /^【培训】更正：/);
    }
  });

  it("has the authors of the words that it says again, and an all-clear those of nobody", async () => {
    const grants = (["dispatcher", "approver"] as const).map((role) => ({ role, area: WHOLE_AREA }));
    world.people.set("writer", { type: "person", id: "writer", name: "w", tenantId: null, grants });
    const { json: written } = await world.post("writer", "/v1/broadcasts", draftBody({ mode: "drill" }));
    await world.step("writer", written.id, "submit");
    expect(outcome(await world.step("approver", written.id, "approve"))).toEqual([200, "dispatching"]);
    for (const [type, expected] of [
      ["correction", [403, "own_content"]],
      ["extension", [403, "own_content"]],
      ["all_clear", [200, "dispatching"]],
    ] as const) {
      const { json } = await followUp("dispatcher", written.id, { type });
      await world.step("dispatcher", json.id, "submit");
      expect([type, outcome(await world.step("writer", json.id, "approve"))]).toEqual([type, expected]);
    }
  });

  it("has them also of an all-clear that says the headline again, as it does of what is no warning", async () => {
    const grants = (["dispatcher", "approver"] as const).map((role) => ({ role, area: WHOLE_AREA }));
    world.people.set("author", { type: "person", id: "author", name: "a", tenantId: null, grants });
    const texts = [{ language: "zh-CN", headline: "停水通知", description: "明天停水。" }];
    const body = draftBody({ class: "daily", texts });
    const { json: written } = await world.post("author", "/v1/broadcasts", body);
    await world.step("author", written.id, "submit");
    expect(outcome(await world.step("approver", written.id, "approve"))).toEqual([200, "dispatching"]);
    const { json } = await followUp("dispatcher", written.id, { type: "all_clear" });
    expect(json.message.texts[0].headline).toContain("停水通知");
    await world.step("dispatcher", json.id, "submit");
    expect(outcome(await world.step("author", json.id, "approve"))).toEqual([403, "own_content"]);
    expect(outcome(await world.step("approver", json.id, "approve"))).toEqual([200, "dispatching"]);
  });

  it("of a correction holds as long as the original, of an extension longer", async () => {
    const expiresAt = new Date(Date.now() + 5 * 3_600_000).toISOString();
    const id = await air({ expiresAt });
    const correction = await followUp("dispatcher", id, { type: "correction" });
    expect(correction.json.message.expiresAt).toBe(expiresAt);
    expect(correction.json.message.responseTypes).toEqual(["Evacuate"]);
    const extension = await followUp("dispatcher", id, { type: "extension" });
    const minute = 60_000;
    const dayLater = Math.floor((Date.parse(expiresAt) + 24 * 3_600_000) / minute) * minute;
    expect(Date.parse(extension.json.message.expiresAt)).toBe(dayLater);
    expect(extension.json.headline).toBe("延长：务川县滑坡橙色预警");
    const asked = new Date(Date.now() + 30 * 3_600_000).toISOString();
    expect(
      (await followUp("dispatcher", id, { type: "extension", expiresAt: asked })).json.message,
    ).toMatchObject({
      expiresAt: asked,
    });
    // What has expired gives a follow-up no expiry that nobody would hear.
    const over = await air({}, "expired");
    const late = (await followUp("dispatcher", over, { type: "correction" })).json.message;
    expect(late).not.toHaveProperty("expiresAt");
    const from = Date.now();
    const longer = (await followUp("dispatcher", over, { type: "extension" })).json.message;
    expect(Date.parse(longer.expiresAt)).toBeGreaterThan(from + 24 * 3_600_000 - minute);
    expect(Date.parse(longer.expiresAt)).toBeLessThanOrEqual(Date.now() + 24 * 3_600_000);
    for (const hours of [4, 73]) {
      const refused = await followUp("dispatcher", id, {
        type: "extension",
        expiresAt: new Date(Date.now() + hours * 3_600_000).toISOString(),
      });
      expect([refused.status, refused.json.faults[0].path]).toEqual([400, "/expiresAt"]);
    }
  });

  it("never is over already, whatever follows", async () => {
    const id = await air();
    const expiresAt = new Date(Date.now() - 60_000).toISOString();
    for (const type of ["correction", "extension", "all_clear"]) {
      const refused = await followUp("dispatcher", id, { type, expiresAt });
      expect([type, refused.status, refused.json.faults?.[0].path]).toEqual([type, 400, "/expiresAt"]);
    }
  });

  it("of an all-clear is a correction, or a new warning", async () => {
    const first = await air();
    const { json } = await followUp("dispatcher", first, { type: "all_clear" });
    await world.step("dispatcher", json.id, "submit");
    await world.step("approver", json.id, "approve");
    for (const type of ["all_clear", "extension"]) {
      expect(outcome(await followUp("dispatcher", json.id, { type }))).toEqual([409, "broadcast_state"]);
    }
    const correction = await followUp("dispatcher", json.id, { type: "correction" });
    expect(correction.json.headline).toBe("更正：解除：务川县滑坡橙色预警");
    expect(correction.json.message.texts[0].description).toMatch(/发布的广播更正如下：/);
  });

  it("is in front of whoever decides as long as it says what the original said", async () => {
    const texts = [
      { language: "zh-CN", headline: "滑坡", description: "请到王家集合。" },
      { language: "fr", headline: "Glissement", description: "Rassemblez-vous chez Wang." },
    ];
    const id = await air({ texts });
    const warned = ({ warnings }: { warnings: { rule: string; path: string }[] }) =>
      warnings.map(({ rule, path }) => [rule, path]);
    const { json } = await followUp("dispatcher", id, { type: "correction" });
    const unchanged = [0, 1].map((at) => ["follow_up_unchanged", `/texts/${at}`]);
    expect(warned(json)).toEqual(unchanged);
    const mended = json.message.texts.map((text: { description: string }) => ({
      ...text,
      description: text.description.replace("王", "李").replace("Wang", "Li"),
    }));
    const patch = (change: object, revision: number) =>
      world.patch("dispatcher", `/v1/broadcasts/${json.id}`, { revision, ...change });
    const half = await patch({ texts: [mended[0], json.message.texts[1]] }, json.revision);
    expect(warned(half.json)).toEqual([unchanged[1]]);
    expect(warned((await patch({ texts: mended }, half.json.revision)).json)).toEqual([]);
    // Chinese and English ones of an extension say until when by themselves.
    const extension = await followUp("dispatcher", id, { type: "extension" });
    expect(warned(extension.json)).toEqual([unchanged[1]]);
  });

  it("of what is aimed by shapes names where it was heard", async () => {
    const circles = [{ longitude: 107.8, latitude: 28.5, radiusKm: 20 }];
    await insertSpeaker(world.db.pool, "sp-circle", "520326001001", { at: [107.8, 28.5] });
    const id = await air({ target: { circles, exclude: ["520327"] } });
    const { json } = await followUp("dispatcher", id, { type: "all_clear" });
    expect(json.headline).toBe("解除：务川县部分地区滑坡橙色预警");
    await world.db.pool.query("update devices set deleted_at = now() where id = 'sp-circle'");
  });

  it("is refused for what nobody has heard, by whom does not reach all of it, and by whom may not draft", async () => {
    const draft = await world.write();
    expect(outcome(await followUp("dispatcher", draft, { type: "all_clear" }))).toEqual([
      409,
      "broadcast_state",
    ]);
    const id = await air({}, "completed");
    expect(outcome(await followUp("viewer", id, { type: "all_clear" }))).toEqual([403, "forbidden"]);
    expect(outcome(await followUp("village-dispatcher", id, { type: "all_clear" }))).toEqual([
      403,
      "forbidden",
    ]);
    expect(outcome(await followUp("elsewhere", id, { type: "all_clear" }))).toEqual([
      404,
      "broadcast_not_found",
    ]);
    expect(outcome(await followUp("dispatcher", id, { type: "encore" }))).toEqual([400, "invalid_request"]);
  });
});

describe("what a draft replaces", () => {
  it("is said by hand, shown, changed, and cancelled at its release", async () => {
    const [first, second] = [await air({}, "completed"), await air()];
    const id = await world.write({ replaces: [first] });
    expect((await read(id)).replaces).toEqual([first]);
    const changed = await world.patch("dispatcher", `/v1/broadcasts/${id}`, {
      revision: 1,
      replaces: [second],
    });
    expect(changed.json).toMatchObject({ revision: 2, replaces: [second] });
    const { json: history } = await world.get("viewer", `/v1/broadcasts/${id}/history`);
    expect(history.items.map(({ details }: { details: object }) => details)).toMatchObject([
      { replaces: [first] },
      { changed: ["replaces"] },
    ]);
    await world.step("dispatcher", id, "submit");
    await world.step("approver", id, "approve");
    expect([(await read(first)).state, (await read(second)).state]).toEqual(["completed", "cancelled"]);
    expect(await read(second)).toMatchObject({ cancelReason: `replaced by ${id}`, replacedBy: [id] });
    expect((await read(first)).replacedBy).toEqual([]);
    expect(await actionsOf(second)).toEqual(["create", "submit", "approve", "dispatch", "cancel"]);
  });

  it("is twenty at most", async () => {
    const named = async (count: number) => {
      const replaces = Array.from({ length: count }, (_, n) => `bc-unknown-${n}`);
      const { status, json } = await world.post("dispatcher", "/v1/broadcasts", draftBody({ replaces }));
      return [status, json.faults.map(({ path }: { path: string }) => path)];
    };
    expect(await named(20)).toEqual([400, Array.from({ length: 20 }, (_, n) => `/replaces/${n}`)]);
    expect(await named(21)).toEqual([400, ["/replaces"]]);
  });

  it("is refused with its reason when it is unknown, itself or of another mode", async () => {
    const actual = await air({}, "completed");
    const drill = await air({ mode: "drill" }, "completed");
    const refused = await world.post(
      "dispatcher",
      "/v1/broadcasts",
      draftBody({ mode: "drill", replaces: [drill, actual, "bc-unknown"] }),
    );
    expect([refused.status, refused.json.faults]).toEqual([
      400,
      [
        { path: "/replaces/1", message: expect.stringContaining(`${actual} is an actual one`) },
        { path: "/replaces/2", message: "there is no broadcast 'bc-unknown'" },
      ],
    ]);
    const id = await world.write({ replaces: [actual] });
    const itself = await world.patch("dispatcher", `/v1/broadcasts/${id}`, { revision: 1, replaces: [id] });
    expect(itself.json.faults[0].message).toContain("itself");
    // Nor by changing the mode afterwards.
    const changed = await world.patch("dispatcher", `/v1/broadcasts/${id}`, { revision: 1, mode: "drill" });
    expect([changed.status, changed.json.faults[0].path]).toEqual([400, "/mode"]);
    expect(
      (
        await world.patch("dispatcher", `/v1/broadcasts/${id}`, {
          revision: 1,
          mode: "drill",
          replaces: [drill],
        })
      ).json,
    ).toMatchObject({ replaces: [drill], message: { mode: "drill" } });
  });

  it("lies within reach of whoever says it", async () => {
    const county = await air({}, "completed");
    const village = draftBody({ target: { regions: ["520326001001"] }, replaces: [county] });
    expect(outcome(await world.post("village-dispatcher", "/v1/broadcasts", village))).toEqual([
      403,
      "forbidden",
    ]);
  });
});
