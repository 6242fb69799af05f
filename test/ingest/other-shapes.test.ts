import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NO_LIMITS } from "../../store/database/limits.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addDevice, gasMeterRows, lastRejection, rejectionsOf, startTestIngest } from "../helpers/ingest.ts";

const ACTOR = { type: "person", id: "li", name: "李", tenantId: null } as const;

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const start = Date.now() - 600 * 60_000;
const at = (minute: number) => new Date(start + minute * 60_000).toISOString();

const eventsOf = async (id: string) =>
  (
    await db.pool.query(
      `select event_id, observed_at, phase, type, data from events join devices using (device_no)
       where id = $1 order by observed_at, event_id`,
      [id],
    )
  ).rows;

const alarmsOf = async (id: string) =>
  (
    await db.pool.query(
      "select rule, value from alarms join devices using (device_no) where id = $1 order by rule",
      [id],
    )
  ).rows.map(({ rule, value }) => (value === null ? rule : [rule, value]));

const refused = async (id: string) =>
  (await rejectionsOf(db.pool, id)).map(({ reason, partial, payload }) => [reason, partial, payload]);

const deep = (levels: number) => JSON.parse(`${"[".repeat(levels)}1${"]".repeat(levels)}`);

describe("an event of a type that its kind has", () => {
  const given = expect.stringMatching(/^auto-[0-9a-f]{32}$/);

  it("is kept and raises its alarm with or without a name", async () => {
    const cases: [said: object, name: unknown, data?: object][] = [
      [{}, given],
      [{ eventId: 17 }, "17"],
      [{ eventId: "" }, given],
      [{ eventId: null }, given],
      [{ event_id: "z" }, given, { event_id: "z" }],
      [{ eventId: "p", phase: null }, "p"],
    ];
    for (const i of cases.keys()) await addDevice(db.pool, `named-${i}`);
    const { publish, ledger } = await startTestIngest(db.pool);
    for (const [i, [said, name, data = {}]] of cases.entries()) {
      const id = `named-${i}`;
      await publish(id, "events", { type: "leak", ...said });
      const found = (await eventsOf(id)).map(({ observed_at: _, ...event }) => event);
      expect(found).toEqual([{ event_id: name, type: "leak", phase: "instant", data }]);
      expect(await alarmsOf(id)).toEqual(["leak"]);
      expect(await refused(id)).toEqual([]);
      expect(await ledger(id)).toEqual({ received: 1, stored: 1, duplicate: 0, rejected: 0 });
    }
    await publish("named-0", "events", '{"type":"leak","eventId":1724442618569203714}');
    expect((await eventsOf("named-0")).map(({ event_id }) => event_id)).toContain("1724442618569203714");
  });

  it("is kept and raises its alarm whatever else is wrong with it, which is on record", async () => {
    const where = { where: "hall" };
    const cases: [said: object, reasons: string[], data?: object][] = [
      [{ eventId: "n".repeat(129) }, ["bad_shape"]],
      [{ eventId: { a: 1 } }, ["bad_shape"]],
      [{ eventId: "a\0" }, ["bad_text"]],
      [{ eventId: "e", phase: "start" }, ["bad_shape"]],
      [{ eventId: [1], phase: 2 }, ["bad_shape"]],
      [{ eventId: "e", frames: deep(17), ...where }, ["too_deep"], where],
      [{ eventId: "e", note: "\ud800", ...where }, ["bad_text"], where],
      [{ eventId: "e", "a\0": 1 }, ["bad_text"]],
      [{ observedAt: 12_345 }, ["clock_unset"]],
      [
        { eventId: true, phase: "NEW", a: deep(17), b: "\0", observedAt: "now" },
        ["bad_shape", "too_deep", "bad_text", "bad_time"],
      ],
    ];
    for (const i of cases.keys()) await addDevice(db.pool, `faulty-${i}`);
    const { publish, ledger, ingest } = await startTestIngest(db.pool);
    for (const [i, [said, reasons, data = {}]] of cases.entries()) {
      const id = `faulty-${i}`;
      const item = { type: "leak", ...said };
      await publish(id, "events", item);
      expect(await eventsOf(id)).toMatchObject([{ type: "leak", phase: "instant", data }]);
      expect(await alarmsOf(id)).toEqual(["leak"]);
      expect(await refused(id)).toEqual(reasons.map((reason) => [reason, true, item]));
      expect(await ledger(id)).toEqual({ received: 1, stored: 1, duplicate: 0, rejected: 0 });
      // A replay is for after a fix, and has to be right.
      const again = await ingest.replay(await lastRejection(db.pool, id), ACTOR, NO_LIMITS);
      expect(again).toMatchObject({
        outcome: "rejected",
        detail: expect.stringContaining(`${reasons[0]}: `),
      });
      expect(await eventsOf(id)).toHaveLength(1);
    }
    const [{ detail }] = await rejectionsOf(db.pool, "faulty-9");
    expect(detail).toBe(
      "phase: \"NEW\", expected one of instant, new, update, end; did you mean 'new'?; it is kept as instant; " +
        "eventId: expected a text of 1 to 128 characters, not true; it has one of ours",
    );
  });

  it("is one event however often it is sent, where it says when it was", async () => {
    await addDevice(db.pool, "again-1");
    const { publish, ledger } = await startTestIngest(db.pool);
    const item = { type: "leak", observedAt: at(1), flow: 0.4 };
    for (let i = 0; i < 3; i++) await publish("again-1", "events", item);
    await publish("again-1", "events", [item, { ...item, flow: 0.5 }, { ...item, observedAt: at(2) }]);
    const events = await eventsOf("again-1");
    expect(events.map(({ observed_at, data }) => [observed_at.toISOString(), data.flow]).sort()).toEqual([
      [at(1), 0.4],
      [at(1), 0.5],
      [at(2), 0.4],
    ]);
    expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(3);
    expect(await alarmsOf("again-1")).toEqual(["leak"]);
    expect(await ledger("again-1")).toEqual({ received: 6, stored: 3, duplicate: 3, rejected: 0 });
  });

  it("is another one each time that it comes, where nothing says when it was", async () => {
    await addDevice(db.pool, "again-2");
    const { publish, ledger } = await startTestIngest(db.pool);
    await publish("again-2", "events", { type: "leak" });
    await publish("again-2", "events", [{ type: "leak" }, { type: "leak" }]);
    const events = await eventsOf("again-2");
    expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(3);
    expect(await alarmsOf("again-2")).toEqual(["leak"]);
    expect(await ledger("again-2")).toEqual({ received: 3, stored: 3, duplicate: 0, rejected: 0 });
  });

  it("is refused where the type is not one, with what may have been meant", async () => {
    await addDevice(db.pool, "types-1");
    const { publish } = await startTestIngest(db.pool);
    for (const item of [
      { type: "LEAK" },
      { type: " leak " },
      { type: "leakage" },
      { event: "leak" },
      { type: "hail" },
    ])
      await publish("types-1", "events", item);
    const known =
      "expected one of leak, tamper, magnet, reverse_flow, case_open, low_battery, network_report";
    expect(
      (await rejectionsOf(db.pool, "types-1")).map(({ reason, detail }) => `${reason} ${detail}`),
    ).toEqual([
      `unknown_event type: 'LEAK', ${known}; did you mean 'leak'?`,
      `unknown_event type: ' leak ', ${known}; did you mean 'leak'?`,
      `unknown_event type: 'leakage', ${known}; did you mean 'leak'?`,
      "bad_shape type: missing, expected the name of an event; 'leak' stands in 'event': send it as type",
      `unknown_event type: 'hail', ${known}`,
    ]);
    expect(await alarmsOf("types-1")).toEqual([]);
  });

  it("is stored once by a replay of what was refused for its missing name before", async () => {
    await addDevice(db.pool, "former-1");
    const { publish, ingest, ledger } = await startTestIngest(db.pool);
    await publish("former-1", "events", { type: "hail" });
    const row = await lastRejection(db.pool, "former-1");
    const payload = Buffer.from(JSON.stringify({ eventId: "", type: "leak", observedAt: at(3) }));
    const former = { ...row, reason: "bad_shape", payload, payloadBytes: payload.length };
    expect(await ingest.replay(former, ACTOR, NO_LIMITS)).toMatchObject({ outcome: "stored" });
    expect(await eventsOf("former-1")).toMatchObject([{ event_id: given, type: "leak" }]);
    expect(await ledger("former-1")).toEqual({ received: 1, stored: 1, duplicate: 0, rejected: 0 });
  });
});

describe("a reply to a command", () => {
  it("is kept without what of it cannot be", async () => {
    await addDevice(db.pool, "reply-1");
    const { publish, ledger } = await startTestIngest(db.pool);
    const reply = { commandId: "c", outcome: "ended", observedAt: at(1), secondsPlayed: 12, note: "\0" };
    await publish("reply-1", "replies", reply);
    const { rows } = await db.pool.query(
      "select command_id, outcome, data from replies join devices using (device_no) where id = 'reply-1'",
    );
    expect(rows).toEqual([{ command_id: "c", outcome: "ended", data: { secondsPlayed: 12 } }]);
    expect(await refused("reply-1")).toEqual([["bad_text", true, reply]]);
    expect(await ledger("reply-1")).toEqual({ received: 1, stored: 1, duplicate: 0, rejected: 0 });
  });
});

describe("a value of the wrong type", () => {
  it("costs neither its neighbours nor their alarms, and is on record with what was expected", async () => {
    await addDevice(db.pool, "type-1");
    const { publish, ledger, registry } = await startTestIngest(db.pool);
    await publish("type-1", "telemetry", {
      observedAt: at(1),
      volume: 5,
      pressure: 9.5,
      valve: "OPEN",
      temperature: " 21,5 °C",
      flow: true,
      rssi: "weak",
    });
    await publish("type-1", "telemetry", { observedAt: at(2), volume: 5, pressure: "9.5" });
    expect(
      (await gasMeterRows(db.pool, "type-1")).map(({ volume, pressure, valve }) => [volume, pressure, valve]),
    ).toEqual([
      [5, 9.5, null],
      [5, null, null],
    ]);
    expect(await alarmsOf("type-1")).toEqual([["pressure_high", 9.5]]);
    const [first, second] = await rejectionsOf(db.pool, "type-1");
    expect(first).toMatchObject({
      reason: "bad_type",
      partial: true,
      items: 1,
      payload: { observedAt: at(1), valve: "OPEN", temperature: " 21,5 °C", flow: true, rssi: "weak" },
    });
    expect(first!.detail.split("; ")).toEqual([
      'valve: "OPEN", expected one of open, closed, abnormal',
      "did you mean 'open'?",
      'temperature: " 21,5 °C", expected a number in Cel',
      "it is a number in quotes: send it without them, with a point and without its unit",
      "flow: true, expected a number in m3/h",
      'rssi: "weak", expected a number in dB{mW}',
    ]);
    expect(second!.detail).toBe(
      'pressure: "9.5", expected a number in kPa; it is a number in quotes: send it without them',
    );
    expect(await ledger("type-1")).toEqual({ received: 2, stored: 2, duplicate: 0, rejected: 0 });
    expect(await registry.getSingleMetricAsString("sbi_partial_rejections_total")).toContain(
      'sbi_partial_rejections_total{reason="bad_type"} 2',
    );
  });

  it("refuses a reading that has nothing else, as a whole", async () => {
    await addDevice(db.pool, "type-2");
    const { publish, ledger } = await startTestIngest(db.pool);
    const items = [
      { observedAt: at(1), volume: "5", note: "x" },
      { observedAt: at(2), valve: "OPEN", pressure: 12 },
      { observedAt: at(3), volume: {}, note: "\0" },
    ];
    for (const item of items) await publish("type-2", "telemetry", item);
    expect(await gasMeterRows(db.pool, "type-2")).toEqual([]);
    expect(await refused("type-2")).toEqual([
      ["bad_type", false, items[0]],
      // Alarms have looked at it.
      ["off_scale", false, items[1]],
      ["bad_type", false, items[2]],
    ]);
    expect(await alarmsOf("type-2")).toEqual([["pressure_high", 12]]);
    expect(await ledger("type-2")).toEqual({ received: 3, stored: 0, duplicate: 0, rejected: 3 });
  });

  it("can be replayed once its kind takes it, and is merged into what was kept of its item", async () => {
    await addDevice(db.pool, "type-3");
    const { publish, ledger, ingest } = await startTestIngest(db.pool);
    await publish("type-3", "telemetry", { observedAt: at(1), volume: 1, valve: "ajar" });
    const replay = async () => ingest.replay(await lastRejection(db.pool, "type-3"), ACTOR, NO_LIMITS);
    expect(await replay()).toMatchObject({ outcome: "rejected" });
    // As after a change of the kind.
    const { runtime } = ingest.directory.find("type-3")!;
    const { values } = (runtime as unknown as { byKey: Map<string, { values: Set<string> }> }).byKey.get(
      "valve",
    )!;
    values.add("ajar");
    expect(await replay()).toMatchObject({ outcome: "stored" });
    values.delete("ajar");
    expect(await gasMeterRows(db.pool, "type-3")).toMatchObject([{ volume: 1, valve: "ajar" }]);
    expect(await ledger("type-3")).toEqual({ received: 1, stored: 1, duplicate: 0, rejected: 0 });
  });

  it("is told of a gateway's device under its name, and so is what is wrong with its event", async () => {
    const gateway = await addDevice(db.pool, "type-gw", { kind: "lora-gateway" });
    await addDevice(db.pool, "type-4", { gatewayNo: gateway.deviceNo });
    const { publish, ledger } = await startTestIngest(db.pool);
    await publish("type-gw", "gateway-telemetry", { "type-4": { observedAt: at(1), volume: 1, valve: 3 } });
    const event = { type: "leak", observedAt: at(1), phase: "start" };
    await publish("type-gw", "gateway-events", { "type-4": event });
    expect(await refused("type-4")).toEqual([
      ["bad_type", true, { "type-4": { observedAt: at(1), valve: 3 } }],
      ["bad_shape", true, { "type-4": event }],
    ]);
    expect(await alarmsOf("type-4")).toEqual(["leak"]);
    expect(await ledger("type-4")).toEqual({ received: 2, stored: 2, duplicate: 0, rejected: 0 });
  });
});

describe("a key beside the quantities that cannot be kept", () => {
  it("is refused by itself", async () => {
    const nested = `${"[".repeat(17)}${"]".repeat(17)}`;
    const many = `[${Array(43_000).fill("1e308").join()}]`;
    const cases: [key: string, value: string, reason: string, recorded?: string][] = [
      ["note", '"a\\u0000"', "bad_text"],
      ["\\ud800", "1", "bad_text"],
      ["__proto__", '"a\\u0000"', "bad_text"],
      ["frames", nested, "too_deep"],
      ["size", "1e999", "bad_type", "Infinity"],
      ["many", many, "bad_type", many.replaceAll("e", "e+")],
    ];
    for (const i of cases.keys()) await addDevice(db.pool, `beside-${i}`);
    const { publish, ledger } = await startTestIngest(db.pool);
    for (const [i, [key, value, reason, recorded = value]] of cases.entries()) {
      const id = `beside-${i}`;
      const extra = `"good":{"n":[1,2]},"${key}":${value}`;
      await publish(id, "telemetry", `{"observedAt":"${at(1)}","volume":5,${extra},"pressure":9.5}`);
      expect(await gasMeterRows(db.pool, id)).toMatchObject([
        { volume: 5, pressure: 9.5, extra: { good: { n: [1, 2] } } },
      ]);
      expect(await alarmsOf(id)).toEqual([["pressure_high", 9.5]]);
      const { rows } = await db.pool.query(
        `select reason, partial, convert_from(payload, 'utf8') as text from rejected_messages
         join devices using (device_no) where id = $1`,
        [id],
      );
      expect(rows).toEqual([
        { reason, partial: true, text: `{"observedAt":"${at(1)}","${key}":${recorded}}` },
      ]);
      expect(await ledger(id)).toEqual({ received: 1, stored: 1, duplicate: 0, rejected: 0 });
    }
  });
});

describe("a byte order mark", () => {
  const mark = "\ufeff";

  it("before the JSON is no part of it, on every topic and in a replay", async () => {
    const gateway = await addDevice(db.pool, "bom-gw", { kind: "lora-gateway" });
    await addDevice(db.pool, "bom-1", { gatewayNo: gateway.deviceNo });
    await addDevice(db.pool, "bom-2");
    const { publish, ingest, ledger } = await startTestIngest(db.pool);
    await publish("bom-1", "telemetry", `${mark}{"observedAt":"${at(1)}","volume":1}`);
    await publish("bom-1", "events", `${mark}{"type":"leak","observedAt":"${at(1)}"}`);
    await publish("bom-1", "replies", `${mark}{"commandId":"c","outcome":"done","observedAt":"${at(1)}"}`);
    await publish("bom-gw", "gateway-telemetry", `${mark}{"bom-1":{"observedAt":"${at(2)}","volume":2}}`);
    expect((await gasMeterRows(db.pool, "bom-1")).map(({ volume }) => volume)).toEqual([1, 2]);
    expect(await ledger("bom-1")).toEqual({ received: 4, stored: 4, duplicate: 0, rejected: 0 });
    // As it is on record from before.
    await publish("bom-2", "telemetry", "none");
    const payload = Buffer.from(`${mark}{"observedAt":"${at(1)}","volume":1}`);
    const former = { ...(await lastRejection(db.pool, "bom-2")), payload, payloadBytes: payload.length };
    expect(await ingest.replay(former, ACTOR, NO_LIMITS)).toMatchObject({ outcome: "stored" });
  });

  it("and whatever else nobody sees is an escape in the words of a rejection", async () => {
    await addDevice(db.pool, "unseen-1");
    const { publish } = await startTestIngest(db.pool);
    await publish("unseen-1", "telemetry", `${mark}${mark}{}`);
    await publish("unseen-1", "events", { type: "le\u200bak\u00a0\u202e\n\u3000煤气 é" });
    await publish("unseen-1", "telemetry", { ["\u2028".repeat(200)]: 1 });
    const details = (await rejectionsOfText("unseen-1")).map(({ detail }) => detail);
    expect(details[0]).toContain("\\u{feff}");
    expect(details[1]).toContain(
      "type: 'le\\u{200b}ak\\u{a0}\\u{202e}\\u{a}\\u{3000}煤气 é', expected one of leak",
    );
    for (const detail of details) {
      expect(detail).toMatch(/^[^\p{C}\u2028\ufeff\u00a0\u3000]*$/u);
      expect(detail.length).toBeLessThanOrEqual(1024);
    }
  });

  const rejectionsOfText = async (id: string) =>
    (
      await db.pool.query(
        "select detail from rejected_messages join devices using (device_no) where id = $1 order by rejection_no",
        [id],
      )
    ).rows as { detail: string }[];
});
