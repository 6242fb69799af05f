import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decide, type Principal } from "../../access/decide.ts";
import { UNLIMITED } from "../../access/limits.ts";
import { appendAuditAlone } from "../../store/audit/audit.ts";
import { readAuditForVerify, verifyAudit } from "../../store/audit/verify.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { limitsOf } from "../helpers/limits.ts";
import { insertDevice, insertRegions } from "./fixtures.ts";
import { type Api, startApi } from "./harness.ts";

let db: TestDatabase;
let api: Api;
let caller: Principal;

const person = (id: string, over: Partial<Principal> = {}): Principal => ({
  type: "person",
  id,
  name: `Name of ${id}`,
  tenantId: null,
  grants: UNLIMITED.flatMap((area) => [
    { role: "administrator" as const, area },
    { role: "auditor" as const, area },
  ]),
  ...over,
});

beforeAll(async () => {
  db = await createTestDatabase();
  await insertRegions(db.pool);
  await db.pool.query("insert into tenants (id, name, use) values ('gas', 'Gas', 'commercial')");
  api = await startApi(db.pool, { access: { authenticate: () => caller, decide } });
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

/** The rows that a call adds. */
async function rowsOf(work: () => Promise<unknown>) {
  const { rows: before } = await db.pool.query("select coalesce(max(audit_no), 0)::int as n from audit");
  await work();
  const { rows } = await db.pool.query(
    "select action, object_type, object_id, actor_id, before, after, request_id, caller_request_id, address from audit where audit_no > $1 order by audit_no",
    [before[0].n],
  );
  return rows;
}

const requestId = { "x-request-id": "the-request" };
/** Ours, which nobody can choose, and the caller's beside it. */
const by = {
  actor_id: "li",
  request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  caller_request_id: "the-request",
  address: "127.0.0.1",
};

describe("a change through the API is one row of the audit", () => {
  beforeAll(() => {
    caller = person("li");
  });

  it("for a device that is added, changed, given credentials and taken away", async () => {
    const call = (method: "POST" | "PATCH" | "DELETE", path: string, payload?: object) =>
      api.call({ method, url: `/v1/devices${path}`, headers: requestId, ...(payload ? { payload } : {}) });
    let token = "";
    const rows = await rowsOf(async () => {
      const made = await call("POST", "", { id: "m-1", kind: "gas-meter", regionCode: "520102001" });
      token = made.json.credentials.password;
      await call("PATCH", "/m-1", { name: "一号表" });
      await call("POST", "/m-1/credentials");
      await call("DELETE", "/m-1");
    });
    const object = { object_type: "device", object_id: "m-1" };
    expect(rows).toMatchObject([
      { action: "device.create", ...object, ...by, before: null, after: { kind: "gas-meter", name: null } },
      { action: "device.update", ...object, ...by, before: { name: null }, after: { name: "一号表" } },
      { action: "device.credentials", ...object, ...by, before: null, after: null },
      { action: "device.delete", ...object, ...by, before: { name: "一号表" }, after: null },
    ]);
    expect(token).toHaveLength(43);
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it("for an alarm that is acknowledged, and not for one that was already", async () => {
    const deviceNo = await insertDevice(db.pool, "alarming");
    const { rows: alarms } = await db.pool.query(
      "insert into alarms (device_no, rule, severity, message, raised_at) values ($1, 'r', 'minor', 'm', now()) returning alarm_no",
      [deviceNo],
    );
    const url = `/v1/alarms/${alarms[0].alarm_no}/acknowledge`;
    const acknowledge = () => api.call({ method: "POST", url, headers: requestId });
    expect(await rowsOf(acknowledge)).toMatchObject([
      {
        action: "alarm.acknowledge",
        object_type: "alarm",
        object_id: String(alarms[0].alarm_no),
        ...by,
        before: { acknowledgedBy: null },
        after: { acknowledgedBy: "Name of li", deviceId: "alarming" },
      },
    ]);
    expect(await rowsOf(acknowledge)).toEqual([]);
  });

  it("and none when it is refused", async () => {
    const refused = [
      { method: "PATCH" as const, url: "/v1/devices/nobody", payload: { name: "x" } },
      { method: "DELETE" as const, url: "/v1/devices/nobody" },
      {
        method: "POST" as const,
        url: "/v1/devices",
        payload: { id: "m", kind: "gas-meter", regionCode: "99" },
      },
      { method: "POST" as const, url: "/v1/alarms/999999/acknowledge" },
    ];
    const rows = await rowsOf(async () => {
      for (const request of refused) expect((await api.call(request)).status).toBeGreaterThanOrEqual(400);
    });
    expect(rows).toEqual([]);
  });

  it("and is undone with it: what cannot be audited does not happen", async () => {
    await db.pool.query("alter table audit add constraint full_now check (false) not valid");
    const made = await api.call({
      method: "POST",
      url: "/v1/devices",
      payload: { id: "unaudited", kind: "gas-meter", regionCode: "520102001" },
    });
    const exported = await api.call({ url: "/v1/devices", headers: { accept: "text/csv" } });
    await db.pool.query("alter table audit drop constraint full_now");
    expect([made.status, exported.status]).toEqual([500, 500]);
    expect((await api.call("/v1/devices/unaudited")).status).toBe(404);
  });
});

describe("an export is one row of the audit, however many pages it has", () => {
  beforeAll(async () => {
    caller = person("li");
    await insertDevice(db.pool, "exported");
    await db.pool.query(
      `insert into devices (id, kind, region_code, token_hash)
       select 'many-' || n, 'camera', '520102001', '\\x00' from generate_series(1, 6000) as n`,
    );
  });
  const range = "from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z";

  it.each([
    ["/v1/devices?kind=camera", "export.devices", null, { kind: "camera" }],
    ["/v1/events?device=exported", "export.events", "exported", { device: "exported" }],
    [`/v1/devices/exported/readings?${range}`, "export.readings", "exported", {}],
    [`/v1/devices/exported/series?${range}&interval=1h`, "export.series", "exported", { interval: "1h" }],
    [`/v1/series?kind=gas-meter&region=5201&${range}&interval=1d`, "export.series", "5201", {}],
    ["/v1/audit?action=device", "export.audit", null, { action: "device" }],
  ])("%s", async (url, action, id, query) => {
    const rows = await rowsOf(async () => {
      const answer = await api.call({ url, headers: { accept: "text/csv", ...requestId } });
      expect(answer.status, answer.text).toBe(200);
      expect(answer.headers["content-type"]).toContain("text/csv");
    });
    expect(rows).toMatchObject([{ action, object_id: id, ...by, after: { query } }]);
  });

  it("but what is looked at page by page as JSON is not an export", async () => {
    expect(await rowsOf(() => api.call("/v1/devices"))).toEqual([]);
  });
});

describe("GET /v1/audit", () => {
  const list = async (query = "") => {
    const answer = await api.call(`/v1/audit${query}`);
    expect(answer.status, answer.text).toBe(200);
    return answer.json.items as { auditNo: number; actor: { id: string }; action: string; hash: string }[];
  };
  beforeAll(async () => {
    for (const [id, tenantId] of [
      ["her", "gas"],
      ["him", "water"],
      ["operator", null],
    ] as const) {
      const actor = { type: "person" as const, id, name: id, tenantId };
      await appendAuditAlone(db.pool, { actor, action: "test.seen", object: { type: "test", id: "1" } });
    }
  });

  it("shows everything to who sees everything, and is a row itself", async () => {
    caller = person("li");
    const actors = (await list("?action=test")).map(({ actor }) => actor.id);
    expect(actors).toEqual(["operator", "him", "her"]);
    expect((await list("?action=audit&limit=1"))[0]).toMatchObject({
      action: "audit.read",
      actor: { id: "li" },
    });
  });

  it("shows to an auditor of a tenant what its own people did", async () => {
    const grants = limitsOf({ tenants: ["gas"] }).map((area) => ({ role: "auditor" as const, area }));
    caller = person("her-auditor", { tenantId: "gas", grants });
    const rows = await list("?limit=1000");
    expect(new Set(rows.map(({ actor }) => actor.id))).toEqual(new Set(["her"]));
    expect((await list()).map(({ actor }) => actor.id)).toContain("her-auditor");
  });

  it.each([
    ["of regions", { regions: ["52"] }],
    ["of kinds", { kinds: ["gas-meter"] }],
    ["of other tenants", { tenants: ["gas", "water"] }],
  ])("shows no more to who has limits %s", async (_what, limits) => {
    const grants = limitsOf(limits).map((area) => ({ role: "auditor" as const, area }));
    caller = person("someone", { tenantId: "gas", grants });
    for (const { actor } of await list("?limit=1000")) {
      expect(["her", "her-auditor", "someone"]).toContain(actor.id);
    }
    caller = person("nobody", { tenantId: null, grants });
    expect(await list()).toEqual([]);
  });

  it("is forbidden to who is no auditor", async () => {
    const grants = UNLIMITED.map((area) => ({ role: "viewer" as const, area }));
    caller = person("viewer", { grants });
    expect((await api.call("/v1/audit")).status).toBe(403);
  });

  it("refuses what is no action and no moment", async () => {
    caller = person("li");
    for (const query of ["action=Device%25", "from=yesterday", "cursor=x", "colour=red"]) {
      expect((await api.call(`/v1/audit?${query}`)).status, query).toBe(400);
    }
  });

  it("has left a chain that is whole", async () => {
    const report = await verifyAudit(readAuditForVerify(db.pool));
    expect(report.faults).toEqual([]);
    expect(report.rows).toBeGreaterThan(20);
  });
});
