import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TerminalLogins } from "../../../protocols/jt808/logins.ts";
import { type Jt808Terminal, registrationBody } from "../../helpers/jt808-terminal.ts";
import type { StageDevice } from "../tcp/door-stage.ts";
import { Stage, vehicle } from "./stage.ts";

const AT = Date.parse("2026-08-01T08:58:57+08:00");

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
  stage.settlesAtOnce = true;
});
afterEach(() => stage.close());

/** Somebody who knows a vehicle's phone number, and not which terminal has it. */
const guesser = (localAddress: string) => stage.connect(1, { localAddress });
const guess = async (terminal: Jt808Terminal, times: number) => {
  for (let n = 0; n < times; n++)
    expect((await terminal.register(registrationBody(`99999${n}`))).result).toBe(3);
};
/** Sends a registration. @returns whether it was answered before what was sent after it */
const isAnswered = async (terminal: Jt808Terminal, body?: Buffer) => {
  const before = terminal.heard.filter(({ id }) => id === 0x8100).length;
  terminal.send(0x0100, body ?? registrationBody());
  await terminal.answered(terminal.send(0x0002));
  return terminal.heard.filter(({ id }) => id === 0x8100).length > before;
};

describe("guesses which terminal has a vehicle", () => {
  it("are ten at once from one network and then one a minute, and no right one is answered among more", async () => {
    let now = AT;
    await stage.open({ now: () => now });
    await (await stage.connect(1)).register();
    const other = await guesser("127.0.0.2");
    await guess(other, 10);
    expect(await isAnswered(other, registrationBody("9999999"))).toBe(false);
    expect(await isAnswered(other)).toBe(false);
    now += 60_000;
    await guess(other, 1);
    expect(await isAnswered(other)).toBe(false);
    now += 60_000;
    expect((await other.register()).result).toBe(0);
  });

  it("keep the terminal itself from nothing, also at a process that has not met it", async () => {
    await stage.open({ now: () => AT });
    const { code } = await (await stage.connect(1)).register();
    await stage.close();
    await stage.open({ now: () => AT });
    const other = await guesser("127.0.0.2");
    await guess(other, 10);
    for (let n = 0; n < 5; n++) expect(await isAnswered(other, registrationBody(`88888${n}`))).toBe(false);
    const own = await stage.connect(1);
    for (let n = 0; n < 12; n++) expect(await own.register()).toEqual({ result: 0, code });
  });

  it("cost the database one question, until the token is changed", async () => {
    await stage.open({ now: () => AT });
    const own = await stage.connect(1);
    await own.register();
    await stage.close();
    await stage.open({ now: () => AT });
    stage.binds = 0;
    for (const last of [2, 3, 4]) await guess(await guesser(`127.0.0.${last}`), 5);
    const again = await stage.connect(1);
    const { code } = await again.register();
    expect(stage.binds).toBe(1);
    stage.tokens.set(1, "another token");
    const next = await guesser("127.0.0.2");
    const changed = await next.register(registrationBody("9999999"));
    expect([changed.result, changed.code === code, stage.binds]).toEqual([0, false, 2]);
    expect((await again.register()).result).toBe(3);
    expect(stage.binds).toBe(2);
  });

  it("from very many networks are one a second, but for the network from which the terminal has come", async () => {
    await stage.open();
    const own = { maker: "GZEB1", terminalId: "0000321" };
    const logins = new TerminalLogins<StageDevice>({
      door: "jt808",
      now: () => AT,
      secretOf: ({ deviceNo }) => Buffer.alloc(32, deviceNo),
      bind: async () => JSON.stringify([own.maker, own.terminalId]),
      authenticate: async () => undefined,
    });
    const device = vehicle(1);
    const register = (terminalId: string, address: string) =>
      logins.register(device, { ...own, terminalId }, address);
    const code = await register(own.terminalId, "192.0.2.1");
    for (let n = 0; n < 600; n++)
      expect(await register(`${n}`, `198.51.100.${Math.floor(n / 10)}`)).toBe("other");
    expect(await register("9999999", "203.0.113.1")).toBeUndefined();
    expect(await register(own.terminalId, "203.0.113.1")).toBeUndefined();
    expect(await register(own.terminalId, "192.0.2.1")).toBe(code);
    // Whoever has many addresses of IPv6 has one site.
    const sites = Array.from({ length: 20 }, (_, n) => `2001:db8:1:${n}::1`);
    const other = vehicle(2);
    const answers = await Promise.all(
      sites.map((address, n) => logins.register(other, { ...own, terminalId: `${n}` }, address)),
    );
    expect(answers.filter((answer) => answer === "other").length).toBe(10);
  });
});

describe("a registration or a login that is not to be read", () => {
  it.each([
    ["encrypted", { encryption: 1 }],
    ["in parts", { part: [1, 1] as const }],
  ])("binds nothing and lets nobody in where it is %s, and is on record", async (_how, how) => {
    await stage.open();
    const terminal = await stage.connect(1);
    const registration = terminal.send(0x0100, registrationBody(), how);
    expect(await terminal.answered(registration)).toBe(3);
    const login = terminal.send(0x0102, Buffer.from("token-1"), how);
    expect(await terminal.answered(login)).toBe(3);
    expect([stage.bound.size, stage.messages, stage.presence]).toEqual([0, [], []]);
    expect(stage.refused.map(([{ device, context }, { reason }]) => [device?.id, context, reason])).toEqual([
      ["car-1", "013985200001/0x0100", "bad_frame"],
      ["car-1", "013985200001/0x0102", "bad_frame"],
    ]);
  });

  it("does nothing either on a connection on which its terminal is in", async () => {
    await stage.open();
    const terminal = await stage.logIn(1);
    stage.settlesAtOnce = true;
    for (const id of [0x0100, 0x0102, 0x0003])
      expect(await terminal.answered(terminal.send(id, registrationBody(), { encryption: 1 }))).toBe(3);
    for (const id of [0x0100, 0x0102])
      expect(await terminal.answered(terminal.send(id, registrationBody(), { part: [2, 1] }))).toBe(3);
    expect(stage.refused.length).toBe(5);
    expect([stage.messages, stage.presence]).toEqual([[], ["car-1 came"]]);
  });

  it("is on record and refused where it is too short, and answered too where no more go on record", async () => {
    await stage.open({ now: () => AT });
    stage.settlesAtOnce = false;
    const terminal = await stage.connect(1);
    const short = Buffer.alloc(10);
    terminal.send(0x0100, short);
    await vi.waitFor(() => expect(stage.refused.length).toBe(1));
    expect(terminal.heard).toEqual([]);
    expect(stage.refused[0]).toMatchObject([
      { device: { id: "car-1" }, context: "013985200001/0x0100" },
      { reason: "bad_frame", detail: "0x0100: 10 bytes are too few for a registration" },
    ]);
    stage.settle();
    stage.settlesAtOnce = true;
    for (let n = 0; n < 25; n++) expect(await terminal.register(short)).toEqual({ result: 4, code: "" });
    expect(stage.refused.length).toBe(20);
    expect(stage.counts.denied).toBe(26);
  });
});
