import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UNLIMITED } from "../../access/limits.ts";
import { tokenMatches } from "../../access/tokens.ts";
import type { DeviceChangeNotice } from "../../api/devices/routes.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { lastNewsNo, NO_DEVICES, onlyHub, tellAudience } from "../helpers/told.ts";
import { insertDevice, insertRegions } from "./fixtures.ts";
import { type Api, startApi } from "./harness.ts";

let db: TestDatabase;
let api: Api;
const notices: DeviceChangeNotice[] = [];

beforeAll(async () => {
  db = await createTestDatabase();
  await insertRegions(db.pool);
  api = await startApi(db.pool, { onDeviceChanged: async (notice) => void notices.push(notice) });
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

const post = (payload: object) => api.call({ method: "POST", url: "/v1/devices", payload });

describe("adding a device", () => {
  it("answers with the device and its token, and keeps only the token's hash", async () => {
    const answer = await post({
      id: "meter-1",
      kind: "gas-meter",
      regionCode: "520102001",
      name: "一号表",
      location: { longitude: 106.71, latitude: 26.57 },
      attributes: { owner: "张三", floors: 3 },
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.location).toBe("/v1/devices/meter-1");
    expect(answer.json.device).toMatchObject({
      id: "meter-1",
      kind: "gas-meter",
      regionCode: "520102001",
      name: "一号表",
      location: { longitude: 106.71, latitude: 26.57 },
      gatewayId: null,
      attributes: { owner: "张三", floors: 3 },
      presence: null,
    });
    expect(answer.json.device).not.toHaveProperty("deviceNo");
    const { username, password } = answer.json.credentials;
    expect(username).toBe("meter-1");
    const { rows } = await db.pool.query("select device_no, token_hash from devices where id = 'meter-1'");
    expect(tokenMatches(password, rows[0].token_hash)).toBe(true);
    expect(notices).toContainEqual({ type: "created", deviceNo: rows[0].device_no, id: "meter-1" });
  });

  it("refuses an id that a living device has", async () => {
    await insertDevice(db.pool, "taken");
    const answer = await post({ id: "taken", kind: "gas-meter", regionCode: "520102001" });
    expect(answer.status).toBe(409);
    expect(answer.json.code).toBe("device_exists");
  });

  it.each([
    ["an unknown kind", { kind: "toaster" }, "/kind"],
    ["an unknown region", { regionCode: "990000" }, "/regionCode"],
    ["an unknown gateway", { gatewayId: "nobody" }, "/gatewayId"],
    ["an id with a slash", { id: "a/b" }, "/id"],
    ["a latitude beyond the pole", { location: { longitude: 0, latitude: 91 } }, "/location/latitude"],
    ["a NUL in the attributes", { attributes: { note: "a\0b" } }, "/attributes/note"],
    ["half a surrogate pair in the name", { name: "\ud800" }, "/name"],
  ])("refuses %s and says where", async (_what, change, path) => {
    const answer = await post({ id: "never", kind: "gas-meter", regionCode: "520102001", ...change });
    expect(answer.status).toBe(400);
    expect(answer.json.code).toBe("invalid_request");
    expect(answer.json.faults.map((fault: { path: string }) => fault.path)).toContain(path);
  });

  it("refuses a field that it does not know, rather than ignoring a misspelt one", async () => {
    const answer = await post({ id: "never", kind: "gas-meter", regionCode: "520102001", region: "52" });
    expect(answer.status).toBe(400);
    expect(answer.json.detail).toContain("region");
  });

  it("does not lose the token when the rest of the platform fails to take the device up", async () => {
    const deaf = await startApi(db.pool, {
      onDeviceChanged: async () => {
        throw new Error("directory is away");
      },
    });
    const payload = { id: "meter-deaf", kind: "gas-meter", regionCode: "520102001" };
    const answer = await deaf.call({ method: "POST", url: "/v1/devices", payload });
    await deaf.app.close();
    expect(answer.status).toBe(201);
    expect(answer.json.credentials.password).toHaveLength(43);
    expect(deaf.logged).toContainEqual(expect.objectContaining({ level: "error", deviceId: "meter-deaf" }));
  });

  it("publishes the change to live listeners", async () => {
    const frames: string[] = [];
    const subscription = api.hub.subscribe(
      {
        name: "test",
        write: (text) => frames.push(text) > 0,
        buffered: () => 0,
        onDrain: () => {},
        end: () => {},
        destroy: () => {},
      },
      {
        principalId: "somebody",
        tenantId: null,
        topics: new Map([["device", UNLIMITED]]),
        limits: UNLIMITED,
      },
    );
    const before = await lastNewsNo(db.pool);
    await post({ id: "meter-live", kind: "gas-meter", regionCode: "520102001" });
    await tellAudience(db.pool, onlyHub(api.hub), NO_DEVICES, before);
    subscription.close();
    expect(frames.join("")).toContain(
      'data: {"deviceId":"meter-live","kind":"gas-meter","regionCode":"520102001","change":"created"}',
    );
  });
});

describe("a device", () => {
  it("is found by its id, with its presence", async () => {
    const deviceNo = await insertDevice(db.pool, "present");
    await db.pool.query(
      "insert into device_presence (device_no, connected, changed_at) values ($1, true, '2026-01-01T00:00:00Z')",
      [deviceNo],
    );
    const answer = await api.call("/v1/devices/present");
    expect(answer.status).toBe(200);
    expect(answer.json.presence).toEqual({ connected: true, changedAt: "2026-01-01T00:00:00.000Z" });
  });

  it("that is not there is a problem of its own", async () => {
    const answer = await api.call("/v1/devices/nobody");
    expect(answer.status).toBe(404);
    expect(answer.json.code).toBe("device_not_found");
  });

  it("changes in the fields that are given and no others", async () => {
    await post({
      id: "changing",
      kind: "gas-meter",
      regionCode: "520102001",
      name: "before",
      location: { longitude: 1, latitude: 2 },
    });
    const patch = (payload: object) => api.call({ method: "PATCH", url: "/v1/devices/changing", payload });
    expect((await patch({ name: null, regionCode: "520103" })).json).toMatchObject({
      name: null,
      regionCode: "520103",
      location: { longitude: 1, latitude: 2 },
    });
    expect((await patch({ location: null })).json).toMatchObject({ location: null, regionCode: "520103" });
    expect((await patch({})).status).toBe(400);
    expect((await patch({ kind: "camera" })).status).toBe(400);
    expect(notices.filter((notice) => notice.id === "changing").map((notice) => notice.type)).toEqual([
      "created",
      "updated",
      "updated",
    ]);
  });

  it("gets a new token, and the one before is void", async () => {
    const created = await post({ id: "rotating", kind: "gas-meter", regionCode: "520102001" });
    const answer = await api.call({ method: "POST", url: "/v1/devices/rotating/credentials" });
    expect(answer.status).toBe(200);
    const { rows } = await db.pool.query("select token_hash from devices where id = 'rotating'");
    expect(tokenMatches(answer.json.password, rows[0].token_hash)).toBe(true);
    expect(tokenMatches(created.json.credentials.password, rows[0].token_hash)).toBe(false);
  });

  it("is gone after its deletion, its alarms are over, and its id may be given again", async () => {
    const deviceNo = await insertDevice(db.pool, "leaving");
    await db.pool.query(
      "insert into alarms (device_no, rule, severity, message, raised_at) values ($1, 'x', 'minor', 'm', now())",
      [deviceNo],
    );
    expect((await api.call({ method: "DELETE", url: "/v1/devices/leaving" })).status).toBe(204);
    expect((await api.call("/v1/devices/leaving")).status).toBe(404);
    expect((await api.call({ method: "DELETE", url: "/v1/devices/leaving" })).status).toBe(404);
    const { rows } = await db.pool.query("select cleared_at from alarms where device_no = $1", [deviceNo]);
    expect(rows[0].cleared_at).not.toBeNull();
    expect((await post({ id: "leaving", kind: "gas-meter", regionCode: "520102001" })).status).toBe(201);
  });
});

describe("a gateway", () => {
  it("may be named by devices, and cannot be deleted while it is", async () => {
    await post({ id: "gw-1", kind: "lora-gateway", regionCode: "520102" });
    const behind = await post({
      id: "behind-1",
      kind: "gas-meter",
      regionCode: "520102001",
      gatewayId: "gw-1",
    });
    expect(behind.json.device.gatewayId).toBe("gw-1");
    const refused = await api.call({ method: "DELETE", url: "/v1/devices/gw-1" });
    expect(refused.status).toBe(409);
    expect(refused.json.code).toBe("gateway_in_use");
    await api.call({ method: "PATCH", url: "/v1/devices/behind-1", payload: { gatewayId: null } });
    expect((await api.call({ method: "DELETE", url: "/v1/devices/gw-1" })).status).toBe(204);
  });

  it("must be of a kind that publishes for others", async () => {
    await insertDevice(db.pool, "no-gateway");
    const answer = await post({
      id: "behind-2",
      kind: "gas-meter",
      regionCode: "520102001",
      gatewayId: "no-gateway",
    });
    expect(answer.status).toBe(400);
    expect(answer.json.faults[0].path).toBe("/gatewayId");
  });

  it("cannot stand behind itself", async () => {
    await post({ id: "gw-2", kind: "lora-gateway", regionCode: "520102" });
    const answer = await api.call({
      method: "PATCH",
      url: "/v1/devices/gw-2",
      payload: { gatewayId: "gw-2" },
    });
    expect(answer.status).toBe(400);
  });
});

describe("the list of devices", () => {
  beforeAll(async () => {
    for (let i = 0; i < 7; i++)
      await insertDevice(db.pool, `speaker-${i}`, { kind: "speaker", regionCode: "520103" });
    await insertDevice(db.pool, "speaker_7", { kind: "speaker", regionCode: "520102001001" });
  });

  const ids = (answer: { json: { items: { id: string }[] } }) => answer.json.items.map((device) => device.id);

  it("goes on where the page before ended, and says when it is over", async () => {
    const seen: string[] = [];
    let cursor: string | null = "";
    const sizes: number[] = [];
    while (cursor !== null) {
      const answer = await api.call(`/v1/devices?kind=speaker&limit=3${cursor ? `&cursor=${cursor}` : ""}`);
      seen.push(...ids(answer));
      sizes.push(answer.json.items.length);
      cursor = answer.json.nextCursor;
    }
    expect(sizes).toEqual([3, 3, 2]);
    expect(new Set(seen).size).toBe(8);
  });

  it("is narrowed to a region and everything inside it", async () => {
    expect(ids(await api.call("/v1/devices?kind=speaker&region=520102"))).toEqual(["speaker_7"]);
    expect(ids(await api.call("/v1/devices?kind=speaker&region=5201"))).toHaveLength(8);
  });

  it("finds part of an id, and takes LIKE's wildcards as plain characters", async () => {
    expect(ids(await api.call("/v1/devices?q=SPEAKER_"))).toEqual(["speaker_7"]);
    expect(ids(await api.call("/v1/devices?q=%25"))).toEqual([]);
  });

  it("comes as CSV with every device, and neutralizes what a spreadsheet would compute", async () => {
    await db.pool.query("update devices set name = '=HYPERLINK(\"http://x\")' where id = 'speaker-0'");
    const answer = await api.call({ url: "/v1/devices?kind=speaker", headers: { accept: "text/csv" } });
    expect(answer.headers["content-type"]).toContain("text/csv");
    expect(answer.headers["content-disposition"]).toBe('attachment; filename="devices.csv"');
    const lines = answer.text.trimEnd().split("\r\n");
    expect(lines).toHaveLength(9);
    expect(lines[0]).toMatch(/^id,kind,regionCode,name,longitude,latitude,/);
    expect(lines[1]).toContain(`"'=HYPERLINK(""http://x"")"`);
  });
});
