import { describe, expect, it } from "vitest";
import { areaOf } from "../helpers/limits.ts";
import {
  addApplication,
  addKey,
  addPerson,
  api,
  county,
  db,
  get,
  lastAudit,
  outcome,
  patch,
  post,
  put,
  useAccessApi,
} from "./access-api.ts";
import { insertDevice } from "./fixtures.ts";

useAccessApi();

/** Tenants, applications and people, as administrators of the whole platform look after them. */
describe("tenants", () => {
  it("are added, listed, renamed and shut out", async () => {
    const added = await post("/v1/tenants", { id: "water", name: "自来水", use: "commercial" });
    expect([added.status, added.headers.location]).toEqual([201, "/v1/tenants/water"]);
    expect(added.json).toMatchObject({ id: "water", name: "自来水", use: "commercial", disabledAt: null });
    expect(outcome(await post("/v1/tenants", { id: "water", name: "x", use: "civil" }))).toEqual([
      409,
      "tenant_exists",
    ]);
    expect((await patch("/v1/tenants/water", { name: "水务" })).json).toMatchObject({
      name: "水务",
      disabledAt: null,
    });
    expect((await patch("/v1/tenants/water", { disabled: true })).json.disabledAt).toBeTruthy();
    expect((await patch("/v1/tenants/water", { disabled: false })).json).toMatchObject({
      name: "水务",
      disabledAt: null,
    });
    const items = (await get("/v1/tenants?use=commercial")).json.items;
    expect(items.map((tenant: { id: string }) => tenant.id)).toEqual(["gas", "water"]);
    expect(outcome(await get("/v1/tenants/nobody"))).toEqual([404, "tenant_not_found"]);
    expect(outcome(await patch("/v1/tenants/water", {}))).toEqual([400, "invalid_request"]);
  });

  it("come in pages", async () => {
    const first = (await get("/v1/tenants?limit=1")).json;
    expect(first.items).toHaveLength(1);
    const next = (await get(`/v1/tenants?limit=1&cursor=${first.nextCursor}`)).json;
    expect(next.items[0].id > first.items[0].id).toBe(true);
    expect(outcome(await get(`/v1/people?cursor=${first.nextCursor}`))).toEqual([400, "invalid_cursor"]);
  });

  it("are seen as far as one's areas name them, and changed by the whole platform's administrators", async () => {
    const all = await addPerson([{ role: "administrator", area: county }]);
    const own = await addPerson([{ role: "administrator", area: areaOf({ tenants: ["gas"] }) }], "gas");
    expect((await get("/v1/tenants/county", all)).status).toBe(200);
    expect((await get("/v1/tenants", own)).json.items.map(({ id }: { id: string }) => id)).toEqual(["gas"]);
    expect(outcome(await get("/v1/tenants/county", own))).toEqual([404, "tenant_not_found"]);
    expect(outcome(await patch("/v1/tenants/county", { disabled: true }, own))).toEqual([
      404,
      "tenant_not_found",
    ]);
    expect(outcome(await patch("/v1/tenants/gas", { disabled: true }, own))).toEqual([403, "forbidden"]);
    expect(outcome(await patch("/v1/tenants/gas", { disabled: true }, all))).toEqual([403, "forbidden"]);
    expect(outcome(await post("/v1/tenants", { id: "new", name: "n", use: "civil" }, all))).toEqual([
      403,
      "forbidden",
    ]);
  });
});

describe("an application", () => {
  it("comes in by its key and sees its grants and nothing else", async () => {
    await insertDevice(db.pool, "own", { tenantId: "gas" });
    await insertDevice(db.pool, "other", { tenantId: "county" });
    const id = await addApplication([{ scopes: ["devices:read"], area: areaOf({ tenants: ["gas"] }) }]);
    const { key } = await addKey(id);
    const { json } = await get("/v1/devices", key);
    expect(json.items.map((device: { id: string }) => device.id)).toEqual(["own"]);
    expect(json.items[0].tenantId).toBe("gas");
    expect(outcome(await get("/v1/devices/other", key))).toEqual([404, "device_not_found"]);
    expect(outcome(await get("/v1/alarms", key))).toEqual([403, "forbidden"]);
    expect(outcome(await get("/v1/devices", `${key}x`))).toEqual([401, "unauthorized"]);
  });

  it("is shut out at once, with its tenant too, and what it was stays in the register", async () => {
    const id = await addApplication([{ scopes: ["devices:read"], area: areaOf({}) }]);
    const { key } = await addKey(id);
    const status = async () => (await get("/v1/devices", key)).status;
    expect((await patch(`/v1/applications/${id}`, { disabled: true })).json.disabledAt).toBeTruthy();
    expect(await status()).toBe(401);
    await patch(`/v1/applications/${id}`, { disabled: false });
    expect(await status()).toBe(200);
    await patch("/v1/tenants/gas", { disabled: true });
    expect(await status()).toBe(401);
    await patch("/v1/tenants/gas", { disabled: false });
    expect(await status()).toBe(200);
  });

  it("gets the whole list of its grants at once", async () => {
    const id = await addApplication([{ scopes: ["devices:read"], area: areaOf({}) }]);
    const { key } = await addKey(id);
    const grants = [
      { scopes: ["events:read", "alarms:read"], area: areaOf({ kinds: ["camera"] }) },
      { scopes: ["alarms:read"], area: areaOf({ devices: ["own"] }) },
    ];
    expect((await put(`/v1/applications/${id}/grants`, { grants })).json.grants).toEqual(grants);
    expect((await get(`/v1/applications/${id}`)).json.grants).toEqual(grants);
    expect((await get("/v1/devices", key)).status).toBe(403);
    expect((await get("/v1/alarms", key)).status).toBe(200);
    expect((await put(`/v1/applications/${id}/grants`, { grants: [] })).json.grants).toEqual([]);
    expect((await get("/v1/alarms", key)).status).toBe(403);
  });

  it("is not a person, and shares its ids with people, whoever was first", async () => {
    const id = await addApplication();
    expect(outcome(await get(`/v1/people/${id}`))).toEqual([404, "person_not_found"]);
    expect(outcome(await patch(`/v1/people/${id}`, { disabled: true }))).toEqual([404, "person_not_found"]);
    const body = { id, name: "n", tenantId: "gas" };
    expect(outcome(await post("/v1/people", body))).toEqual([409, "principal_exists"]);
    expect(outcome(await post("/v1/people", { ...body, id: "administrator" }))).toEqual([
      409,
      "principal_exists",
    ]);
  });

  it.each([
    [{ role: "viewer", area: areaOf({}) }, "/grants/0"],
    [{ scopes: ["broadcasts:approve"], area: areaOf({}) }, "/grants/0/scopes/0"],
    [{ scopes: ["access:write"], area: areaOf({}) }, "/grants/0/scopes/0"],
    [{ scopes: [], area: areaOf({}) }, "/grants/0/scopes"],
    [
      { scopes: ["devices:read"], area: { regions: "all", kinds: "all", tenants: "all" } },
      "/grants/0/area/devices",
    ],
    [{ scopes: ["devices:read"], area: areaOf({ regions: [] }) }, "/grants/0/area/regions"],
    [{ scopes: ["devices:read"], area: areaOf({ regions: ["52", "99"] }) }, "/grants/0/area/regions/1"],
    [{ scopes: ["devices:read"], area: areaOf({ kinds: ["camera", "dragon"] }) }, "/grants/0/area/kinds/1"],
    [{ scopes: ["devices:read"], area: areaOf({ tenants: ["nobody"] }) }, "/grants/0/area/tenants/0"],
  ])("is refused %j, with its place", async (grant, path) => {
    const answer = await post("/v1/applications", {
      id: "refused",
      name: "n",
      tenantId: "gas",
      grants: [grant],
    });
    expect(outcome(answer)).toEqual([400, "invalid_request"]);
    expect(answer.json.faults.map((fault: { path: string }) => fault.path)).toContain(path);
    expect((await get("/v1/applications/refused")).status).toBe(404);
  });
});

describe("a person", () => {
  it("gets roles, never scopes", async () => {
    const id = await addPerson([{ role: "operator", area: county }]);
    expect((await get(`/v1/people/${id}`)).json.grants).toEqual([{ role: "operator", area: county }]);
    const grants = [{ scopes: ["devices:read"], area: county }];
    expect(outcome(await put(`/v1/people/${id}/grants`, { grants }))).toEqual([400, "invalid_request"]);
  });

  it("of a tenant that there is not, is not added", async () => {
    const answer = await post("/v1/people", { id: "lost", name: "n", tenantId: "nobody" });
    expect(answer.json.faults).toEqual([{ path: "/tenantId", message: "There is no tenant 'nobody'" }]);
  });

  it("may come with a first password, of which the audit and the log say nothing", async () => {
    const password = "correct horse battery staple";
    const answer = await post("/v1/people", { id: "with-password", name: "n", tenantId: "gas", password });
    expect(answer.status).toBe(201);
    const { rows } = await db.pool.query(
      "select password_hash from passwords where principal_id = 'with-password'",
    );
    expect(rows[0].password_hash).toMatch(/^\$scrypt\$/);
    expect(JSON.stringify(await lastAudit())).not.toContain("scrypt");
    expect(JSON.stringify([await lastAudit(), api.logged, answer.text])).not.toContain("horse");
    const weak = await post("/v1/people", { id: "weak", name: "n", tenantId: "gas", password: "1234567890" });
    expect(weak.json.faults[0].path).toBe("/password");
    expect((await get("/v1/people/weak")).status).toBe(404);
  });

  it("is found by tenant and by a part of the name", async () => {
    await post("/v1/people", { id: "zhang.wei", name: "张伟", tenantId: "county" });
    const ids = async (query: string) =>
      (await get(`/v1/people?${query}`)).json.items.map((person: { id: string }) => person.id);
    expect(await ids(`q=${encodeURIComponent("张")}`)).toEqual(["zhang.wei"]);
    expect(await ids("tenant=county&q=zhang")).toEqual(["zhang.wei"]);
    expect(await ids("tenant=gas&q=zhang")).toEqual([]);
  });
});

describe("GET /v1/me", () => {
  it("says who asks, and what comes of the grants", async () => {
    const id = await addPerson([
      { role: "viewer", area: areaOf({}) },
      { role: "operator", area: county },
    ]);
    const { status, json } = await get("/v1/me", id);
    expect(status).toBe(200);
    expect(json).toMatchObject({ type: "person", id, name: id, tenant: { id: "county", use: "government" } });
    const areasOf = (action: string) =>
      json.actions.find((each: { action: string }) => each.action === action)?.areas;
    expect(areasOf("devices:read")).toEqual([areaOf({}), county]);
    expect(areasOf("alarms:acknowledge")).toEqual([county]);
    expect(areasOf("access:read")).toBeUndefined();
  });

  it("answers whoever has no grant at all, and the administrator's key", async () => {
    expect((await get("/v1/me", await addPerson([]))).json).toMatchObject({
      grants: [],
      actions: [],
    });
    expect((await get("/v1/me")).json).toMatchObject({ id: "administrator", tenant: null });
    expect(outcome(await get("/v1/me", "nobody"))).toEqual([401, "unauthorized"]);
  });
});

describe("the audit", () => {
  it("has each change with what was before and after, by whom and from where", async () => {
    const id = await addPerson([{ role: "viewer", area: county }]);
    await put(`/v1/people/${id}/grants`, { grants: [] });
    expect(await lastAudit()).toMatchObject({
      action: "person.grant",
      object_type: "person",
      object_id: id,
      actor_id: "administrator",
      before: { grants: [{ role: "viewer", area: county }] },
      after: { grants: [] },
    });
    expect((await lastAudit()).address).toBeTruthy();
    expect((await lastAudit()).request_id).toBeTruthy();
    await patch("/v1/tenants/gas", { name: "新名" });
    expect(await lastAudit()).toMatchObject({
      action: "tenant.update",
      before: { name: "贵阳燃气" },
      after: { name: "新名" },
    });
  });

  it("has nothing of what was refused", async () => {
    const before = await lastAudit();
    await post("/v1/tenants", { id: "gas", name: "again", use: "civil" });
    await patch("/v1/people/nobody", { disabled: true });
    expect((await lastAudit()).audit_no).toBe(before.audit_no);
  });
});
