import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tablesOf } from "../../app/kind-tables.ts";
import { gasMeter } from "../../devices/kinds/gas-meter/kind.ts";
import { foldLedger } from "../../store/ledger/fold-ledger.ts";
import { recordExchange, removeExchange } from "../../store/readings/exchanges.ts";
import { undoRepair } from "../../store/readings/undo-repairs.ts";
import { makeRepair } from "../../store/readings/write-repairs.ts";
import { limitsOf } from "../helpers/limits.ts";
import { insertReadings } from "./fixtures.ts";
import { type Caller, DAY, HOUR, iso, type Owners, type Place, startOwners } from "./owners-world.ts";

/** What somebody changes of a device is of their own time of it: repairs, exchanges, and what is replayed. */

const table = tablesOf([gasMeter])[0]!;
let world: Owners;
beforeAll(async () => {
  world = await startOwners();
});
afterAll(() => world.end());

/** Six days back, to the second, so that all of it lies before now. */
const BASE = Math.floor(Date.now() / 1000) * 1000 - 6 * DAY;
const day = (n: number) => BASE + n * DAY;
/** A reading a day; a cubic metre each. */
const DAYS = [0, 1, 2, 3, 4, 5];

async function meter(id: string, places: readonly Place[]): Promise<number> {
  const deviceNo = await world.device(id, places);
  await insertReadings(
    world.db.pool,
    deviceNo,
    DAYS.map((n) => ({ at: iso(day(n)), volume: 100 + n })),
  );
  return deviceNo;
}

const range = `from=${iso(day(-2))}&to=${iso(day(8))}`;
/** Readings and usage as one sees them. */
async function seenBy(id: string, who: Caller) {
  const readings = await world.get(`/devices/${id}/readings?order=asc`, who);
  const series = await world.get(`/devices/${id}/series?interval=1h&metrics=volume&${range}`, who);
  return {
    readings: readings.items?.map((one: { observedAt: string; metrics: { volume: number } }) => [
      one.observedAt,
      one.metrics.volume,
    ]),
    usage: series.items?.map((bucket: { start: string; values: { volume: { delta: number } } }) => [
      bucket.start,
      bucket.values.volume.delta,
    ]),
  };
}

const post = async (url: string, body: object, who: Caller) => world.call("POST", url, who, body);
const VOID = { action: "void", reason: "wrong" };
const voidFrom = (id: string, from: number, to: number, who: Caller) =>
  post(`/devices/${id}/repairs`, { ...VOID, from: iso(from), to: iso(to) }, who);
const correct = (id: string, from: number, to: number, who: Caller) =>
  post(
    `/devices/${id}/repairs`,
    {
      ...VOID,
      action: "correct",
      corrections: [{ metric: "volume", add: -60 }],
      from: iso(from),
      to: iso(to),
    },
    who,
  );
const exchange = (id: string, at: number, who: Caller) =>
  post(`/devices/${id}/exchanges`, { at: iso(at), oldRegister: 900, newRegister: 0, force: true }, who);

type Chain = readonly [name: string, places: (id: string) => readonly Place[], who: () => Caller];
const CHAINS: readonly Chain[] = [
  [
    "a tenant",
    () => [
      { tenantId: "north", until: day(1.5) },
      { tenantId: "south", until: day(3.5) },
      { tenantId: "north" },
    ],
    () => world.NORTH,
  ],
  [
    "a county",
    () => [
      { regionCode: "520102001", until: day(1.5) },
      { regionCode: "520103", until: day(3.5) },
      { regionCode: "520102002" },
    ],
    () => world.COUNTY,
  ],
];

describe.each(CHAINS)("%s that has a device again", (name, places, caller) => {
  const id = name.replaceAll(" ", "-");
  let who: Caller;
  beforeAll(async () => {
    who = caller();
    await meter(id, places(id));
  });

  it("repairs and exchanges nothing of its first time, on which another's usage goes on", async () => {
    const before = await seenBy(id, world.PLATFORM);
    const undone = (await voidFrom(id, day(0.9), day(1.1), world.PLATFORM)).json.id;
    const removed = (await exchange(id, day(1.2), world.PLATFORM)).json.id;
    const changed = await seenBy(id, world.PLATFORM);
    expect(changed.usage).not.toEqual(before.usage);
    const refused = async (answer: Promise<{ status: number; json: { code: string } }>) => {
      const { status, json } = await answer;
      return [status, json?.code];
    };
    expect(await refused(voidFrom(id, day(-1), day(1.5), who))).toEqual([409, "nothing_to_repair"]);
    expect(await refused(correct(id, day(-1), day(1.5), who))).toEqual([409, "nothing_to_repair"]);
    expect(await refused(exchange(id, day(1.4), who))).toEqual([404, "device_not_found"]);
    // Nor is it told what there is in another's time, or in its own of before.
    expect(await refused(exchange(id, day(1.2), who))).toEqual([404, "device_not_found"]);
    expect(await refused(exchange(id, day(2.5), who))).toEqual([404, "device_not_found"]);
    expect(await refused(post(`/devices/${id}/repairs/${undone}/undo`, { reason: "right" }, who))).toEqual([
      404,
      "repair_not_found",
    ]);
    expect(await refused(world.call("DELETE", `/devices/${id}/exchanges/${removed}`, who))).toEqual([
      404,
      "exchange_not_found",
    ]);
    expect(await seenBy(id, world.PLATFORM)).toEqual(changed);
    await post(`/devices/${id}/repairs/${undone}/undo`, { reason: "right" }, world.PLATFORM);
    await world.call("DELETE", `/devices/${id}/exchanges/${removed}`, world.PLATFORM);
    expect(await seenBy(id, world.PLATFORM)).toEqual(before);
  });

  it("repairs its present time, as far as it asks for more", async () => {
    const before = await seenBy(id, world.PLATFORM);
    const made = await voidFrom(id, day(-1), day(6), who);
    expect([made.status, made.json.readings]).toEqual([201, 2]);
    const { readings } = await seenBy(id, world.PLATFORM);
    expect(readings).toEqual(before.readings.slice(0, 4));
    const undone = await post(`/devices/${id}/repairs/${made.json.id}/undo`, { reason: "right" }, who);
    expect(undone.json.undone.restored).toBe(2);
    const { id: recorded } = (await exchange(id, day(4.5), who)).json;
    expect((await world.call("DELETE", `/devices/${id}/exchanges/${recorded}`, who)).status).toBe(204);
    expect(await seenBy(id, world.PLATFORM)).toEqual(before);
  });
});

describe("whoever has a device now", () => {
  it("repairs all of the time that has gone on to be theirs, in whatever places", async () => {
    await meter("carried-on", [
      { tenantId: "south", until: day(0.5) },
      { tenantId: "north", regionCode: "520102001", until: day(2.5) },
      { tenantId: "north", regionCode: "520103" },
    ]);
    const made = await voidFrom("carried-on", day(-1), day(6), world.NORTH);
    expect(made.json.readings).toBe(5);
    expect((await voidFrom("carried-on", day(-1), day(6), world.PLATFORM)).json.readings).toBe(1);
  });

  it("is the only one, also where it moves after it was looked up", async () => {
    await meter("looked-up", [{ tenantId: "north" }]);
    const actor = { type: "person", id: "north", name: null, tenantId: null } as const;
    const device = { id: "looked-up", kind: "gas-meter", limits: limitsOf({ tenants: ["north"] }) };
    const range = { from: new Date(day(0)), to: new Date(day(2)), reason: "wrong", corrections: undefined };
    const asked = { metric: "volume", oldRegister: 900, newRegister: 0 };
    const { pool } = world.db;
    const deeds = [
      () => makeRepair(pool, { device, table, ...range }, actor),
      () =>
        undoRepair(pool, { device, table, repairNo: 1, reason: "right", door: "mqtt", topic: "t" }, actor),
      () => recordExchange(pool, device, table, { ...asked, at: new Date(day(1)) }, actor),
      () => removeExchange(pool, device, table, 1, actor),
    ];
    await world.move("looked-up", { tenantId: "south" });
    for (const deed of deeds) await expect(deed()).rejects.toMatchObject({ code: "device_not_found" });
    expect((await seenBy("looked-up", world.PLATFORM)).readings).toHaveLength(6);
  });

  it("is the only one, also where the device moves while somebody asks", async () => {
    const { pool } = world.db;
    await meter("moving", [{ tenantId: "north" }]);
    const mover = await pool.connect();
    await mover.query("begin");
    await mover.query("update devices set tenant_id = 'south' where id = 'moving'");
    // Looked up before the move is committed or after it: the answer is the same.
    const asked = [voidFrom("moving", day(-1), day(6), world.NORTH), exchange("moving", day(1), world.NORTH)];
    await mover.query("commit");
    mover.release();
    for (const answer of await Promise.all(asked)) expect(answer.json.code).toBe("device_not_found");
    expect((await seenBy("moving", world.PLATFORM)).readings).toHaveLength(6);
  });

  it("records no exchange that is still to come, nor one of before all readings", async () => {
    await meter("to-come", [{ tenantId: "north" }]);
    for (const at of [Date.now() + HOUR, Date.UTC(2014, 11, 31)]) {
      expect((await exchange("to-come", at, world.NORTH)).json).toMatchObject({
        code: "invalid_request",
        faults: [{ path: "/at" }],
      });
    }
    expect((await exchange("to-come", Date.now(), world.NORTH)).status).toBe(201);
  });

  it("is told of a repair what it did in their own time, and so is the former", async () => {
    await meter("both-repaired", [{ tenantId: "north", until: day(2.5) }, { tenantId: "south" }]);
    const made = (await voidFrom("both-repaired", day(1), day(5), world.PLATFORM)).json;
    await post(`/devices/both-repaired/repairs/${made.id}/undo`, { reason: "right" }, world.PLATFORM);
    const told = async (who: Caller) =>
      (await world.get("/devices/both-repaired/repairs", who)).items.map(
        (one: { from: string; to: string; readings: number; undone: { restored: number } }) => [
          one.from,
          one.to,
          one.readings,
          one.undone.restored,
        ],
      );
    expect(await told(world.NORTH)).toEqual([[iso(day(1)), iso(day(2.5)), 2, 2]]);
    expect(await told(world.SOUTH)).toEqual([[iso(day(2.5)), iso(day(5)), 2, 2]]);
    expect(await told(world.PLATFORM)).toEqual([[iso(day(1)), iso(day(5)), 4, 4]]);
  });

  it("lists the exchanges of their own time, and the former those of theirs", async () => {
    await meter("both-exchanged", [{ tenantId: "north", until: day(2.5) }, { tenantId: "south" }]);
    for (const n of [1, 2, 3]) await exchange("both-exchanged", day(n), world.PLATFORM);
    const moments = async (who: Caller) =>
      (await world.get("/devices/both-exchanged/exchanges", who)).items?.map(({ at }: { at: string }) => at);
    expect(await moments(world.NORTH)).toEqual([iso(day(1)), iso(day(2))]);
    expect(await moments(world.SOUTH)).toEqual([iso(day(3))]);
    expect(await moments(world.PLATFORM)).toEqual([1, 2, 3].map((n) => iso(day(n))));
    expect((await exchange("both-exchanged", day(0), world.NORTH)).json.code).toBe("device_not_found");
    const [first] = (await world.get("/devices/both-exchanged/exchanges", world.NORTH)).items;
    const removal = await world.call("DELETE", `/devices/both-exchanged/exchanges/${first.id}`, world.NORTH);
    expect(removal.json.code).toBe("device_not_found");
  });
});

describe("a repair of too many readings", () => {
  it("is refused before anything is done", async () => {
    const { pool } = world.db;
    const deviceNo = await world.device("busy", [{ tenantId: "north" }]);
    await pool.query(
      `insert into readings_gas_meter (device_no, observed_at, received_at, volume)
       select $1, $2::timestamptz + n * interval '1 second', now(), n from generate_series(1, 50001) as n`,
      [deviceNo, iso(BASE)],
    );
    const said: string[] = [];
    const { rows } = await pool.query("select coalesce(max(repair_no), 0)::int as last from repairs");
    for (const deed of [voidFrom, correct]) {
      const answer = await deed("busy", BASE, BASE + DAY, world.NORTH);
      said.push(answer.json.code);
    }
    expect(said).toEqual(["range_too_wide", "range_too_wide"]);
    // The next one has the next number: not even a row was made for those.
    const made = await voidFrom("busy", BASE, BASE + 11_000, world.NORTH);
    expect(made.json).toMatchObject({ id: rows[0].last + 1, readings: 10 });
  });
});

describe("what is replayed", () => {
  const ledger = async (id: string, who: Caller) => {
    const { received, stored, duplicate, rejected } = await world.get(`/devices/${id}/ledger`, who);
    return [received, stored, duplicate, rejected];
  };
  const listed = async (id: string, who: Caller) => {
    const { items } = await world.get("/ledger?limit=1000", who);
    const found = items.find(({ deviceId }: { deviceId: string }) => deviceId === id);
    return found && [found.received, found.stored, found.duplicate, found.rejected];
  };
  const rejectionsOf = async (id: string, who: Caller): Promise<number[]> =>
    (await world.get(`/rejections?device=${id}`, who)).items.map((one: { id: number }) => one.id);
  const replay = async (number: number, who: Caller) => {
    const { status, json } = await world.call("POST", `/rejections/${number}/replay`, who);
    return status === 200 ? json.outcome : json.code;
  };

  it("by the platform counts where the item is, and not by who has the device then", async () => {
    await world.device("replayed", [{ tenantId: "north" }]);
    const { publish } = await world.ingest();
    const [first, second] = [Date.now() - HOUR, Date.now() - HOUR + 1000];
    await publish("replayed", "telemetry", { observedAt: first, volume: 1 });
    await publish("replayed", "telemetry", { observedAt: first, volume: 2 });
    await publish("replayed", "telemetry", { observedAt: second, volume: 3 });
    await publish("replayed", "telemetry", { observedAt: second, volume: 4 });
    expect(await ledger("replayed", world.NORTH)).toEqual([4, 2, 0, 2]);
    // Its values are free to be stored by now.
    expect((await voidFrom("replayed", first, second + 1, world.NORTH)).status).toBe(201);
    await world.move("replayed", { tenantId: "south" });
    await publish("replayed", "telemetry", { volume: 5 });
    const numbers = await rejectionsOf("replayed", world.NORTH);
    expect(numbers).toHaveLength(2);
    expect(await rejectionsOf("replayed", world.SOUTH)).toEqual([]);
    for (const number of numbers) {
      expect(await replay(number, world.NORTH)).toBe("device_not_found");
      expect(await replay(number, world.SOUTH)).toBe("rejection_not_found");
    }
    expect(await ledger("replayed", world.NORTH)).toEqual([4, 2, 0, 2]);
    expect(await replay(numbers[0]!, world.PLATFORM)).toBe("stored");
    expect(await ledger("replayed", world.NORTH)).toEqual([4, 3, 0, 1]);
    expect(await ledger("replayed", world.SOUTH)).toEqual([1, 1, 0, 0]);
    expect(await listed("replayed", world.SOUTH)).toEqual([1, 1, 0, 0]);
    expect(await ledger("replayed", world.PLATFORM)).toEqual([5, 4, 0, 1]);
    // Also once it is folded, after another move, and as a duplicate.
    await publish("replayed", "telemetry", { observedAt: first, volume: 2 });
    await world.move("replayed", { tenantId: "west" });
    await publish("replayed", "telemetry", { volume: 6 });
    while ((await foldLedger(world.db.pool)) > 0);
    expect(await replay(numbers[1]!, world.PLATFORM)).toBe("duplicate");
    expect(await ledger("replayed", world.NORTH)).toEqual([5, 4, 1, 0]);
    expect(await ledger("replayed", world.SOUTH)).toEqual([1, 1, 0, 0]);
    expect(await ledger("replayed", world.PLATFORM)).toEqual([7, 6, 1, 0]);
    expect(await listed("replayed", world.PLATFORM)).toEqual([7, 6, 1, 0]);
  });

  it("by who has the device again is of their present time alone", async () => {
    const now = Date.now();
    await world.device("again", [
      { tenantId: "north", until: now - 2 * HOUR },
      { tenantId: "south", until: now - HOUR },
      { tenantId: "north" },
    ]);
    const { publish } = await world.ingest();
    for (const observedAt of [now - 3 * HOUR, now - 1.5 * HOUR, now - HOUR / 2]) {
      await publish("again", "telemetry", { observedAt, volume: 1 });
      await publish("again", "telemetry", { observedAt, volume: 2 });
    }
    await voidFrom("again", now - DAY, now, world.PLATFORM);
    const numbers = (await rejectionsOf("again", world.PLATFORM)).toReversed();
    const outcomes = async (who: Caller) => {
      const said: string[] = [];
      for (const number of numbers) said.push(await replay(number, who));
      return said;
    };
    // What was refused of the other's time is not there for them.
    expect(await outcomes(world.NORTH)).toEqual(["device_not_found", "rejection_not_found", "stored"]);
    expect(await ledger("again", world.NORTH)).toEqual([4, 3, 0, 1]);
    expect(await outcomes(world.PLATFORM)).toEqual(["stored", "stored", "already_replayed"]);
    expect(await ledger("again", world.NORTH)).toEqual([4, 4, 0, 0]);
    expect(await ledger("again", world.SOUTH)).toEqual([2, 2, 0, 0]);
  });

  it("is not even tried for the former, who would leave a note", async () => {
    await world.device("untried", [{ tenantId: "north" }]);
    const { publish } = await world.ingest();
    await publish("untried", "telemetry", { observedAt: Date.now(), volume: "much" });
    const [number] = await rejectionsOf("untried", world.NORTH);
    await world.move("untried", { tenantId: "south" });
    expect(await replay(number!, world.NORTH)).toBe("device_not_found");
    const { replayOutcome, replayedAt } = await world.get(`/rejections/${number}`, world.NORTH);
    expect([replayOutcome, replayedAt]).toEqual([null, null]);
    expect(await replay(number!, world.PLATFORM)).toBe("rejected");
  });

  it("of a gateway is of devices that are the caller's, too", async () => {
    const { pool } = world.db;
    const gatewayNo = await world.device("gateway", [{ regionCode: "520102001" }], "lora-gateway");
    await world.device("elsewhere", [{ regionCode: "520103" }]);
    const { publish, ingest } = await world.ingest();
    await publish("gateway", "gateway-telemetry", { elsewhere: { observedAt: Date.now(), volume: 1 } });
    await pool.query("update devices set gateway_no = $1 where id = 'elsewhere'", [gatewayNo]);
    await ingest.directory.refresh("elsewhere");
    const [number] = await rejectionsOf("gateway", world.COUNTY);
    expect(await replay(number!, world.COUNTY)).toBe("device_not_found");
    expect(await ledger("gateway", world.COUNTY)).toEqual([1, 0, 0, 1]);
    expect(await replay(number!, world.PLATFORM)).toBe("stored");
    expect(await ledger("gateway", world.COUNTY)).toEqual([0, 0, 0, 0]);
    expect(await ledger("elsewhere", world.PLATFORM)).toEqual([1, 1, 0, 0]);
  });
});
