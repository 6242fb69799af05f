import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createLogger } from "../../base/log.ts";
import type { Door } from "../../exchange/door.ts";
import { createExchange } from "../../exchange/exchange.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { areaOf } from "../helpers/limits.ts";
import { createCallers, personWith } from "./callers.ts";
import { insertDevice, insertRegions } from "./fixtures.ts";
import { type Api, startApi } from "./harness.ts";

let db: TestDatabase;
let api: Api;
const callers = createCallers();
const operator = personWith("op", [{ role: "operator", area: areaOf({ devices: ["valve", "horn"] }) }]);
const viewer = personWith("eye", [{ role: "viewer", area: areaOf({}) }]);

/** What was handed over. */
let handed: { id: string; deviceNo: number; payload: string; through?: string }[] = [];
/** Devices are connected where they listen, and gateways always are. */
let isListening = true;
let isGatewayListening = false;
let isSlow = false;

const door: Door = {
  name: "test",
  deliver: async (device, command) => {
    handed.push({ ...device, ...command });
    const listens = command.through === undefined ? isListening : isGatewayListening;
    if (isSlow) return "too_slow";
    return listens ? "taken" : "not_listening";
  },
  isOnline: (id) => isListening || id.includes("hub"),
  disconnect: () => {},
  quiesce: async () => {},
  close: async () => {},
};

beforeAll(async () => {
  db = await createTestDatabase();
  await insertRegions(db.pool);
  await insertDevice(db.pool, "valve");
  await insertDevice(db.pool, "far");
  await insertDevice(db.pool, "horn", { kind: "speaker" });
  const exchange = createExchange({ log: createLogger("silent") });
  exchange.add(door);
  api = await startApi(db.pool, {
    access: callers.access,
    deliver: exchange.deliver,
  });
});
beforeEach(() => {
  handed = [];
  isListening = true;
  isGatewayListening = false;
  isSlow = false;
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

const send = (id: string, payload: object, who = operator) =>
  api.call({ method: "POST", url: `/v1/devices/${id}/commands`, payload, headers: callers.as(who) });

const audited = async () =>
  (
    await db.pool.query(
      `select actor_id, object_type, object_id, after from audit where action = 'command.send' order by audit_no`,
    )
  ).rows;

describe("a command", () => {
  it("is handed to the device and stands in the audit", async () => {
    const before = (await audited()).length;
    const answer = await send("valve", { name: "exercise", parameters: { reason: "leak", steps: [1, 2] } });
    expect(answer.status).toBe(202);
    const { commandId } = answer.json;
    expect(commandId).toMatch(/^cmd-[A-Za-z0-9_-]{16}$/);
    expect(answer.json).toEqual({ commandId, deviceId: "valve", delivered: true });
    const command = { commandId, name: "exercise", parameters: { reason: "leak", steps: [1, 2] } };
    expect(handed.map(({ id, payload }) => [id, JSON.parse(payload)])).toEqual([["valve", command]]);
    // With its number: another device may have its id by then.
    const { rows } = await db.pool.query("select device_no from devices where id = 'valve'");
    expect(handed[0]!.deviceNo).toBe(rows[0].device_no);
    expect((await audited()).slice(before)).toEqual([
      { actor_id: "op", object_type: "device", object_id: "valve", after: command },
    ]);
  });

  it.each([
    ["a parameter that it does not have", { reason: "leak", steps: 2 }, "/parameters/steps"],
    ["a value of another type", { reason: 7 }, "/parameters/reason"],
    ["a text that is too long", { reason: "x".repeat(201) }, "/parameters/reason"],
  ])("of its kind with %s is refused, and nothing is sent or recorded", async (_what, parameters, path) => {
    const before = (await audited()).length;
    const { status, json } = await send("valve", { name: "close-valve", parameters });
    expect([status, json.code, json.faults.map((fault: { path: string }) => fault.path)]).toEqual([
      400,
      "invalid_request",
      [path],
    ]);
    expect([handed.length, (await audited()).length]).toEqual([0, before]);
  });

  it("without parameters says nothing of them, and has an id of its own", async () => {
    const ids = [await send("valve", { name: "restart" }), await send("valve", { name: "restart" })].map(
      ({ json }) => json.commandId,
    );
    expect(ids[0]).not.toBe(ids[1]);
    expect(handed.map(({ payload }) => JSON.parse(payload))).toEqual(
      ids.map((commandId) => ({ commandId, name: "restart" })),
    );
  });

  it("that no connection takes is a conflict, and on record all the same", async () => {
    isListening = false;
    const before = (await audited()).length;
    const answer = await send("valve", { name: "restart" });
    expect([answer.status, answer.json.code]).toEqual([409, "device_not_listening"]);
    expect(answer.json.detail).toContain("try again later");
    expect((await audited()).slice(before)).toMatchObject([{ object_id: "valve" }]);
  });

  it("that a connection is too slow to take is a conflict as well", async () => {
    isSlow = true;
    const answer = await send("valve", { name: "restart" });
    expect([answer.status, answer.json.code]).toEqual([409, "device_not_listening"]);
  });

  it("does not leave when it cannot be put on record", async () => {
    await db.pool.query("alter table audit rename to audit_away");
    try {
      expect((await send("valve", { name: "restart" })).status).toBe(500);
    } finally {
      await db.pool.query("alter table audit_away rename to audit");
    }
    expect(handed).toEqual([]);
  });
});

describe("a command to a device behind a gateway", () => {
  beforeAll(async () => {
    await insertDevice(db.pool, "hub", { kind: "lora-gateway" });
    await db.pool.query(
      "update devices set gateway_no = (select device_no from devices where id = 'hub') where id = any ($1)",
      [["valve", "far", "horn"]],
    );
  });
  afterAll(() => db.pool.query("update devices set gateway_no = null"));
  const ways = () => handed.map(({ through, id }) => [through, id]);

  it("goes to the device where that takes it, and to nobody else", async () => {
    isGatewayListening = true;
    expect((await send("valve", { name: "restart" })).status).toBe(202);
    expect(ways()).toEqual([[undefined, "valve"]]);
  });

  it("goes through its gateway otherwise, and stands in the audit as the device's", async () => {
    isListening = false;
    isGatewayListening = true;
    const before = (await audited()).length;
    // Who may send is decided by the device: the operator has no rights to the gateway.
    const answer = await send("valve", { name: "close-valve", parameters: { reason: "leak" } });
    const { commandId } = answer.json;
    expect([answer.status, answer.json]).toEqual([202, { commandId, deviceId: "valve", delivered: true }]);
    const command = { commandId, name: "close-valve", parameters: { reason: "leak" } };
    expect(handed).toMatchObject([{ through: "hub", id: "valve", payload: expect.any(String) }]);
    expect(JSON.parse(handed[0]!.payload)).toEqual(command);
    expect((await audited()).slice(before)).toEqual([
      { actor_id: "op", object_type: "device", object_id: "valve", after: command },
    ]);
  });

  it("is a conflict where neither takes it", async () => {
    isListening = false;
    const answer = await send("valve", { name: "restart" });
    expect([answer.status, answer.json.code]).toEqual([409, "device_not_listening"]);
    expect(ways()).toEqual([["hub", "valve"]]);
  });

  it.each([
    ["of somebody who has rights to the gateway alone", "far", 404],
    ["to a speaker", "horn", 400],
  ])("is refused %s", async (_what, id, status) => {
    isListening = false;
    isGatewayListening = true;
    const keeper = personWith("keeper", [{ role: "operator", area: areaOf({ devices: ["hub", "horn"] }) }]);
    expect((await send(id, { name: "restart" }, keeper)).status).toBe(status);
    expect(handed).toEqual([]);
  });

  it("goes through the gateway that it stands behind now, and through none once it has left", async () => {
    isListening = false;
    isGatewayListening = true;
    await insertDevice(db.pool, "hub-2", { kind: "lora-gateway" });
    const assign = (hub: string | null) =>
      db.pool.query(
        "update devices set gateway_no = (select device_no from devices where id = $1) where id = 'valve'",
        [hub],
      );
    await assign("hub-2");
    expect((await send("valve", { name: "restart" })).status).toBe(202);
    await assign(null);
    expect((await send("valve", { name: "restart" })).status).toBe(409);
    expect(ways().filter(([through]) => through !== undefined)).toEqual([["hub-2", "valve"]]);
  });
});

describe("a command to a device that is changed meanwhile", () => {
  beforeAll(async () => {
    await insertDevice(db.pool, "old-hub", { kind: "lora-gateway" });
    await insertDevice(db.pool, "new-hub", { kind: "lora-gateway" });
  });

  /** Sends, and makes a change that is committed before the record of the command is. */
  async function sendDuring(id: string, change: string) {
    await db.pool.query(
      `create or replace function meanwhile() returns trigger language plpgsql as $$ begin ${change}; return null; end $$;
       create trigger meanwhile after insert on audit for each row execute function meanwhile()`,
    );
    try {
      return await send(id, { name: "close-valve" }, changer);
    } finally {
      await db.pool.query("drop trigger meanwhile on audit");
    }
  }

  let meters = 0;
  async function meter(): Promise<string> {
    const id = `changed-${++meters}`;
    await insertDevice(db.pool, id, { regionCode: "520103" });
    await db.pool.query(
      "update devices set gateway_no = (select device_no from devices where id = 'old-hub') where id = $1",
      [id],
    );
    return id;
  }
  const changer = personWith("changer", [{ role: "operator", area: areaOf({ regions: ["520103"] }) }]);

  const put = (change: string) => (id: string) => `update devices set ${change} where id = '${id}'`;

  it.each([
    [
      "goes to its new gateway",
      put("gateway_no = (select device_no from devices where id = 'new-hub')"),
      202,
      ["new-hub"],
    ],
    ["goes through no gateway that it has left", put("gateway_no = null"), 409, []],
    ["goes nowhere where it is out of reach by then", put("region_code = '520102'"), 404, []],
    ["goes nowhere where it is deleted by then", put("deleted_at = now()"), 404, []],
    [
      "goes nowhere where its id is another device's by then",
      (id: string) => `${put("deleted_at = now()")(id)};
        insert into devices (id, kind, region_code, token_hash) values ('${id}', 'gas-meter', '520103', '\\x00')`,
      404,
      [],
    ],
  ])("%s", async (_what, change, status, through) => {
    const id = await meter();
    isListening = false;
    isGatewayListening = true;
    const answer = await sendDuring(id, change(id));
    expect([answer.status, handed.map((one) => one.through)]).toEqual([status, through]);
  });
});

describe("between the look at the device and the hand-over", () => {
  it("nothing is waited for, so that no change of the device can come in between", async () => {
    let turn = 0;
    let ticking = setImmediate(function next() {
      turn++;
      ticking = setImmediate(next);
    });
    const real = db.pool.query.bind(db.pool);
    const asked: { text: string; turn: number }[] = [];
    const query = vi.spyOn(db.pool, "query").mockImplementation((async (
      asking: { text: string } | string,
      values?: unknown[],
    ) => {
      const answer = await real(asking as string, values);
      asked.push({ text: typeof asking === "string" ? asking : asking.text, turn });
      return answer;
    }) as typeof db.pool.query);
    const before: unknown[] = [];
    const deliver = vi.spyOn(door, "deliver").mockImplementation(async () => {
      before.push(turn, asked.at(-1));
      return "taken";
    });
    onTestFinished(() => {
      clearImmediate(ticking);
      query.mockRestore();
      deliver.mockRestore();
    });
    expect((await send("valve", { name: "restart" })).status).toBe(202);
    const [handedIn, look] = before;
    expect(look).toEqual({ text: expect.stringContaining("from devices d"), turn: handedIn });
  });
});

const nested = (levels: number): object => {
  let value: object = {};
  for (let level = 0; level < levels; level++) value = { inner: value };
  return value;
};

describe("a command that is refused is neither handed over nor audited:", () => {
  it.each([
    ["for a speaker", "horn", { name: "restart" }, 400, "invalid_request"],
    ["for a device out of reach", "far", { name: "restart" }, 404, "device_not_found"],
    ["for a device that there is not", "nobody", { name: "restart" }, 404, "device_not_found"],
    ["without a name", "valve", {}, 400, "invalid_request"],
    ["with an empty name", "valve", { name: "" }, 400, "invalid_request"],
    ["with a name of 65 characters", "valve", { name: "x".repeat(65) }, 400, "invalid_request"],
    ["with capitals", "valve", { name: "Restart" }, 400, "invalid_request"],
    ["with a field too many", "valve", { name: "restart", force: true }, 400, "invalid_request"],
    ["with a list of parameters", "valve", { name: "restart", parameters: [1] }, 400, "invalid_request"],
    [
      "with more than 16 KiB of parameters",
      "valve",
      { name: "restart", parameters: { text: "x".repeat(16_384) } },
      400,
      "invalid_request",
    ],
    ["nested 17 levels deep", "valve", { name: "restart", parameters: nested(17) }, 400, "invalid_request"],
    ["with a NUL", "valve", { name: "restart", parameters: { text: "\0" } }, 400, "invalid_request"],
  ])("%s", async (_what, id, payload, status, code) => {
    const before = (await audited()).length;
    const answer = await send(id, payload);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    expect(handed).toEqual([]);
    expect(await audited()).toHaveLength(before);
  });

  it("from somebody who only looks", async () => {
    const answer = await send("valve", { name: "restart" }, viewer);
    expect([answer.status, answer.json.code, handed]).toEqual([403, "forbidden", []]);
  });

  it("and a speaker's says what to use", async () => {
    expect((await send("horn", { name: "restart" })).json.detail).toBe(
      "Speakers obey signed commands only: use /v1/broadcasts",
    );
  });
});

describe("the replies of a device", () => {
  beforeAll(async () => {
    const { rows } = await db.pool.query("select device_no from devices where id = any ($1) order by id", [
      ["far", "valve"],
    ]);
    const [far, valve] = rows.map(({ device_no }) => device_no);
    const add = (deviceNo: number, at: string, commandId: string, outcome: string, data = {}) =>
      db.pool.query(
        `insert into replies (device_no, observed_at, command_id, outcome, received_at, data)
         values ($1, $2, $3, $4, '2026-01-03T00:00:00Z', $5)`,
        [deviceNo, at, commandId, outcome, data],
      );
    await add(valve, "2026-01-01T00:00:00Z", "cmd-1", "accepted");
    await add(valve, "2026-01-01T00:00:00.000001Z", "cmd-1", "done", { turns: 4 });
    await add(valve, "2026-01-01T00:00:00.000001Z", "cmd-2", "accepted");
    await add(valve, "2026-01-02T00:00:00Z", "cmd-2", "failed");
    await add(far, "2026-01-01T00:00:00Z", "cmd-1", "done");
  });

  const replies = (query = "", who = operator, id = "valve") =>
    api.call({ url: `/v1/devices/${id}/replies${query}`, headers: callers.as(who) });
  const shown = ({ json }: { json: { items: { commandId: string; outcome: string }[] } }) =>
    json.items.map(({ commandId, outcome }) => `${commandId} ${outcome}`);
  const ALL = ["cmd-2 failed", "cmd-2 accepted", "cmd-1 done", "cmd-1 accepted"];

  it("come newest first, without those of others, and go on by cursor also within a microsecond", async () => {
    const all = await replies();
    expect(shown(all)).toEqual(ALL);
    expect(all.json.items[2]).toEqual({
      commandId: "cmd-1",
      outcome: "done",
      observedAt: "2026-01-01T00:00:00.000Z",
      receivedAt: "2026-01-03T00:00:00.000Z",
      data: { turns: 4 },
    });
    const seen: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page = await replies(`?limit=1${cursor && `&cursor=${cursor}`}`);
      seen.push(...shown(page));
      cursor = page.json.nextCursor;
    }
    expect(seen).toEqual(ALL);
  });

  it.each([
    ["command=cmd-1", ALL.slice(2)],
    ["command=cmd-3", []],
    ["from=2026-01-01T12:00:00Z", ALL.slice(0, 1)],
    ["to=2026-01-01T12:00:00Z&command=cmd-2", ALL.slice(1, 2)],
  ])("are narrowed by %s", async (query, expected) => {
    expect(shown(await replies(`?${query}`))).toEqual(expected);
  });

  it("are for whoever may look at its events, where they may", async () => {
    expect(shown(await replies("", viewer, "far"))).toEqual(["cmd-1 done"]);
    const out = await replies("", operator, "far");
    expect([out.status, out.json.code]).toEqual([404, "device_not_found"]);
    const sender = personWith("only-sends", []);
    const application = { ...sender, grants: [{ scopes: ["commands:send" as const], area: areaOf({}) }] };
    expect((await replies("", application)).json.code).toBe("forbidden");
  });

  it.each([
    "?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
    "?command=",
    `?command=${"c".repeat(129)}`,
    "?commandId=cmd-1",
  ])("are not listed for %s", async (query) => {
    const answer = await replies(query);
    expect([answer.status, answer.json.code]).toEqual([400, "invalid_request"]);
  });

  it("take no cursor of another list", async () => {
    const cursor = (await replies("?limit=1")).json.nextCursor;
    const answer = await api.call({ url: `/v1/events?cursor=${cursor}`, headers: callers.as(viewer) });
    expect(answer.json.code).toBe("invalid_cursor");
  });
});
