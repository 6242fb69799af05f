import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
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
let handed: { id: string; payload: string }[] = [];
let isListening = true;

beforeAll(async () => {
  db = await createTestDatabase();
  await insertRegions(db.pool);
  await insertDevice(db.pool, "valve");
  await insertDevice(db.pool, "far");
  await insertDevice(db.pool, "horn", { kind: "speaker" });
  api = await startApi(db.pool, {
    access: callers.access,
    deliver: (id, payload) => {
      handed.push({ id, payload });
      return isListening;
    },
  });
});
beforeEach(() => {
  handed = [];
  isListening = true;
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
    const answer = await send("valve", {
      name: "close-valve",
      parameters: { reason: "leak", steps: [1, 2] },
    });
    expect(answer.status).toBe(202);
    const { commandId } = answer.json;
    expect(commandId).toMatch(/^cmd-[A-Za-z0-9_-]{16}$/);
    expect(answer.json).toEqual({ commandId, deviceId: "valve", delivered: true });
    const command = { commandId, name: "close-valve", parameters: { reason: "leak", steps: [1, 2] } };
    expect(handed.map(({ id, payload }) => [id, JSON.parse(payload)])).toEqual([["valve", command]]);
    expect((await audited()).slice(before)).toEqual([
      { actor_id: "op", object_type: "device", object_id: "valve", after: command },
    ]);
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
