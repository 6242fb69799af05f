import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { tablesOf } from "../../app/kind-tables.ts";
import { catalog } from "../../devices/catalog.ts";
import { keepNext } from "../../store/rollups/keep-days.ts";
import { connectDevice, RawMqtt } from "../helpers/mqtt.ts";
import { startTestPlatform, type TestPlatform } from "../helpers/platform.ts";

/** The promises of the platform, from an ordinary MQTT client to the API and back. */
let app: TestPlatform;
beforeAll(async () => {
  app = await startTestPlatform();
});
afterAll(() => app.stop());

type Ledger = Record<"received" | "stored" | "duplicate" | "rejected" | "pending", number>;
const ledgerOf = (id: string) => app.api<Ledger>(`/v1/devices/${id}/ledger`);
const latestOf = async (id: string) =>
  (
    await app.api<{ reading: { observedAt: string; metrics: Record<string, unknown> } | null }>(
      `/v1/devices/${id}/latest`,
    )
  ).reading;
const readingsOf = async (id: string, query = "") =>
  (
    await app.api<{ items: { observedAt: string; metrics: Record<string, unknown>; extra: unknown }[] }>(
      `/v1/devices/${id}/readings?from=2015-01-01T00:00:00Z&order=asc${query}`,
    )
  ).items;

async function device(id: string, kind?: string) {
  const { token } = await app.register(id, kind);
  const client = await connectDevice(app.platform.mqttPort, id, token);
  const publish = (payload: unknown, channel = "telemetry") =>
    client.publishAsync(`v1/devices/${id}/${channel}`, JSON.stringify(payload), { qos: 1 });
  return { client, token, publish };
}

describe("a day of buffered readings under another time key", () => {
  it("is acknowledged, and every one of them is on record with its payload", async () => {
    const { publish } = await device("buffered-1");
    const items = Array.from({ length: 24 }, (_, hour) => ({
      timestamp: new Date(Date.UTC(2026, 10, 20, hour)).toISOString(),
      volume: hour,
    }));
    await publish(items);
    await publish({ ts: 1_795_500_000_000, values: { volume: 10 } });
    expect(await latestOf("buffered-1")).toBeNull();
    const { items: rejections } = await app.api<{ items: { id: number; reason: string; items: number }[] }>(
      "/v1/rejections?device=buffered-1",
    );
    expect(rejections.map(({ reason, items }) => [reason, items])).toEqual([
      ["no_quantity", 1],
      ["time_missing", 24],
    ]);
    const { payload } = await app.api<{ payload: { data: string } }>(`/v1/rejections/${rejections[1]!.id}`);
    expect(JSON.parse(payload.data)).toEqual(items);
    expect(await ledgerOf("buffered-1")).toMatchObject({
      received: 25,
      stored: 0,
      duplicate: 0,
      rejected: 25,
    });
  });
});

describe("PUBACK means committed", () => {
  it("finds the reading in the API as soon as it is acknowledged", async () => {
    const { publish } = await device("committed-1");
    for (let i = 1; i <= 20; i++) {
      await publish({ observedAt: Date.now() - (100 - i) * 1000, volume: i });
      expect((await latestOf("committed-1"))?.metrics.volume).toBe(i);
    }
  });

  it.each([1, 2] as const)(
    "holds the acknowledgement of QoS %i for as long as the row cannot be committed",
    async (qos) => {
      const id = `held-${qos}`;
      const { token } = await app.register(id);
      const raw = new RawMqtt(app.platform.mqttPort);
      await raw.login(id, token);
      const blocker = await app.db.pool.connect();
      await blocker.query("begin");
      await blocker.query("lock table readings_gas_meter in access exclusive mode");
      try {
        raw.publish(`v1/devices/${id}/telemetry`, '{"flow":1}', 1, qos);
        // A ping that is answered shows that the broker has read beyond the publish, and that time has passed.
        for (let i = 0; i < 3; i++) await blocker.query("select pg_sleep(0.1)");
        expect(raw.received.map(({ cmd }) => cmd)).toEqual(["connack"]);
      } finally {
        await blocker.query("rollback");
        blocker.release();
      }
      await raw.next(qos === 1 ? "puback" : "pubrec", 1);
      expect(await readingsOf(id)).toHaveLength(1);
    },
  );

  it("is true of a rejection as well: it is on record when it is acknowledged", async () => {
    const { publish } = await device("rejected-1");
    await publish({ flow: "much" });
    const { items } = await app.api<{ items: { reason: string; detail: string }[] }>(
      "/v1/rejections?device=rejected-1",
    );
    expect(items).toMatchObject([{ reason: "bad_type" }]);
  });
});

describe("stored once", () => {
  it("counts what is sent again as a duplicate", async () => {
    const { publish } = await device("again-1");
    const reading = { observedAt: "2026-03-01T00:00:00Z", volume: 5 };
    for (let i = 0; i < 3; i++) await publish(reading);
    expect(await readingsOf("again-1")).toHaveLength(1);
    expect(await ledgerOf("again-1")).toEqual({
      received: 3,
      stored: 1,
      duplicate: 2,
      rejected: 0,
      pending: 0,
    });
  });
});

describe("nothing vanishes", () => {
  it("ends every item as stored, duplicate or rejected, in the ledger and in the metrics", async () => {
    const before = await app.api<string>("/metrics");
    const { publish } = await device("mixture-1");
    await publish([
      { observedAt: "2026-03-01T00:00:00Z", flow: 1 },
      { observedAt: "2026-03-01T00:00:00Z", flow: 1 },
    ]);
    await publish({ observedAt: "2026-03-01T01:00:00Z", flow: 500 });
    await publish({ observedAt: "2026-03-01T02:00:00Z", flow: 2, strange_metric: [1, 2] });
    await publish({ eventId: "e1", observedAt: "2026-03-01T02:00:00Z", type: "magnet" }, "events");
    const after = await app.api<string>("/metrics");
    expect(await ledgerOf("mixture-1")).toEqual({
      received: 5,
      stored: 3,
      duplicate: 1,
      rejected: 1,
      pending: 0,
    });
    const outcome = (text: string, name: string) =>
      Number(new RegExp(`^sbi_items_total\\{outcome="${name}"\\} (\\d+)$`, "m").exec(text)?.[1]);
    for (const [name, more] of [
      ["stored", 3],
      ["duplicate", 1],
      ["rejected", 1],
    ] as const) {
      expect(outcome(after, name) - outcome(before, name), name).toBe(more);
    }
    expect((await readingsOf("mixture-1")).at(-1)?.extra).toEqual({ strange_metric: [1, 2] });
  });

  it("replays a rejected message, and the ledger follows", async () => {
    const { publish } = await device("replayed-1");
    // Rejected today; accepted once its clock's day has come: 23 hours later it would be within the limit.
    const ahead = Date.now() + 24 * 3600_000 + 400;
    await publish({ observedAt: ahead, flow: 1 });
    const { items } = await app.api<{ items: { id: number; reason: string }[] }>(
      "/v1/rejections?device=replayed-1",
    );
    expect(items).toMatchObject([{ reason: "clock_ahead" }]);
    const replay = () =>
      app.api<{ outcome: string }>(`/v1/rejections/${items[0]!.id}/replay`, { method: "POST" });
    // The message keeps the time at which it first arrived, so the clock's fault stays a fault.
    expect(await replay()).toMatchObject({ outcome: "rejected" });
    expect(await ledgerOf("replayed-1")).toEqual({
      received: 1,
      stored: 0,
      duplicate: 0,
      rejected: 1,
      pending: 0,
    });
  });
});

describe("one wrong topic", () => {
  it("keeps nothing else of its device away, is in the ledger each time, and is one rejection", async () => {
    const { client, publish } = await device("mistyped-1");
    const ended = vi.fn();
    client.on("close", ended);
    for (const qos of [1, 2, 1] as const)
      await client.publishAsync("v1/device/mistyped-1/telemetry", `{"volume":${qos}}`, { qos });
    await publish({ observedAt: Date.now(), volume: 7 });
    expect(ended).not.toHaveBeenCalled();
    expect((await latestOf("mistyped-1"))?.metrics.volume).toBe(7);
    expect(await ledgerOf("mistyped-1")).toEqual({
      received: 4,
      stored: 1,
      duplicate: 0,
      rejected: 3,
      pending: 0,
    });
    const { items } = await app.api<{ items: { id: number; messages: number }[] }>(
      "/v1/rejections?device=mistyped-1&reason=foreign_topic",
    );
    // Two, if the hour has ended meanwhile.
    expect(items.reduce((sum, { messages }) => sum + messages, 0)).toBe(3);
    expect(items.length).toBeLessThanOrEqual(2);
    expect(await app.api(`/v1/rejections/${items.at(-1)!.id}`)).toMatchObject({
      topic: "v1/device/mistyped-1/telemetry",
      payload: { encoding: "utf8", data: '{"volume":1}' },
    });
  });
});

describe("latest never goes backwards", () => {
  it("stores a late reading without showing it as the latest", async () => {
    const { publish } = await device("backwards-1");
    await publish({ observedAt: "2026-03-02T00:00:00Z", volume: 20 });
    await publish({ observedAt: "2026-03-01T00:00:00Z", volume: 10 });
    expect((await latestOf("backwards-1"))?.metrics.volume).toBe(20);
    expect((await readingsOf("backwards-1")).map(({ metrics }) => metrics.volume)).toEqual([10, 20]);
  });
});

describe("late data is normal", () => {
  it("takes a week of readings at once, and the daily rollup is right, also after it was made", async () => {
    const { publish } = await device("late-1");
    const start = Date.parse("2026-03-02T00:00:00+08:00");
    const week = Array.from({ length: 168 }, (_, hour) => ({
      observedAt: start + hour * 3_600_000,
      volume: hour / 4,
    }));
    await publish(week.filter((_, hour) => hour % 2 === 0));
    // What the platform's keeper does in its turn: from here on, those days are kept.
    const meters = tablesOf(catalog).find(({ kind }) => kind === "gas-meter")!;
    while ((await keepNext(app.db.pool, meters, { devices: 1e6 })) === "more");
    await publish(week.filter((_, hour) => hour % 2 === 1));
    const { source, items: buckets } = await app.api<{
      source: string;
      items: { readings: number; values: { volume: { delta: number } } }[];
    }>(
      `/v1/devices/late-1/series?metrics=volume&interval=1d&from=${encodeURIComponent("2026-03-02T00:00:00+08:00")}&to=${encodeURIComponent("2026-03-09T00:00:00+08:00")}`,
    );
    expect(source).toBe("1d");
    expect(buckets.map(({ readings }) => readings)).toEqual(new Array(7).fill(24));
    // 24 quarters of a cubic metre a day; on the first day one less, as nothing came before its first reading.
    expect(buckets.map(({ values }) => values.volume.delta)).toEqual([5.75, 6, 6, 6, 6, 6, 6]);
  });
});

describe("clock rubbish", () => {
  it("of more than 24 hours ahead is rejected as clock_ahead and never stored", async () => {
    const { publish } = await device("ahead-1");
    await publish([
      { observedAt: Date.now() + 23 * 3_600_000, flow: 1 },
      { observedAt: Date.now() + 25 * 3_600_000, flow: 2 },
    ]);
    expect(
      (await readingsOf("ahead-1", `&to=${encodeURIComponent("2100-01-01T00:00:00Z")}`)).map(
        ({ metrics }) => metrics.flow,
      ),
    ).toEqual([1]);
    expect(await ledgerOf("ahead-1")).toMatchObject({ stored: 1, rejected: 1 });
  });
});

describe("bounded memory", () => {
  it("lets a flood from one device harm only itself", async () => {
    const limited = await startTestPlatform({ DEVICE_RATE_LIMIT: "20" });
    try {
      const flood = await limited.register("flood-1");
      const other = await limited.register("calm-1");
      const flooder = await connectDevice(limited.platform.mqttPort, flood.id, flood.token);
      const calm = await connectDevice(limited.platform.mqttPort, other.id, other.token);
      const at = Date.now() - 3_600_000;
      for (let i = 0; i < 2000; i++) {
        flooder.publish(`v1/devices/flood-1/telemetry`, JSON.stringify({ observedAt: at + i, flow: 1 }), {
          qos: 0,
        });
      }
      for (let i = 0; i < 50; i++) {
        await calm.publishAsync(
          `v1/devices/calm-1/telemetry`,
          JSON.stringify({ observedAt: at + i, flow: 1 }),
          { qos: 1 },
        );
      }
      expect(await limited.api("/v1/devices/calm-1/ledger")).toMatchObject({ stored: 50, rejected: 0 });
      await vi.waitFor(
        async () =>
          expect(await limited.api("/v1/devices/flood-1/ledger")).toMatchObject({
            received: 2000,
            pending: 0,
          }),
        { timeout: 20_000, interval: 200 },
      );
      const ledger = await limited.api<Ledger>("/v1/devices/flood-1/ledger");
      expect(ledger.rejected).toBeGreaterThan(1000);
      expect(ledger.stored + ledger.rejected).toBe(2000);
    } finally {
      await limited.stop();
    }
  });
});

describe("presence", () => {
  it("follows the connection, and the event stream tells of it", async () => {
    const { token } = await app.register("present-1");
    const stop = new AbortController();
    const stream = await fetch(
      `http://127.0.0.1:${app.platform.httpPort}/v1/stream?topics=presence,alarm&device=present-1`,
      {
        headers: { authorization: "Bearer test-administrator-key-of-many-letters" },
        signal: stop.signal,
      },
    );
    let text = "";
    const reading = (async () => {
      for await (const chunk of stream.body!) text += Buffer.from(chunk).toString();
    })().catch(() => {});
    const client = await connectDevice(app.platform.mqttPort, "present-1", token);
    const presence = async () =>
      (await app.api<{ presence: { connected: boolean } | null }>("/v1/devices/present-1")).presence;
    await vi.waitFor(async () => expect(await presence()).toMatchObject({ connected: true }));
    await client.publishAsync("v1/devices/present-1/events", JSON.stringify({ eventId: "l", type: "leak" }), {
      qos: 1,
    });
    await client.endAsync();
    await vi.waitFor(async () => expect(await presence()).toMatchObject({ connected: false }));
    await vi.waitFor(() =>
      expect(text.match(/"connected":(true|false)/g)).toEqual(['"connected":true', '"connected":false']),
    );
    expect(text).toContain('"change":"raised"');
    expect(text).toContain('"rule":"leak"');
    stop.abort();
    await reading;
  });

  it("ends the connection of a device whose token was changed or which was deleted", async () => {
    const { token } = await app.register("revoked-1");
    const raw = new RawMqtt(app.platform.mqttPort);
    await raw.login("revoked-1", token);
    await app.api("/v1/devices/revoked-1/credentials", { method: "POST" });
    await raw.closed;
    const again = new RawMqtt(app.platform.mqttPort);
    expect(await again.login("revoked-1", token)).toMatchObject({ returnCode: 4 });
  });
});

describe("secrets", () => {
  it("are not in the log", async () => {
    const { token } = await app.register("secret-1");
    const raw = new RawMqtt(app.platform.mqttPort);
    await raw.login("secret-1", `${token}x`);
    const log = app.logged.join("\n");
    expect(log).toContain("secret-1");
    expect(log).not.toContain(token);
    expect(log).not.toContain("test-administrator-key-of-many-letters");
  });
});
