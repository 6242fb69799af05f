import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLogger } from "../../base/log.ts";
import type {
  CommandedDevice,
  Delivery,
  Door,
  DoorCommand,
  DoorDevice,
  DoorPresence,
} from "../../exchange/door.ts";
import { createExchange } from "../../exchange/exchange.ts";

const silent = createLogger("silent");

/** A door whose devices are as a test says, and which writes down what is asked of it. */
class SmallDoor implements Door {
  readonly name: string;
  readonly here = new Set<string>();
  readonly asked: string[] = [];
  answer: (id: string) => Delivery | Promise<Delivery> = () => "taken";
  private readonly diary: string[];

  /** @param diary of all doors together */
  constructor(name: string, diary: string[] = []) {
    this.name = name;
    this.diary = diary;
  }

  async deliver({ id }: CommandedDevice, { payload, through }: DoorCommand): Promise<Delivery> {
    this.asked.push(`${payload} for ${id}${through === undefined ? "" : ` through ${through}`}`);
    return this.answer(id);
  }

  isOnline(id: string): boolean {
    return this.here.has(id);
  }

  disconnect(id: string): void {
    this.diary.push(`${this.name} disconnects ${id}`);
  }

  async quiesce(): Promise<void> {
    this.diary.push(`${this.name} quiesces`);
    await new Promise(setImmediate);
    this.diary.push(`${this.name} is quiet`);
  }

  async close(): Promise<void> {
    this.diary.push(`${this.name} closes`);
    await new Promise(setImmediate);
    this.diary.push(`${this.name} is closed`);
  }
}

function withDoors(...names: string[]) {
  const diary: string[] = [];
  const exchange = createExchange({ log: silent });
  const doors = names.map((name) => new SmallDoor(name, diary));
  for (const door of doors) exchange.add(door);
  return { exchange, doors, diary };
}

describe("the doors of an exchange", () => {
  it("have a name each", () => {
    const { exchange } = withDoors("mqtt", "jt808");
    expect(() => exchange.add(new SmallDoor("mqtt"))).toThrow("two doors of the name 'mqtt'");
  });

  it("are none at first: every device is away, and there is nothing to end", async () => {
    const exchange = createExchange({ log: silent });
    expect(exchange.isOnline("m-1")).toBe(false);
    expect(await exchange.deliver({ id: "m-1", deviceNo: 1 }, { payload: "close", through: "gw-1" })).toBe(
      "not_listening",
    );
    exchange.disconnect("m-1");
    await exchange.quiesce();
    await exchange.close();
  });
});

describe("an identity that is lost, and a connection that is taken over,", () => {
  it("are handed to the doors that they concern, also after one that fails", () => {
    const { exchange, doors, diary } = withDoors("one", "two", "three");
    Object.assign(doors[0]!, {
      endIdentified() {
        throw new Error("no");
      },
    });
    Object.assign(doors[2]!, {
      endIdentified: ({ id }: CommandedDevice, { value }: { value: string }) =>
        diary.push(`${id} lost ${value}`),
      endTakenOver: (id: string, connection: string, at: number) =>
        diary.push(`${id} by ${connection} at ${at}`),
    });
    exchange.endIdentified({ id: "m-1", deviceNo: 1 }, { scheme: "mn", value: "A1" });
    exchange.endTakenOver("m-1", "c", 7);
    expect(diary).toEqual(["m-1 lost A1", "m-1 by c at 7"]);
  });
});

describe("a command", () => {
  it("goes by the door that has the device, whichever that is, and to no other door", async () => {
    const { exchange, doors } = withDoors("one", "two");
    const [one, two] = doors as [SmallDoor, SmallDoor];
    one.here.add("m-1");
    two.here.add("m-2");
    expect(await exchange.deliver({ id: "m-1", deviceNo: 1 }, { payload: "close" })).toBe("taken");
    expect(await exchange.deliver({ id: "m-2", deviceNo: 2 }, { payload: "open" })).toBe("taken");
    expect([one.asked, two.asked]).toEqual([["close for m-1"], ["open for m-2"]]);
  });

  it("goes by each door that has it", async () => {
    const { exchange, doors } = withDoors("one", "two");
    for (const { here } of doors) here.add("m-1");
    await exchange.deliver({ id: "m-1", deviceNo: 1 }, { payload: "close" });
    expect(doors.map(({ asked }) => asked)).toEqual([["close for m-1"], ["close for m-1"]]);
  });

  it("goes through the gateway, by its door, where the device has no connection itself", async () => {
    const { exchange, doors } = withDoors("one", "two");
    const [one, two] = doors as [SmallDoor, SmallDoor];
    two.here.add("gw-1");
    expect(await exchange.deliver({ id: "m-1", deviceNo: 1 }, { payload: "close", through: "gw-1" })).toBe(
      "taken",
    );
    expect([one.asked, two.asked]).toEqual([[], ["close for m-1 through gw-1"]]);
  });

  it("goes through no gateway where the device is at a door itself, though it does not take it there", async () => {
    const { exchange, doors } = withDoors("one", "two");
    const [one, two] = doors as [SmallDoor, SmallDoor];
    two.here.add("m-1");
    one.here.add("gw-1");
    two.answer = () => "not_listening";
    expect(await exchange.deliver({ id: "m-1", deviceNo: 1 }, { payload: "close", through: "gw-1" })).toBe(
      "not_listening",
    );
    expect([one.asked, two.asked]).toEqual([[], ["close for m-1"]]);
  });

  it.each<[Delivery, Delivery, Delivery]>([
    ["taken", "taken", "taken"],
    ["taken", "too_slow", "taken"],
    ["taken", "not_listening", "taken"],
    ["too_slow", "too_slow", "too_slow"],
    ["too_slow", "not_listening", "too_slow"],
    ["not_listening", "not_listening", "not_listening"],
  ])("that is %s at one door and %s at another is %s", async (first, second, all) => {
    for (const [a, b] of [
      [first, second],
      [second, first],
    ] as const) {
      const { exchange, doors } = withDoors("one", "two");
      for (const [i, door] of doors.entries()) {
        door.here.add("m-1");
        door.answer = () => [a, b][i]!;
      }
      expect(await exchange.deliver({ id: "m-1", deviceNo: 1 }, { payload: "close" })).toBe(all);
    }
  });

  it("is with every door before anything is waited for, so that nothing can change in between", async () => {
    const { exchange, doors } = withDoors("one", "two", "three");
    const [one, two, three] = doors as [SmallDoor, SmallDoor, SmallDoor];
    for (const { here } of [one, two]) here.add("m-1");
    let answerOfOne: (delivery: Delivery) => void = () => {};
    one.answer = () => new Promise((resolve) => (answerOfOne = resolve));
    const delivery = exchange.deliver({ id: "m-1", deviceNo: 1 }, { payload: "close" });
    expect([one.asked.length, two.asked.length]).toEqual([1, 1]);
    // Another device of that name comes by another door while the answer is on its way.
    for (const { here } of [one, two]) here.delete("m-1");
    three.here.add("m-1");
    answerOfOne("not_listening");
    expect([await delivery, three.asked]).toEqual(["taken", []]);
  });

  it("is with the gateway before anything is waited for, and does not follow the device elsewhere", async () => {
    const { exchange, doors } = withDoors("one", "two");
    const [one, two] = doors as [SmallDoor, SmallDoor];
    one.here.add("gw-1");
    const delivery = exchange.deliver({ id: "m-1", deviceNo: 1 }, { payload: "close", through: "gw-1" });
    expect(one.asked).toEqual(["close for m-1 through gw-1"]);
    two.here.add("m-1");
    expect([await delivery, two.asked]).toEqual(["taken", []]);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("broken");
      },
    ],
    ["rejects", () => Promise.reject(new Error("broken"))],
  ])("gets by where another door %s, which is logged", async (_what, fail) => {
    const lines: string[] = [];
    const exchange = createExchange({ log: createLogger("info", { write: (line) => lines.push(line) }) });
    const broken = new SmallDoor("broken");
    broken.deliver = fail;
    const whole = new SmallDoor("whole");
    for (const door of [broken, whole]) exchange.add(door);
    broken.here.add("m-1");
    expect(await exchange.deliver({ id: "m-1", deviceNo: 1 }, { payload: "close" })).toBe("not_listening");
    whole.here.add("m-1");
    expect(await exchange.deliver({ id: "m-1", deviceNo: 1 }, { payload: "close" })).toBe("taken");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { door: "broken", deviceId: "m-1" },
      { door: "broken", deviceId: "m-1" },
    ]);
  });
});

describe("a door that cannot say whom it has", () => {
  it("keeps no other door from a command, nor from telling that a device is there, and is logged", async () => {
    const lines: string[] = [];
    const exchange = createExchange({ log: createLogger("info", { write: (line) => lines.push(line) }) });
    const broken = new SmallDoor("broken");
    broken.isOnline = () => {
      throw new Error("broken");
    };
    const whole = new SmallDoor("whole");
    for (const door of [broken, whole]) exchange.add(door);
    expect(exchange.isOnline("m-1")).toBe(false);
    whole.here.add("m-1");
    expect(exchange.isOnline("m-1")).toBe(true);
    expect(await exchange.deliver({ id: "m-1", deviceNo: 1 }, { payload: "close" })).toBe("taken");
    // Once, and not for each of ten thousand speakers.
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: "error", door: "broken" }]);
  });
});

describe("presence", () => {
  const device = (id: string): DoorDevice => ({ id, deviceNo: Number(id.slice(2)), gateway: false });
  const DOORS = ["one", "two", "three"];
  const DEVICES = ["m-1", "m-2"];

  /** What doors tell, in any order: a door tells by turns that a device has come, and that it has gone. */
  const stories = (doors: readonly string[]) =>
    fc
      .array(fc.tuple(fc.constantFrom(...doors), fc.constantFrom(...DEVICES)), { maxLength: 40 })
      .map((steps) => {
        const there = new Set<string>();
        return steps.map(([door, id], i): DoorPresence => {
          const key = `${door} ${id}`;
          const connected = !there.delete(key);
          if (connected) there.add(key);
          return { door, device: device(id), connected, at: new Date(i), address: `10.0.0.${i}` };
        });
      });

  const toldOf = (story: readonly DoorPresence[]) => {
    const told: DoorPresence[] = [];
    const tell = createExchange({ log: silent }).sumPresence((presence) => told.push(presence));
    for (const presence of story) tell(presence);
    return told;
  };

  it("of one door is told as it is, moment and address with it", () => {
    fc.assert(fc.property(stories(["one"]), (story) => void expect(toldOf(story)).toEqual(story)));
  });

  it("of several doors is told when the first has the device and when the last has lost it, as that door tells it", () => {
    fc.assert(
      fc.property(stories(DOORS), (story) => {
        const expected = story.filter(({ door, device: { id }, connected }, i) => {
          const last = (other: string) =>
            story.slice(0, i).findLast((before) => before.door === other && before.device.id === id);
          const isElsewhere = DOORS.some((other) => other !== door && last(other)?.connected);
          return !isElsewhere && connected !== (last(door)?.connected ?? false);
        });
        expect(toldOf(story)).toEqual(expected);
      }),
    );
  });

  it("is told by turns for each device, whatever the doors tell", () => {
    fc.assert(
      fc.property(stories(DOORS), (story) => {
        for (const id of DEVICES) {
          const told = toldOf(story).filter(({ device }) => device.id === id);
          expect(told.map(({ connected }) => connected)).toEqual(told.map((_, i) => i % 2 === 0));
        }
      }),
    );
  });

  it("is as one device of all doors at each moment", () => {
    fc.assert(
      fc.property(stories(DOORS), (story) => {
        const exchange = createExchange({ log: silent });
        const doors = new Map(DOORS.map((name) => [name, new SmallDoor(name)]));
        for (const door of doors.values()) exchange.add(door);
        const present = new Set<string>();
        const tell = exchange.sumPresence(({ device: { id }, connected }) => {
          if (connected) present.add(id);
          else present.delete(id);
        });
        for (const presence of story) {
          const { here } = doors.get(presence.door)!;
          if (presence.connected) here.add(presence.device.id);
          else here.delete(presence.device.id);
          tell(presence);
          for (const id of DEVICES) expect(present.has(id)).toBe(exchange.isOnline(id));
          expect(new Set([...exchange.present()].map(({ device: { id } }) => id))).toEqual(present);
        }
      }),
    );
  });
});

describe("all doors", () => {
  it("end what a device has open, each of them, also after one that failed", () => {
    const { exchange, doors, diary } = withDoors("one", "two", "three");
    exchange.disconnect("m-1");
    expect(diary).toEqual(["one disconnects m-1", "two disconnects m-1", "three disconnects m-1"]);
    doors[1]!.disconnect = () => {
      throw new Error("broken");
    };
    expect(() => exchange.disconnect("m-2")).toThrow("broken");
    expect(diary.slice(3)).toEqual(["one disconnects m-2", "three disconnects m-2"]);
  });

  it("quiesce one after the other as they were added, and close the other way round", async () => {
    const { exchange, diary } = withDoors("one", "two");
    await exchange.quiesce();
    expect(diary).toEqual(["one quiesces", "one is quiet", "two quiesces", "two is quiet"]);
    await exchange.close();
    expect(diary.slice(4)).toEqual(["two closes", "two is closed", "one closes", "one is closed"]);
  });

  it.each<"quiesce" | "close">(["quiesce", "close"])(
    "%s also after one that failed, which is told",
    async (step) => {
      const { exchange, doors, diary } = withDoors("one", "two", "three");
      doors[1]![step] = async () => {
        throw new Error("broken");
      };
      await expect(exchange[step]()).rejects.toThrow("broken");
      expect(diary.filter((line) => line.includes("is "))).toHaveLength(2);
    },
  );
});

it("has heard all up to the moment of the door that is behind most, and does not know while one does not", () => {
  const exchange = createExchange({ log: silent });
  expect(exchange.heardUpTo(50)).toBe(50);
  const moments: (number | undefined)[] = [30, 60];
  for (const n of [0, 1])
    exchange.add(Object.assign(new SmallDoor(`waits-${n}`), { heardUpTo: () => moments[n] }));
  exchange.add(new SmallDoor("plain"));
  expect(exchange.heardUpTo(50)).toBe(30);
  moments[0] = Number.NEGATIVE_INFINITY;
  expect(exchange.heardUpTo(50)).toBe(Number.NEGATIVE_INFINITY);
  moments[1] = undefined;
  expect(exchange.heardUpTo(50)).toBeUndefined();
});
