import { describe, expect, it } from "vitest";
import { createLogger } from "../../base/log.ts";
import { LookUps } from "../../ingest/look-ups.ts";
import { deviceOf, startPipeline } from "./pipeline-bench.ts";

const AT = Date.UTC(2026, 3, 30);

describe("a value that is nested as deep as 64 KiB allow", () => {
  const deep = `${"[".repeat(32_000)}${"]".repeat(32_000)}`;

  it.each([
    ["telemetry", `{"observedAt":${deep}}`, "bad_time"],
    ["telemetry", `{"flow":${deep}}`, "bad_type"],
    ["telemetry", `{"valve":${deep}}`, "bad_type"],
    ["telemetry", `{"unknown":${deep}}`, "no_quantity"],
    ["telemetry", `{"ts":${deep},"flow":1}`, "time_missing"],
    ["telemetry", deep, "bad_shape"],
    ["events", `{"eventId":${deep}}`, "bad_shape"],
    ["events", `{"eventId":"1","type":${deep}}`, "bad_shape"],
    ["replies", `{"commandId":"1","outcome":${deep}}`, "bad_shape"],
  ] as const)("is refused on %s, on record as it came: case %#", (channel, body, reason) => {
    const device = deviceOf("deep-1");
    const bench = startPipeline();
    bench.accept(device, channel, body);
    expect(bench.rejected()).toEqual([
      { deviceNo: device.deviceNo, reason, partial: false, items: 1, payload: body },
    ]);
  });

  it("is on record for the device that sent it alone, without what others of its gateway have measured", () => {
    const gateway = deviceOf("gw", "lora-gateway");
    const [evil, victim] = ["evil", "victim"].map((id) => deviceOf(id, "gas-meter", gateway.deviceNo));
    const bench = startPipeline([evil!, victim!]);
    const own = `{"x":${deep},"serial":1724442618569203714,"volume":"1"}`;
    const others = `{"observedAt":${AT},"volume":4711.5}`;
    bench.accept(gateway, "gateway-telemetry", `{"victim":${others},"evil":${own},"nobody":${deep}}`);
    expect(bench.rejected()).toEqual([
      {
        deviceNo: evil!.deviceNo,
        reason: "bad_type",
        partial: false,
        items: 1,
        payload: `{"evil":${own}}`,
      },
      {
        deviceNo: gateway.deviceNo,
        reason: "unknown_device",
        partial: false,
        items: 1,
        payload: `{"nobody":${deep}}`,
      },
    ]);
    expect(bench.kept().map(({ deviceNo, reading }) => [deviceNo, reading.volume])).toEqual([
      [victim!.deviceNo, 4711.5],
    ]);
  });
});

describe("a key that stands twice", () => {
  const time = new Date(AT).toISOString();
  const partial = (deviceNo: number, payload: string, items = 1) => ({
    deviceNo,
    reason: "conflict",
    partial: true,
    items,
    payload,
  });

  it("keeps all that a gateway says of a device that it names twice", () => {
    const gateway = deviceOf("gw", "lora-gateway");
    const child = deviceOf("c", "gas-meter", gateway.deviceNo);
    const bench = startPipeline([child]);
    const items = bench.accept(
      gateway,
      "gateway-telemetry",
      `{"c":{"observedAt":"${time}","volume":1},"c" : [{"observedAt":${AT + 1},"volume":2},{"observedAt":${AT + 2},"volume":3}],"x":{"volume":1},"x":{"volume":{"a":1,"a":2}},"c":{"volume":4}}`,
    );
    expect(items).toBe(6);
    expect(bench.kept().map(({ reading }) => reading.volume)).toEqual([1, 2, 3, 4]);
    expect(bench.rejected()).toEqual([
      {
        deviceNo: gateway.deviceNo,
        reason: "unknown_device",
        partial: false,
        items: 2,
        payload: '{"x":{"volume":1},"x":{"volume":{"a":2}}}',
      },
      partial(gateway.deviceNo, '{"x":{"volume":{"a":1}}}'),
    ]);
  });

  it.each([
    [
      "of a quantity, and of the time",
      `{"observedAt":${AT - 5},"volume":1,"volume":2,"observedAt":"${time}","volume":3}`,
      3,
      `{"volume":1,"observedAt":${AT - 5},"volume":2}`,
    ],
    [
      "behind spaces, and with a text that looks like keys",
      `{"observedAt":"${time}" , "volume"\t:1,"volume":3,"a":"\\":\\":"}`,
      3,
      `{"observedAt":"${time}","volume":1}`,
    ],
    [
      "in what the kind does not know",
      `{"observedAt":"${time}","volume":3,"a":[0,{"b":1,"b":{"c":1,"c":2}}],"a":[{"d":1,"d":7}]}`,
      3,
      `{"observedAt":"${time}","a":[0,{"b":{"c":2}}],"a":[{"b":1,"b":{"c":1}}],"a":[{"d":1}]}`,
    ],
    // As many colons behind quotes as there are keys.
    ["where another has a space behind it", '{"volume" :3,"a":1,"a":2}', 3, '{"a":1}'],
    ["of an item without a time", '{"volume":1,"volume":3}', 3, '{"volume":1}'],
    ["by the name of __proto__", '{"volume":3,"__proto__":1,"__proto__":2}', 3, '{"__proto__":1}'],
  ])("%s: what stands last holds, and the rest is on record", (_what, body, volume, payload) => {
    const device = deviceOf("d");
    const bench = startPipeline();
    expect(bench.accept(device, "telemetry", body)).toBe(1);
    expect(bench.kept().map(({ reading }) => reading.volume)).toEqual([volume]);
    expect(bench.rejected()).toEqual([partial(device.deviceNo, payload)]);
  });

  it("and says the same is nothing new", () => {
    const bench = startPipeline();
    bench.accept(
      deviceOf("d"),
      "telemetry",
      '{"volume":3,"n":1724442618569203714,"volume":3,"n":1724442618569203714}',
    );
    expect([bench.kept().length, bench.rejected()]).toEqual([1, []]);
  });

  it.each(["events", "replies"] as const)("in one of %s is on record too", (channel) => {
    const device = deviceOf("d");
    const bench = startPipeline();
    const said = channel === "events" ? '"eventId":"e","type":"leak"' : '"commandId":"c","outcome":"done"';
    bench.accept(device, channel, `[{${said},"observedAt":${AT},"n":1,"n":2}]`);
    expect([bench.batch.events.length + bench.batch.replies.length, bench.rejected()]).toEqual([
      1,
      [partial(device.deviceNo, `{"observedAt":${AT},"n":1}`)],
    ]);
  });

  it.each([
    [`{"observedAt":${AT},"volume":5,"volume":5.5}`, "volume"],
    [`{"observedAt":1,"observedAt":${AT},"volume":5}`, "observedAt"],
    [`{"observedAt":${AT},"volume":5,"meta":{"a":1,"b":[{"c":1,"c":2}],"a":2}}`, "meta.a, meta.b[0].c"],
    [
      `{"volume":5,${Array.from({ length: 10 }, (_, i) => `"k${i}":1,"k${i}":2`).join()}}`,
      "k0, k1, k2, k3, k4, k5, k6, k7 and 2 more",
    ],
    [
      `{"volume":5,"a":{${Array.from({ length: 10 }, (_, i) => `"k${i}":1,"k${i}":2,"k${i}":3`).join()}},"a":1}`,
      "a, a.k0, a.k1, a.k2, a.k3, a.k4, a.k5, a.k6 and 3 more",
    ],
  ])("is named, and no other: %s", (body, named) => {
    const bench = startPipeline();
    bench.accept(deviceOf("d"), "telemetry", body);
    expect(bench.batch.rejections.map(({ detail }) => detail)).toEqual([
      `${named}: the item has it again, and the last value holds`,
    ]);
  });

  it("deeper than anything that is kept makes the message one that is not read", () => {
    const device = deviceOf("d");
    const bench = startPipeline();
    const body = `{"volume":1,"a":${"[".repeat(70)}{"b":1,"b":2}${"]".repeat(70)}}`;
    bench.accept(device, "telemetry", body);
    expect(bench.rejected()).toMatchObject([{ reason: "not_json", partial: false, payload: body }]);
  });
});

describe("a message of thousands of items that are refused", () => {
  it("puts the first of each reason into words, and of a gateway's devices the first 64", () => {
    const gateway = deviceOf("gw", "lora-gateway");
    const children = Array.from({ length: 70 }, (_, i) => deviceOf(`c${i}`, "gas-meter", gateway.deviceNo));
    const looks: string[] = [];
    const item = () =>
      new Proxy({ Volum: 1 } as Record<string, unknown>, {
        ownKeys: (target) => {
          looks.push("keys");
          return Reflect.ownKeys(target);
        },
      });
    const { runtime } = children[0]!;
    const refusal = runtime.check(item(), AT);
    const before = looks.length;
    // Read for as long as it is checked; the words cost more, and wait until they are asked for.
    expect("reason" in refusal && refusal.detail).toContain("did you mean 'volume'");
    expect(looks.length).toBeGreaterThan(before);

    const bench = startPipeline(children);
    const body = Object.fromEntries(
      children.map(({ id }) => [
        id,
        [
          { observedAt: AT, Volum: 1 },
          { observedAt: AT, Volum: 2 },
        ],
      ]),
    );
    bench.accept(gateway, "gateway-telemetry", body);
    const details = bench.batch.rejections.map(({ detail }) => detail);
    expect(details).toHaveLength(70);
    expect(details.filter((detail) => detail.includes("did you mean"))).toHaveLength(64);
    expect(details[69]).toBe("the reading has no quantity that the kind knows (the first of 2 items)");
  });
});

describe("a message of a gateway that names somebody whom nobody here has met", () => {
  /** A database that answers when the test says so, and what it was asked. */
  function bench(met: Set<string>) {
    const asked: string[][] = [];
    const answers: ((error?: Error) => void)[] = [];
    const unknown = new Set<string>();
    const directory = {
      mayBe: (id: string) => !met.has(id) && !unknown.has(id),
      noteUnknown: (id: string) => unknown.add(id),
      lookUpAll: (ids: readonly string[]) => {
        asked.push([...ids]);
        return new Promise<void>((resolve, reject) => {
          answers.push((error) => {
            for (const id of ids) if (!met.has(id) && !error) unknown.add(id);
            if (error) reject(error);
            else resolve();
          });
        });
      },
    };
    const logged: string[] = [];
    const log = createLogger("info", { write: (line) => logged.push(line) });
    const lookUps = new LookUps({ directory, log, pauseMs: 1 });
    const answer = async (error?: Error) => {
      await expect.poll(() => answers.length).toBe(1);
      answers.shift()!(error);
    };
    return { asked, answer, logged, directory, lookUps };
  }
  const away = Object.assign(new Error("the database is away"), { code: "ECONNREFUSED" });
  const refused = Object.assign(new Error("invalid byte sequence"), { code: "22021" });

  it.each([
    ["is away", away],
    ["takes no connections", Object.assign(new Error("not now"), { code: "55000", file: "postinit.c" })],
    ["has another password", Object.assign(new Error("not you"), { code: "28P01" })],
  ])("waits while the database %s, is taken once, and holds up no other message", async (_, away) => {
    const gateway = deviceOf("gw", "lora-gateway");
    const met = new Set<string>();
    const { asked, answer, directory, lookUps } = bench(met);
    const known = ["new-1", "old-1"].map((id) => deviceOf(id, "gas-meter", gateway.deviceNo));
    const pipeline = startPipeline([], {
      directory: {
        ...directory,
        find: (id: string) => known.find((device) => device.id === id && met.has(id)),
      } as never,
      lookUp: lookUps.find,
    });
    const items = [{ flow: 1 }, { flow: 2 }].map((item, i) => ({ observedAt: AT + i, ...item }));
    let settled = 0;
    // As many as it holds, and not as are looked up: they count against the gateway's limit.
    const waiting = pipeline.accept(
      gateway,
      "gateway-telemetry",
      { "new-1": items, ghost: {}, empty: [] },
      () => settled++,
    );
    expect(waiting).toBe(4);
    // It was decoded by its door, once; nobody looks at its bytes again.
    pipeline.received.at(-1)!.raw.fill("x");
    met.add("old-1");
    pipeline.accept(gateway, "gateway-telemetry", { "old-1": { flow: 3 } }, () => settled++);
    expect([pipeline.batch.items, pipeline.batch.waiting.length]).toEqual([1, 1]);
    await answer(away);
    met.add("new-1");
    await answer();
    await expect.poll(() => pipeline.batch.waiting.length).toBe(2);
    expect(asked).toEqual([
      ["new-1", "ghost", "empty"],
      ["ghost", "empty"],
    ]);
    expect(pipeline.batch.items).toBe(5);
    expect(pipeline.batch.rejections.map(({ reason, items }) => [reason, items])).toEqual([
      ["unknown_device", 2],
    ]);
  });

  it("is answered as of nobody where the database refuses the question for good, and others go on", async () => {
    const { asked, answer, logged, lookUps } = bench(new Set());
    const one = lookUps.find(1, ["a"]);
    const two = lookUps.find(2, ["b"]);
    await answer(refused);
    await one;
    await answer();
    await two;
    expect(asked).toEqual([["a"], ["b"]]);
    expect(logged.join("")).toContain("its items of them are rejected");
  });

  it("asks one question at a time, of at most 1,000 names, and the gateways in turn", async () => {
    const { asked, answer, lookUps } = bench(new Set());
    const names = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
    const done: string[] = [];
    const find = (gatewayNo: number, name: string, count: number) =>
      lookUps.find(gatewayNo, names(name, count)).then(() => done.push(name));
    const all = [find(1, "a", 2_500), find(1, "b", 1), find(2, "c", 1), find(3, "d", 1_001)];
    for (let n = 1; n <= 7; n++) {
      await expect.poll(() => asked.length).toBe(n);
      await answer();
    }
    await Promise.all(all);
    expect(asked.map((ids) => [ids[0]![0], ids.length])).toEqual([
      ["a", 1000],
      ["c", 1],
      ["d", 1000],
      ["a", 1000],
      ["d", 1],
      ["a", 500],
      ["b", 1],
    ]);
    expect(done).toEqual(["c", "d", "a", "b"]);
    // Who comes later finds the line empty.
    const later = lookUps.find(1, ["a0", "z"]);
    await answer();
    await later;
    expect(asked.at(-1)).toEqual(["z"]);
  });

  it("is nobody's, unasked, where the name has not the form of an id", async () => {
    const { Directory } = await import("../../ingest/directory.ts");
    const never = new Proxy({}, { get: () => expect.unreachable() });
    const directory = new Directory(never as never, new Map(), createLogger("silent"));
    for (const id of ["a\0b", "", "\ud800", "a/b", "a".repeat(65), "名", "a b", "-a", "constructor\n"]) {
      expect(directory.mayBe(id), JSON.stringify(id)).toBe(false);
      expect(await directory.lookUp(id)).toBeUndefined();
    }
    expect(directory.mayBe("constructor")).toBe(true);
  });
});
