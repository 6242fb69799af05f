import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { areaOf } from "../helpers/limits.ts";
import { createCallers, personWith } from "./callers.ts";
import { insertRegions } from "./fixtures.ts";
import { type Api, startApi } from "./harness.ts";

let db: TestDatabase;
let api: Api;
const callers = createCallers();
/** Sees everything. */
const root = callers.as(personWith("root", [{ role: "administrator", area: areaOf({}) }]));
const tenants = callers.as(
  personWith("of-gas", [{ role: "administrator", area: areaOf({ tenants: ["gas-co"] }) }], "gas-co"),
);
beforeAll(async () => {
  db = await createTestDatabase();
  await insertRegions(db.pool);
  await db.pool.query("insert into tenants (id, name, use) values ('gas-co', 'Gas', 'commercial')");
  api = await startApi(db.pool, { access: callers.access });
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

const post = (id: string, more: object = {}) =>
  api.call({
    method: "POST",
    url: "/v1/devices",
    headers: root,
    payload: { id, kind: "gas-meter", regionCode: "520102001", ...more },
  });
const patch = (id: string, payload: object) =>
  api.call({ method: "PATCH", url: `/v1/devices/${id}`, headers: root, payload });
const get = (url: string) => api.call({ url, headers: root });
const ids = (answer: { json: { items: { id: string }[] } }) => answer.json.items.map(({ id }) => id);

describe("a device's identities", () => {
  it("are taken in whatever form, and shown in one, with its model", async () => {
    const added = await post("known-1", {
      model: "dragino-lht65",
      identities: [
        { scheme: "cjt188", value: "7833-0011223344" },
        { scheme: "deveui", value: "70:B3:D5:7E:D0:00:1A:2B" },
        { scheme: "deveui", value: "70b3d57ed0001a2b" },
      ],
    });
    const identities = [
      { scheme: "cjt188", value: "78330011223344" },
      { scheme: "deveui", value: "70b3d57ed0001a2b" },
    ];
    expect(added.status).toBe(201);
    expect(added.json.device).toMatchObject({ model: "dragino-lht65", identities });
    expect((await get("/v1/devices/known-1")).json).toMatchObject({
      model: "dragino-lht65",
      identities,
    });
    expect((await get("/v1/devices?q=known-1")).json.items).toMatchObject([{ identities }]);
  });

  it("are none unless they are given, and stay as they are when another field changes", async () => {
    expect((await post("plain", { kind: "air-station" })).json.device).toMatchObject({
      model: null,
      identities: [],
    });
    const identities = [{ scheme: "mn", value: "PLAIN-1" }];
    expect((await patch("plain", { identities })).json).toMatchObject({ identities, model: null });
    expect((await patch("plain", { name: "x", model: "acme-1" })).json).toMatchObject({
      identities,
      model: "acme-1",
    });
    expect((await patch("plain", { identities: [], model: null })).json).toMatchObject({
      identities: [],
      model: null,
    });
  });

  it.each([
    ["a devEUI that is too short", { identities: [{ scheme: "deveui", value: "70b3" }] }, "16 hexadecimal"],
    ["a scheme that is unknown", { identities: [{ scheme: "imsi", value: "1" }] }, "deveui"],
    [
      "more than a device has",
      { identities: Array.from({ length: 9 }, (_, i) => ({ scheme: "mn", value: `M${i}` })) },
      "8",
    ],
    ["a model with spaces", { model: "Dragino LHT65" }, "dragino-lht65"],
  ])("are refused with what was expected: %s", async (_what, more, expected) => {
    const answer = await post("never", more);
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.json.faults)).toContain(expected);
  });

  it("find the device, in every form", async () => {
    await post("found", { identities: [{ scheme: "deveui", value: "300000000000000A" }] });
    expect(ids(await get("/v1/devices?identity=deveui:30:00:00:00:00:00:00:0a"))).toEqual(["found"]);
    expect(ids(await get("/v1/devices?identity=deveui:300000000000000b"))).toEqual([]);
    expect((await get("/v1/device-counts?identity=deveui:300000000000000A")).json.total).toBe(1);
    for (const wrong of ["gb26875:3", "nobody:1", "gb26875"]) {
      const answer = await get(`/v1/devices?identity=${wrong}`);
      expect(answer.status).toBe(400);
      expect(answer.json.faults[0].message).toMatch(/^expected/);
    }
  });

  it("come in CSV as the filter takes them", async () => {
    await post("in-csv", {
      kind: "air-station",
      model: "acme-2",
      identities: [{ scheme: "mn", value: "CSV1" }],
    });
    const answer = await api.call({
      url: "/v1/devices?identity=mn:csv1",
      headers: { ...root, accept: "text/csv" },
    });
    const [head, line] = answer.text.trimEnd().split("\r\n");
    expect(head).toMatch(/,model,identities$/);
    expect(line).toMatch(/,acme-2,mn:CSV1$/);
  });

  it("are in the audit before and after a change", async () => {
    await post("audited", { kind: "air-station", identities: [{ scheme: "mn", value: "AUDIT1" }] });
    await patch("audited", { identities: [{ scheme: "mn", value: "AUDIT2" }] });
    const { rows } = await db.pool.query(
      "select before, after from audit where object_id = 'audited' and action = 'device.update'",
    );
    expect(rows).toMatchObject([
      {
        before: { identities: [{ scheme: "mn", value: "AUDIT1" }] },
        after: { identities: [{ scheme: "mn", value: "AUDIT2" }] },
      },
    ]);
  });
});

describe("a scheme that devices of a kind do not have", () => {
  const mn = [{ scheme: "mn", value: "NOT-MINE" }];
  const refused = (field: string, detail: string) => ({
    status: 400,
    json: { code: "invalid_request", faults: [{ path: field, message: detail }] },
  });

  it("is refused with those that they have, also when it is given later", async () => {
    const METER = "A device of kind 'gas-meter' has no mn: expected deveui or cjt188";
    expect(await post("refused", { identities: mn })).toMatchObject(refused("/identities/0/scheme", METER));
    expect((await get("/v1/devices/refused")).status).toBe(404);
    await post("given-later");
    const both = [{ scheme: "deveui", value: "70b3d57ed0001a2c" }, ...mn];
    expect(await patch("given-later", { identities: both })).toMatchObject(
      refused("/identities/1/scheme", METER),
    );
    expect((await get("/v1/devices/given-later")).json.identities).toEqual([]);
  });

  it("is any where they have none, as those of speakers", async () => {
    expect(await post("loud", { kind: "speaker", identities: mn })).toMatchObject(
      refused("/identities/0/scheme", "A device of kind 'speaker' has no mn: expected no identities"),
    );
  });

  it("is named among those of a kind in the catalog", async () => {
    const kinds = (await get("/v1/kinds")).json.items as { kind: string; identities: string[] }[];
    const schemes = Object.fromEntries(kinds.map(({ kind, identities }) => [kind, identities]));
    expect(schemes).toMatchObject({ "air-station": ["mn"], speaker: [], "lora-gateway": ["deveui"] });
  });

  it("may be left where an older version gave it, and is gone with the next change of identities", async () => {
    await post("older");
    await db.pool.query(
      "insert into device_identities select 'mn', 'OLDER', device_no from devices where id = 'older'",
    );
    expect((await patch("older", { name: "x" })).json.identities).toEqual([{ scheme: "mn", value: "OLDER" }]);
    expect((await patch("older", { identities: [] })).json.identities).toEqual([]);
  });
});

describe("an identity that another device has", () => {
  it("is a conflict that names the other", async () => {
    const water = { kind: "water-quality-station" };
    await post("holder", { ...water, identities: [{ scheme: "sl651", value: "12345678" }] });
    const answer = await post("wants", { ...water, identities: [{ scheme: "sl651", value: "0012345678" }] });
    expect(answer.status).toBe(409);
    expect(answer.json).toMatchObject({
      code: "identity_taken",
      detail: "sl651 0012345678 belongs to device 'holder'",
    });
    expect((await get("/v1/devices/wants")).status).toBe(404);
    await api.call({ method: "DELETE", url: "/v1/devices/holder", headers: root });
    expect(
      (await post("wants", { ...water, identities: [{ scheme: "sl651", value: "12345678" }] })).status,
    ).toBe(201);
  });

  it("does not tell a tenant whose it is, nor finds it for them", async () => {
    await post("of-the-operator", { kind: "air-station", identities: [{ scheme: "mn", value: "SECRET1" }] });
    const answer = await api.call({
      method: "POST",
      url: "/v1/devices",
      headers: tenants,
      payload: {
        id: "curious",
        kind: "air-station",
        regionCode: "520102001",
        identities: [{ scheme: "mn", value: "SECRET1" }],
      },
    });
    expect(answer.status).toBe(409);
    expect(answer.json.detail).toBe("mn SECRET1 belongs to a device that you may not see");
    expect(answer.text).not.toContain("of-the-operator");
    const found = await api.call({ url: "/v1/devices?identity=mn:SECRET1", headers: tenants });
    expect(ids(found)).toEqual([]);
  });
});
