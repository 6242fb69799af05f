import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scopeOf } from "../../../app/announce.ts";
import { applyAlarmTransitions } from "../../../store/events/write-alarms.ts";
import { foldLedger } from "../../../store/ledger/fold-ledger.ts";
import { readLedger } from "../../../store/ledger/ledger.ts";
import { listRejections } from "../../../store/ledger/rejections.ts";
import { getDeviceKey } from "../../../store/places/device-key.ts";
import { DEVICE_SPANS } from "../../../store/places/device-spans.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { addDevice, startTestIngest } from "../../helpers/ingest.ts";
import { limitsOf } from "../../helpers/limits.ts";

/** What happens to what belongs to a device when it is given to another tenant or region, by whatever statement. */

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  await db.pool.query(
    "insert into tenants (id, name, use) select id, id, 'civil' from unnest('{north,south}'::text[]) as id",
  );
  await addDevice(db.pool, "first");
  await db.pool.query(
    "insert into regions (code, parent_code, name, level) values ('520327', '5203', '凤冈县', 3)",
  );
});
afterAll(() => db.drop());

const NORTH = limitsOf({ tenants: ["north"] });
const SOUTH = limitsOf({ tenants: ["south"] });

const set = async (deviceNo: number, change: string) => {
  const { rows } = await db.pool.query(
    `update devices set ${change} where device_no = $1
     returning extract(epoch from placed_since)::float8 * 1000 as since, gateway_no`,
    [deviceNo],
  );
  return rows[0] as { since: number; gateway_no: number | null };
};

/** A device of the tenant north, as if it had been added so. */
async function ofNorth(id: string, more: Parameters<typeof addDevice>[2] = {}) {
  const device = await addDevice(db.pool, id, more);
  await db.pool.query("update devices set tenant_id = 'north' where device_no = $1", [device.deviceNo]);
  await db.pool.query("delete from former_places where device_no = $1", [device.deviceNo]);
  await db.pool.query("update devices set placed_since = '-infinity' where device_no = $1", [
    device.deviceNo,
  ]);
  return device;
}

/** Lets an hour go by: a place that lasted no millisecond is none. */
async function anHourLater(deviceNo: number): Promise<void> {
  const hour = "interval '1 hour'";
  await db.pool.query(
    `update former_places set from_at = from_at - ${hour}, until_at = until_at - ${hour} where device_no = $1`,
    [deviceNo],
  );
  await db.pool.query(`update devices set placed_since = placed_since - ${hour} where device_no = $1`, [
    deviceNo,
  ]);
}

const spansOf = async (where: string, values: unknown[]) =>
  (
    await db.pool.query(
      `select s.device_no, s.region_code, s.tenant_id, s.from_at::text, s.until_at::text
       from ${DEVICE_SPANS} s where ${where} order by s.device_no, s.from_at`,
      values,
    )
  ).rows;

describe("the places of a device", () => {
  it("follow each other without a gap and without an overlap, from before all time on", async () => {
    const { deviceNo } = await ofNorth("places-1");
    for (const change of [
      "tenant_id = 'south'",
      "tenant_id = null",
      "region_code = '520327'",
      "name = 'x'",
    ]) {
      await set(deviceNo, change);
      await anHourLater(deviceNo);
    }
    const spans = await spansOf("s.device_no = $1", [deviceNo]);
    expect(spans.map(({ tenant_id, region_code }) => [tenant_id, region_code])).toEqual([
      ["north", "520326001001"],
      ["south", "520326001001"],
      [null, "520326001001"],
      [null, "520327"],
    ]);
    expect(spans[0].from_at).toBe("-infinity");
    expect(spans.at(-1).until_at).toBe("infinity");
    for (const [index, span] of spans.slice(1).entries()) expect(span.from_at).toBe(spans[index].until_at);
  });

  it("that begins while the clock is behind the last move takes the place of that one", async () => {
    const { deviceNo } = await ofNorth("places-2");
    await db.pool.query("update devices set placed_since = now() + interval '1 hour' where device_no = $1", [
      deviceNo,
    ]);
    await set(deviceNo, "tenant_id = 'south'");
    expect(await spansOf("s.device_no = $1", [deviceNo])).toMatchObject([{ tenant_id: "south" }]);
  });
});

describe("an active alarm at the move", () => {
  const alarms = async (deviceNo: number) =>
    (
      await db.pool.query(
        `select rule, severity, message, value, extract(epoch from raised_at)::float8 * 1000 as raised,
                extract(epoch from cleared_at)::float8 * 1000 as cleared
         from alarms where device_no = $1 order by alarm_no`,
        [deviceNo],
      )
    ).rows;
  const raise = (deviceNo: number, rule: string, message: string, at: number) =>
    applyAlarmTransitions(db.pool, [
      { action: "raise", deviceNo, rule, severity: "critical", message, value: 7, at },
    ]);

  it("ends with the former, and goes on as the latter's without the former's values", async () => {
    const { deviceNo } = await ofNorth("alarm-moved");
    const before = Date.UTC(2026, 0, 1);
    await raise(deviceNo, "flow_high", "Flow is high (flow 7 m3/h, limit 6 m3/h)", before);
    await raise(deviceNo, "silent", "Not heard; last heard at 2025-12-31T00:00:00.000Z or before", before);
    await raise(deviceNo, "tampered", "Somebody opened the case", before);
    const { since } = await set(deviceNo, "tenant_id = 'south'");
    const part = (rule: string, message: string, raised: number, cleared: number | null) => ({
      rule,
      severity: "critical",
      message,
      value: cleared === null ? null : 7,
      raised,
      cleared,
    });
    const found = await alarms(deviceNo);
    expect(found).toHaveLength(6);
    expect(found).toEqual(
      expect.arrayContaining([
        part("flow_high", "Flow is high (flow 7 m3/h, limit 6 m3/h)", before, since),
        part("flow_high", "Flow is high", since, null),
        part("silent", "Not heard; last heard at 2025-12-31T00:00:00.000Z or before", before, since),
        part("silent", "Not heard", since, null),
        part("tampered", "Somebody opened the case", before, since),
        part("tampered", "Somebody opened the case", since, null),
      ]),
    );
  });

  it("is the latter's also where it is raised late, by what was observed before the move", async () => {
    const { deviceNo } = await ofNorth("alarm-late");
    const { since } = await set(deviceNo, "tenant_id = 'south'");
    await raise(deviceNo, "flow_high", "Flow is high", since - 1000);
    expect(await alarms(deviceNo)).toMatchObject([{ raised: since, value: null, cleared: null }]);
  });
});

describe("the gateway of a device that moves", () => {
  it("loses it at once, and what it says of it is refused and on record", async () => {
    const gateway = await ofNorth("gateway-left", { kind: "lora-gateway", regionCode: "520326001" });
    const { deviceNo } = await ofNorth("meter-left", { gatewayNo: gateway.deviceNo });
    const platform = await startTestIngest(db.pool);
    const say = (volume: number) =>
      platform.publish("gateway-left", "gateway-telemetry", { "meter-left": { volume } });
    await say(1);
    expect(await platform.ledger("meter-left")).toMatchObject({ received: 1, stored: 1 });
    expect((await set(deviceNo, "tenant_id = 'south'")).gateway_no).toBeNull();
    await platform.ingest.directory.refresh("meter-left");
    await say(2);
    expect(await platform.ledger("meter-left")).toMatchObject({ received: 1, stored: 1 });
    // It is another owner's now, of whom the gateway is told nothing.
    const { items } = await listRejections(db.pool, { reason: "unknown_device" }, NORTH, { limit: 10 });
    expect(items.map(({ deviceId }) => deviceId)).toEqual(["gateway-left"]);
  });

  it.each([
    ["keeps it within its own region", "region_code = '520326001'", true],
    ["loses it to another region", "region_code = '520327'", false],
    ["loses it to another tenant in the same region", "tenant_id = null", false],
    ["keeps it where nothing moves", "name = 'new'", true],
  ])("%s", async (about, change, isKept) => {
    const id = about.replaceAll(" ", "-");
    const gateway = await ofNorth(`${id}-g`, { kind: "lora-gateway", regionCode: "520326001" });
    const { deviceNo } = await ofNorth(id, { gatewayNo: gateway.deviceNo });
    expect((await set(deviceNo, change)).gateway_no).toBe(isKept ? gateway.deviceNo : null);
  });
});

describe("the ledger of a device that moved", () => {
  it.each([["appended"], ["folded"]])("is each one's for what came in their time, as %s", async (state) => {
    const id = `ledger-${state}`;
    const { deviceNo } = await ofNorth(id);
    const platform = await startTestIngest(db.pool);
    const fold = async () => {
      if (state === "folded") while ((await foldLedger(db.pool)) > 0);
    };
    const say = (volume: unknown) => platform.publish(id, "telemetry", { volume });
    await say(1);
    await say("not a number");
    await fold();
    await set(deviceNo, "tenant_id = 'south'");
    await anHourLater(deviceNo);
    await say(2);
    await fold();
    await set(deviceNo, "tenant_id = 'north'");
    await say(3);
    const of = async (limits: typeof NORTH) => {
      const { spans } = await getDeviceKey(db.pool, id, limits);
      return readLedger(db.pool, deviceNo, spans);
    };
    expect(await of(NORTH)).toEqual({ received: 3, stored: 2, duplicate: 0, rejected: 1 });
    expect(await of(SOUTH)).toEqual({ received: 1, stored: 1, duplicate: 0, rejected: 0 });
    expect(await of(limitsOf({}))).toEqual({ received: 4, stored: 3, duplicate: 0, rejected: 1 });
  });
});

describe("an id that is given again", () => {
  const readd = async (id: string, tenantId: string | null) => {
    await db.pool.query("update devices set deleted_at = now() where id = $1 and deleted_at is null", [id]);
    const { rows } = await db.pool.query(
      `insert into devices (id, kind, region_code, tenant_id, token_hash)
       values ($1, 'gas-meter', '520326001001', $2, '\\x00') returning device_no`,
      [id, tenantId],
    );
    return rows[0].device_no as number;
  };

  it("to another tenant leaves the former what was before, also what comes late under the new number", async () => {
    const former = await ofNorth("given-1");
    const latter = await readd("given-1", "south");
    const added = (await spansOf("s.device_no = $1 and s.tenant_id = 'south'", [latter]))[0].from_at;
    expect(await getDeviceKey(db.pool, "given-1", NORTH)).toEqual({
      deviceNo: latter,
      id: "given-1",
      kind: "gas-meter",
      spans: [
        { deviceNo: latter, from: "-infinity", until: added },
        { deviceNo: former.deviceNo, from: "-infinity", until: "infinity" },
      ],
    });
    expect(await getDeviceKey(db.pool, "given-1", SOUTH)).toMatchObject({
      spans: [{ deviceNo: latter, from: added, until: "infinity" }],
    });
    expect(await getDeviceKey(db.pool, "given-1", limitsOf({}))).toEqual({
      deviceNo: latter,
      id: "given-1",
      kind: "gas-meter",
    });
  });

  it("to the same tenant in the same region begins anew, with all of its own time", async () => {
    await ofNorth("given-2");
    const latter = await readd("given-2", "north");
    expect(await spansOf("s.device_no = $1", [latter])).toHaveLength(1);
    expect(await getDeviceKey(db.pool, "given-2", NORTH)).toEqual({
      deviceNo: latter,
      id: "given-2",
      kind: "gas-meter",
    });
  });

  it("to a device of another kind leaves the former the last kind that was theirs", async () => {
    await ofNorth("given-4", { kind: "camera" });
    const latter = await readd("given-4", "north");
    await set(latter, "tenant_id = 'south'");
    const { kind, spans } = await getDeviceKey(db.pool, "given-4", NORTH);
    expect([kind, spans?.map(({ deviceNo }) => deviceNo)]).toEqual(["gas-meter", [latter]]);
  });

  it("to the same tenant means the device that has it now, also after that has moved", async () => {
    await ofNorth("given-5");
    const latter = await readd("given-5", "north");
    await set(latter, "region_code = '520327'");
    await anHourLater(latter);
    await set(latter, "tenant_id = 'south'");
    await anHourLater(latter);
    await set(latter, "tenant_id = 'north'");
    const { spans } = await getDeviceKey(db.pool, "given-5", NORTH);
    expect(spans?.map(({ deviceNo }) => deviceNo)).toEqual([latter, latter, latter]);
  });

  it("belongs to who had it last, while nobody has it", async () => {
    const { deviceNo } = await ofNorth("given-3");
    await set(deviceNo, "deleted_at = now()");
    expect(await getDeviceKey(db.pool, "given-3", NORTH)).toMatchObject({ deviceNo });
    await expect(getDeviceKey(db.pool, "given-3", SOUTH)).rejects.toMatchObject({ code: "device_not_found" });
  });
});

describe("live news of a device that moved", () => {
  it("is of the place that it had when it was observed", async () => {
    const { deviceNo } = await ofNorth("live");
    const first = (await set(deviceNo, "tenant_id = 'south'")).since - 3_600_000;
    await anHourLater(deviceNo);
    const second = (await set(deviceNo, "region_code = '520327'")).since;
    const { ingest } = await startTestIngest(db.pool);
    const device = ingest.directory.find("live")!;
    const place = (at?: number) => {
      const { tenantId, regionCode } = scopeOf(device, at);
      return [tenantId, regionCode];
    };
    expect(place(first - 1)).toEqual(["north", "520326001001"]);
    expect(place(first)).toEqual(["south", "520326001001"]);
    expect(place(second - 1)).toEqual(["south", "520326001001"]);
    expect(place(second)).toEqual(["south", "520327"]);
    expect(place()).toEqual(["south", "520327"]);
  });
});
