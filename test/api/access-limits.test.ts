import { describe, expect, it } from "vitest";
import { areaOf } from "../helpers/limits.ts";
import {
  addApplication,
  addKey,
  addPerson,
  county,
  del,
  freshId,
  get,
  lastAudit,
  outcome,
  patch,
  post,
  put,
  useAccessApi,
} from "./access-api.ts";

useAccessApi();

/** Administrators who have less than everything. */
describe("an administrator of one county", () => {
  const administrator = () => addPerson([{ role: "administrator", area: county }]);

  it("adds people and applications for the county, of every role", async () => {
    const admin = await administrator();
    const inside = areaOf({ regions: ["520102001"], kinds: ["camera"] });
    const body = {
      id: "village-head",
      name: "n",
      tenantId: "county",
      grants: [{ role: "approver", area: inside }],
    };
    expect((await post("/v1/people", body, admin)).status).toBe(201);
    const grants = [{ scopes: ["commands:send"], area: inside }];
    const app = { id: "village-app", name: "n", tenantId: "gas", grants };
    expect((await post("/v1/applications", app, admin)).status).toBe(201);
    expect((await post("/v1/applications/village-app/keys", undefined, admin)).status).toBe(201);
    expect(await lastAudit()).toMatchObject({ actor_type: "person", actor_id: admin, tenant_id: "county" });
  });

  it.each([
    ["the city", areaOf({ regions: ["5201"] })],
    ["another county", areaOf({ regions: ["520103"] })],
    ["the county and another", areaOf({ regions: ["520102", "520103"] })],
    ["everything", areaOf({})],
    ["one device, wherever it may be", areaOf({ devices: ["own"] })],
  ])("gives nothing over %s, to others or to themselves", async (_what, area) => {
    const admin = await administrator();
    const grants = [{ role: "viewer", area }];
    const other = await addPerson([]);
    for (const id of [admin, other]) {
      expect(outcome(await put(`/v1/people/${id}/grants`, { grants }, admin))).toEqual([403, "forbidden"]);
    }
    const body = { id: freshId("new"), name: "n", tenantId: "county", grants };
    expect(outcome(await post("/v1/people", body, admin))).toEqual([403, "forbidden"]);
    expect((await get(`/v1/people/${body.id}`)).status).toBe(404);
    expect((await get(`/v1/people/${admin}`)).json.grants).toEqual([{ role: "administrator", area: county }]);
  });

  it("does not meet, change or make keys for whoever reaches beyond the county", async () => {
    const admin = await administrator();
    const mighty = await addPerson([
      { role: "viewer", area: county },
      { role: "viewer", area: areaOf({ regions: ["5201"] }) },
    ]);
    const app = await addApplication([{ scopes: ["devices:read"], area: areaOf({}) }]);
    const { prefix } = await addKey(app);
    const people = (await get("/v1/people?limit=1000", admin)).json.items;
    expect(people.map((person: { id: string }) => person.id)).toContain(admin);
    expect(people.map((person: { id: string }) => person.id)).not.toContain(mighty);
    const applications = (await get("/v1/applications?limit=1000", admin)).json.items;
    expect(applications.map((application: { id: string }) => application.id)).not.toContain(app);
    for (const answer of [
      await get(`/v1/people/${mighty}`, admin),
      await patch(`/v1/people/${mighty}`, { disabled: true }, admin),
      await put(`/v1/people/${mighty}/grants`, { grants: [] }, admin),
    ]) {
      expect(outcome(answer)).toEqual([404, "person_not_found"]);
    }
    for (const answer of [
      await get(`/v1/applications/${app}/keys`, admin),
      await post(`/v1/applications/${app}/keys`, undefined, admin),
      await post(`/v1/applications/${app}/keys/${prefix}/rotate`, undefined, admin),
      await del(`/v1/applications/${app}/keys/${prefix}`, admin),
    ]) {
      expect(outcome(answer)).toEqual([404, "application_not_found"]);
    }
  });

  it("who only looks elsewhere, sees the people there and changes none of them", async () => {
    const admin = await addPerson([
      { role: "administrator", area: county },
      { role: "auditor", area: areaOf({ regions: ["5201"] }) },
    ]);
    const elsewhere = await addPerson([{ role: "viewer", area: areaOf({ regions: ["520103"] }) }]);
    expect((await get(`/v1/people/${elsewhere}`, admin)).status).toBe(200);
    expect(outcome(await patch(`/v1/people/${elsewhere}`, { name: "x" }, admin))).toEqual([
      404,
      "person_not_found",
    ]);
  });

  it("of one tenant alone, adds nobody to another, and cannot tell whether there is one", async () => {
    const admin = await addPerson([{ role: "administrator", area: areaOf({ tenants: ["gas"] }) }], "gas");
    const refusal = async (tenantId: string) => {
      const answer = await post("/v1/people", { id: "x", name: "n", tenantId }, admin);
      return {
        ...answer.json,
        requestId: "",
        text: JSON.stringify(answer.json.faults).replace(tenantId, "…"),
      };
    };
    const [exists, not] = [await refusal("county"), await refusal("nobody")];
    expect(exists).toMatchObject({ status: 400, code: "invalid_request" });
    expect(exists.text).toBe(not.text);
    expect((await post("/v1/people", { id: "gas-clerk", name: "n", tenantId: "gas" }, admin)).status).toBe(
      201,
    );
  });
});
