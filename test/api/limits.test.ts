import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADMINISTRATOR } from "../../access/decide.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { areaOf, limitsOf } from "../helpers/limits.ts";
import { createCallers, personWith } from "./callers.ts";
import { insertDevice, insertReadings, insertRegions } from "./fixtures.ts";
import { type Api, startApi } from "./harness.ts";

/** Every route under the eyes of a caller who sees the meters of one county and nothing else. */
const LIMITS = limitsOf({ regions: ["520102"], kinds: ["gas-meter"] });

let db: TestDatabase;
let api: Api;

beforeAll(async () => {
  db = await createTestDatabase();
  await insertRegions(db.pool);
  const seed = async (id: string, where: { kind?: string; regionCode?: string }) => {
    const deviceNo = await insertDevice(db.pool, id, where);
    if (where.kind === undefined) {
      await insertReadings(db.pool, deviceNo, [{ at: "2026-01-01T00:00:00Z", volume: 1 }]);
    }
    await db.pool.query(
      `insert into events (device_no, observed_at, event_id, phase, type, received_at)
       values ($1, '2026-01-01T00:00:00Z', 'e', 'instant', 'x', now())`,
      [deviceNo],
    );
    await db.pool.query(
      "insert into alarms (device_no, rule, severity, message, raised_at) values ($1, 'r', 'minor', 'm', now())",
      [deviceNo],
    );
    await db.pool.query(
      `insert into rejected_messages (received_at, device_no, publisher, topic, reason, detail, payload, payload_bytes)
       values (now(), $1, 'p', 't', 'not_json', 'd', '', 0)`,
      [deviceNo],
    );
  };
  await seed("mine", { regionCode: "520102001" });
  await seed("next-door", { regionCode: "520103" });
  await seed("my-speaker", { kind: "speaker", regionCode: "520102001" });
  await db.pool.query(
    `insert into rejected_messages (received_at, publisher, topic, reason, detail, payload, payload_bytes)
     values (now(), 'p', 't', 'not_json', 'd', '', 0)`,
  );
  api = await startApi(db.pool, {
    access: {
      authenticate: () => ADMINISTRATOR,
      decide: () => ({ allowed: true, limits: LIMITS }),
    },
  });
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

describe("a caller with limits", () => {
  it.each([
    ["/v1/devices", "id"],
    ["/v1/events", "deviceId"],
    ["/v1/alarms", "deviceId"],
    ["/v1/rejections", "deviceId"],
    [
      "/v1/series?kind=gas-meter&groupBy=device&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z",
      "deviceId",
    ],
  ])("finds in %s only what it may see", async (url, key) => {
    const { json } = await api.call(url);
    expect(json.items.map((item: Record<string, unknown>) => item[key])).toEqual(["mine"]);
  });

  it("has only its own regions in a fleet's series", async () => {
    const { json } = await api.call(
      "/v1/series?kind=gas-meter&level=county&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z",
    );
    expect(json.items.map((item: { regionCode: string }) => item.regionCode)).toEqual(["520102"]);
    expect(json.items[0].buckets.reduce((sum: number, b: { readings: number }) => sum + b.readings, 0)).toBe(
      1,
    );
  });

  it.each(["next-door", "my-speaker"])("cannot tell that %s exists", async (id) => {
    for (const path of [
      "",
      "/latest",
      "/readings",
      "/series?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z",
      "/ledger",
    ]) {
      const answer = await api.call(`/v1/devices/${id}${path}`);
      expect([path, answer.status, answer.json.code]).toEqual([path, 404, "device_not_found"]);
    }
    for (const method of ["PATCH", "DELETE"] as const) {
      const answer = await api.call({
        method,
        url: `/v1/devices/${id}`,
        ...(method === "PATCH" ? { payload: { name: "x" } } : {}),
      });
      expect(answer.status).toBe(404);
    }
    expect((await api.call({ method: "POST", url: `/v1/devices/${id}/credentials` })).status).toBe(404);
    expect((await api.call(`/v1/events?device=${id}`)).status).toBe(404);
  });

  it("cannot acknowledge or replay what is not its own", async () => {
    const alarms = await db.pool.query(
      "select alarm_no from alarms join devices using (device_no) where id <> 'mine'",
    );
    for (const { alarm_no } of alarms.rows) {
      const answer = await api.call({ method: "POST", url: `/v1/alarms/${alarm_no}/acknowledge` });
      expect(answer.json.code).toBe("alarm_not_found");
    }
    const rejections = await db.pool.query(
      "select rejection_no from rejected_messages left join devices using (device_no) where id is distinct from 'mine'",
    );
    expect(rejections.rows).toHaveLength(3);
    for (const { rejection_no } of rejections.rows) {
      expect((await api.call(`/v1/rejections/${rejection_no}`)).json.code).toBe("rejection_not_found");
    }
  });

  it("sees its regions and the way to them, and counts only its own devices", async () => {
    const codes = async (query: string) =>
      (await api.call(`/v1/regions${query}`)).json.items.map((region: { code: string }) => region.code);
    expect(await codes("")).toEqual(["52"]);
    expect(await codes("?parent=5201")).toEqual(["520102"]);
    expect((await api.call("/v1/regions/520103")).json.code).toBe("region_not_found");
    expect((await api.call("/v1/regions/52")).json.deviceCounts).toEqual({ "gas-meter": 1 });
  });

  it("sees only its kinds", async () => {
    const { json } = await api.call("/v1/kinds");
    expect(json.items.map((kind: { kind: string }) => kind.kind)).toEqual(["gas-meter"]);
    expect((await api.call("/v1/kinds/speaker")).status).toBe(404);
  });

  it("cannot put a device, or move one, to where it sees none", async () => {
    const create = (body: object) =>
      api.call({
        method: "POST",
        url: "/v1/devices",
        payload: { id: "new", regionCode: "520102001", kind: "gas-meter", ...body },
      });
    expect((await create({ regionCode: "520103" })).json.code).toBe("forbidden");
    expect((await create({ kind: "speaker" })).json.code).toBe("forbidden");
    const moved = await api.call({
      method: "PATCH",
      url: "/v1/devices/mine",
      payload: { regionCode: "520103" },
    });
    expect(moved.json.code).toBe("forbidden");
  });
});

describe("a device's owner", () => {
  const callers = createCallers();
  const grants = [{ role: "administrator" as const, area: areaOf({ tenants: ["gas"] }) }];
  const gas = callers.as(personWith("gas-admin", grants, "gas"));
  let own: Api;
  beforeAll(async () => {
    await db.pool.query(
      "insert into tenants (id, name, use) values ('gas', 'g', 'commercial'), ('police', 'p', 'government')",
    );
    own = await startApi(db.pool, { access: callers.access });
  });
  afterAll(() => own.app.close());

  const create = (id: string, more: object, headers: Record<string, string>) =>
    own.call({
      method: "POST",
      url: "/v1/devices",
      payload: { id, kind: "gas-meter", regionCode: "520102001", ...more },
      headers,
    });
  const patch = (id: string, payload: object, headers: Record<string, string>) =>
    own.call({ method: "PATCH", url: `/v1/devices/${id}`, payload, headers });
  const platform = callers.as(ADMINISTRATOR);

  it("is whoever adds it, unless they say otherwise", async () => {
    expect((await create("gas-1", {}, gas)).json.device.tenantId).toBe("gas");
    expect((await create("nobody-1", {}, platform)).json.device.tenantId).toBeNull();
    expect((await create("police-1", { tenantId: "police" }, platform)).json.device.tenantId).toBe("police");
    expect((await own.call({ url: "/v1/devices/police-1", headers: gas })).status).toBe(404);
  });

  it("is nobody whom the caller does not see, whether there is such a tenant or not", async () => {
    for (const tenantId of ["police", "nobody-at-all", null]) {
      expect((await create("gas-2", { tenantId }, gas)).json.code).toBe("forbidden");
      expect((await patch("gas-1", { tenantId }, gas)).json.code).toBe("forbidden");
    }
    expect((await own.call({ url: "/v1/devices/gas-2", headers: platform })).status).toBe(404);
    expect((await own.call({ url: "/v1/devices/gas-1", headers: platform })).json.tenantId).toBe("gas");
  });

  it("is a tenant that there is", async () => {
    const { status, json } = await create("gas-3", { tenantId: "nobody-at-all" }, platform);
    expect([status, json.faults]).toEqual([
      400,
      [{ path: "/tenantId", message: "There is no tenant 'nobody-at-all'" }],
    ]);
  });

  it("changes, and others see it from then on", async () => {
    await create("moving", { tenantId: "police" }, platform);
    expect((await patch("moving", { tenantId: "gas" }, platform)).json.tenantId).toBe("gas");
    expect((await own.call({ url: "/v1/devices/moving", headers: gas })).status).toBe(200);
    expect((await patch("moving", { tenantId: null }, platform)).json.tenantId).toBeNull();
    expect((await own.call({ url: "/v1/devices/moving", headers: gas })).status).toBe(404);
  });

  it("does not put a device behind a gateway that is out of reach, nor learns of it", async () => {
    await create("police-gateway", { kind: "lora-gateway", tenantId: "police" }, platform);
    const refusal = async (gatewayId: string) => {
      const { status, json } = await patch("gas-1", { gatewayId }, gas);
      return [status, json.detail.replace(gatewayId, "…")];
    };
    const hidden = await refusal("police-gateway");
    expect(hidden[0]).toBe(400);
    expect(hidden).toEqual(await refusal("no-such-gateway"));
    expect((await patch("gas-1", { gatewayId: "police-gateway" }, platform)).status).toBe(200);
  });

  it("and every change of it is in the audit", async () => {
    const { rows } = await db.pool.query(
      "select action, actor_id, before, after from audit where object_id = 'moving' order by audit_no",
    );
    expect(rows.map((row) => [row.action, row.actor_id, row.before?.tenantId, row.after?.tenantId])).toEqual([
      ["device.create", "administrator", undefined, "police"],
      ["device.update", "administrator", "police", "gas"],
      ["device.update", "administrator", "gas", null],
    ]);
  });
});
