import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NO_LIMITS } from "../../store/database/limits.ts";
import { MAX_MOVE_MS } from "../../store/events/write-events.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addDevice, lastRejection, startTestIngest, withConstraint } from "../helpers/ingest.ts";
import { deviceOf, startPipeline } from "./pipeline-bench.ts";

/** Events and replies that a gateway brings are those of the devices behind it, with the accounts that readings have. */
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const ACTOR = { type: "person", id: "li", name: "李", tenantId: null } as const;
const NOW = Date.UTC(2026, 4, 1, 12);
const iso = (at: number) => new Date(at).toISOString();
const leak = (n: number) => ({ eventId: `e-${n}`, type: "leak", observedAt: iso(NOW + n), n });
const done = (n: number) => ({ commandId: `c-${n}`, outcome: "done", observedAt: iso(NOW + n), n });

const rowsOf = async (table: "events" | "replies", id: string) =>
  (
    await db.pool.query<{ at: Date; n: number }>(
      `select observed_at as at, (data->>'n')::int as n from ${table} join devices using (device_no) where id = $1 order by 1, 2`,
      [id],
    )
  ).rows.map(({ at, n }) => [at.getTime(), n]);
const alarmsOf = async (id: string) =>
  (
    await db.pool.query<{ rule: string; region: string }>(
      `select rule, region_code as region from alarms join devices using (device_no)
       where id = $1 and cleared_at is null`,
      [id],
    )
  ).rows;
const rejectionsOf = async (id: string) =>
  (
    await db.pool.query(
      `select reason, items, partial, publisher, topic, convert_from(payload, 'utf8') as payload
       from rejected_messages join devices using (device_no) where id = $1 order by rejection_no`,
      [id],
    )
  ).rows;

/** A gateway with children, and others beside them. */
async function addFleet(name: string) {
  const gateway = await addDevice(db.pool, `${name}-gw`, { kind: "lora-gateway" });
  const other = await addDevice(db.pool, `${name}-other-gw`, { kind: "lora-gateway" });
  for (const child of ["a", "b"])
    await addDevice(db.pool, `${name}-${child}`, { gatewayNo: gateway.deviceNo });
  await addDevice(db.pool, `${name}-others`, { gatewayNo: other.deviceNo });
  await addDevice(db.pool, `${name}-alone`);
  return gateway;
}

describe.each([
  { channel: "gateway-events", table: "events", item: leak, id: "e" },
  { channel: "gateway-replies", table: "replies", item: done, id: "r" },
] as const)("$channel", ({ channel, table, item, id: name }) => {
  const topic = `v1/gateways/${name}-gw/${table}`;

  it("is kept for the devices that are assigned to the gateway, in each shape, and for nobody else", async () => {
    await addFleet(name);
    const { publish, ledger } = await startTestIngest(db.pool);
    const message = {
      [`${name}-a`]: item(1),
      [`${name}-b`]: [item(2), item(3), item(2), 7],
      [`${name}-others`]: item(4),
      [`${name}-alone`]: [item(5), item(6)],
      [`${name}-gw`]: item(7),
      [`${name}-nobody`]: item(8),
      "": [],
    };
    await publish(`${name}-gw`, channel, message, { receivedAt: NOW });
    expect(await rowsOf(table, `${name}-a`)).toEqual([[NOW + 1, 1]]);
    expect(await rowsOf(table, `${name}-b`)).toEqual([
      [NOW + 2, 2],
      [NOW + 3, 3],
    ]);
    for (const id of ["others", "alone", "gw"]) expect(await rowsOf(table, `${name}-${id}`)).toEqual([]);
    expect(await ledger(`${name}-b`)).toEqual({ received: 4, stored: 2, duplicate: 1, rejected: 1 });
    expect(await ledger(`${name}-gw`)).toEqual({ received: 6, stored: 0, duplicate: 0, rejected: 6 });
    expect(await ledger(`${name}-others`)).toEqual({ received: 0, stored: 0, duplicate: 0, rejected: 0 });
    expect(await rejectionsOf(`${name}-b`)).toEqual([
      {
        reason: "bad_shape",
        items: 1,
        partial: false,
        publisher: `${name}-gw`,
        topic,
        payload: JSON.stringify({ [`${name}-b`]: 7 }),
      },
    ]);
    expect(
      (await rejectionsOf(`${name}-gw`)).map(({ reason, items, payload }) => [
        reason,
        items,
        JSON.parse(payload),
      ]),
    ).toEqual([
      [
        "not_assigned",
        4,
        {
          [`${name}-others`]: item(4),
          [`${name}-alone`]: [item(5), item(6)],
          [`${name}-gw`]: item(7),
        },
      ],
      ["unknown_device", 2, { [`${name}-nobody`]: item(8), "": [] }],
    ]);
  });

  it("is a sign of life of the device, as readings are, and none of the gateway", async () => {
    const { publish, ingest } = await startTestIngest(db.pool);
    const later = Date.now() + 3_600_000;
    const heard = (id: string) => ingest.directory.find(`${name}-${id}`)!.lastReportAt === later;
    const message = { [`${name}-a`]: item(1), [`${name}-others`]: item(2) };
    await publish(`${name}-gw`, channel, message, { receivedAt: later });
    expect(["a", "b", "gw", "others"].map(heard)).toEqual([true, false, false, false]);
  });

  it("is the same item whichever way it comes", async () => {
    const { publish, ledger } = await startTestIngest(db.pool);
    await publish(`${name}-a`, table, item(1), { receivedAt: NOW });
    await publish(`${name}-gw`, channel, { [`${name}-a`]: item(1) }, { receivedAt: NOW });
    expect(await rowsOf(table, `${name}-a`)).toEqual([[NOW + 1, 1]]);
    expect(await ledger(`${name}-a`)).toEqual({ received: 4, stored: 1, duplicate: 3, rejected: 0 });
  });

  it("is refused whole where it is no object, or names nobody", async () => {
    const { publish } = await startTestIngest(db.pool);
    const before = (await rejectionsOf(`${name}-gw`)).length;
    for (const payload of ["[]", "{}", "7", '[{"device":"a"}]', "{"]) {
      await publish(`${name}-gw`, channel, payload, { receivedAt: NOW });
    }
    expect((await rejectionsOf(`${name}-gw`)).slice(before).map(({ reason }) => reason)).toEqual([
      "bad_shape",
      "empty",
      "bad_shape",
      "bad_shape",
      "not_json",
    ]);
  });

  it("waits until devices were looked up that another process has registered", async () => {
    const { publish } = await startTestIngest(db.pool);
    const { rows } = await db.pool.query("select device_no from devices where id = $1", [`${name}-gw`]);
    await addDevice(db.pool, `${name}-late`, { gatewayNo: rows[0].device_no });
    await publish(`${name}-gw`, channel, { [`${name}-late`]: item(1) }, { receivedAt: NOW });
    expect(await rowsOf(table, `${name}-late`)).toEqual([[NOW + 1, 1]]);
  });

  it("that was refused is replayed as it came once the device stands behind the gateway", async () => {
    const { publish, ingest, ledger } = await startTestIngest(db.pool);
    const before = await ledger(`${name}-gw`);
    await publish(`${name}-gw`, channel, { [`${name}-alone`]: [item(5), item(6)] }, { receivedAt: NOW });
    // An item each, as it is the device's once that is assigned.
    expect((await ledger(`${name}-gw`)).rejected).toBe(before.rejected + 2);
    const rejection = await lastRejection(db.pool, `${name}-gw`);
    const again = () => ingest.replay(rejection, ACTOR, NO_LIMITS);
    expect(await again()).toMatchObject({
      outcome: "rejected",
      detail: expect.stringContaining("not_assigned"),
    });
    await db.pool.query(
      "update devices set gateway_no = (select device_no from devices where id = $1) where id = $2",
      [`${name}-gw`, `${name}-alone`],
    );
    await ingest.directory.refresh(`${name}-alone`);
    expect(await again()).toMatchObject({ outcome: "stored" });
    expect(await rowsOf(table, `${name}-alone`)).toEqual([
      [NOW + 5, 5],
      [NOW + 6, 6],
    ]);
    expect(await ledger(`${name}-gw`)).toEqual(before);
    expect(await ledger(`${name}-alone`)).toMatchObject({ received: 2, stored: 2 });
  });

  it("that the database refuses, or has no room for, is on record as the gateway sent it, and can be replayed", async () => {
    const { publish, ingest } = await startTestIngest(db.pool);
    const child = `${name}-b`;
    await withConstraint(db.pool, table, "data->>'n' is distinct from '13'", async () => {
      await publish(`${name}-gw`, channel, { [child]: [item(12), item(13)] }, { receivedAt: NOW });
    });
    const refused = (await rejectionsOf(child)).at(-1);
    expect(refused).toMatchObject({ reason: "store_refused", publisher: `${name}-gw`, topic });
    expect(JSON.parse(refused.payload)).toMatchObject({ [child]: item(13) });
    const rejection = await lastRejection(db.pool, child);
    expect(await ingest.replay(rejection, ACTOR, NO_LIMITS)).toMatchObject({ outcome: "stored" });
    expect(await rowsOf(table, child)).toContainEqual([NOW + 13, 13]);

    const crowd = Array.from({ length: MAX_MOVE_MS + 3 }, (_, n) => ({ ...item(5000), n }));
    await publish(`${name}-gw`, channel, { [child]: crowd }, { receivedAt: NOW });
    // At the same moment by its own line: two rejections, each with what came its way.
    const own = [
      { ...item(5000), n: 997 },
      { ...item(5000), n: 998 },
    ];
    await Promise.all([
      publish(`${name}-gw`, channel, { [child]: { ...item(5000), n: 999 } }, { receivedAt: NOW + 1 }),
      publish(child, table, own, { receivedAt: NOW + 1 }),
    ]);
    const nameOf = ({ items, topic: way }: { items: number; topic: string }) => `${items} ${way}`;
    const said = (await rejectionsOf(child))
      .slice(-3)
      .map((one) => ({ ...one, payload: JSON.parse(one.payload) }))
      .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    expect(said).toMatchObject([
      { reason: "conflict", items: 1, topic, payload: { [child]: { ...item(5000), n: 999 } } },
      { reason: "conflict", items: 2, topic: `v1/devices/${child}/${table}`, payload: own },
      { reason: "conflict", items: 2, topic, payload: { [child]: crowd.slice(-2) } },
    ]);
  });
});

describe("a leak that comes through a gateway", () => {
  it("raises the alarm of the meter, where the meter is", async () => {
    const gateway = await addDevice(db.pool, "town-gw", { kind: "lora-gateway", regionCode: "520326001" });
    await addDevice(db.pool, "village-meter", { gatewayNo: gateway.deviceNo });
    const { publish } = await startTestIngest(db.pool);
    await publish("town-gw", "gateway-events", { "village-meter": leak(1) }, { receivedAt: NOW });
    expect(await alarmsOf("village-meter")).toEqual([{ rule: "leak", region: "520326001001" }]);
    expect(await alarmsOf("town-gw")).toEqual([]);
    // Of another's meter it raises none.
    await publish("town-gw", "gateway-events", { "e-a": { ...leak(1), eventId: "x" } }, { receivedAt: NOW });
    await publish("town-gw", "gateway-events", { "r-a": leak(1), "r-b": [leak(2)] }, { receivedAt: NOW });
    expect([await alarmsOf("r-a"), await alarmsOf("r-b")]).toEqual([[], []]);
  });

  it("is kept and raised under the time of its arrival where its own cannot be used", async () => {
    const gateway = await addDevice(db.pool, "clock-gw", { kind: "lora-gateway" });
    await addDevice(db.pool, "clockless", { gatewayNo: gateway.deviceNo });
    const { publish, ledger } = await startTestIngest(db.pool);
    const event = { eventId: "e", type: "leak", observedAt: "2000-01-01T00:00:00Z", n: 1 };
    await publish("clock-gw", "gateway-events", { clockless: event }, { receivedAt: NOW });
    expect(await rowsOf("events", "clockless")).toEqual([[NOW, 1]]);
    expect(await alarmsOf("clockless")).toMatchObject([{ rule: "leak" }]);
    expect(await rejectionsOf("clockless")).toEqual([
      {
        reason: "clock_unset",
        items: 1,
        partial: true,
        publisher: "clock-gw",
        topic: "v1/gateways/clock-gw/events",
        payload: JSON.stringify({ clockless: event }),
      },
    ]);
    expect(await ledger("clockless")).toEqual({ received: 1, stored: 1, duplicate: 0, rejected: 0 });
  });
});

it("counts messages of gateways by what they carry", async () => {
  const gateway = await addDevice(db.pool, "count-gw", { kind: "lora-gateway" });
  await addDevice(db.pool, "count-meter", { gatewayNo: gateway.deviceNo });
  const { publish, registry } = await startTestIngest(db.pool);
  await publish("count-gw", "gateway-events", { "count-meter": leak(1) }, { receivedAt: NOW });
  await publish("count-gw", "gateway-replies", { "count-meter": done(1) }, { receivedAt: NOW });
  await publish("count-gw", "gateway-replies", { "count-meter": done(2) }, { receivedAt: NOW });
  const text = await registry.getSingleMetricAsString("sbi_messages_total");
  expect(text.match(/channel="gateway-\w+"} \d+/g)).toEqual([
    'channel="gateway-telemetry"} 0',
    'channel="gateway-events"} 1',
    'channel="gateway-replies"} 2',
  ]);
});

it("tells the limit of items how many a message of a gateway holds, also one that waits for a look-up", () => {
  const gateway = deviceOf("limit-gw", "lora-gateway");
  const meter = deviceOf("limit-meter", "gas-meter", gateway.deviceNo);
  const bench = startPipeline([meter]);
  const events = { "limit-meter": [leak(1), leak(2), leak(3)], nobody: leak(4) };
  expect(bench.accept(gateway, "gateway-events", events)).toBe(4);
  const replies = { "limit-meter": [done(1), done(2)] };
  expect(bench.accept(gateway, "gateway-replies", replies)).toBe(2);
  const directory = { find: () => undefined, mayBe: () => true } as never;
  const waiting = startPipeline([], { directory, lookUp: () => new Promise(() => {}) });
  expect(waiting.accept(gateway, "gateway-events", events)).toBe(4);
});

describe("an event without a name", () => {
  const eventsOf = async (id: string) =>
    (
      await db.pool.query(
        "select event_id from events join devices using (device_no) where id = $1 order by observed_at",
        [id],
      )
    ).rows.length;

  it("is one also where the gateway writes it in its own way: other order, other decimals", async () => {
    await addFleet("rewritten");
    const { publish } = await startTestIngest(db.pool);
    const at = NOW - 60_000;
    await publish("rewritten-a", "events", `{"type":"leak","observedAt":${at},"where":{"b":1.0,"a":[2]}}`);
    await publish(
      "rewritten-gw",
      "gateway-events",
      `{"rewritten-a":{"observedAt":${at},"type":"leak","where":{"a":[2.0],"b":1}}}`,
    );
    expect(await eventsOf("rewritten-a")).toBe(1);
    // What says something else is another one, also at that moment.
    await publish("rewritten-a", "events", `{"type":"leak","observedAt":${at},"where":{"b":2,"a":[2]}}`);
    expect(await eventsOf("rewritten-a")).toBe(2);
  });
});

describe("a gateway that names devices which are not its own", () => {
  it("is told of those of its owner alone that there are such; the platform's is told of all", async () => {
    await db.pool.query(
      "insert into tenants (id, name, use) values ('n', 'n', 'commercial'), ('s', 's', 'commercial')",
    );
    const owners = { "told-n": "n", "told-s": "s", "told-none": null, "gw-n": "n", "gw-none": null };
    for (const [id, tenantId] of Object.entries(owners)) {
      await addDevice(db.pool, id, { kind: id.startsWith("gw") ? "lora-gateway" : "gas-meter" });
      await db.pool.query("update devices set tenant_id = $2 where id = $1", [id, tenantId]);
    }
    const { publish } = await startTestIngest(db.pool);
    const readings = Object.fromEntries(
      ["told-n", "told-s", "told-none", "told-nobody"].map((id) => [id, { observedAt: NOW, volume: 1 }]),
    );
    const reasons = async (id: string) => {
      await publish(id, "gateway-telemetry", readings);
      return (await rejectionsOf(id)).map(({ reason, payload }) => [
        reason,
        Object.keys(JSON.parse(payload)),
      ]);
    };
    expect(await reasons("gw-n")).toEqual([
      ["not_assigned", ["told-n"]],
      ["unknown_device", ["told-s", "told-none", "told-nobody"]],
    ]);
    expect(await reasons("gw-none")).toEqual([
      ["not_assigned", ["told-n", "told-s", "told-none"]],
      ["unknown_device", ["told-nobody"]],
    ]);
  });
});
