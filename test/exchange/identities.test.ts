import { describe, expect, it } from "vitest";
import type { Identity } from "../../devices/identities.ts";
import { Identities } from "../../exchange/identities.ts";

const device = (deviceNo: number) => ({ id: `device-${deviceNo}`, deviceNo, gateway: false });
const mn = (value: string): Identity => ({ scheme: "mn", value });

/** A register that notes what it was asked, and answers from `known`. */
function stage(known: Record<string, number> = {}) {
  const asked: string[][] = [];
  let now = 0;
  let fault: Error | undefined;
  const identities = new Identities({
    now: () => now,
    async ask(all) {
      asked.push(all.map(({ value }) => value));
      if (fault) throw fault;
      for (const { value } of all) if (value in known) identities.put(device(known[value]!), [`mn:${value}`]);
    },
  });
  return {
    identities,
    asked,
    known,
    pass: (ms: number) => {
      now += ms;
    },
    break: (error: Error | undefined) => {
      fault = error;
    },
  };
}

describe("the device of an identity", () => {
  it("is known without a question once it was told", async () => {
    const { identities, asked } = stage();
    identities.put(device(1), ["mn:A", "sim:013800138000"]);
    expect(identities.find(mn("A"))?.deviceNo).toBe(1);
    expect((await identities.lookUp({ scheme: "sim", value: "013800138000" }))?.deviceNo).toBe(1);
    expect(identities.find({ scheme: "gb26875", value: "A" })).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it("follows the device's changes: what it has no more is nobody's", () => {
    const { identities } = stage();
    identities.put(device(1), ["mn:A", "mn:B"]);
    identities.put(device(1), ["mn:B", "mn:C"]);
    expect([mn("A"), mn("B"), mn("C")].map((each) => identities.find(each)?.deviceNo)).toEqual([
      undefined,
      1,
      1,
    ]);
    identities.put(device(1), undefined);
    expect(identities.find(mn("B"))).toBeUndefined();
    identities.put(device(1), ["mn:B"]);
    identities.forget(1);
    expect(identities.find(mn("B"))).toBeUndefined();
  });

  it("stays the new holder's when the former one's loss is heard of later", () => {
    const { identities } = stage();
    identities.put(device(1), ["mn:A"]);
    identities.put(device(2), ["mn:A"]);
    identities.put(device(1), ["mn:B"]);
    expect(identities.find(mn("A"))?.deviceNo).toBe(2);
    identities.forget(1);
    identities.put(device(3), ["mn:A"]);
    identities.forget(2);
    expect(identities.find(mn("A"))?.deviceNo).toBe(3);
  });
});

describe("an identity that is not in memory", () => {
  it("is looked up, with all others of that moment in one query", async () => {
    const { identities, asked } = stage({ A: 1, C: 3 });
    const found = await Promise.all(["A", "B", "C", "A"].map((value) => identities.lookUp(mn(value))));
    expect(found.map((each) => each?.deviceNo)).toEqual([1, undefined, 3, 1]);
    expect(asked).toEqual([["A", "B", "C"]]);
  });

  it("is not asked for again for some seconds, and then is", async () => {
    const { identities, asked, known, pass } = stage();
    for (let i = 0; i < 50; i++) expect(await identities.lookUp(mn("A"))).toBeUndefined();
    expect(asked).toHaveLength(1);
    known.A = 1;
    pass(4_999);
    expect(await identities.lookUp(mn("A"))).toBeUndefined();
    pass(1);
    expect((await identities.lookUp(mn("A")))?.deviceNo).toBe(1);
    expect(asked).toHaveLength(2);
  });

  it("is known at once when a device with it is told of", async () => {
    const { identities } = stage();
    await identities.lookUp(mn("A"));
    identities.put(device(1), ["mn:A"]);
    expect((await identities.lookUp(mn("A")))?.deviceNo).toBe(1);
  });

  it("costs a query for a thousand when made-up ones flood, and is unknown beyond what may wait", async () => {
    const { identities, asked } = stage();
    await Promise.all(Array.from({ length: 30_000 }, (_, i) => identities.lookUp(mn(`X${i}`))));
    expect(asked.map(({ length }) => length)).toEqual(Array(20).fill(1000));
    // The oldest of those that are remembered as unknown make room.
    await identities.lookUp(mn("X19999"));
    expect(asked).toHaveLength(20);
    await identities.lookUp(mn("X0"));
    expect(asked).toHaveLength(21);
  });

  it("rejects while the database is away, and is asked for again at the next time", async () => {
    const { identities, known, break: breakIt } = stage();
    breakIt(new Error("away"));
    await expect(identities.lookUp(mn("A"))).rejects.toThrow("away");
    breakIt(undefined);
    known.A = 1;
    expect((await identities.lookUp(mn("A")))?.deviceNo).toBe(1);
  });
});

describe("an identity that a device loses", () => {
  function lossStage() {
    const lost: string[] = [];
    const identities = new Identities({
      ask: async () => {},
      onLost: ({ id }, { scheme, value }) => lost.push(`${id} ${scheme} ${value}`),
    });
    return { identities, lost };
  }

  it("is told once, whether it is taken away, given to another device, or goes with its device", () => {
    const { identities, lost } = lossStage();
    identities.put(device(1), ["mn:A", "mn:B", "sim:013800138000", "mn:C"]);
    identities.put(device(1), ["mn:A", "mn:B", "sim:013800138000", "mn:C"]);
    expect(lost).toEqual([]);
    identities.put(device(1), ["mn:A", "mn:C", "mn:D"]);
    expect(lost.splice(0)).toEqual(["device-1 mn B", "device-1 sim 013800138000"]);
    // The new holder may be heard of first.
    identities.put(device(2), ["mn:C"]);
    expect(lost.splice(0)).toEqual(["device-1 mn C"]);
    identities.put(device(1), ["mn:A"]);
    expect(lost.splice(0)).toEqual(["device-1 mn D"]);
    identities.forget(1);
    expect(lost.splice(0)).toEqual(["device-1 mn A"]);
    identities.put(device(2), undefined);
    expect(lost.splice(0)).toEqual(["device-2 mn C"]);
  });

  it("is not found any more when it is told", () => {
    const found: unknown[] = [];
    const identities: Identities = new Identities({
      ask: async () => {},
      onLost: (_, identity) => found.push(identities.find(identity)?.deviceNo),
    });
    identities.put(device(1), ["mn:A", "mn:B"]);
    identities.put(device(1), ["mn:B"]);
    identities.put(device(2), ["mn:B"]);
    expect(found).toEqual([undefined, 2]);
  });
});
