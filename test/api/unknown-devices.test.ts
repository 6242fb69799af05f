import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordUnknown } from "../../store/ledger/unknown-devices.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { areaOf } from "../helpers/limits.ts";
import { createCallers, personWith } from "./callers.ts";
import { insertRegions } from "./fixtures.ts";
import { type Api, startApi } from "./harness.ts";

let db: TestDatabase;
let api: Api;
const callers = createCallers();
const root = callers.as(personWith("root", [{ role: "administrator", area: areaOf({}) }]));
const county = callers.as(
  personWith("county", [{ role: "administrator", area: areaOf({ regions: ["520102"] }) }]),
);
const taken: number[] = [];
let fault: Error | undefined;

beforeAll(async () => {
  db = await createTestDatabase();
  await insertRegions(db.pool);
  api = await startApi(db.pool, {
    access: callers.access,
    takeWaiting: async (deviceNo) => {
      taken.push(deviceNo);
      if (fault) throw fault;
      return { stored: 2, duplicate: 1, rejected: 0 };
    },
  });
  const one = { door: "hj212", address: "10.0.0.1", firstAt: Date.now(), lastAt: Date.now(), messages: 3 };
  const raw = (bytes: Buffer) => [{ receivedAt: Date.now(), door: "hj212", context: "", raw: bytes }];
  await recordUnknown(db.pool, [
    { ...one, scheme: "mn", value: "TEXT", waiting: raw(Buffer.from("##0123".repeat(100))) },
    { ...one, scheme: "mn", value: "BYTES", waiting: raw(Buffer.from([0x7e, 0xff])) },
    { ...one, scheme: "sim", value: "013800138000", door: "jt808", waiting: [] },
  ]);
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

const list = async (query = "", headers = root) =>
  (await api.call({ url: `/v1/unknown-devices${query}`, headers })).json.items;
const valuesOf = (items: { value: string }[]) => items.map(({ value }) => value).toSorted();

describe("unknown devices", () => {
  it("are listed with where they came from and the beginning of what they sent, as text or base64", async () => {
    expect(await list("?identity=mn:text")).toEqual([
      {
        scheme: "mn",
        value: "TEXT",
        door: "hj212",
        address: "10.0.0.1",
        firstSeenAt: expect.any(String),
        lastSeenAt: expect.any(String),
        messages: 3,
        waiting: 1,
        sample: { encoding: "utf8", data: "##0123".repeat(100).slice(0, 256) },
      },
    ]);
    expect((await list("?identity=mn:bytes"))[0].sample).toEqual({ encoding: "base64", data: "fv8=" });
    expect((await list("?scheme=sim"))[0]).toMatchObject({ waiting: 0, sample: null });
  });

  it("are found by scheme, identity and door", async () => {
    expect(valuesOf(await list())).toEqual(["013800138000", "BYTES", "TEXT"]);
    expect(valuesOf(await list("?scheme=mn"))).toEqual(["BYTES", "TEXT"]);
    expect(valuesOf(await list("?door=jt808"))).toEqual(["013800138000"]);
    expect(valuesOf(await list("?identity=sim:13800138000"))).toEqual(["013800138000"]);
    expect((await api.call({ url: "/v1/unknown-devices?scheme=imsi", headers: root })).status).toBe(400);
  });

  it("are found by the address from which they came last", async () => {
    expect(valuesOf(await list("?address=10.0.0.1"))).toEqual(["013800138000", "BYTES", "TEXT"]);
    expect(await list("?address=2001:db8::1")).toEqual([]);
    expect((await api.call({ url: "/v1/unknown-devices?address=here", headers: root })).status).toBe(400);
  });

  it("are nobody's, and not shown to callers who see a part", async () => {
    expect(await list("", county)).toEqual([]);
  });
});

describe("registering an unknown device", () => {
  const post = (id: string, value?: string) =>
    api.call({
      method: "POST",
      url: "/v1/devices",
      headers: root,
      payload: {
        id,
        kind: "air-station",
        regionCode: "520102001",
        ...(value === undefined ? {} : { identities: [{ scheme: "mn", value }] }),
      },
    });
  const numberOf = async (id: string) =>
    (await db.pool.query("select device_no from devices where id = $1", [id])).rows[0].device_no;

  it("takes in its waiting messages, and says what became of them", async () => {
    const answer = await post("was-unknown", "TEXT");
    expect(answer.status).toBe(201);
    expect(answer.json.waitingMessages).toEqual({ stored: 2, duplicate: 1, rejected: 0 });
    expect(taken.splice(0)).toEqual([await numberOf("was-unknown")]);
  });

  it("asks for none where the device has no identity", async () => {
    const answer = await post("without");
    expect(answer.json.waitingMessages).toEqual({ stored: 0, duplicate: 0, rejected: 0 });
    expect(taken.splice(0)).toEqual([]);
  });

  it("does so too when a device that there is gets the identity, and not at other changes", async () => {
    const patch = (payload: object) =>
      api.call({ method: "PATCH", url: "/v1/devices/without", headers: root, payload });
    expect((await patch({ name: "x" })).status).toBe(200);
    expect(taken.splice(0)).toEqual([]);
    expect((await patch({ identities: [{ scheme: "mn", value: "BYTES" }] })).status).toBe(200);
    expect(taken.splice(0)).toEqual([await numberOf("without")]);
  });

  it("gives the token also where they cannot be taken in now, and says nothing of them", async () => {
    fault = new Error("away");
    const answer = await post("later", "LATER");
    fault = undefined;
    expect(answer.status).toBe(201);
    expect(answer.json.credentials.password).toHaveLength(43);
    expect(answer.json.waitingMessages).toBeNull();
    expect(api.logged).toContainEqual(expect.objectContaining({ level: "error", deviceId: "later" }));
  });
});

describe("forgetting unknown devices", () => {
  const forget = (path: string, headers = root) =>
    api.call({ method: "DELETE", url: `/v1/unknown-devices${path}`, headers });
  beforeAll(() =>
    recordUnknown(
      db.pool,
      ["M1", "M2", "M3"].map((value) => ({
        scheme: "mn",
        value,
        door: "hj212",
        address: value === "M1" ? "10.0.0.7" : "2001:db8::7",
        firstAt: Date.now(),
        lastAt: Date.now(),
        messages: 1,
        waiting: [],
      })),
    ),
  );

  it("takes one by its identity, in any of its forms", async () => {
    expect((await forget("/mn/m1", county)).json.code).toBe("not_found");
    expect((await forget("/mn/m1")).status).toBe(204);
    expect((await forget("/mn/m1")).json).toMatchObject({ status: 404, code: "not_found" });
    expect((await forget("/imsi/1")).status).toBe(400);
    expect(await list("?identity=mn:m1")).toEqual([]);
  });

  it("takes all of an address's network, and never all that there are", async () => {
    expect((await forget("?address=2001:db8::1", county)).json).toEqual({ forgotten: 0 });
    expect((await forget("?address=2001:db8::1")).json).toEqual({ forgotten: 2 });
    expect((await forget("")).status).toBe(400);
    expect((await forget("?address=")).status).toBe(400);
  });

  it("is in the audit, where something was forgotten", async () => {
    const { rows } = await db.pool.query(
      "select actor_id, object_id, before from audit where action = 'unknown-device.forget' order by audit_no",
    );
    expect(rows).toEqual([
      { actor_id: "root", object_id: "mn:M1", before: { devices: 1 } },
      { actor_id: "root", object_id: null, before: { address: "2001:db8::1", devices: 2 } },
    ]);
  });
});
