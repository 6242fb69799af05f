import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Audience } from "../../app/announce.ts";
import { tellAudience } from "../helpers/told.ts";
import { type Owners, startOwners } from "./owners-world.ts";

/** A number that JavaScript's own would change is what it was, by every door, for every reader. */

let world: Owners;
beforeAll(async () => {
  world = await startOwners({
    deliver: async (_device, { payload }) => {
      delivered.push(payload);
      return "taken";
    },
  });
});
afterAll(() => world.end());

const delivered: string[] = [];

/** More digits than a double holds: whole, behind a point, around one, and beside numbers that are as they should be. */
const NUMBERS = "[1724442618569203714,-9007199254740993,0.1234567890123456789,123456789.123456789,1.5,16]";
/** As it stands in any answer: spaces and the quotes of CSV aside. */
const plain = (text: string) => text.replaceAll(" ", "").replaceAll('""', '"');
const expectExact = (text: string) => {
  // What is read twice, as what was not told exactly would be, is not enough.
  expect(plain(text)).toContain(`"big":${NUMBERS}`);
  expect(text).not.toContain("1724442618569203700");
};

const ask = async (url: string, accept = "application/json") =>
  (await world.api.call({ url: `/v1${url}`, headers: { ...world.PLATFORM, accept } })).text;

const withBig = (fields: object) => `${JSON.stringify(fields).slice(0, -1)},"big":${NUMBERS}}`;
const at = Math.floor(Date.now() / 1000) * 1000 - 60_000;

describe("a long number", () => {
  it("in a reading is kept by gateway and meter, in each list, through a repair and its undoing", async () => {
    const gatewayNo = await world.device("x-gateway", [{}], "lora-gateway");
    await world.device("x-direct", [{}]);
    await world.device("x-behind", [{}]);
    await world.db.pool.query("update devices set gateway_no = $1 where id = 'x-behind'", [gatewayNo]);
    const { publish } = await world.ingest();
    const reading = withBig({ observedAt: at, volume: 1 });
    await publish("x-direct", "telemetry", reading);
    await publish("x-gateway", "gateway-telemetry", `{"x-behind":[${reading}]}`);
    for (const id of ["x-direct", "x-behind"]) {
      const all = async () => {
        for (const url of [`/devices/${id}/readings`, `/devices/${id}/latest`]) expectExact(await ask(url));
        expectExact(await ask(`/devices/${id}/readings`, "text/csv"));
      };
      await all();
      const made = await world.call("POST", `/devices/${id}/repairs`, world.PLATFORM, {
        action: "void",
        reason: "wrong",
        from: new Date(at).toISOString(),
        to: new Date(at + 1).toISOString(),
      });
      const repair = `/devices/${id}/repairs/${made.json.id}`;
      expectExact(await ask(`${repair}/readings`));
      expectExact(await ask(`${repair}/readings`, "text/csv"));
      await world.call("POST", `${repair}/undo`, world.PLATFORM, { reason: "right" });
      await all();
    }
  });

  it("is seen also where it is the only one of its message", async () => {
    await world.device("x-alone", [{}]);
    const { publish } = await world.ingest();
    const numbers = JSON.parse(NUMBERS.replaceAll(/[^,[\]]+/g, '"$&"')) as string[];
    for (const [i, number] of numbers.entries()) {
      await publish("x-alone", "telemetry", `{"observedAt":${at + i},"volume":1,"alone":${number}}`);
    }
    const text = await ask("/devices/x-alone/readings?order=asc");
    expect([...plain(text).matchAll(/"alone":([^}]*)/g)].map(([, found]) => found)).toEqual(numbers);
  });

  it("in an event and a reply is told to lists, streams and applications", async () => {
    await world.device("x-event", [{}]);
    const test = await world.ingest();
    await test.publish("x-event", "events", withBig({ eventId: "e", type: "magnet", observedAt: at }));
    await test.publish("x-event", "replies", withBig({ commandId: "c", outcome: "done", observedAt: at }));
    expectExact(await ask("/events?device=x-event"));
    expectExact(await ask("/events?device=x-event", "text/csv"));
    expectExact(await ask("/devices/x-event/replies"));
    expectExact(await world.streamOf(test, {}));
    const fed: string[] = [];
    const feed = {
      wants: () => true,
      publish: (_: string, __: object, write: () => string) => fed.push(write()),
    };
    const audience = { hub: world.api.hub, feed } as unknown as Audience;
    await tellAudience(world.db.pool, audience, test.ingest.directory, test.newsFrom);
    expectExact(fed.join(""));
  });

  it("in what is refused is on record, and stored by a replay", async () => {
    const deviceNo = await world.device("x-refused", [{}]);
    const { publish } = await world.ingest();
    const numbers = async () => {
      const { rows } = await world.db.pool.query(
        "select rejection_no as no from rejected_messages where device_no = $1 order by 1",
        [deviceNo],
      );
      return rows.map(({ no }) => no as number);
    };
    await publish("x-refused", "telemetry", JSON.stringify({ observedAt: at, volume: 1, big: 1 }));
    // In conflict with what is there; alone and in part; off the scale, with a long number itself.
    await publish("x-refused", "telemetry", withBig({ observedAt: at, volume: 1 }));
    await publish("x-refused", "telemetry", withBig({ observedAt: at, volume: 1, flow: 0.5 }));
    await publish("x-refused", "telemetry", withBig({ observedAt: at + 1, volume: "x" }));
    await publish("x-refused", "telemetry", `{"observedAt":${at + 2},"volume":1724442618569203714,"flow":1}`);
    const all = await numbers();
    expect(all).toHaveLength(4);
    const payloads = await Promise.all(
      all.map(async (number) => (await world.get(`/rejections/${number}`, world.PLATFORM)).payload.data),
    );
    for (const payload of payloads.slice(0, 3)) expectExact(payload);
    expect(payloads[3]).toContain('"volume":1724442618569203714');
    expect(await ask(`/rejections/${all[3]}`)).toContain("volume: 1724442618569203714, expected");
    await world.call("POST", "/devices/x-refused/repairs", world.PLATFORM, {
      action: "void",
      reason: "wrong",
      from: new Date(at).toISOString(),
      to: new Date(at + 1).toISOString(),
    });
    expect((await world.call("POST", `/rejections/${all[0]}/replay`, world.PLATFORM)).json.outcome).toBe(
      "stored",
    );
    expectExact(await ask("/devices/x-refused/readings"));
  });

  it("in what people keep with a device, or send to it, is kept, sent and audited", async () => {
    const send = (method: "POST" | "PATCH", url: string, payload: string) =>
      world.api.call({
        method,
        url: `/v1${url}`,
        payload,
        headers: { ...world.PLATFORM, "content-type": "application/json" },
      });
    const attributes = `{"big":${NUMBERS}}`;
    const added = await send(
      "POST",
      "/devices",
      // A place is a number like any other, however many digits it has.
      `{"id":"x-kept","kind":"camera","regionCode":"520103","attributes":${attributes},"location":{"longitude":106.71234567890123456,"latitude":26.5}}`,
    );
    expect(added.status).toBe(201);
    expectExact(added.text);
    for (const url of ["/devices/x-kept", "/devices?q=x-kept"]) expectExact(await ask(url));
    expectExact(await ask("/devices?q=x-kept", "text/csv"));
    expect((await world.get("/devices?attribute=code:9007199254740993", world.PLATFORM)).items).toEqual([]);
    const changed = await send("PATCH", "/devices/x-kept", '{"attributes":{"code":9007199254740993}}');
    expect(changed.text).toContain('"code":9007199254740993');
    expect((await world.get("/devices?attribute=code:9007199254740993", world.PLATFORM)).items).toHaveLength(
      1,
    );
    const commanded = await send(
      "POST",
      "/devices/x-kept/commands",
      `{"name":"set","parameters":${attributes}}`,
    );
    expect(commanded.status).toBe(202);
    expectExact(delivered.join(""));
    for (const action of ["device.create", "device.update", "command.send"]) {
      for (const accept of ["application/json", "text/csv"]) {
        expectExact(await ask(`/audit?action=${action}&objectId=x-kept`, accept));
      }
    }
    // The database writes no exponents: it makes thousands of digits of these.
    for (const one of [
      Array(2).fill("1.000000000000001e-16300"),
      "1.000000000000001e-99999",
      Array(60).fill("1e308"),
      Array(60).fill("-1e-308"),
      "1e400",
    ]) {
      for (const [method, url, field] of [
        ["PATCH", "/devices/x-kept", '"attributes"'],
        ["POST", "/devices/x-kept/commands", '"name":"set","parameters"'],
      ] as const) {
        const refused = await send(method, url, `{${field}:{"x":[${one}]}}`);
        expect([refused.status, refused.text]).toEqual([400, expect.stringContaining("without exponents")]);
      }
    }
    const small = await send("PATCH", "/devices/x-kept", '{"attributes":{"x":[1e308,-5e-324,1.5e-7]}}');
    expect(small.status).toBe(200);
    // What nests as deep as may be is no deeper for its last number.
    const deep = `${"[".repeat(15)}9007199254740993${"]".repeat(15)}`;
    expect((await send("PATCH", "/devices/x-kept", `{"attributes":{"deep":${deep}}}`)).status).toBe(200);
  });

  it("that is a time is that time", async () => {
    await world.device("x-time", [{}]);
    const { publish } = await world.ingest();
    await publish("x-time", "telemetry", `{"observedAt":${at}.123456789,"volume":1}`);
    const { items } = await world.get("/devices/x-time/readings", world.PLATFORM);
    expect(items.map(({ observedAt }: { observedAt: string }) => observedAt)).toEqual([
      new Date(at).toISOString(),
    ]);
  });
});
