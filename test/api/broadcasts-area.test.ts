import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CAP_MEDIA_TYPE } from "../../broadcast/cap/alert.ts";
import { MAX_COMMAND_BYTES, orderSchema } from "../../broadcast/contract/command.ts";
import { MAX_TOTAL_POINTS } from "../../broadcast/message/message.ts";
import { isMeant } from "../../simulators/speaker/admit.ts";
import { insertSpeaker } from "../broadcast/fixtures.ts";
import { type BroadcastWorld, draftBody, outcome, startBroadcastWorld } from "./broadcasts-world.ts";

/** Whom a broadcast means: rings, shapes, and parts that are taken out. */

type Ring = [number, number][];

/** A thousand points. */
const circle = (at: number): Ring => {
  const corners = Array.from({ length: 999 }, (_, i): [number, number] => {
    const angle = (2 * Math.PI * i) / 999;
    return [107.9 + at / 1000 + Math.cos(angle) / 10, 28.5 + Math.sin(angle) / 10];
  });
  return [...corners, corners[0]!];
};

let world: BroadcastWorld;
beforeAll(async () => {
  world = await startBroadcastWorld();
  await insertSpeaker(world.db.pool, "sp-3", "520326002001", { at: [107.9, 28.5] });
});
afterAll(() => world.stop());

const square: Ring = [
  [107.8, 28.4],
  [108, 28.4],
  [108, 28.6],
  [107.8, 28.6],
  [107.8, 28.4],
];
/** The third and the fourth corner the other way round. */
const bowTie: Ring = [square[0]!, square[2]!, square[1]!, square[3]!, square[0]!];

const aimed = (target: object) => draftBody({ target });
const faultsOf = (answer: { status: number; json: { code?: string; faults?: { path: string }[] } }) => [
  answer.status,
  answer.json.code,
  answer.json.faults?.map(({ path }) => path),
];

describe("a ring that crosses itself", () => {
  it("is refused wherever a target is written, with its two edges", async () => {
    const target = { polygons: [square, bowTie] };
    const id = await world.write();
    const refused = [400, "invalid_request", ["/target/polygons/1"]];
    const answers = [
      await world.post("dispatcher", "/v1/broadcasts", aimed(target)),
      await world.patch("dispatcher", `/v1/broadcasts/${id}`, { revision: 1, target }),
      await world.post("dispatcher", "/v1/broadcasts/preview", { target }),
    ];
    for (const answer of answers) expect(faultsOf(answer)).toEqual(refused);
    expect(answers[0]?.json.faults[0].message).toMatch(/the edge from point 0 meets the edge from point 2/);
  });

  it("that is stored all the same is read, named, and never submitted", async () => {
    const id = await world.write({ target: { polygons: [square] } });
    await world.db.pool.query(
      "update broadcasts set message = jsonb_set(message, '{target,polygons}', $2::jsonb) where id = $1",
      [id, JSON.stringify([square, bowTie])],
    );
    const read = await world.get("dispatcher", `/v1/broadcasts/${id}`);
    expect(read.status).toBe(200);
    expect(read.json.message.target.polygons).toEqual([square, bowTie]);
    expect(read.json.missing).toMatchObject([{ path: "/target/polygons/1" }]);
    const submitted = await world.step("dispatcher", id, "submit");
    expect(submitted.json).toMatchObject({
      code: "broadcast_incomplete",
      faults: [{ path: "/target/polygons/1", message: expect.stringContaining("crosses itself") }],
    });
  });

  it("is another thing than one that touches itself, which is taken", async () => {
    const touching: Ring = [
      [107, 28],
      [108, 29],
      [109, 28],
      [109, 30],
      [108, 29],
      [107, 30],
      [107, 28],
    ];
    const answer = await world.post("dispatcher", "/v1/broadcasts", aimed({ polygons: [touching] }));
    expect([answer.status, answer.json.missing]).toEqual([201, []]);
  });
});

describe("a polygon", () => {
  it.each<[string, unknown, string, RegExp]>([
    ["a longitude of 181", [[181, 28], ...square], "/target/polygons/0/0", /longitude from -180 to 180/],
    ["a latitude of 91", [...square, [107, 91]], "/target/polygons/0/5", /latitude from -90 to 90/],
    ["a point of three numbers", [[107, 28, 3], ...square], "/target/polygons/0/0", /longitude, latitude/],
    ["a point of text", [["107", 28], ...square], "/target/polygons/0/0", /longitude/],
    ["a point that is null", [null, ...square], "/target/polygons/0/0", /longitude, latitude/],
    ["an open ring", square.slice(0, 4), "/target/polygons/0", /closed/],
    [
      "an edge that may lead over the 180th meridian",
      [
        [170, 28],
        [-170, 28],
        [-170, 29],
        [170, 29],
        [170, 28],
      ],
      "/target/polygons/0",
      /^the edge from point 0 spans more than 180 degrees of longitude: expected a polygon on each side/,
    ],
    ["three points", square.slice(0, 3), "/target/polygons/0", /4/],
  ])("with %s is refused at its place", async (_what, ring, path, message) => {
    const answer = await world.post("dispatcher", "/v1/broadcasts/preview", { target: { polygons: [ring] } });
    expect(faultsOf(answer)).toEqual([400, "invalid_request", [path]]);
    expect(answer.json.faults[0].message).toMatch(message);
  });

  it("counts with the others: fifty of a thousand points are taken, in a draft as in a preview", async () => {
    const polygons = Array.from({ length: 50 }, (_, at) => circle(at));
    expect(polygons.flat()).toHaveLength(MAX_TOTAL_POINTS);
    const preview = await world.post("dispatcher", "/v1/broadcasts/preview", { target: { polygons } });
    expect([preview.status, preview.json.speakers]).toEqual([200, 1]);
    const { status, json } = await world.post("dispatcher", "/v1/broadcasts", aimed({ polygons }));
    expect([status, json.message.target.polygons.length]).toEqual([201, 50]);

    // A page of such drafts ends early, and the cursor leads through all of them.
    const ids = [json.id];
    for (let i = 0; i < 2; i++) {
      ids.unshift((await world.post("dispatcher", "/v1/broadcasts", aimed({ polygons }))).json.id);
    }
    const listed: string[] = [];
    const sizes: number[] = [];
    for (let more = ""; listed.length < 3; ) {
      const { json: page } = await world.get("viewer", `/v1/broadcasts?limit=50${more}`);
      sizes.push(page.items.length);
      listed.push(...page.items.map(({ id }: { id: string }) => id));
      more = `&cursor=${page.nextCursor}`;
    }
    expect(listed.slice(0, 3)).toEqual(ids);
    expect(sizes[0]).toBeLessThan(3);
  });
});

describe("excluded regions", () => {
  const target = { regions: ["520326"], exclude: ["520326001"] };

  it("are taken out of the preview, of the regions reached and of the texts, and may be changed", async () => {
    const preview = await world.post("dispatcher", "/v1/broadcasts/preview", { target });
    expect(preview.json).toMatchObject({ speakers: 2, villages: 1 });
    const { json } = await world.post("dispatcher", "/v1/broadcasts", aimed(target));
    expect(json).toMatchObject({ regions: ["520326002"], message: { target }, missing: [] });
    expect(json.message.texts[0].description).toContain("务川县（不含都濡街道）");
    const changed = await world.patch("dispatcher", `/v1/broadcasts/${json.id}`, {
      revision: 1,
      target: { regions: ["520326"], exclude: ["520326002"] },
    });
    expect(changed.json).toMatchObject({ regions: ["520326001"] });
    const whole = await world.patch("dispatcher", `/v1/broadcasts/${json.id}`, {
      revision: 2,
      target: { regions: ["520326"] },
    });
    expect(whole.json.regions).toEqual(["520326"]);
    expect(whole.json.message.target).not.toHaveProperty("exclude");
  });

  it("are refused where they take nothing out, or all of a region", async () => {
    const refuse = async (wrong: object) =>
      faultsOf(await world.post("dispatcher", "/v1/broadcasts", aimed(wrong)));
    const refused = [400, "invalid_request", ["/target/exclude/0"]];
    expect(await refuse({ regions: ["520326"], exclude: ["520327"] })).toEqual(refused);
    expect(await refuse({ regions: ["520326"], exclude: ["520326"] })).toEqual(refused);
    expect(await refuse({ regions: ["520326"], exclude: ["5203"] })).toEqual(refused);
    expect(await refuse({ polygons: [square], exclude: ["999999"] })).toEqual(refused);
    expect(await refuse({ exclude: ["520326"] })).toEqual(refused);
    // Village by village, or township by township, all of it is taken out.
    const parts = [400, "invalid_request", ["/target/exclude"]];
    expect(await refuse({ regions: ["520326"], exclude: ["520326001", "520326002"] })).toEqual(parts);
    const villages = ["520326001001", "520326001002", "520326002001"];
    expect(await refuse({ regions: ["520326"], exclude: villages })).toEqual(parts);
    // Part by part, on whichever level.
    const emptied = [400, "invalid_request", ["/target/exclude"]];
    for (const parts of [
      ["520326001001", "520326001002"],
      ["520326001", "520326002001"],
    ]) {
      const region = parts[0]!.length === 9 ? "520326" : "520326001";
      expect(await refuse({ regions: [region, "520327"], exclude: parts })).toEqual(emptied);
    }
    const drawn = { polygons: [square], exclude: ["520326002001"] };
    expect((await world.post("dispatcher", "/v1/broadcasts", aimed(drawn))).status).toBe(201);
  });

  it("get the same answer from everybody, whoever sees speakers there", async () => {
    for (const exclude of [["520326002"], ["520326001002"], ["520327"]]) {
      const target = { polygons: [square], exclude };
      for (const who of ["dispatcher", "county-dispatcher", "village-dispatcher"]) {
        const asked = await world.post(who, "/v1/broadcasts/preview", { target });
        expect([who, exclude, asked.status]).toEqual([who, exclude, 200]);
      }
    }
  });

  it("hold when it is released: no target stands there, and the signed order says so", async () => {
    const id = await world.write({ target });
    await world.step("dispatcher", id, "submit");
    expect(outcome(await world.step("approver", id, "approve"))).toEqual([200, "dispatching"]);
    const targets = await world.get("viewer", `/v1/broadcasts/${id}/targets`);
    expect(targets.json.items.map(({ deviceId }: { deviceId: string }) => deviceId)).toEqual([
      "sp-2",
      "sp-3",
    ]);
    const { rows } = await world.db.pool.query(
      "select jws from broadcast_orders join broadcasts using (broadcast_no) where id = $1",
      [id],
    );
    const order = JSON.parse(Buffer.from(rows[0].jws.split(".")[1], "base64url").toString());
    expect(order.area).toEqual({ regions: ["520326"], polygons: [], circles: [], exclude: ["520326001"] });

    const xml = (await world.get("viewer", `/v1/broadcasts/${id}`, CAP_MEDIA_TYPE)).text;
    expect([...xml.matchAll(/<value>(\d+)<\/value>/g)].map(([, code]) => code)).toContain("520326002");
    expect(xml).not.toMatch(/<value>520326(001)?<\/value>/);
  });

  it("are named in words beside a shape that is exported", async () => {
    const id = await world.write({ target: { polygons: [square], exclude: ["520326002001"] } });
    const xml = (await world.get("viewer", `/v1/broadcasts/${id}`, CAP_MEDIA_TYPE)).text;
    expect(xml).toContain("<areaDesc>地图上划定的范围（不含江村）</areaDesc>");
  });
});

describe("what can be submitted", () => {
  const places = [
    { id: "in-middle", regionCode: "520326002001", at: [107.9, 28.5] },
    { id: "in-corner", regionCode: "520326002001", at: circle(0)[3]! },
    { id: "in-east", regionCode: "520327001001", at: circle(49)[0]! },
    { id: "in-excluded", regionCode: "520326001002", at: [107.9, 28.5] },
    { id: "out-near", regionCode: "520326002001", at: [107.5, 28.5] },
    { id: "out-far", regionCode: "520327001001", at: [106, 27] },
  ] as const;

  const ordersOf = async (id: string) => {
    const { rows } = await world.db.pool.query<{ command_id: string; jws: string }>(
      `select command_id, jws from broadcast_orders join broadcasts using (broadcast_no) where id = $1
       order by broadcast_orders.attempt`,
      [id],
    );
    return rows.map(({ command_id: commandId, jws }) => ({
      bytes: JSON.stringify({ commandId, jws }).length,
      order: orderSchema.parse(JSON.parse(Buffer.from(jws.split(".")[1]!, "base64url").toString())),
    }));
  };

  it("can be aired: the largest target goes out in one command that each of its speakers takes, and no other", async () => {
    for (const { id, regionCode, at } of places) await insertSpeaker(world.db.pool, id, regionCode, { at });
    const polygons = Array.from({ length: 50 }, (_, at) => circle(at));
    const target = { polygons, exclude: ["520326001"] };
    const id = await world.write({ target });
    expect(outcome(await world.step("dispatcher", id, "submit"))).toEqual([200, "pending_approval"]);
    const { json: pending } = await world.get("approver", `/v1/broadcasts/${id}`);
    expect(pending.steps.find(({ action }: { action: string }) => action === "approve")).toMatchObject({
      allowed: true,
    });
    expect(outcome(await world.step("approver", id, "approve"))).toEqual([200, "dispatching"]);

    const { json } = await world.get("viewer", `/v1/broadcasts/${id}/targets`);
    const targeted = json.items.map(({ deviceId }: { deviceId: string }) => deviceId).toSorted();
    expect(targeted).toEqual(["in-corner", "in-east", "in-middle", "sp-3"]);
    const [first] = await ordersOf(id);
    expect(first!.bytes).toBeLessThanOrEqual(MAX_COMMAND_BYTES);
    for (const { id: speaker, regionCode, at } of places) {
      const location = { longitude: at[0], latitude: at[1] };
      expect([speaker, isMeant(first!.order, { regionCode, location })]).toEqual([
        speaker,
        speaker.startsWith("in-") && speaker !== "in-excluded",
      ]);
    }
    // What was drawn is what everybody reads and what is exported; only the order is simpler.
    const { json: after } = await world.get("viewer", `/v1/broadcasts/${id}`);
    expect(after.message.target.polygons).toEqual(polygons);

    await world.db.pool.query(
      `update broadcast_targets set state = 'failed', reason = 'no_sound', ended_at = now()
       where broadcast_no = (select broadcast_no from broadcasts where id = $1)`,
      [id],
    );
    await world.db.pool.query("update broadcasts set state = 'failed', ended_at = now() where id = $1", [id]);
    expect(outcome(await world.step("approver", id, "retry"))).toEqual([200, "dispatching"]);
    const [, second] = await ordersOf(id);
    expect(second!.bytes).toBeLessThanOrEqual(MAX_COMMAND_BYTES);
    expect(second!.order.area).toEqual(first!.order.area);
    expect((second!.order as { again: string[] }).again.toSorted()).toEqual(targeted);
  });

  it("is nothing that no command could carry: texts that are too long are named before, and refused", async () => {
    const texts = ["zh-CN", "en", "za"].map((language) => ({
      language,
      headline: "山洪",
      description: "请".repeat(4000),
      instruction: "请".repeat(4000),
    }));
    const id = await world.write({ texts });
    const path = "/texts";
    const message = expect.stringContaining("too long for one command to speakers: texts 72");
    const { json } = await world.get("dispatcher", `/v1/broadcasts/${id}`);
    expect(json.missing).toEqual([{ path, message }]);
    expect(json.steps.find(({ action }: { action: string }) => action === "submit")).toMatchObject({
      allowed: false,
      code: "command_too_large",
    });
    const submitted = await world.step("dispatcher", id, "submit");
    expect([submitted.status, submitted.json.code, submitted.json.faults]).toEqual([
      422,
      "command_too_large",
      [{ path, message }],
    ]);
    const shorter = { revision: 1, texts: texts.slice(0, 1) };
    await world.patch("dispatcher", `/v1/broadcasts/${id}`, shorter);
    expect(outcome(await world.step("dispatcher", id, "submit"))).toEqual([200, "pending_approval"]);
  });
});

describe("a look at a shape", () => {
  it("is in the audit where it tells by its no that others' speakers stand in it", async () => {
    await insertSpeaker(world.db.pool, "sp-mine", "520326001001", { at: [107.1, 28.1] });
    await insertSpeaker(world.db.pool, "sp-theirs", "520326002001", { at: [107.3, 28.1] });
    const circle = (longitude: number) => ({ longitude, latitude: 28.1, radiusKm: 1 });
    const look = async (...circles: object[]) =>
      (await world.post("village-officer", "/v1/broadcasts/preview", { target: { circles } })).json;
    const looks = async () =>
      (
        await world.db.pool.query(
          "select reason, after from audit where action = 'broadcast.preview.refused' and actor_id = 'village-officer'",
        )
      ).rows;
    expect(await look(circle(107.1))).toMatchObject({ speakers: 1, withinLimits: true });
    expect(await looks()).toEqual([]);
    expect(await look(circle(107.1), circle(107.3))).toMatchObject({ speakers: 1, withinLimits: false });
    expect(await looks()).toEqual([
      {
        reason: expect.stringContaining("hold speakers"),
        after: {
          code: "forbidden",
          boxes: [expect.anything(), expect.objectContaining({ south: expect.closeTo(28.091, 2) })],
        },
      },
    ]);
    await world.db.pool.query("update devices set deleted_at = now() where id in ('sp-mine', 'sp-theirs')");
  });
});
