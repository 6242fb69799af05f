import { once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { jt808Decoder } from "../../../protocols/jt808/decode.ts";
import { frameAround } from "../../../protocols/jt808/frame.ts";
import { readGbk } from "../../../protocols/jt808/gbk.ts";
import {
  batchBody,
  type Jt808Terminal,
  locationBody,
  registrationBody,
  terminalFrame,
} from "../../helpers/jt808-terminal.ts";
import { phoneOf, Stage, vehicle } from "./stage.ts";
import { golden, hex } from "./vectors.ts";

const AT = Date.parse("2026-08-01T08:58:57+08:00");
const at = (second: number) => AT + second * 1000;

const command = (name: string, parameters: object = {}) => ({
  payload: JSON.stringify({ commandId: `cmd-${name}`, name, parameters }),
});

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.close());

describe("the door of JT/T 808", () => {
  it("answers a location once it is committed, and not before", async () => {
    await stage.open();
    const terminal = await stage.logIn(1);
    const [first, second] = [1, 2].map((n) =>
      terminal.send(0x0200, locationBody(at(n), { extras: "01040000006402020037" })),
    );
    await stage.came(2);
    await turn();
    expect(terminal.heard).toEqual([]);
    expect(stage.messages[0]).toMatchObject({
      door: "jt808",
      device: vehicle(1),
      channel: "telemetry",
      context: "013985200001/0x0200",
      value: {
        observedAt: "2026-08-01T08:58:58+08:00",
        ...{ longitude: 106.630153, latitude: 26.647661, altitude: 1071, speed: 12.3, direction: 90 },
        ...{
          mileage: 10,
          fuel: 5.5,
          ignition: "on",
          fix: "located",
          power: "ok",
          gnss: "ok",
          alarms: "none",
        },
      },
    });
    stage.settle();
    expect(await terminal.answered(first!)).toBe(0);
    expect(terminal.answers(second!)).toEqual([]);
    stage.settle();
    expect(await terminal.answered(second!)).toBe(0);
    expect(terminal.heard.every(({ phone, is2019 }) => phone === "013985200001" && !is2019)).toBe(true);
    expect(stage.counts).toMatchObject({ taken: 3, refused: 0 });
  });

  it("answers a terminal of 2019 with its own header, and knows it by the same number", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    const terminal = await stage.logIn(1, { is2019: true });
    await terminal.answered(terminal.send(0x0200, locationBody(at(1))));
    expect(terminal.heard[0]).toMatchObject({
      is2019: true,
      protocolVersion: 1,
      phone: "00000000013985200001",
    });
    expect(stage.messages[0]!.device).toEqual(vehicle(1));
  });

  it("takes a batch as one message, and its alarms in the order of their moments", async () => {
    await stage.open();
    const terminal = await stage.logIn(1);
    const bodies = [
      locationBody(at(3), { alarm: 1 }),
      locationBody(at(1)),
      locationBody(at(2), { alarm: 1 }),
    ];
    const serial = terminal.send(0x0704, batchBody(bodies));
    await stage.came(2);
    const [readings, events] = stage.messages;
    expect((readings!.value as object[]).length).toBe(3);
    expect([events!.channel, events!.value]).toEqual([
      "events",
      expect.objectContaining({
        type: "sos",
        eventId: "sos-260801085859",
        observedAt: "2026-08-01T08:58:59+08:00",
      }),
    ]);
    stage.settle();
    await turn();
    expect(terminal.answers(serial)).toEqual([]);
    stage.settle();
    expect(await terminal.answered(serial)).toBe(0);
  });

  it("tells an alarm where it comes up, and its end where the kind knows one", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    const terminal = await stage.logIn(1);
    // Too fast, and a button that is pressed while that lasts; the power is a state of the reading.
    for (const [n, alarm] of [0, 2, 2, 3, 0x103, 0x101, 1, 0].entries())
      await terminal.answered(terminal.send(0x0200, locationBody(at(n), { alarm })));
    const events = stage.messages.filter(({ channel }) => channel === "events").map(({ value }) => value);
    expect(events.map((event) => (event as { type: string }).type)).toEqual([
      "overspeed",
      "sos",
      "overspeed_over",
    ]);
    const readings = stage.messages.filter(({ channel }) => channel === "telemetry");
    expect(readings.map(({ value }) => (value as { power: string }).power)).toEqual([
      ...["ok", "ok", "ok", "ok", "off", "off", "ok", "ok"],
    ]);
  });

  it("keeps an alarm of the past on record where nothing rings: made up, or behind a newer location", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    const terminal = await stage.logIn(1);
    await terminal.answered(terminal.send(0x0200, locationBody(at(100))));
    const past = [locationBody(at(1)), locationBody(at(2), { alarm: 1 }), locationBody(at(3), { alarm: 1 })];
    await terminal.answered(terminal.send(0x0704, batchBody(past, 1)));
    await terminal.answered(terminal.send(0x0200, locationBody(at(50), { alarm: 1 << 26 })));
    const events = stage.messages.filter(({ channel }) => channel === "events").map(({ value }) => value);
    expect(events).toMatchObject([
      { type: "past_alarm", alarm: "sos", eventId: "past-sos-260801085859" },
      { type: "past_alarm", alarm: "stolen", eventId: "past-stolen-260801085947" },
    ]);
    // A clock that was never set is no past.
    const unset = locationBody(Date.parse("2000-01-01T00:00:00+08:00"), { alarm: 1 << 29 });
    await terminal.answered(terminal.send(0x0200, unset));
    expect(stage.messages.at(-1)!.value).toMatchObject({ type: "collision" });
    // What comes now rings.
    await terminal.answered(terminal.send(0x0200, locationBody(at(101), { alarm: 1 })));
    expect(stage.messages.at(-1)!.value).toMatchObject({ type: "sos" });
  });

  it("refuses a message whole and on record whose alarms would make more than 5000 items, and takes none of them for told", async () => {
    await stage.open();
    const terminal = await stage.logIn(1);
    const ALL = 0xffff_ffff;
    /** 1,800 locations, in the parts of one message. */
    const sendBatch = (alarmOf: (n: number) => number, secondOf: (n: number) => number, type: number) => {
      const bodies = Array.from({ length: 1_800 }, (_, n) =>
        locationBody(at(secondOf(n)), { alarm: alarmOf(n) }),
      );
      const body = batchBody(bodies, type);
      const pieces = Array.from({ length: Math.ceil(body.length / 1_000) }, (_, n) =>
        body.subarray(n * 1_000, (n + 1) * 1_000),
      );
      return pieces.map((piece, n) => terminal.send(0x0704, piece, { part: [pieces.length, n + 1] })).at(-1)!;
    };
    const refused = sendBatch(
      (n) => (n % 2 === 0 ? ALL : 0),
      (n) => n,
      0,
    );
    await vi.waitFor(() => expect(stage.refused.length).toBe(1));
    await turn();
    expect([stage.messages, terminal.answers(refused)]).toEqual([[], []]);
    const [[{ raw }, { reason, detail }]] = stage.refused as [(typeof stage.refused)[0]];
    expect([reason, detail]).toEqual([
      "bad_frame",
      "0x0704: its 1800 locations make more than 5000 readings and events",
    ]);
    expect(raw.length).toBeGreaterThan(54_000);
    stage.settle();
    expect(await terminal.answered(refused)).toBe(2);
    // One run of all bits, and a clock that stands: each alarm once, of the past as of now.
    for (const type of [0, 1]) {
      const taken = sendBatch(
        () => ALL,
        () => 0,
        type,
      );
      await stage.came(2);
      const [readings, events] = stage.messages.splice(0).map(({ value }) => value as object[]);
      expect([readings!.length, events!.length]).toEqual([1_800, 27]);
      stage.settle(2);
      expect(await terminal.answered(taken)).toBe(0);
    }
  });

  it("moves no vehicle that does not know where it is, and keeps what it has told", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    const terminal = await stage.logIn(1);
    await terminal.answered(terminal.send(0x0200, locationBody(at(1), { status: 0 })));
    const value = stage.messages[0]!.value as Record<string, unknown>;
    expect(value).toMatchObject({
      fix: "none",
      ignition: "off",
      exact: { longitude: 106.630153, speed: 12.3 },
    });
    for (const key of ["longitude", "latitude", "altitude", "speed", "direction"])
      expect(value).not.toHaveProperty(key);
  });

  it("gives a location whose clock was never set the moment of its arrival, and its raw digits", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    const terminal = await stage.logIn(1);
    const body = locationBody(at(1), { alarm: 1 });
    body.fill(0, 22, 28);
    await terminal.answered(terminal.send(0x0200, body));
    const [reading, event] = stage.messages.map(({ value }) => value as Record<string, unknown>);
    expect(reading).toMatchObject({ terminalClock: "000000000000 is none", alarms: "sos" });
    expect([reading, event].some((each) => "observedAt" in each!)).toBe(false);
    expect(event).toMatchObject({ type: "sos" });
  });

  it("answers heartbeats and the question for the time at once", async () => {
    await stage.open({ now: () => AT });
    const terminal = await stage.logIn(1);
    expect(await terminal.answered(terminal.send(0x0002))).toBe(0);
    terminal.send(0x0004);
    await vi.waitFor(() => expect(terminal.heard.length).toBe(2));
    expect(terminal.heard[1]).toMatchObject({ id: 0x8004 });
    expect(terminal.heard[1]!.body.toString("hex")).toBe("260801005857");
    expect(stage.messages).toEqual([]);
  });

  it("puts what it cannot understand on record, and answers it then by what is wrong", async () => {
    await stage.open();
    const terminal = await stage.logIn(1);
    const unknown = terminal.send(0x0900, hex("83736d"));
    const short = terminal.send(0x0200, hex("0000"));
    const batch = terminal.send(0x0704, hex("0002000004aabbccdd"));
    await vi.waitFor(() => expect(stage.refused.length).toBe(3));
    await turn();
    expect(terminal.heard).toEqual([]);
    expect(stage.refused.map(([{ device, context }, { reason }]) => [device?.id, context, reason])).toEqual([
      ["car-1", "013985200001/0x0900", "bad_frame"],
      ["car-1", "013985200001/0x0200", "bad_frame"],
      ["car-1", "013985200001/0x0704", "bad_frame"],
    ]);
    stage.settle(3);
    expect([
      await terminal.answered(unknown),
      await terminal.answered(short),
      await terminal.answered(batch),
    ]).toEqual([3, 2, 2]);
    expect(stage.refused[0]![0].raw).toEqual(
      terminalFrame({ id: 0x0900, phone: phoneOf(1), serial: unknown, body: hex("83736d") }),
    );
  });

  it("puts an encrypted message on record, which it cannot read", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    const terminal = await stage.logIn(1);
    terminal.socket.write(frameAround(Buffer.concat([hex("0200041c0139852000010063"), locationBody(at(1))])));
    expect(await terminal.answered(99)).toBe(3);
    expect(stage.refused[0]![1].detail).toContain("encrypted");
  });

  it("goes on behind what is no message, counts it and says nothing to it", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    const terminal = await stage.logIn(1);
    for (const each of golden.vectors)
      if (["checksum", "short"].includes(each.reason ?? "") || each.reason?.startsWith("length"))
        terminal.socket.write(hex(each.hex));
    const serial = terminal.send(0x0002);
    expect(await terminal.answered(serial)).toBe(0);
    expect(terminal.heard.length).toBe(1);
    expect(stage.counts.broken).toBe(24);
    expect(stage.messages).toEqual([]);
  });
});

describe("frames that are no messages though their check is right", () => {
  /** Its header tells a body of 28 bytes, and none is there. */
  const broken = frameAround(hex("0200001c013985200001006300"));

  it("end the connection of a stranger as too many messages do, and cost it its rate", async () => {
    await stage.open();
    const stranger = await stage.connect(1);
    stranger.socket.resume();
    const closed = once(stranger.socket, "close");
    stranger.socket.write(Buffer.concat(Array.from({ length: 2000 }, () => broken)));
    await closed;
    expect(stage.counts.broken).toBeLessThanOrEqual(101);
  });

  it("end that of a terminal where nothing else comes between them, and not before", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    const terminal = await stage.logIn(1);
    terminal.socket.write(Buffer.concat(Array.from({ length: 100 }, () => broken)));
    expect(await terminal.answered(terminal.send(0x0002))).toBe(0);
    const closed = once(terminal.socket, "close");
    terminal.socket.write(Buffer.concat(Array.from({ length: 2000 }, () => broken)));
    await closed;
    expect(stage.counts.broken).toBe(201);
  });
});

describe("a terminal that has not logged in", () => {
  it("can do nothing, and is told so", async () => {
    await stage.open();
    const terminal = await stage.connect(1);
    for (const id of [0x0002, 0x0003, 0x0200, 0x0704, 0x0001])
      expect(
        await terminal.answered(
          terminal.send(id, id === 0x0200 ? locationBody(at(1), { alarm: 1 }) : undefined),
        ),
      ).toBe(1);
    expect([stage.messages, stage.refused, stage.unknown, stage.presence]).toEqual([[], [], [], []]);
    expect(stage.door.isOnline("car-1")).toBe(false);
    await expect(stage.door.deliver(vehicle(1), command("locate"))).resolves.toBe("not_listening");
  });

  it("gets its code once its registration is committed, the same at each registration", async () => {
    await stage.open();
    const terminal = await stage.connect(1);
    const answer = terminal.register();
    await stage.came(1);
    expect(terminal.heard).toEqual([]);
    expect(stage.messages[0]).toMatchObject({
      channel: "events",
      value: {
        type: "terminal_report",
        command: "0x0100",
        told: {
          maker: "GZEB1",
          model: "EB-GUARD-100",
          terminalId: "0000321",
          plate: "贵A12345",
          edition: "2013",
        },
      },
    });
    stage.settle();
    const { result, code } = await answer;
    expect([result, code]).toEqual([0, expect.stringMatching(/^[0-9A-Z]{16}$/)]);
    expect(await terminal.logIn(code)).toBe(0);
    stage.settlesAtOnce = true;
    expect((await terminal.register()).code).toBe(code);
    expect((await (await stage.connect(2)).register()).code).not.toBe(code);
  });

  it("gets no code where another terminal has the vehicle, until the token is changed", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    const own = await stage.connect(1);
    const { code } = await own.register();
    const other = await stage.connect(1);
    expect(await other.register(registrationBody("9999999"))).toEqual({ result: 3, code: "" });
    expect(await other.register(registrationBody("0000321", "OTHER"))).toEqual({ result: 3, code: "" });
    expect(stage.messages.length).toBe(1);
    stage.tokens.set(1, "another token");
    const next = await other.register(registrationBody("9999999"));
    expect(next.result).toBe(0);
    expect(next.code).not.toBe(code);
    expect(await own.logIn(code)).toBe(1);
    expect(await other.logIn(next.code)).toBe(0);
  });

  it("is in by the device's own token, which somebody may have given it by hand", async () => {
    await stage.open();
    const terminal = await stage.connect(1);
    expect(await terminal.logIn("token-2")).toBe(1);
    expect(await terminal.logIn("token-1")).toBe(0);
    expect(stage.presence).toEqual(["car-1 came"]);
  });

  it("loses its connection after five wrong codes, or a hundred messages", async () => {
    await stage.open();
    const guessing = await stage.connect(1);
    for (let n = 0; n < 5; n++) expect(await guessing.logIn(`${n}`.repeat(16))).toBe(1);
    await guessing.isEnded();
    const talking = await stage.connect(1);
    for (let n = 0; n < 101; n++) talking.send(0x0002);
    await talking.isEnded();
    expect(stage.presence).toEqual([]);
  });

  it("loses its connection after a while", async () => {
    await stage.open({ times: { strangerMs: 1000 } });
    const known = await stage.logIn(1);
    const silent = await stage.connect(2);
    await silent.isEnded();
    await known.answered(known.send(0x0002));
    await known.answered(known.send(0x0003));
    await known.isEnded();
  });

  it("waits while the database is away, and is let in then", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    stage.away = true;
    const terminal = await stage.connect(7);
    const answer = terminal.register();
    await vi.waitFor(() => expect(stage.lookUps).toBeGreaterThan(0));
    stage.give(7, phoneOf(7));
    stage.away = false;
    expect(await answer).toMatchObject({ result: 0 });
  });
});

describe("a terminal that nobody has registered", () => {
  it("is refused and on record; its locations are not answered", async () => {
    await stage.open();
    const terminal = await stage.connect(9);
    expect(await terminal.register()).toEqual({ result: 4, code: "" });
    terminal.send(0x0102, Buffer.from("123456"));
    terminal.send(0x0200, locationBody(at(1)));
    await vi.waitFor(() => expect(stage.unknown.length).toBe(3));
    expect(stage.unknown.map(({ context }) => context)).toEqual([
      "013985200009/0x0100",
      "013985200009/0x0102",
      "013985200009/0x0200",
    ]);
    expect(stage.unknown[0]).toMatchObject({
      door: "jt808",
      identity: { scheme: "sim", value: "013985200009" },
      address: "127.0.0.1",
    });
    expect(terminal.heard.map(({ id }) => id)).toEqual([0x8100]);
    expect(stage.counts).toMatchObject({ stranger: 3, taken: 0 });
  });

  it("is let in once it is registered, on the same connection", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    const terminal = await stage.connect(9);
    expect((await terminal.register()).result).toBe(4);
    terminal.heard.length = 0;
    stage.give(9, phoneOf(9));
    const { code } = await terminal.register();
    expect(await terminal.logIn(code)).toBe(0);
  });

  it("fills no disk with numbers that are none", async () => {
    await stage.open({ now: () => AT });
    stage.settlesAtOnce = true;
    const terminal = await stage.connect(1, { phone: "0" });
    for (let n = 0; n < 90; n++) terminal.send(0x0200, locationBody(at(n)));
    await vi.waitFor(() => expect(stage.counts.stranger).toBe(90));
    expect(stage.refused.length).toBe(20);
    expect(stage.unknown).toEqual([]);
  });
});

describe("a body in several frames", () => {
  const [whole, lost, twice] = golden.subpackages;
  const PHONE = "13985201234";
  const login = async () => {
    stage.give(5, PHONE);
    return stage.logIn(5, { phone: PHONE });
  };
  const send = (terminal: Jt808Terminal, frames: readonly string[]) => {
    for (const frame of frames) terminal.socket.write(hex(frame));
  };

  it.each([whole!, twice!].map((each) => [each.id, each] as const))(
    "is taken once, and each part is answered once it is committed: %s",
    async (_id, { frames, assembled }) => {
      await stage.open();
      const terminal = await login();
      send(terminal, frames);
      await stage.came(1);
      await turn();
      expect(terminal.answers(122)).toEqual([]);
      const readings = stage.messages[0]!.value as { observedAt: string; mileage: number }[];
      expect(readings.map(({ observedAt, mileage }) => [observedAt, mileage])).toEqual(
        assembled!.body.items.map((item: { time: { iso: string }; named: { mileageKm: number } }) => [
          item.time.iso,
          item.named.mileageKm,
        ]),
      );
      stage.settle();
      await vi.waitFor(() => expect(terminal.heard.length).toBe(frames.length));
      for (const serial of [120, 121, 122]) expect(new Set(terminal.answers(serial))).toEqual(new Set([0]));
    },
  );

  it("is asked for what is missing, a few times, and forgotten then", async () => {
    let now = AT;
    await stage.open({ now: () => now, times: { askMs: 5 } });
    const terminal = await login();
    send(terminal, lost!.frames);
    await vi.waitFor(() => expect(stage.counts.parts).toBe(2));
    for (let asked = 1; asked <= 3; asked++) {
      now += 5_000;
      await vi.waitFor(() => expect(terminal.heard.length).toBe(asked));
    }
    const { resendRequest } = lost!;
    expect(terminal.heard.map(({ id, body }) => [id, body.toString("hex")])).toEqual(
      Array(3).fill([0x8003, hex(resendRequest!.hex2013).toString("hex", 13, 18)]),
    );
    now += 5_000;
    await terminal.answered(terminal.send(0x0002, undefined, { serial: 7 }));
    now += 5_000;
    await terminal.answered(terminal.send(0x0002, undefined, { serial: 8 }));
    expect(terminal.heard.length).toBe(5);
    expect([stage.messages, stage.refused]).toEqual([[], []]);
  });

  it("of a terminal that waits for the answer to each part is answered part by part, and the last after the commit", async () => {
    let now = AT;
    await stage.open({ now: () => now, times: { askMs: 5 } });
    const terminal = await login();
    const [first, third, second] = whole!.frames as [string, string, string];
    send(terminal, [first]);
    await vi.waitFor(() => expect(stage.counts.parts).toBe(1));
    // Asked twice in vain; or it sends the part again.
    for (let asked = 1; asked <= 2; asked++) {
      now += 5_000;
      await vi.waitFor(() => expect(terminal.heard.filter(({ id }) => id === 0x8003).length).toBe(asked));
    }
    expect(await terminal.answered(120)).toBe(0);
    send(terminal, [second]);
    expect(await terminal.answered(121)).toBe(0);
    send(terminal, [third]);
    await stage.came(1);
    await turn();
    expect(terminal.answers(122)).toEqual([]);
    stage.settle();
    expect(await terminal.answered(122)).toBe(0);
    expect([terminal.answers(120), terminal.answers(121)]).toEqual([[0], [0]]);
  });

  it("is answered part by part as well where one comes again before all are there", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    const terminal = await login();
    const [first, third, second] = whole!.frames as [string, string, string];
    send(terminal, [first, first]);
    expect(await terminal.answered(120)).toBe(0);
    send(terminal, [second]);
    expect(await terminal.answered(121)).toBe(0);
    send(terminal, [third]);
    expect(await terminal.answered(122)).toBe(0);
    expect(stage.messages.length).toBe(1);
    // The next body is another matter.
    terminal.heard.length = 0;
    const { parts } = stage.counts;
    send(terminal, [first, second]);
    await vi.waitFor(() => expect(stage.counts.parts).toBe(parts! + 2));
    await terminal.answered(terminal.send(0x0002, undefined, { serial: 7 }));
    expect(terminal.heard.length).toBe(1);
  });

  const ENDS: readonly [string, (terminal: Jt808Terminal, wait: () => Promise<void>) => unknown][] = [
    ["its connection breaks", (terminal) => terminal.socket.destroy()],
    ["its terminal logs out", (terminal) => terminal.send(0x0003)],
    ["its terminal comes on another connection", () => stage.logIn(5, { phone: PHONE })],
    ["its device may not come any more", () => stage.door.disconnect("car-5")],
    [
      "a fifth one begins",
      (terminal) => {
        for (let n = 1; n <= 4; n++) terminal.send(0x0704, Buffer.of(n), { part: [2, 1], serial: 1_000 * n });
      },
    ],
    ["it was asked for in vain", (_terminal, wait) => wait()],
    ["the platform ends", () => stage.door.quiesce()],
  ];
  it.each(ENDS)(
    "of which parts were answered is on record when %s before the rest came",
    async (_when, end) => {
      let now = AT;
      await stage.open({ now: () => now, times: { askMs: 5 } });
      const terminal = await login();
      const [first, , second] = whole!.frames as [string, string, string];
      send(terminal, [first, first, second]);
      expect([await terminal.answered(120), await terminal.answered(121)]).toEqual([0, 0]);
      const asks = () => terminal.heard.filter(({ id }) => id === 0x8003).length;
      await end(terminal, async () => {
        for (let asked = 1; asked <= 3; asked++) {
          now += 5_000;
          await vi.waitFor(() => expect(asks()).toBe(asked));
        }
        now += 5_000;
      });
      await vi.waitFor(() => expect(stage.refused.length).toBe(1));
      const [[{ device, context, raw, receivedAt }, refusal]] = stage.refused as [(typeof stage.refused)[0]];
      expect([device?.id, context, receivedAt]).toEqual(["car-5", "013985201234/0x0704", AT]);
      expect(raw.toString("hex")).toBe(Buffer.concat([hex(first), hex(second)]).toString("hex"));
      expect(refusal).toEqual({
        reason: "bad_frame",
        detail: "0x0704: part 3 of 3 did not come, and others were answered",
      });
      // Once, and with nothing of the bodies of which nothing was answered.
      await stage.close();
      expect(stage.refused.length).toBe(1);
    },
  );

  it("has a part on record that is another one than what came in its place before", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    const terminal = await stage.logIn(1);
    const as = { part: [9, 1], serial: 500 } as const;
    terminal.send(0x0704, Buffer.from("first"), as);
    terminal.send(0x0704, Buffer.from("other"), as);
    expect(await terminal.answered(500)).toBe(2);
    expect(stage.refused.map(([{ raw }]) => raw.includes("other"))).toEqual([true]);
    terminal.send(0x0704, Buffer.from("first"), as);
    await vi.waitFor(() => expect(terminal.answers(500)).toEqual([2, 0]));
    terminal.send(0x0704, Buffer.from("fifth"), { part: [9, 5], serial: 504 });
    await vi.waitFor(() => expect(terminal.answers(504)).toEqual([0]));
    terminal.send(0x0003);
    await vi.waitFor(() => expect(stage.refused.length).toBe(2));
    expect(stage.refused[1]![1].detail).toBe(
      "0x0704: parts 2-4, 6-9 of 9 did not come, and others were answered",
    );
  });

  it("that tells parameters for which nobody waits is on record as well, once parts of it were answered", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    const terminal = await stage.logIn(1);
    terminal.send(0x0104, hex("0000"), { part: [2, 1], serial: 500 });
    terminal.send(0x0104, hex("0000"), { part: [2, 1], serial: 500 });
    terminal.send(0x0104, hex("00"), { part: [2, 2], serial: 501 });
    expect([await terminal.answered(500), await terminal.answered(501)]).toEqual([0, 2]);
    expect(stage.refused.map(([, { detail }]) => detail)).toEqual(["0x0104: nobody waits for it"]);
  });

  it("can be replayed from what is on record of it", async () => {
    await stage.open();
    const terminal = await login();
    send(terminal, whole!.frames);
    await stage.came(1);
    expect(jt808Decoder.decode(stage.messages[0]!)).toMatchObject({
      channel: "telemetry",
      value: stage.messages[0]!.value,
    });
  });

  it("has its bounds: a part without a place is on record, and says so", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    const terminal = await stage.logIn(1);
    const body = Buffer.alloc(1000);
    const wrong = [
      terminal.send(0x0704, body, { part: [3, 4] }),
      terminal.send(0x0704, body, { part: [3, 0] }),
      terminal.send(0x0704, body, { part: [300, 1] }),
    ];
    for (const serial of wrong) expect(await terminal.answered(serial)).toBe(2);
    expect(stage.refused.length).toBe(3);
    for (let n = 1; n < 200; n++) terminal.send(0x0704, body, { part: [200, n], serial: 1000 + n });
    await vi.waitFor(() => expect(stage.counts.parts).toBe(202));
    // 64 KiB of them have waited for the rest.
    expect(stage.refused.length).toBe(3 + 199 - Math.floor(65_536 / 1019));
  });
});

describe("the presence of vehicles", () => {
  it("begins with their login and ends with their connection, or with their logout", async () => {
    await stage.open();
    const terminal = await stage.logIn(1);
    expect(stage.presence).toEqual(["car-1 came"]);
    expect(stage.listening).toEqual(["car-1"]);
    expect([stage.door.isOnline("car-1"), stage.door.isOnline("car-2")]).toEqual([true, false]);
    terminal.socket.destroy();
    await vi.waitFor(() => expect(stage.presence).toEqual(["car-1 came", "car-1 left"]));
    const next = await stage.logIn(1);
    expect(await next.answered(next.send(0x0003))).toBe(0);
    expect(stage.presence.slice(2)).toEqual(["car-1 came", "car-1 left"]);
    expect(await next.answered(next.send(0x0200, locationBody(at(1))))).toBe(1);
  });

  it("moves to the connection on which they log in, and the one before ends", async () => {
    await stage.open();
    const first = await stage.logIn(1);
    const second = await stage.logIn(1);
    await first.isEnded();
    expect(stage.presence).toEqual(["car-1 came"]);
    expect(stage.door.isOnline("car-1")).toBe(true);
    second.socket.destroy();
    await vi.waitFor(() => expect(stage.presence).toEqual(["car-1 came", "car-1 left"]));
  });

  it("is not moved by somebody who only knows their number", async () => {
    await stage.open();
    const terminal = await stage.logIn(1);
    const stranger = await stage.connect(1);
    stranger.send(0x0200, locationBody(at(1)));
    stranger.send(0x0003);
    await stranger.logIn("0000000000000000");
    await terminal.answered(terminal.send(0x0002));
    expect(stage.presence).toEqual(["car-1 came"]);
  });

  it("ends when the platform says so, when nothing comes for long, or when their number is another's", async () => {
    await stage.open({ times: { idleMs: 1000 } });
    const silent = await stage.logIn(1);
    await silent.isEnded();
    const next = await stage.logIn(1);
    stage.door.disconnect("car-9");
    stage.door.disconnect("car-1");
    await next.isEnded();
    await vi.waitFor(() => expect(stage.door.isOnline("car-1")).toBe(false));
    const moved = await stage.logIn(1);
    // It has lost a number by which it has not come.
    stage.door.endIdentified!(vehicle(1), { scheme: "sim", value: "013900000000" });
    expect(await moved.answered(moved.send(0x0002))).toBe(0);
    stage.give(2, phoneOf(1));
    moved.send(0x0200, locationBody(at(1)));
    await moved.isEnded();
    expect(stage.messages).toEqual([]);
    expect(stage.door.isOnline("car-1")).toBe(false);
  });
});

describe("a command", () => {
  const heardOne = async (terminal: Jt808Terminal) => {
    await vi.waitFor(() => expect(terminal.heard.length).toBe(1));
    return terminal.heard.shift()!;
  };
  const reply = (message: { id: number; serial: number }, result: number) => {
    const body = Buffer.alloc(5);
    body.writeUInt16BE(message.serial, 0);
    body.writeUInt16BE(message.id, 2);
    body[4] = result;
    return body;
  };

  it.each([
    ["show-text", { text: "前方封闭" }, 0x8300, "04c7b0b7bdb7e2b1d5"],
    ["show-text", { text: "Stop", urgent: true, speak: true }, 0x8300, "0d53746f70"],
    ["locate", {}, 0x8201, ""],
    ["track", { seconds: 5, minutes: 10 }, 0x8202, "000500000258"],
    ["set-report-interval", { seconds: 30 }, 0x8103, "0100000029040000001e"],
    ["read-parameters", {}, 0x8104, ""],
    ["restart-terminal", {}, 0x8105, "04"],
  ])("%s goes to the terminal in its own words", async (name, parameters, id, body) => {
    await stage.open();
    const terminal = await stage.logIn(1);
    await expect(stage.door.deliver(vehicle(1), command(name, parameters))).resolves.toBe("taken");
    const message = await heardOne(terminal);
    expect([message.id, message.body.toString("hex")]).toEqual([id, body]);
  });

  it("to a terminal of 2019 has the words of its edition", async () => {
    await stage.open();
    const terminal = await stage.logIn(1, { is2019: true });
    await stage.door.deliver(vehicle(1), command("show-text", { text: "前方", urgent: true }));
    const { body, is2019 } = await heardOne(terminal);
    expect([is2019, body.toString("hex"), readGbk(body.subarray(2))]).toEqual([true, "0601c7b0b7bd", "前方"]);
  });

  it.each([
    ["of another name", "open-valve", {}],
    ["without a text", "show-text", {}],
    ["with a text that GBK does not have", "show-text", { text: "🚒" }],
    ["with a text that no frame holds", "show-text", { text: "前".repeat(512) }],
    ["with half a second", "track", { seconds: 0.5, minutes: 1 }],
    ["for no time", "track", { seconds: 5, minutes: 0 }],
    ["with too short an interval", "set-report-interval", { seconds: 1 }],
  ])("%s is not taken", async (_what, name, parameters) => {
    await stage.open();
    await stage.logIn(1);
    await expect(stage.door.deliver(vehicle(1), command(name, parameters))).resolves.toBe("not_listening");
  });

  it("for another device of its id, one that is away or one behind a gateway is not taken", async () => {
    await stage.open();
    await stage.logIn(1);
    const { payload } = command("locate");
    const { door } = stage;
    await expect(door.deliver({ id: "car-1", deviceNo: 99 }, { payload })).resolves.toBe("not_listening");
    await expect(door.deliver(vehicle(2), { payload })).resolves.toBe("not_listening");
    await expect(door.deliver(vehicle(2), { payload, through: "car-1" })).resolves.toBe("not_listening");
  });

  it("is answered by replies with its id, also on a connection that came later", async () => {
    await stage.open();
    stage.settlesAtOnce = true;
    const terminal = await stage.logIn(1);
    const orders = [];
    for (const name of ["restart-terminal", "locate", "read-parameters"]) {
      await stage.door.deliver(vehicle(1), command(name));
      orders.push(await heardOne(terminal));
    }
    const [restart, locate, read] = orders;
    terminal.send(0x0001, reply(restart!, 3));
    // Nobody waits for it any more, and nobody has asked the other.
    terminal.send(0x0001, reply(restart!, 0));
    terminal.send(0x0001, reply({ id: 0x8300, serial: locate!.serial }, 0));
    terminal.send(0x0001, reply(locate!, 0));
    await stage.came(2);
    const later = await stage.logIn(1);
    const told = Buffer.alloc(2);
    told.writeUInt16BE(locate!.serial);
    await later.answered(later.send(0x0201, Buffer.concat([told, locationBody(at(1))])));
    told.writeUInt16BE(read!.serial);
    await later.answered(later.send(0x0104, Buffer.concat([told, hex("0100000029040000001e")])));
    expect(stage.messages.map(({ channel, value }) => [channel, value])).toEqual([
      ["telemetry", expect.objectContaining({ longitude: 106.630153 })],
      [
        "replies",
        { commandId: "cmd-locate", outcome: "done", code: 0, longitude: 106.630153, latitude: 26.647661 },
      ],
      [
        "replies",
        { commandId: "cmd-read-parameters", outcome: "done", code: 0, told: { "0029": "0000001e" } },
      ],
    ]);
    expect(stage.counts).toMatchObject({ ignored: 2 });
  });
});

describe("what one connection costs others", () => {
  it("is bounded: it is read no further while 64 of its messages are not settled", async () => {
    await stage.open();
    const terminal = await stage.logIn(1);
    for (let n = 0; n < 200; n++) terminal.send(0x0200, locationBody(at(n)));
    await stage.came(64);
    await turn();
    expect(stage.messages.length).toBe(64);
    const other = await stage.connect(2);
    other.send(0x0100, registrationBody());
    await stage.came(65);
    while (stage.messages.length < 201) {
      stage.settle(20);
      await turn();
    }
    stage.settle(1000);
    await vi.waitFor(() => expect(terminal.heard.length).toBe(200));
  });

  it("is bounded by the rates of its device", async () => {
    let now = 0;
    await stage.open({ rateLimit: 1, now: () => now });
    stage.settlesAtOnce = true;
    const terminal = await stage.logIn(1);
    for (let n = 0; n < 11; n++) terminal.send(0x0200, locationBody(at(n)));
    await stage.came(10);
    await turn();
    expect(stage.messages.length).toBe(10);
    now = 2_000;
    await stage.came(11);
  });

  it("ends it where it brings nothing but noise", async () => {
    await stage.open();
    const terminal = await stage.connect(1);
    terminal.socket.write(Buffer.alloc(200_000, 0x55));
    await terminal.isEnded();
  });

  it("is none beyond the number of connections: a stranger makes room, a terminal does not", async () => {
    await stage.open({ connections: 2 });
    const known = await stage.logIn(1);
    const stranger = await stage.connect(2);
    const next = await stage.logIn(2);
    await stranger.isEnded();
    const late = await stage.connect(3);
    await late.isEnded();
    expect(stage.counts.connection).toBe(2);
    for (const each of [known, next]) expect(await each.answered(each.send(0x0002))).toBe(0);
  });

  it("is none from outside the networks that may connect", async () => {
    await stage.open({ from: ["10.0.0.0/8", "2001:db8::/32"] });
    await (await stage.connect(1)).isEnded();
    expect(stage.counts.connection).toBe(1);
    await stage.close();
    await stage.open({ from: ["127.0.0.0/8"] });
    await stage.logIn(1);
  });
});

describe("the end of the door", () => {
  it("takes nothing new, answers what was taken, and lets everybody go", async () => {
    await stage.open();
    const terminal = await stage.logIn(1);
    const serial = terminal.send(0x0200, locationBody(at(1)));
    await stage.came(1);
    await stage.door.quiesce();
    terminal.send(0x0200, locationBody(at(2)));
    await turn();
    stage.settle();
    expect(await terminal.answered(serial)).toBe(0);
    expect(stage.messages.length).toBe(1);
    await expect(stage.door.deliver(vehicle(1), command("locate"))).resolves.toBe("not_listening");
    await stage.door.close();
    await terminal.isEnded();
  });
});
