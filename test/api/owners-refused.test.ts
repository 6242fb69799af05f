import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Caller, HOUR, iso, type Owners, startOwners } from "./owners-world.ts";

/** What is refused of a device belongs to whoever had it when it was observed, also where it comes late. */

let world: Owners;
beforeAll(async () => {
  world = await startOwners();
});
afterAll(() => world.end());

interface Told {
  reason: string;
  items: number;
  payload: unknown;
}

/** The refused messages of a device as one sees them, with what they carried; oldest first. */
async function refused(id: string, who: Caller): Promise<Told[]> {
  const { items } = await world.get(`/rejections?device=${id}`, who);
  const told: Told[] = [];
  for (const { id: number } of [...items].reverse()) {
    const { reason, items: count, payload } = await world.get(`/rejections/${number}`, who);
    told.push({ reason, items: count, payload: JSON.parse(payload.data) });
  }
  return told;
}

const numbers = async (id: string, who: Caller): Promise<number[]> =>
  (await world.get(`/rejections?device=${id}`, who)).items.map(({ id: number }: { id: number }) => number);

describe("what is refused after a move", () => {
  it("is the former's where it was observed before, item by item, and the later one's otherwise", async () => {
    await world.device("late", [{ tenantId: "north" }]);
    const { publish } = await world.ingest();
    const before = Math.floor(Date.now() / 1000) * 1000 - 5 * HOUR;
    await publish("late", "telemetry", { observedAt: before, volume: 10 });
    await world.move("late", { tenantId: "south" });
    const now = Date.now();
    // One reason, two times: apart. A whole item, values of one of which others are kept, and a conflict.
    await publish("late", "telemetry", [
      { observedAt: before + 1000, volume: -7 },
      { observedAt: now, volume: -8 },
      { observedAt: before + 2000, volume: 11, temperature: 9999 },
      { observedAt: now + 1000, volume: 12, temperature: 8888 },
      { observedAt: before, volume: 99 },
      { observedAt: "never", volume: 13 },
    ]);
    await publish("late", "events", [
      { eventId: "a", type: 5, observedAt: before + 3000 },
      { eventId: "b", type: 5, observedAt: now },
    ]);
    await publish("late", "telemetry", `{"observedAt":"${iso(before + 4000)}","volume":14,"volume":14.5}`);
    const north = await refused("late", world.NORTH);
    const south = await refused("late", world.SOUTH);
    // Without the moments, which hold any digits.
    const text = (told: unknown) => JSON.stringify(told).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "");
    for (const value of ["-7", "9999", "99", '"a"', "14"]) {
      expect([value, text(north).includes(value), text(south).includes(`:${value}`)]).toEqual([
        value,
        true,
        false,
      ]);
    }
    for (const value of ["-8", "8888", "13", '"b"']) {
      expect([value, text(north).includes(`:${value}`), text(south).includes(value)]).toEqual([
        value,
        false,
        true,
      ]);
    }
    // What has no time of its own that can be read came to whoever has the device now.
    expect(south.find(({ reason }) => reason === "bad_time")?.payload).toEqual({
      observedAt: "never",
      volume: 13,
    });
    // Each is one's own, and not to be asked for by its number.
    const [ofNorth, ofSouth] = [await numbers("late", world.NORTH), await numbers("late", world.SOUTH)];
    expect(ofNorth.filter((number) => ofSouth.includes(number))).toEqual([]);
    for (const [who, others] of [
      [world.NORTH, ofSouth],
      [world.SOUTH, ofNorth],
    ] as const) {
      for (const number of others)
        expect((await world.get(`/rejections/${number}`, who)).code).toBe("rejection_not_found");
    }
    const all = await numbers("late", world.PLATFORM);
    expect(all.toSorted()).toEqual([...ofNorth, ...ofSouth].toSorted());
    // All that is refused is counted once.
    const { received, stored, duplicate, rejected } = await world.get("/devices/late/ledger", world.PLATFORM);
    expect(received).toBe(stored + duplicate + rejected);
  });

  it("is so with what is wrong with events and replies that are kept, also in a kind's own shape", async () => {
    await world.device("told", [{ tenantId: "north" }], "camera");
    const { publish } = await world.ingest();
    const moved = await world.move("told", { tenantId: "south" });
    const frigate = (seconds: number, score: string) => {
      const object = `{"id":"1-a","label":"person","frame_time":${seconds},"score":${score},"score":0.5}`;
      return `{"type":"new","before":${object},"after":${object}}`;
    };
    for (const [name, at] of [
      ["former", moved - HOUR],
      ["later", moved + 1000],
    ] as const) {
      const n = name === "former" ? 1 : 2;
      await publish("told", "events", { type: "sos", phase: `${name}-phase`, eventId: name, observedAt: at });
      const deep = `${'{"a":'.repeat(40)}"${name}-deep"${"}".repeat(40)}`;
      await publish(
        "told",
        "replies",
        `{"commandId":"c","outcome":"done","observedAt":${at},"deep":${deep}}`,
      );
      await publish("told", "events", frigate(at / 1000, `0.7${n}`));
    }
    const [north, south] = [await refused("told", world.NORTH), await refused("told", world.SOUTH)];
    const marks = (told: Told[]) => {
      const text = told.map(({ payload }) => JSON.stringify(payload)).join();
      return text.match(/former-\w+|later-\w+|0\.7\d/g)?.filter((mark, i, all) => all.indexOf(mark) === i);
    };
    expect(marks(north)?.toSorted()).toEqual(["0.71", "former-deep", "former-phase"]);
    expect(marks(south)?.toSorted()).toEqual(["0.72", "later-deep", "later-phase"]);
  });

  it("is so as well where the platform undoes a repair of both times", async () => {
    await world.device("undone", [{ tenantId: "north" }]);
    const { publish } = await world.ingest();
    const before = Math.floor(Date.now() / 1000) * 1000 - 5 * HOUR;
    await publish("undone", "telemetry", { observedAt: before, volume: 10 });
    const moved = await world.move("undone", { tenantId: "south" });
    await publish("undone", "telemetry", { observedAt: moved + 1, volume: 20 });
    const range = { from: iso(before), to: iso(moved + HOUR), reason: "wrong" };
    const made = await world.call("POST", "/devices/undone/repairs", world.PLATFORM, {
      action: "void",
      ...range,
    });
    expect(made.status).toBe(201);
    await publish("undone", "telemetry", { observedAt: before, volume: 11 });
    await publish("undone", "telemetry", { observedAt: moved + 1, volume: 21 });
    const undo = `/devices/undone/repairs/${made.json.id}/undo`;
    expect((await world.call("POST", undo, world.PLATFORM, { reason: "right" })).status).toBe(200);
    const told = async (who: Caller) => (await refused("undone", who)).map(({ payload }) => payload);
    expect(await told(world.NORTH)).toEqual([{ observedAt: iso(before), volume: 10 }]);
    expect(await told(world.SOUTH)).toEqual([{ observedAt: iso(moved + 1), volume: 20 }]);
  });
});
