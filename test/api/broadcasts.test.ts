import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UNLIMITED } from "../../access/limits.ts";
import { broadcastReach } from "../../broadcast/lifecycle/index.ts";
import { listBroadcasts } from "../../store/broadcast/lists.ts";
import { type BroadcastWorld, draftBody, outcome, startBroadcastWorld } from "./broadcasts-world.ts";

let world: BroadcastWorld;
beforeAll(async () => {
  world = await startBroadcastWorld();
});
afterAll(() => world.stop());

describe("writing a broadcast", () => {
  it("answers with the draft, its texts from the template, and what is missing", async () => {
    const answer = await world.post(
      "dispatcher",
      "/v1/broadcasts",
      draftBody({ expiresAt: "2099-01-01T08:00:00+08:00" }),
    );
    expect(answer.status).toBe(201);
    expect(answer.headers.location).toBe(`/v1/broadcasts/${answer.json.id}`);
    expect(answer.json).toMatchObject({
      state: "draft",
      revision: 1,
      headline: "务川县滑坡橙色预警",
      regions: ["520326"],
      missing: [],
      createdBy: "dispatcher",
      releasedAt: null,
      message: { level: 2, class: "emergency", volume: null, expiresAt: "2099-01-01T00:00:00.000Z" },
    });
    expect((await world.get("viewer", answer.headers.location as string)).json).toMatchObject({
      id: answer.json.id,
      counts: null,
    });
  });

  it("is refused with the place of each fault", async () => {
    const answer = await world.post(
      "dispatcher",
      "/v1/broadcasts",
      draftBody({ level: 5, target: { regions: ["5"] }, colour: "red" }),
    );
    expect([answer.status, answer.json.code]).toEqual([400, "invalid_request"]);
    const paths = answer.json.faults.map(({ path }: { path: string }) => path);
    expect(paths).toEqual(expect.arrayContaining(["/level", "/target/regions/0"]));
  });

  it("is for those who may", async () => {
    expect((await world.post("viewer", "/v1/broadcasts", draftBody())).json.code).toBe("forbidden");
    expect((await world.post("nobody", "/v1/broadcasts", draftBody())).json.code).toBe("unauthorized");
    expect((await world.post("robot", "/v1/broadcasts", draftBody())).status).toBe(201);
  });

  it("is undone by nobody's older look: a stale revision is a conflict", async () => {
    const url = `/v1/broadcasts/${await world.write()}`;
    expect(
      (await world.patch("dispatcher", url, { revision: 1, volume: 80, startsAt: "2098-12-31T08:00:00Z" }))
        .json,
    ).toMatchObject({
      revision: 2,
      message: { volume: 80, startsAt: "2098-12-31T08:00:00.000Z" },
      missing: [{ path: "/startsAt" }],
    });
    expect(outcome(await world.patch("dispatcher", url, { revision: 1, volume: 70 }))).toEqual([
      409,
      "broadcast_changed",
    ]);
    expect(
      (await world.patch("dispatcher", url, { revision: 2, startsAt: null, volume: null })).json,
    ).toMatchObject({
      missing: [],
      message: { volume: null },
    });
    expect(outcome(await world.patch("dispatcher", url, { revision: 3 }))).toEqual([400, "invalid_request"]);
  });

  it("can be tried out before: whom it would reach, and which villages not", async () => {
    const { json } = await world.post("dispatcher", "/v1/broadcasts/preview", {
      target: { regions: ["520326"] },
    });
    expect(json).toMatchObject({
      speakers: 2,
      online: 1,
      villages: 3,
      villagesWithoutSpeaker: { count: 1, items: [{ code: "520326001002" }] },
      readingSeconds: null,
    });
  });

  it("begins with templates, filled in where a level is given", async () => {
    const all = await world.get("dispatcher", "/v1/broadcasts/templates");
    expect(all.json.items.length).toBeGreaterThan(15);
    expect(all.json.items[0].texts[0].headline).toContain("{place}");
    const one = await world.get(
      "dispatcher",
      "/v1/broadcasts/templates?eventCode=11A51&level=1&mode=drill&region=520326",
    );
    expect(one.json.items[0].texts[0].headline).toBe("【演习】务川县山洪红色预警");
    const two = await world.get(
      "dispatcher",
      "/v1/broadcasts/templates?eventCode=11A51&level=1&region=520326001,520326002&exclude=520326001001",
    );
    expect(two.json.items[0].texts[0].headline).toBe("都濡街道、丹砂街道（不含杨村社区）山洪红色预警");
    const none = await world.get("dispatcher", "/v1/broadcasts/templates?eventCode=11Z99");
    expect([none.status, none.json.faults[0].message]).toEqual([400, expect.stringContaining("11D01")]);
  });
});

describe("deciding on a broadcast", () => {
  it("goes from submission by one to release by another", async () => {
    const id = await world.write();
    expect(outcome(await world.step("dispatcher", id, "submit"))).toEqual([200, "pending_approval"]);
    expect(outcome(await world.step("dispatcher", id, "approve"))).toEqual([403, "forbidden"]);
    expect(outcome(await world.step("approver", id, "return"))).toEqual([400, "invalid_request"]);
    expect(outcome(await world.step("approver", id, "approve", { revision: 1 }))).toEqual([
      200,
      "dispatching",
    ]);
    expect(outcome(await world.step("approver", id, "approve"))).toEqual([409, "broadcast_state"]);
    const { json } = await world.get("viewer", `/v1/broadcasts/${id}`);
    expect(json).toMatchObject({
      submittedBy: "dispatcher",
      approvedBy: "approver",
      counts: { targets: 2, waiting: 2 },
    });
    const { json: history } = await world.get("viewer", `/v1/broadcasts/${id}/history`);
    expect(history.items.map(({ action }: { action: string }) => action)).toEqual([
      "create",
      "submit",
      "approve",
      "dispatch",
    ]);
  });

  it("takes the green channel only by those who may, and leaves a review open in the list", async () => {
    const id = await world.write({ level: 1 });
    expect(outcome(await world.step("dispatcher", id, "release"))).toEqual([403, "forbidden"]);
    expect(outcome(await world.step("duty-officer", id, "release"))).toEqual([200, "dispatching"]);
    const open = await world.get("approver", "/v1/broadcasts?review=open");
    expect(open.json.items.map((one: { id: string }) => one.id)).toContain(id);
    expect(outcome(await world.step("approver", id, "review", { reason: "rightly so" }))).toEqual([
      200,
      "dispatching",
    ]);
  });

  it("ends with a reason", async () => {
    const id = await world.write();
    await world.step("dispatcher", id, "submit");
    expect(outcome(await world.step("approver", id, "reject", { reason: "no danger" }))).toEqual([
      200,
      "rejected",
    ]);
    const other = await world.write();
    expect(outcome(await world.step("dispatcher", other, "cancel"))).toEqual([400, "invalid_request"]);
    expect(outcome(await world.step("dispatcher", other, "cancel", { reason: "a mistake" }))).toEqual([
      200,
      "cancelled",
    ]);
  });

  it("is not possible for what one does not see", async () => {
    const id = await world.write();
    for (const name of ["submit", "approve", "release", "retry"]) {
      expect(outcome(await world.step("elsewhere", id, name))).toEqual([404, "broadcast_not_found"]);
    }
    expect((await world.get("elsewhere", `/v1/broadcasts/${id}`)).status).toBe(404);
    const { json } = await world.get("elsewhere", "/v1/broadcasts");
    expect(json.items).toEqual([]);
    expect((await world.get("village-viewer", `/v1/broadcasts/${id}`)).status).toBe(200);
  });
});

describe("the list", () => {
  it("is filtered and goes on with a cursor", async () => {
    const id = await world.write({ mode: "drill", level: 4, target: { regions: ["520327001001"] } });
    const filtered = await world.get(
      "viewer",
      "/v1/broadcasts?state=draft,returned&mode=drill&level=4&region=520327",
    );
    expect(filtered.json.items.map((one: { id: string }) => one.id)).toEqual([id]);
    expect((await world.get("viewer", "/v1/broadcasts?region=520326&mode=drill")).json.items).toEqual([]);
    const first = await world.get("viewer", "/v1/broadcasts?limit=1");
    const second = await world.get("viewer", `/v1/broadcasts?limit=1&cursor=${first.json.nextCursor}`);
    expect(first.json.items[0].id).toBe(id);
    expect(second.json.items[0].id).not.toBe(id);
    expect(outcome(await world.get("viewer", "/v1/broadcasts?state=unknown"))).toEqual([
      400,
      "invalid_request",
    ]);
    expect(
      outcome(await world.get("viewer", "/v1/broadcasts?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z")),
    ).toEqual([400, "invalid_request"]);
  });
});

describe("what is looked for in the list", () => {
  const marked = { headline: "100%_sure Ölpest", description: "Der WAGEN brennt", instruction: "Weg" };
  let id: string;
  let other: string;
  beforeAll(async () => {
    const texts = [
      { language: "zh-CN", headline: "油罐车起火", description: "请撤离。" },
      { language: "de", ...marked },
    ];
    const made = draftBody({ eventCode: "12D02", class: "daily", level: 1, mode: "drill", texts });
    id = (await world.post("duty-officer", "/v1/broadcasts", made)).json.id;
    other = await world.write({ eventCode: "12D02" });
  });
  const found = async (query: string) =>
    (await world.get("viewer", `/v1/broadcasts?${query}`)).json.items.map((one: { id: string }) => one.id);

  it("is chosen by event, author and class", async () => {
    expect(await found("eventCode=12D02")).toEqual([other, id]);
    expect(await found("eventCode=12D02&createdBy=duty-officer")).toEqual([id]);
    expect(await found("createdBy=duty-office")).toEqual([]);
    expect(await found("class=daily")).toEqual([id]);
    expect(await found("class=emergency&eventCode=12D02")).toEqual([other]);
  });

  it.each([
    ["in a headline that is not the first", "ölpest"],
    ["in a description, whatever its case", "der wagen BRENNT"],
    ["in an instruction", "weg"],
    ["in Chinese", "油罐车"],
    ["with what stands for anything elsewhere", "100%_S"],
  ])("is found %s", async (_, q) => {
    expect(await found(`q=${encodeURIComponent(q)}`)).toEqual([id]);
  });

  it.each(["%", "_", "\\", "100__sure", "Ol", '"', "zh-CN"])("is not found by %s", async (q) => {
    expect(await found(`q=${encodeURIComponent(q)}&eventCode=12D02&class=daily`)).toEqual(
      ["%", "_"].includes(q) ? [id] : [],
    );
  });

  it("is found page by page, however many have to be looked through", async () => {
    const reach = broadcastReach(UNLIMITED, null);
    const filter = { q: "Ölpest" };
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await listBroadcasts(world.db.pool, filter, reach, { limit: 10, cursor }, 1);
      pages.push(page.items.map((one) => one.id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(pages.length).toBeGreaterThan(2);
    expect(pages.flat()).toEqual([id]);
  });

  it("comes with what became of its speakers", async () => {
    const released = await world.write({ level: 1, eventCode: "11A01" });
    const draft = await world.write({ eventCode: "11A01" });
    await world.step("duty-officer", released, "release");
    await world.db.pool.query(
      `update broadcast_targets t set state = 'sounded' from broadcasts b, devices d
       where b.broadcast_no = t.broadcast_no and d.device_no = t.device_no and b.id = $1 and d.id = 'sp-1'`,
      [released],
    );
    const { json } = await world.get("viewer", "/v1/broadcasts?eventCode=11A01");
    expect(json.items.map((one: Record<string, unknown>) => [one.id, one.counts])).toEqual([
      [draft, null],
      [released, expect.objectContaining({ targets: 2, sounded: 1, waiting: 1, failed: 0 })],
    ]);
  });
});

describe("what became of a broadcast", () => {
  let id: string;
  beforeAll(async () => {
    id = await world.write({ level: 1 });
    await world.step("duty-officer", id, "release");
    await world.db.pool.query(
      `update broadcast_targets t
       set state = case when d.id = 'sp-1' then 'sounded' else 'failed' end,
           reason = case when d.id = 'sp-1' then null else 'no_sound' end,
           handed_over_at = now(), evidence_current = 3.1, seconds_played = 12
       from devices d, broadcasts b
       where d.device_no = t.device_no and b.broadcast_no = t.broadcast_no and b.id = $1`,
      [id],
    );
  });

  it("is told speaker by speaker, within the caller's limits", async () => {
    const { json } = await world.get("viewer", `/v1/broadcasts/${id}/targets`);
    expect(json.items.map((one: Record<string, unknown>) => [one.deviceId, one.state, one.reason])).toEqual([
      ["sp-1", "sounded", null],
      ["sp-2", "failed", "no_sound"],
    ]);
    const failed = await world.get(
      "viewer",
      `/v1/broadcasts/${id}/targets?state=failed&reason=no_sound&region=520326002`,
    );
    expect(failed.json.items).toHaveLength(1);
    const own = await world.get("village-viewer", `/v1/broadcasts/${id}/targets`);
    expect(own.json.items.map((one: { deviceId: string }) => one.deviceId)).toEqual(["sp-1"]);
    const page = await world.get("viewer", `/v1/broadcasts/${id}/targets?limit=1`);
    const next = await world.get(
      "viewer",
      `/v1/broadcasts/${id}/targets?limit=1&cursor=${page.json.nextCursor}`,
    );
    expect([next.json.items[0].deviceId, next.json.nextCursor]).toEqual(["sp-2", null]);
  });

  it("is told by the API's names also where an earlier version counted by others", async () => {
    await world.db.pool.query(
      `insert into broadcast_history (broadcast_no, step, action, from_state, to_state, actor_type, details)
       select broadcast_no, 99, 'complete', 'playing', 'completed', 'platform', '{"targets": {"sounded": 1, "handed_over": 3}}'
       from broadcasts where id = $1`,
      [id],
    );
    const history = (await world.get("viewer", `/v1/broadcasts/${id}/history`)).json.items;
    expect(history.at(-1).details).toEqual({ targets: { sounded: 1, handedOver: 3 } });
    await world.db.pool.query("alter table broadcast_history disable trigger user");
    await world.db.pool.query("delete from broadcast_history where step = 99");
    await world.db.pool.query("alter table broadcast_history enable trigger user");
  });

  it("is told region by region, with the silent villages by name", async () => {
    const { json } = await world.get("viewer", `/v1/broadcasts/${id}/coverage?level=township`);
    expect(json.total).toMatchObject({ targeted: 2, sounded: 1, failed: 1 });
    expect(json.items).toMatchObject([
      { regionCode: "520326001", name: "都濡街道", targeted: 1, sounded: 1 },
      { regionCode: "520326002", name: "丹砂街道", targeted: 1, sounded: 0 },
    ]);
    expect(json.silentVillages).toMatchObject({ count: 1, items: [{ name: "江村" }] });
    expect(json.seconds.handedOver).toMatchObject({ count: 2 });
  });

  it("is a report as JSON and as CSV, and taking it is in the audit", async () => {
    const { json } = await world.get("viewer", `/v1/broadcasts/${id}/report`);
    expect(json).toMatchObject({
      broadcast: { id, counts: { sounded: 1, failed: 1 } },
      total: { targeted: 2 },
    });
    expect(json.history).toHaveLength(3);
    expect(json.counties).toHaveLength(1);
    const csv = await world.get("viewer", `/v1/broadcasts/${id}/report`, "text/csv");
    const lines = csv.text.trim().split("\r\n");
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^deviceId,name,regionCode,/);
    expect(lines[2]).toContain("sp-2,,520326002001,务川县,丹砂街道,江村,failed,no_sound,");
    const { rows } = await world.db.pool.query(
      "select actor_id from audit where action = 'export.broadcast' and object_id = $1",
      [id],
    );
    expect(rows).toEqual([{ actor_id: "viewer" }, { actor_id: "viewer" }]);
  });
});
