import { describe, expect, it } from "vitest";
import { kindByName } from "../../../devices/catalog.ts";
import { AlarmEdges, alarmNames, statesOf } from "../../../protocols/jt808/alarms.ts";
import {
  type Assembled,
  Assembly,
  type LostBody,
  type Part,
  PartsBudget,
} from "../../../protocols/jt808/assembly.ts";
import { meaningsOf } from "../../../protocols/jt808/extras.ts";
import { readFrame } from "../../../protocols/jt808/frame.ts";
import { readGbk, writeGbk } from "../../../protocols/jt808/gbk.ts";
import { clockOf, momentOfClock } from "../../../protocols/jt808/location.ts";
import { type Jt808Message, readJt808 } from "../../../protocols/jt808/message.ts";
import { OpenOrders } from "../../../protocols/jt808/orders.ts";
import { terminalFrame } from "../../helpers/jt808-terminal.ts";

describe("alarm bits", () => {
  /** What one location tells that comes by itself. */
  const take = (
    edges: AlarmEdges,
    alarm: number,
    observedAt: number,
    { deviceNo = 1, isPast = false, receivedAt = 10_000 } = {},
  ) => edges.take(deviceNo, [{ alarm, observedAt, isPast }], receivedAt)![0]!;
  /** The alarms that each location of one message begins. */
  const begun = (edges: AlarmEdges, all: readonly (readonly [number, number])[], most?: number) =>
    edges
      .take(
        1,
        all.map(([observedAt, alarm]) => ({ alarm, observedAt, isPast: true })),
        10_000,
        most,
      )
      ?.map((edge) => edge.begun.join(" "));

  it("have each a word, which is a type of event or a state of vehicles", () => {
    const all = alarmNames(0xffff_ffff);
    expect(all.length).toBe(32);
    const { events, metrics } = kindByName("vehicle")!;
    const types = new Set(events.map(({ type }) => type));
    expect(all.filter((name) => !types.has(name))).toEqual([
      ...["gnss_fault", "antenna_cut", "antenna_short", "power_low", "power_off"],
    ]);
    for (let bit = 0; bit < 32; bit++) {
      const { power, gnss } = statesOf((1 << bit) >>> 0);
      expect(metrics.power!.values).toContain(power);
      expect(metrics.gnss!.values).toContain(gnss);
    }
    const edges = new AlarmEdges();
    take(edges, 0xffff_ffff, 1000);
    for (const type of take(edges, 0, 2000).ended) expect(types).toContain(type);
  });

  it("are told once where they come up, in the past as well, and of each terminal by itself", () => {
    const edges = new AlarmEdges();
    const told = (deviceNo: number, alarm: number, at: number, isPast = false) =>
      take(edges, alarm, at, { deviceNo, isPast });
    expect(told(1, 1, 1000)).toEqual({ begun: ["sos"], ended: [], isPast: false });
    expect(told(1, 1, 2000).begun).toEqual([]);
    expect(told(2, 1, 2000).begun).toEqual(["sos"]);
    expect(told(1, 0, 3000).begun).toEqual([]);
    expect(told(1, 1, 4000).begun).toEqual(["sos"]);
    expect(told(1, 1, 100, true)).toEqual({ begun: ["sos"], ended: [], isPast: true });
    expect(told(1, 1, 200, true).begun).toEqual([]);
    // In another order it is told again, under the name of its moment.
    expect(told(1, 1, 50, true).begun).toEqual(["sos"]);
    expect(told(1, 1, 5000).begun).toEqual([]);
  });

  it("of the past are told once in a run of one message, also where its moments are equal or behind others", () => {
    const edges = new AlarmEdges();
    const same = (at: number): [number, number][] => [
      [at, 3],
      [at, 3],
      [at, 3],
    ];
    expect(begun(edges, same(1000))).toEqual(["sos overspeed", "", ""]);
    // A repetition, and what lies behind it, say all once more, under the names that they have.
    expect(begun(edges, same(1000))).toEqual(["sos overspeed", "", ""]);
    expect(begun(edges, same(500))).toEqual(["sos overspeed", "", ""]);
    // In the order of time: what was told of 1000 lies between these.
    expect(
      begun(edges, [
        [600, 1],
        [700, 0],
        [800, 1],
        [1100, 3],
        [1200, 0],
        [1300, 2],
      ]),
    ).toEqual(["sos", "", "sos", "", "", "overspeed"]);
    // Of two at one moment the last one stands.
    expect(
      begun(edges, [
        [2000, 3],
        [2000, 0],
      ]),
    ).toEqual(["sos", ""]);
    expect(begun(edges, [[2001, 3]])).toEqual(["sos overspeed"]);
  });

  it("of a message that tells too many changes are not remembered, and told where they come again", () => {
    const edges = new AlarmEdges();
    const all: [number, number][] = [
      [1000, 3],
      [1001, 0],
      [1002, 3],
    ];
    expect(begun(edges, all, 3)).toBeUndefined();
    expect(begun(edges, all, 4)).toEqual(["sos overspeed", "", "sos overspeed"]);
  });

  it("that still stand are told once more after a login, which may follow one elsewhere, and their end only once", () => {
    const edges = new AlarmEdges();
    const told = (alarm: number, at: number) => take(edges, alarm, at);
    expect(told(3, 1000).begun).toEqual(["sos", "overspeed"]);
    edges.begin(1);
    expect(told(3, 2000)).toEqual({ begun: ["sos", "overspeed"], ended: [], isPast: false });
    edges.begin(1);
    expect(told(0, 3000)).toEqual({ begun: [], ended: ["overspeed_over"], isPast: false });
    // Its clock was set back.
    edges.begin(1);
    expect(told(1, 500)).toEqual({ begun: ["sos"], ended: [], isPast: false });
  });

  it("of a clock that is ahead make a terminal deaf no longer than until it is right", () => {
    const edges = new AlarmEdges();
    take(edges, 0, 99_000);
    expect(take(edges, 1, 11_000, { receivedAt: 11_000 })).toMatchObject({ begun: ["sos"], isPast: false });
  });
});

describe("extras", () => {
  it("of another length than theirs, or that come twice, are kept as they came", () => {
    const extra = (id: number, text: string) => ({ id, value: Buffer.from(text, "hex") });
    expect(
      meaningsOf([
        extra(1, "00000064"),
        extra(1, "00000065"),
        extra(2, "01"),
        extra(0xe5, ""),
        extra(0xe5, "ff"),
      ]),
    ).toEqual({
      known: { mileage: 10 },
      others: { "01": "00000065", "02": "01", E5: "", "E5.2": "ff" },
    });
  });
});

describe("thirty thousand extras in one location", () => {
  it("are read one by one, and not each looked for among all before it", () => {
    const value = Buffer.alloc(0);
    const { others } = meaningsOf(Array.from({ length: 32_000 }, () => ({ id: 0xe5, value })));
    expect(Object.keys(others)).toHaveLength(32_000);
    expect(others).toMatchObject({ E5: "", "E5.2": "", "E5.32000": "" });
  });
});

describe("a text in GBK", () => {
  it("is written as it is read, and not at all with a character that GBK does not have", () => {
    const text = "贵A·12345 前方道路封闭，请绕行！€";
    expect(readGbk(writeGbk("测试")!)).toBe("测试");
    expect(writeGbk("测")!.toString("hex")).toBe("b2e2");
    expect(readGbk(writeGbk(text.replace("€", ""))!)).toBe(text.replace("€", ""));
    expect(writeGbk("🚒")).toBeUndefined();
    expect(writeGbk("ༀ")).toBeUndefined();
  });

  it("has zeros and spaces around it taken away", () => {
    expect(readGbk(Buffer.from("\0\0 CHI123 \0", "latin1"))).toBe("CHI123");
  });
});

describe("the clock of a terminal", () => {
  it("is China's time, and none where it is no moment", () => {
    expect(momentOfClock("260801063015")).toBe("2026-08-01T06:30:15+08:00");
    for (const none of ["000000000000", "260231120000", "26080106301a", "261301000000", "260801243015"])
      expect(momentOfClock(none), none).toBeUndefined();
  });

  it("is told the moment in UTC", () => {
    expect(clockOf(Date.parse("2026-08-01T06:30:15Z"))).toBe("260801063015");
  });
});

describe("orders", () => {
  it("are known by their serial for an hour, 64 of each terminal", () => {
    const orders = new OpenOrders();
    for (let serial = 0; serial < 70; serial++)
      orders.add(1, serial, { commandId: `c-${serial}`, id: 0x8300 }, 1000 + serial);
    orders.add(2, 3, { commandId: "other", id: 0x8105 }, 1000);
    expect(orders.find(1, 5, 2000)).toBeUndefined();
    expect(orders.find(1, 6, 2000)).toMatchObject({ commandId: "c-6" });
    expect(orders.find(2, 3, 2000)).toMatchObject({ commandId: "other" });
    orders.end(1, 6);
    expect(orders.find(1, 6, 2000)).toBeUndefined();
    expect(orders.find(1, 7, 3_700_000)).toBeUndefined();
  });
});

describe("unfinished bodies", () => {
  const part = (serial: number, index: number, total = 3, bytes = 100): Part => {
    const raw = terminalFrame({
      ...{ id: 0x0704, phone: "13985200001", serial, part: [total, index] as const },
      body: Buffer.alloc(bytes, index),
    });
    return { message: readJt808(readFrame(raw) as Buffer) as Jt808Message, frame: { raw } };
  };

  /** What a budget has given away, and what a part costs it. */
  const watch = (budget: PartsBudget) => {
    const watched = { held: 0 };
    const take = budget.take.bind(budget);
    const giveBack = budget.giveBack.bind(budget);
    budget.take = (bytes) => {
      const has = take(bytes);
      if (has) watched.held += bytes;
      return has;
    };
    budget.giveBack = (bytes) => {
      watched.held -= bytes;
      giveBack(bytes);
    };
    return watched;
  };
  const costOf = ({ frame }: Part) => frame.raw.length + 1024;

  it("give back what they held, whether they are finished, forgotten or pushed out", () => {
    const budget = new PartsBudget(5000);
    const watched = watch(budget);
    const lost: LostBody[] = [];
    const assembly = new Assembly(budget, (body) => lost.push(body));
    assembly.add(part(10, 1), 0);
    assembly.add(part(11, 2), 0);
    expect(watched.held).toBe(costOf(part(10, 1)) + costOf(part(11, 2)));
    expect(assembly.add(part(12, 3), 0)).toMatchObject({ message: { body: { length: 300 } } });
    expect([watched.held, assembly.isEmpty]).toEqual([0, true]);
    const six = [0, 1, 2, 3, 4, 5].map((n) => part(100 * n, 1));
    for (const [n, each] of six.entries()) assembly.add(each, n);
    expect(watched.held).toBe(six.slice(2).reduce((sum, each) => sum + costOf(each), 0));
    for (let n = 1; n <= 4; n++) assembly.overdue(n * 6_000);
    expect([watched.held, assembly.isEmpty]).toEqual([0, true]);
    assembly.add(part(10, 1), 0);
    assembly.clear();
    expect(watched.held).toBe(0);
    // Those that were asked for in vain had their parts answered; the others did not.
    expect(lost.map(({ message, missing }) => [message.serial, missing])).toEqual(
      [200, 300, 400, 500].map((serial) => [serial, [2, 3]]),
    );
    // All terminals of a door share what there is.
    const other = new Assembly(budget, () => {});
    for (const index of [1, 2, 3]) expect(other.add(part(index, index, 9, 300), 0)).toBe("kept");
    expect(assembly.add(part(0, 1, 9, 300), 0)).toBe("refused");
    expect(assembly.isEmpty).toBe(true);
    other.clear();
    expect(watched.held).toBe(0);
  });

  it("are charged for more than the bytes of their frames, and of 255 parts a terminal at most, however small", () => {
    const budget = new PartsBudget();
    const watched = watch(budget);
    const assembly = new Assembly(budget, () => {});
    const outcomes = [0, 1000, 2000, 3000].flatMap((first) =>
      Array.from({ length: 254 }, (_, n) => assembly.add(part(first + n, n + 1, 255, 0), 0)),
    );
    expect(outcomes.filter((each) => each === "kept").length).toBe(255);
    expect(outcomes.indexOf("refused")).toBe(255);
    expect(watched.held).toBeGreaterThan(255 * 1024);
    expect(assembly.add(part(254, 255, 255, 0), 0)).toBe("refused");
    assembly.clear();
    expect(watched.held).toBe(0);
    expect(assembly.add(part(0, 1, 255, 0), 0)).toBe("kept");
  });

  it("hold none of the memory in which their parts came", () => {
    const assembly = new Assembly(new PartsBudget(), () => {});
    const parts = [1, 2, 3].map((index) => part(9 + index, index));
    const expected = Buffer.concat(parts.map(({ frame }) => frame.raw));
    const outcomes = parts.map((each) => {
      const outcome = assembly.add(each, 0);
      each.frame.raw.fill(0);
      each.message.body.fill(0);
      return outcome;
    });
    expect(outcomes).toMatchObject(["kept", "kept", { raw: expected, message: { serial: 10 } }]);
    const { message } = outcomes[2] as Assembled;
    expect(message.body).toEqual(Buffer.concat([1, 2, 3].map((index) => Buffer.alloc(100, index))));
  });

  it("are told apart by the serial of their first part, which may wrap", () => {
    const assembly = new Assembly(new PartsBudget(), () => {});
    assembly.add(part(65_535, 1), 0);
    assembly.add(part(20, 1), 0);
    assembly.add(part(0, 2), 0);
    expect(assembly.add(part(1, 3), 0)).toMatchObject({ message: { serial: 65_535 } });
    expect(assembly.overdue(5_000)).toMatchObject([{ firstSerial: 20, indexes: [2, 3] }]);
  });
});
