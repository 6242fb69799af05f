import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { readFrame } from "../../protocols/jt808/frame.ts";
import { readGbk } from "../../protocols/jt808/gbk.ts";
import { readJt808 } from "../../protocols/jt808/message.ts";
import {
  batchBody,
  Jt808Terminal,
  jt808Port,
  locationBody,
  registrationBody,
} from "../helpers/jt808-terminal.ts";
import { startTestPlatform, type TestPlatform } from "../helpers/platform.ts";
import { golden, hex } from "../protocols/jt808/vectors.ts";

/** A platform with the door of JT/T 808 open. */
let app: TestPlatform;
let port: number;
const open: Jt808Terminal[] = [];

beforeAll(async () => {
  app = await startTestPlatform({ JT808_PORT: "0", JT808_FROM: "127.0.0.0/8" });
  port = await jt808Port(() => app.logged.map((line) => `${line.trimEnd()}\n`).join(""));
});
afterAll(async () => {
  for (const { socket } of open) socket.destroy();
  await app.stop();
});

const connect = async (phone: string, options: { is2019?: boolean } = {}) => {
  const terminal = await Jt808Terminal.connect(port, phone, options);
  open.push(terminal);
  return terminal;
};

const create = (id: string, phone: string) =>
  app.api<{ credentials: { password: string } }>("/v1/devices", {
    method: "POST",
    body: { id, kind: "vehicle", regionCode: "520326001001", identities: [{ scheme: "sim", value: phone }] },
  });

/** A terminal that is registered and logged in. */
const logIn = async (phone: string) => {
  const terminal = await connect(phone);
  const { result, code } = await terminal.register();
  expect([result, await terminal.logIn(code)]).toEqual([0, 0]);
  return { terminal, code };
};

type Page<T> = { readonly items: T[] };
type Row = { observedAt: string; metrics: Record<string, unknown>; extra: Record<string, unknown> | null };
const readings = (id: string) =>
  app.api<Page<Row>>(`/v1/devices/${id}/readings?from=2015-01-01T00:00:00Z&order=asc`);
const rejections = (query: string) =>
  app.api<Page<{ id: string; reason: string; topic: string; partial: boolean }>>(`/v1/rejections?${query}`);
const ledger = (id: string) => app.api<Record<string, number>>(`/v1/devices/${id}/ledger`);
const events = (id: string) =>
  app.api<Page<{ type: string; observedAt: string }>>(`/v1/events?device=${id}&from=2015-01-01T00:00:00Z`);
const alarms = (id: string) => app.api<Page<{ rule: string; active: boolean }>>(`/v1/alarms?device=${id}`);

/** A moment of the last hours, on a whole second. */
const AT = Math.floor(Date.now() / 1000) * 1000 - 2 * 3_600_000;
const at = (second: number) => AT + second * 1000;

describe("a vehicle whose terminal speaks JT/T 808", () => {
  it("is heard: its positions, states and alarms are where those of other devices are", async () => {
    await create("car-1", "13985200001");
    const { terminal } = await logIn("13985200001");
    const serials = [
      terminal.send(0x0200, locationBody(at(1), { extras: "01040000006402020037e500" })),
      terminal.send(0x0200, locationBody(at(2), { alarm: 1, speed: 6000 })),
      terminal.send(0x0200, locationBody(at(2), { alarm: 1, speed: 6000 })),
      terminal.send(0x0704, batchBody([locationBody(at(0)), locationBody(at(3), { status: 0 })])),
    ];
    for (const serial of serials) expect(await terminal.answered(serial)).toBe(0);
    const { items } = await readings("car-1");
    expect(items).toMatchObject([
      { observedAt: new Date(at(0)).toISOString(), metrics: { longitude: 106.6302, latitude: 26.6477 } },
      {
        metrics: { mileage: 10, fuel: 5.5, ignition: "on", fix: "located", power: "ok", alarms: "none" },
        extra: { exact: { longitude: 106.630153, latitude: 26.647661 }, extras: { E5: "" } },
      },
      { metrics: { alarms: "sos", speed: null } },
      { metrics: { longitude: null, speed: null, fix: "none", ignition: "off" } },
    ]);
    await vi.waitFor(async () => {
      const told = (await events("car-1")).items.map(({ type }) => type);
      expect(told.sort()).toEqual(["sos", "terminal_report"]);
      expect((await alarms("car-1")).items).toMatchObject(
        [{ rule: "sos" }, { rule: "speed_high" }].slice(0, 1),
      );
    });
    const found = (await rejections("device=car-1")).items;
    expect(new Set(found.map(({ reason, partial }) => `${reason} ${partial}`))).toEqual(
      new Set(["off_scale true"]),
    );
    const { received, stored, duplicate, rejected, pending } = await ledger("car-1");
    expect([received, rejected, pending]).toEqual([stored! + duplicate!, 0, 0]);
    expect([stored, duplicate]).toEqual([6, 1]);
  });

  it("is there and gone with its connection, and shows a text meanwhile", async () => {
    await create("car-2", "13985200002");
    const presence = async () =>
      (await app.api<{ presence: { connected: boolean } | null }>("/v1/devices/car-2")).presence?.connected;
    const command = { name: "show-text", parameters: { text: "前方道路封闭", speak: true } };
    const send = () =>
      app.api<{ commandId: string }>("/v1/devices/car-2/commands", { method: "POST", body: command });
    await expect(send()).rejects.toThrow(/device_not_listening/);
    const { terminal } = await logIn("13985200002");
    await vi.waitFor(async () => expect(await presence()).toBe(true));
    terminal.heard.length = 0;
    const { commandId } = await send();
    await vi.waitFor(() => expect(terminal.heard.length).toBe(1));
    const [order] = terminal.heard;
    expect([order!.id, order!.body[0], readGbk(order!.body.subarray(1))]).toEqual([
      0x8300,
      0x0c,
      "前方道路封闭",
    ]);
    const answer = Buffer.alloc(5);
    answer.writeUInt16BE(order!.serial, 0);
    answer.writeUInt16BE(0x8300, 2);
    terminal.send(0x0001, answer);
    await vi.waitFor(async () => {
      const { items } =
        await app.api<Page<{ commandId: string; outcome: string }>>("/v1/devices/car-2/replies");
      expect(items.map((reply) => [reply.commandId, reply.outcome])).toEqual([[commandId, "done"]]);
    });
    terminal.socket.destroy();
    await vi.waitFor(async () => expect(await presence()).toBe(false));
  });

  it("that nobody has registered is on record, and has its place once somebody has", async () => {
    const terminal = await connect("13985200003", { is2019: true });
    expect(
      (await terminal.register(Buffer.concat([Buffer.alloc(75, "A"), Buffer.from("\u0001car")]))).result,
    ).toBe(4);
    await vi.waitFor(async () => {
      const { items } =
        await app.api<Page<{ scheme: string; value: string; door: string }>>("/v1/unknown-devices");
      expect(items).toMatchObject([{ scheme: "sim", value: "013985200003", door: "jt808" }]);
    });
    await create("car-3", "00000000013985200003");
    await vi.waitFor(async () =>
      expect((await events("car-3")).items).toMatchObject([{ type: "terminal_report" }]),
    );
    const { code } = await registered(terminal);
    expect(await terminal.logIn(code)).toBe(0);
  });

  const registered = async (terminal: Jt808Terminal) =>
    vi.waitFor(async () => {
      terminal.heard.length = 0;
      const answer = await terminal.register(
        Buffer.concat([Buffer.alloc(75, "A"), Buffer.from("\u0001car")]),
      );
      expect(answer.result).toBe(0);
      return answer;
    });

  it("has one terminal, whose code holds until the device's token is changed", async () => {
    const { credentials } = await create("car-4", "13985200004");
    const { terminal, code } = await logIn("13985200004");
    const thief = await connect("13985200004");
    expect(await thief.register(registrationBody("9999999"))).toEqual({ result: 3, code: "" });
    expect(await thief.logIn("0".repeat(16))).toBe(1);
    const again = await connect("13985200004");
    expect(await again.logIn(code)).toBe(0);
    await terminal.isEnded();
    const byHand = await connect("13985200004");
    expect(await byHand.logIn(credentials.password)).toBe(0);
    await app.api("/v1/devices/car-4/credentials", { method: "POST" });
    await byHand.isEnded();
    expect(await thief.logIn(code)).toBe(1);
    expect(await thief.register(registrationBody("9999999"))).toMatchObject({ result: 0 });
  });

  it("whose message says nothing that we know has it on record with its bytes, and it can be replayed", async () => {
    await create("car-5", "13985200005");
    const { terminal } = await logIn("13985200005");
    expect(await terminal.answered(terminal.send(0x0900, hex("83736d")))).toBe(3);
    const [rejection] = (await rejections("device=car-5")).items;
    expect(rejection).toMatchObject({ reason: "bad_frame", topic: "013985200005/0x0900" });
    const { outcome } = await app.api<{ outcome: string }>(`/v1/rejections/${rejection!.id}/replay`, {
      method: "POST",
    });
    expect(outcome).toBe("rejected");
  });

  it("is counted in the metrics", async () => {
    const text = await app.api<string>("/metrics");
    expect(text).toMatch(/sbi_door_packets_total\{door="jt808",result="taken"\} [1-9]/);
    expect(text).toMatch(/sbi_door_packets_total\{door="jt808",result="denied"\} [1-9]/);
  });

  it("has all that the golden locations tell on record: each item is stored, refused or a repetition", async () => {
    const { credentials } = await create("golden", "13985200006");
    const terminal = await connect("13985200006");
    expect(await terminal.logIn(credentials.password)).toBe(0);
    terminal.serial = 1000;
    const told = golden.vectors.flatMap(({ hex: text, valid }) => {
      const message = valid ? readJt808(readFrame(hex(text)) as Buffer) : undefined;
      return message && "body" in message && [0x0200, 0x0704].includes(message.id) ? [message] : [];
    });
    expect(told.length).toBe(75);
    for (const { id, body } of told) expect(await terminal.answered(terminal.send(id, body))).toBe(0);
    const { received, stored, duplicate, rejected, pending } = await ledger("golden");
    expect([received, pending]).toEqual([stored! + duplicate! + rejected!, 0]);
    expect(received).toBeGreaterThan(80);
  });
});
