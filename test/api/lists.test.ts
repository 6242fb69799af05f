import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { catalog } from "../../devices/catalog.ts";
import type { RejectedMessage } from "../../store/ledger/rejections.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { lastNewsNo, toldOf } from "../helpers/told.ts";
import { insertDevice, insertRegions } from "./fixtures.ts";
import { type Api, startApi } from "./harness.ts";

let db: TestDatabase;
let api: Api;
const replayed: RejectedMessage[] = [];

beforeAll(async () => {
  db = await createTestDatabase();
  await insertRegions(db.pool);
  api = await startApi(db.pool, {
    pendingOf: () => 3,
    replay: async (rejection) => {
      replayed.push(rejection);
      return { outcome: "stored", detail: "one reading" };
    },
  });
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

describe("kinds", () => {
  it("are the catalog, with units, ranges, events and alarm rules", async () => {
    const { json } = await api.call("/v1/kinds");
    expect(json.items.map((kind: { kind: string }) => kind.kind)).toEqual(catalog.map((kind) => kind.kind));
    const { json: meter } = await api.call("/v1/kinds/gas-meter");
    const volume = meter.metrics.find((metric: { key: string }) => metric.key === "volume");
    expect(volume).toMatchObject({
      type: "counter",
      unit: "m3",
      min: 0,
      decimals: 3,
      tolerance: 0.001,
      rollsOverAt: 100_000,
      restarts: false,
      aggregates: ["delta", "first", "last"],
      fleetAggregates: ["delta"],
    });
    const valve = meter.metrics.find((metric: { key: string }) => metric.key === "valve");
    expect(valve).toMatchObject({
      type: "state",
      unit: null,
      decimals: null,
      tolerance: null,
      restarts: null,
    });
    const { json: camera } = await api.call("/v1/kinds/camera");
    const uptime = camera.metrics.find((metric: { key: string }) => metric.key === "uptime");
    expect(uptime).toMatchObject({ tolerance: 0, restarts: true, rollsOverAt: null });
    expect([meter.capabilities, valve.zhValues.closed]).toEqual([["hasValve"], "关"]);
    expect(meter.commands[0]).toEqual({
      name: "close-valve",
      title: { en: "Close the valve", zh: "关阀" },
      about: "Shuts the gas off; somebody has to open the valve again",
      aboutZh: "切断燃气；之后须有人重新开阀",
      dangerous: true,
      parameters: [
        {
          ...{ name: "reason", type: "text", about: "For the meter's own log", zh: "原因" },
          ...{
            required: false,
            unit: null,
            min: null,
            max: null,
            maxLength: 200,
            values: null,
            zhValues: null,
          },
        },
      ],
    });
    expect(meter.alarms.length).toBeGreaterThan(0);
    expect(meter.events.length).toBeGreaterThan(0);
  });

  it("that are not there are a problem", async () => {
    const answer = await api.call("/v1/kinds/toaster");
    expect([answer.status, answer.json.code]).toEqual([404, "not_found"]);
  });
});

describe("regions", () => {
  const codes = (answer: { json: { items: { code: string }[] } }) =>
    answer.json.items.map((item) => item.code);

  it("are listed by parent, from the provinces down", async () => {
    expect(codes(await api.call("/v1/regions"))).toEqual(["52"]);
    const counties = await api.call("/v1/regions?parent=5201");
    expect(codes(counties)).toEqual(["520102", "520103"]);
    expect(counties.json.items[0]).toMatchObject({ name: "南明区", level: "county", childCount: 2 });
  });

  it("go on by cursor", async () => {
    const first = await api.call("/v1/regions?parent=5201&limit=1");
    expect(codes(first)).toEqual(["520102"]);
    const second = await api.call(`/v1/regions?parent=5201&limit=1&cursor=${first.json.nextCursor}`);
    expect([codes(second), second.json.nextCursor]).toEqual([["520103"], null]);
  });

  it("have their ancestors, and count living devices inside by kind", async () => {
    await insertDevice(db.pool, "in-village", { regionCode: "520102001001" });
    await insertDevice(db.pool, "in-township", { regionCode: "520102001", kind: "speaker" });
    await insertDevice(db.pool, "in-other", { regionCode: "520103" });
    const { json } = await api.call("/v1/regions/520102");
    expect(json.ancestors.map((region: { level: string }) => region.level)).toEqual(["province", "city"]);
    expect(json.deviceCounts).toEqual({ "gas-meter": 1, speaker: 1 });
  });

  it("that are not there are a problem", async () => {
    expect((await api.call("/v1/regions/99")).json.code).toBe("region_not_found");
    expect((await api.call("/v1/regions/123")).status).toBe(400);
  });
});

describe("events", () => {
  beforeAll(async () => {
    const meter = await insertDevice(db.pool, "event-meter");
    const camera = await insertDevice(db.pool, "event-camera", { kind: "camera", regionCode: "520103" });
    const add = (deviceNo: number, at: string, id: string, phase: string, type: string) =>
      db.pool.query(
        `insert into events (device_no, observed_at, event_id, phase, type, received_at, data)
         values ($1, $2, $3, $4, $5, $2, '{"note": "=SUM(1)"}')`,
        [deviceNo, at, id, phase, type],
      );
    await add(meter, "2026-01-01T00:00:00Z", "e1", "instant", "leak");
    await add(camera, "2026-01-01T00:00:00Z", "e2", "new", "motion");
    await add(camera, "2026-01-01T00:00:00Z", "e2", "end", "motion");
    await add(meter, "2026-01-02T00:00:00Z", "e3", "instant", "tamper");
  });

  const ids = (answer: { json: { items: { eventId: string; phase: string }[] } }) =>
    answer.json.items.map((event) => `${event.eventId}/${event.phase}`);

  it("come newest first and go on by cursor, also where moments are equal", async () => {
    const all = ids(await api.call("/v1/events"));
    expect(all).toHaveLength(4);
    expect(all[0]).toBe("e3/instant");
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const next: string = cursor ? `&cursor=${cursor}` : "";
      const page = await api.call(`/v1/events?limit=1${next}`);
      seen.push(...ids(page));
      cursor = page.json.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(all);
  });

  it.each([
    ["device=event-meter", ["e3/instant", "e1/instant"]],
    ["kind=camera&type=motion", ["e2/new", "e2/end"]],
    ["region=520103", ["e2/new", "e2/end"]],
    ["from=2026-01-01T12:00:00Z", ["e3/instant"]],
    ["to=2026-01-01T00:00:00Z", []],
  ])("are narrowed by %s", async (query, expected) => {
    expect(ids(await api.call(`/v1/events?${query}`))).toEqual(expected);
  });

  it("of a device that is not there are a problem, not an empty list", async () => {
    expect((await api.call("/v1/events?device=nobody")).json.code).toBe("device_not_found");
  });

  it("come as CSV", async () => {
    const { text } = await api.call({
      url: "/v1/events?device=event-meter&type=leak",
      headers: { accept: "text/csv" },
    });
    expect(text).toBe(
      "observedAt,receivedAt,deviceId,kind,regionCode,eventId,type,phase,data\r\n" +
        '2026-01-01T00:00:00.000Z,2026-01-01T00:00:00.000Z,event-meter,gas-meter,520102001,e1,leak,instant,"{""note"":""=SUM(1)""}"\r\n',
    );
  });
});

describe("alarms", () => {
  const latched = catalog
    .flatMap((kind) => kind.alarms.map((rule) => ({ kind: kind.kind, rule })))
    .find(({ rule }) => rule.type === "event" && rule.clearedBy.length === 0)!;

  async function raise(id: string, kind: string, rule: string, severity = "major"): Promise<number> {
    const deviceNo = await insertDevice(db.pool, id, { kind });
    const { rows } = await db.pool.query(
      `insert into alarms (device_no, rule, severity, message, raised_at)
       values ($1, $2, $3, 'something is wrong', '2026-01-01T00:00:00Z') returning alarm_no`,
      [deviceNo, rule, severity],
    );
    return rows[0].alarm_no;
  }

  const acknowledge = (id: number, payload?: object) =>
    api.call({ method: "POST", url: `/v1/alarms/${id}/acknowledge`, ...(payload ? { payload } : {}) });

  it("are listed while they are active, or as asked", async () => {
    const id = await raise("alarm-listed", "speaker", "silent", "critical");
    const list = async (query: string) =>
      (await api.call(`/v1/alarms?device=alarm-listed${query}`)).json.items.map(
        (item: { id: number }) => item.id,
      );
    expect(await list("")).toEqual([id]);
    expect(await list("&severity=minor")).toEqual([]);
    await db.pool.query("update alarms set cleared_at = now() where alarm_no = $1", [id]);
    expect(await list("")).toEqual([]);
    expect(await list("&state=cleared")).toEqual([id]);
    expect(await list("&state=all&kind=speaker&region=5201")).toEqual([id]);
  });

  it("go on by cursor where they were raised at the same moment", async () => {
    const ids = [await raise("same-1", "camera", "r"), await raise("same-2", "camera", "r")];
    const first = await api.call("/v1/alarms?kind=camera&limit=1");
    const second = await api.call(`/v1/alarms?kind=camera&limit=1&cursor=${first.json.nextCursor}`);
    expect([first.json.items[0].id, second.json.items[0].id]).toEqual(ids.reverse());
    expect(second.json.nextCursor).toBeNull();
  });

  it("are acknowledged once: the first name and time stay", async () => {
    const id = await raise("alarm-ack", "gas-meter", "flow_high");
    const first = await acknowledge(id, { by: "王工" });
    expect(first.json).toMatchObject({ acknowledgedBy: "王工", state: "active", clearedAt: null });
    const second = await acknowledge(id);
    expect(second.status).toBe(200);
    expect(second.json).toEqual(first.json);
  });

  it("carry the key's name when nobody is named", async () => {
    const id = await raise("alarm-unnamed", "gas-meter", "flow_high");
    expect((await acknowledge(id)).json.acknowledgedBy).toBe("administrator");
  });

  it("that nothing else clears are cleared by it, and all processes are told of both, once", async () => {
    const onTold = vi.fn();
    const api = await startApi(db.pool, { onTold });
    const id = await raise("alarm-latched", latched.kind, latched.rule.rule);
    const before = await lastNewsNo(db.pool);
    const acknowledgeIt = () => api.call({ method: "POST", url: `/v1/alarms/${id}/acknowledge` });
    const answer = await acknowledgeIt();
    expect(answer.json.state).toBe("cleared");
    expect(onTold).toHaveBeenCalledTimes(1);
    await acknowledgeIt();
    await api.app.close();
    const { rows } = await db.pool.query("select device_no from devices where id = 'alarm-latched'");
    const alarm = {
      alarmNo: id,
      deviceNo: rows[0].device_no,
      deviceId: "alarm-latched",
      kind: latched.kind,
      rule: latched.rule.rule,
    };
    expect(await toldOf(db.pool, "alarm", before)).toMatchObject([
      { ...alarm, change: "acknowledged", by: "administrator", at: answer.json.acknowledgedAt },
      { ...alarm, change: "cleared", by: null, at: answer.json.clearedAt },
    ]);
  });

  it("that are not there are a problem", async () => {
    expect((await acknowledge(999_999)).json.code).toBe("alarm_not_found");
  });
});

describe("the ledger", () => {
  it("adds the folded sum, unfolded batches and what is pending, and its parts add up", async () => {
    const deviceNo = await insertDevice(db.pool, "ledger");
    const other = await insertDevice(db.pool, "ledger-other");
    await db.pool.query("insert into device_ledger values ($1, 100, 90, 4)", [deviceNo]);
    await db.pool.query(
      "insert into ledger_batches (device_nos, received, stored, rejected) values ($1, $2, $3, $4)",
      [
        [other, deviceNo],
        [50, 10],
        [50, 7],
        [0, 1],
      ],
    );
    const { json } = await api.call("/v1/devices/ledger/ledger");
    expect(json).toEqual({ received: 113, stored: 97, duplicate: 8, rejected: 5, pending: 3 });
    expect(json.received).toBe(json.stored + json.duplicate + json.rejected + json.pending);
  });

  it("of a device that has sent nothing is zero", async () => {
    await insertDevice(db.pool, "ledger-empty");
    const { json } = await api.call("/v1/devices/ledger-empty/ledger");
    expect(json).toEqual({ received: 3, stored: 0, duplicate: 0, rejected: 0, pending: 3 });
  });
});

describe("rejections", () => {
  async function reject(deviceNo: number | null, reason: string, payload: Buffer): Promise<number> {
    const { rows } = await db.pool.query(
      `insert into rejected_messages (received_at, device_no, publisher, topic, reason, detail, payload, payload_bytes)
       values (now(), $1, 'p', 't', $2, 'd', $3, length($3::bytea)) returning rejection_no`,
      [deviceNo, reason, payload],
    );
    return rows[0].rejection_no;
  }

  it("are listed newest first, by device and reason, without their payloads", async () => {
    const deviceNo = await insertDevice(db.pool, "rejected");
    const first = await reject(deviceNo, "not_json", Buffer.from("{"));
    const second = await reject(deviceNo, "off_scale", Buffer.from("{}"));
    await reject(null, "unknown_device", Buffer.from("{}"));
    const { json } = await api.call("/v1/rejections?device=rejected");
    expect(json.items.map((item: { id: number }) => item.id)).toEqual([second, first]);
    expect(json.items[0]).toMatchObject({
      deviceId: "rejected",
      door: "mqtt",
      topic: "t",
      reason: "off_scale",
      messages: 1,
      replayOutcome: null,
    });
    expect(json.items[0]).not.toHaveProperty("payload");
    const unknown = await api.call("/v1/rejections?reason=unknown_device");
    expect(unknown.json.items[0].deviceId).toBeNull();
  });

  it("are shown with their payload, as text where it is text", async () => {
    const text = await reject(null, "not_json", Buffer.from("温度"));
    const binary = await reject(null, "not_json", Buffer.from([0xff, 0x00]));
    expect((await api.call(`/v1/rejections/${text}`)).json.payload).toEqual({
      encoding: "utf8",
      data: "温度",
    });
    expect((await api.call(`/v1/rejections/${binary}`)).json.payload).toEqual({
      encoding: "base64",
      data: "/wA=",
    });
  });

  it("are replayed with all that they carried, and not again once they are stored", async () => {
    const id = await reject(null, "off_scale", Buffer.from('{"volume":1}'));
    await db.pool.query("update rejected_messages set door = 'lorawan' where rejection_no = $1", [id]);
    const answer = await api.call({ method: "POST", url: `/v1/rejections/${id}/replay` });
    expect(answer.json).toEqual({ outcome: "stored", detail: "one reading" });
    const kept = { rejectionNo: id, publisher: "p", door: "lorawan", topic: "t", payloadBytes: 12 };
    expect(replayed.at(-1)).toMatchObject(kept);
    expect(replayed.at(-1)!.payload.toString()).toBe('{"volume":1}');
    await db.pool.query(
      "update rejected_messages set replayed_at = now(), replay_outcome = 'stored' where rejection_no = $1",
      [id],
    );
    const again = await api.call({ method: "POST", url: `/v1/rejections/${id}/replay` });
    expect([again.status, again.json.code]).toEqual([409, "already_replayed"]);
  });

  it("that are not there are a problem", async () => {
    expect((await api.call("/v1/rejections/999999")).json.code).toBe("rejection_not_found");
    expect((await api.call("/v1/rejections/abc")).status).toBe(400);
  });
});

describe("health", () => {
  it("is ready while every check is ok", async () => {
    const checks = [{ name: "database", ok: true }];
    const healthy = await startApi(db.pool, { ready: async () => checks });
    const anybody = { headers: { authorization: "" } };
    const ready = await healthy.call({ url: "/readyz", ...anybody });
    expect([ready.status, ready.json]).toEqual([200, { ready: true, checks }]);
    checks[0] = { name: "database", ok: false };
    expect((await healthy.call({ url: "/readyz", ...anybody })).status).toBe(503);
    expect((await healthy.call({ url: "/livez", ...anybody })).json).toEqual({
      status: "ok",
      version: "0.0.0-test",
    });
    await healthy.call("/v1/devices?limit=1");
    const { text } = await healthy.call({ url: "/metrics", ...anybody });
    expect(text).toContain(
      'sbi_http_request_duration_seconds_count{method="GET",route="/v1/devices",status="200"} 1',
    );
    expect(text).toContain("sbi_stream_subscribers 0");
    await healthy.app.close();
  });
});
