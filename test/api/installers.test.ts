import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Grant, Principal } from "../../access/decide.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { areaOf } from "../helpers/limits.ts";
import { createCallers, personWith } from "./callers.ts";
import { insertDevice, insertRegions } from "./fixtures.ts";
import { type Api, startApi } from "./harness.ts";

let db: TestDatabase;
let api: Api;
const callers = createCallers();
const county = areaOf({ regions: ["520102"] });
const installer = personWith("installer", [{ role: "installer", area: county }], "gas");
const administrator = personWith("administrator", [{ role: "administrator", area: county }], "gas");
const FORBIDDEN = [403, "forbidden"];
const HIDDEN = [404, "device_not_found"];

/** A county with devices of two owners, and the neighbouring one. */
beforeAll(async () => {
  db = await createTestDatabase();
  const { pool } = db;
  await insertRegions(pool);
  await pool.query(
    "insert into tenants (id, name, use) values ('gas', '燃气', 'commercial'), ('police', '公安', 'government')",
  );
  for (const [id, kind] of [
    ["meter", "gas-meter"],
    ["speaker", "speaker"],
    ["gateway", "lora-gateway"],
    ["busy-gateway", "lora-gateway"],
  ] as const) {
    await insertDevice(pool, id, { kind, tenantId: "gas" });
    await insertDevice(pool, `${id}-elsewhere`, { kind, tenantId: "gas", regionCode: "520103" });
    await insertDevice(pool, `${id}-of-others`, { kind, tenantId: "police" });
  }
  await insertDevice(pool, "meter-without-owner");
  await insertDevice(pool, "speaker-behind", { kind: "speaker", tenantId: "gas" });
  await pool.query(
    "update devices set gateway_no = (select device_no from devices where id = 'busy-gateway') where id = 'speaker-behind'",
  );
  api = await startApi(pool, { access: callers.access });
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

async function send(who: Principal, method: "POST" | "PATCH" | "DELETE", path: string, payload?: object) {
  const request = { method, url: `/v1/devices${path}`, ...(payload ? { payload } : {}) } as const;
  const { status, json } = await api.call({ ...request, headers: callers.as(who) });
  return [status, json?.code];
}
const rotate = (who: Principal, id: string) => send(who, "POST", `/${id}/credentials`);
const patch = (who: Principal, id: string, change: object) => send(who, "PATCH", `/${id}`, change);

const rowsOf = async () =>
  (
    await db.pool.query(
      "select id, region_code, tenant_id, gateway_no, token_hash, deleted_at from devices order by 1",
    )
  ).rows;

/** Tries something, and sees that nothing has come of it. */
async function expectRefused(attempt: Promise<unknown[]>, answer = FORBIDDEN) {
  const before = await rowsOf();
  expect(await attempt).toEqual(answer);
  expect(await rowsOf()).toEqual(before);
}

describe("an installer", () => {
  it("adds devices within the area, of every kind, and has their token", async () => {
    for (const kind of ["gas-meter", "speaker", "lora-gateway", "camera"]) {
      const device = { id: `new-${kind}`, kind, regionCode: "520102001001" };
      expect(await send(installer, "POST", "", device)).toEqual([201, undefined]);
    }
    await expectRefused(
      send(installer, "POST", "", { id: "outside", kind: "speaker", regionCode: "520103" }),
    );
    await expectRefused(
      send(installer, "POST", "", { id: "outside", kind: "gas-meter", regionCode: "5201" }),
    );
  });

  it("moves devices from and to places within the area alone", async () => {
    for (const id of ["meter", "speaker"]) {
      expect(await patch(installer, id, { regionCode: "520102002" })).toEqual([200, undefined]);
      await expectRefused(patch(installer, id, { regionCode: "520103" }));
      await expectRefused(patch(installer, `${id}-elsewhere`, { regionCode: "520102" }), HIDDEN);
      expect(await patch(installer, id, { regionCode: "520102001" })).toEqual([200, undefined]);
    }
  });

  it("changes names and places, and puts meters behind gateways of the area", async () => {
    const location = { longitude: 106.7, latitude: 26.6 };
    expect(await patch(installer, "speaker", { name: "村委会", location })).toEqual([200, undefined]);
    expect(await patch(installer, "meter", { gatewayId: "gateway" })).toEqual([200, undefined]);
    await expectRefused(patch(installer, "meter", { gatewayId: "gateway-elsewhere" }), [
      400,
      "invalid_request",
    ]);
    expect(await patch(installer, "meter", { gatewayId: null })).toEqual([200, undefined]);
  });

  it("gives new tokens, but to no speaker, and to no gateway with a speaker behind it", async () => {
    for (const id of ["meter", "gateway"]) expect(await rotate(installer, id)).toEqual([200, undefined]);
    for (const id of ["speaker", "speaker-behind", "busy-gateway", "new-speaker"])
      await expectRefused(rotate(installer, id));
    for (const id of ["meter-elsewhere", "speaker-elsewhere"])
      await expectRefused(rotate(installer, id), HIDDEN);
  });

  it("puts no speaker behind a gateway or takes one from there, whoever has the gateway's token", async () => {
    await expectRefused(patch(installer, "speaker", { gatewayId: "gateway" }));
    await expectRefused(patch(installer, "speaker-behind", { gatewayId: "gateway" }));
    await expectRefused(patch(installer, "speaker-behind", { gatewayId: null }));
    // What stays as it is may be said again.
    expect(await patch(installer, "speaker-behind", { gatewayId: "busy-gateway" })).toEqual([200, undefined]);
    expect(await patch(installer, "speaker", { gatewayId: null, name: "广场" })).toEqual([200, undefined]);
  });

  it("takes over no device: neither another's, nor one that has no owner, and gives none away", async () => {
    await expectRefused(patch(installer, "meter-of-others", { tenantId: "gas" }));
    await expectRefused(patch(installer, "meter-without-owner", { tenantId: "gas" }));
    await expectRefused(patch(installer, "meter", { tenantId: "police" }));
    await expectRefused(patch(installer, "meter", { tenantId: null }));
    expect(await patch(installer, "meter", { tenantId: "gas" })).toEqual([200, undefined]);
  });

  it("takes devices out of service, but no speaker, whose id could be given anew with another token", async () => {
    await expectRefused(send(installer, "DELETE", "/speaker"));
    await expectRefused(send(installer, "DELETE", "/new-speaker"));
    await expectRefused(send(installer, "DELETE", "/meter-elsewhere"), HIDDEN);
    expect(await send(installer, "DELETE", "/new-camera")).toEqual([204, undefined]);
  });

  it("gives no speaker an identity, by which others could speak for it, nor a gateway with speakers behind it", async () => {
    const identities = [{ scheme: "deveui", value: "70b3d57ed0001a2b" }];
    await expectRefused(patch(installer, "speaker", { identities }));
    await expectRefused(patch(installer, "busy-gateway", { identities }));
    expect(await patch(installer, "meter", { identities })).toEqual([200, undefined]);
    expect(await patch(administrator, "speaker", { identities: [] })).toEqual([200, undefined]);
  });

  it("is told why", async () => {
    const { json } = await api.call({
      method: "POST",
      url: "/v1/devices/speaker/credentials",
      headers: callers.as(installer),
    });
    expect(json.detail).toBe(
      "You may not give a new token to 'speaker': that decides who can speak for it, and takes an administrator",
    );
  });

  it("of a county, administrator of a village in it, decides about the village's speakers alone", async () => {
    const grants: Grant[] = [
      ...installer.grants,
      { role: "administrator", area: areaOf({ regions: ["520102002"] }) },
    ];
    const both = personWith("both", grants, "gas");
    for (const id of ["speaker", "busy-gateway"]) {
      await expectRefused(rotate(both, id));
      // Else they would move it there, give it a token, and move it back.
      await expectRefused(patch(both, id, { regionCode: "520102002" }));
      expect(await patch(administrator, id, { regionCode: "520102002" })).toEqual([200, undefined]);
      expect(await rotate(both, id)).toEqual([200, undefined]);
      expect(await patch(both, id, { regionCode: "520102001" })).toEqual([200, undefined]);
    }
    expect(await patch(both, "meter", { regionCode: "520102002" })).toEqual([200, undefined]);
  });

  it("reads, and does nothing with people, broadcasts, commands or readings", async () => {
    const read = async (path: string) =>
      (await api.call({ url: `/v1/${path}`, headers: callers.as(installer) })).status;
    for (const path of ["devices", "alarms", "rejections", "regions", "kinds", "ledger", "broadcasts"])
      expect([path, await read(path)]).toEqual([path, 200]);
    for (const path of ["people", "audit", "applications"])
      expect([path, await read(path)]).toEqual([path, 403]);
    for (const [url, payload] of [
      ["/v1/broadcasts", { mode: "drill" }],
      ["/v1/devices/meter/commands", { name: "close-valve" }],
      ["/v1/devices/meter/repairs", { action: "void" }],
      ["/v1/people", { id: "x", name: "x", tenantId: "gas" }],
    ] as const) {
      const { status } = await api.call({ method: "POST", url, payload, headers: callers.as(installer) });
      expect([url, status]).toEqual([url, 403]);
    }
  });
});

describe("administrators, and applications that add devices,", () => {
  it("decide who speaks for the speakers of their area", async () => {
    const application: Principal = {
      ...personWith("registry", [{ scopes: ["devices:write"], area: county }], "gas"),
      type: "application",
    };
    for (const who of [administrator, application]) {
      expect(await rotate(who, "speaker")).toEqual([200, undefined]);
      expect(await rotate(who, "busy-gateway")).toEqual([200, undefined]);
      expect(await patch(who, "meter", { tenantId: "police" })).toEqual([200, undefined]);
      expect(await patch(who, "meter", { tenantId: "gas" })).toEqual([200, undefined]);
      expect(await patch(who, "speaker", { gatewayId: "gateway" })).toEqual([200, undefined]);
      expect(await patch(who, "speaker", { gatewayId: null })).toEqual([200, undefined]);
    }
    expect(await send(administrator, "DELETE", "/new-speaker")).toEqual([204, undefined]);
  });
});
