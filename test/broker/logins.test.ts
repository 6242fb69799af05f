import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createLoginGate } from "../../access/login-gate.ts";
import { createLogger } from "../../base/log.ts";
import { type Broker, type BrokerOptions, createBroker } from "../../broker/broker.ts";
import { limitLookUps } from "../../broker/look-ups.ts";
import { RawMqtt } from "../helpers/mqtt.ts";

interface Device {
  id: string;
  deviceNo: number;
  gateway: boolean;
}

let broker: Broker;
let port: number;
let logged: string[];

async function start(options: Partial<BrokerOptions<Device>> = {}): Promise<void> {
  logged = [];
  broker = await createBroker<Device>({
    log: createLogger("debug", { write: (line) => void logged.push(line) }),
    rateLimit: 0,
    authenticate: (id, token) =>
      token.toString() === `token-of-${id}` ? { id, deviceNo: 1, gateway: false } : undefined,
    onPublish: (_message, settled) => settled(),
    onRefused: (_message, _refusal, settled) => settled(),
    onPresence: () => {},
    ...options,
  });
  ({ port } = await broker.listen({ host: "127.0.0.1", port: 0, wsPort: 0 }));
}
afterEach(() => broker.close());

/** @returns the answer's return code */
async function login(id: string, token: string): Promise<number> {
  return ((await new RawMqtt(port).login(id, token)) as { returnCode: number }).returnCode;
}

/** Has time stand still for the broker until `vi.advanceTimersByTime` moves it on. */
function stopTheClock(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}

/** Waits for what comes without time passing: `vi.waitFor` would move the clock on. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/** A login that is refused, with its return code as soon as that has come. */
async function refused(id: string): Promise<{ readonly codes: number[]; readonly answer: Promise<number> }> {
  const codes: number[] = [];
  const before = broker.counts.loginsRefused;
  const answer = login(id, "wrong");
  // It may be without an answer when the test is over.
  answer.then(
    (code) => codes.push(code),
    () => {},
  );
  await until(() => broker.counts.loginsRefused > before);
  return { codes, answer };
}

describe("a wrong login", () => {
  it("is answered later and later, while a right one is not held back at all", async () => {
    stopTheClock();
    let failures = 0;
    await start({ gate: { failed: () => void failures++, delayFor: () => (failures > 1 ? 700 : 0) } });
    const first = await refused("meter-1");
    vi.advanceTimersByTime(249);
    expect(await login("meter-1", "token-of-meter-1")).toBe(0);
    expect(first.codes).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(await first.answer).toBe(4);

    const slowed = await refused("meter-1");
    vi.advanceTimersByTime(699);
    expect(await login("meter-1", "token-of-meter-1")).toBe(0);
    expect(slowed.codes).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(await slowed.answer).toBe(4);
    expect(broker.counts.loginsRefused).toBe(2);
  });

  it("counts against its address and its id", async () => {
    const failed = vi.fn();
    await start({ gate: { failed, delayFor: () => 0 } });
    await login("meter-1", "wrong");
    await login("no/name", "wrong");
    expect(failed.mock.calls).toEqual([
      ["127.0.0.1", "meter-1"],
      ["127.0.0.1", undefined],
    ]);
  });

  it("of somebody else cannot shut a device out", async () => {
    const gate = createLoginGate();
    for (let i = 0; i < 1000; i++) gate.failed("127.0.0.1", "meter-1");
    expect(gate.delayFor("127.0.0.1", "meter-1")).toBeGreaterThan(1000);
    stopTheClock();
    await start({ gate });
    expect(await login("meter-1", "token-of-meter-1")).toBe(0);
  });

  it("takes as long whether its name was known or had to be looked up", async () => {
    stopTheClock();
    const lookUp = () => new Promise<undefined>((resolve) => setTimeout(resolve, 100, undefined));
    const asked = vi.fn((id: string) => (id === "unknown" ? lookUp() : undefined));
    await start({ authenticate: asked });
    const unknown = login("unknown", "wrong");
    await until(() => asked.mock.calls.length === 1);
    const known = await refused("known");
    vi.advanceTimersByTime(100);
    await until(() => broker.counts.loginsRefused === 2);
    const codes: number[] = [];
    unknown.then(
      (code) => codes.push(code),
      () => {},
    );
    vi.advanceTimersByTime(149);
    await refused("somebody-else");
    expect([known.codes, codes]).toEqual([[], []]);
    vi.advanceTimersByTime(1);
    expect(await Promise.all([known.answer, unknown])).toEqual([4, 4]);
  });

  it("leaves no timer behind when its connection ends before the answer", async () => {
    await start({ gate: { failed: () => {}, delayFor: () => 60_000 } });
    const raw = new RawMqtt(port);
    void raw.login("meter-1", "wrong").catch(() => {});
    await vi.waitFor(() => expect(broker.counts.loginsRefused).toBe(1));
    raw.socket.destroy();
    await raw.closed;
    expect(raw.received).toEqual([]);
  });

  it("does not write the token to the log", async () => {
    await start();
    await login("meter-1", "a-secret-that-nobody-may-read");
    expect(logged.join("")).toContain("login refused");
    expect(logged.join("")).not.toContain("a-secret-that-nobody-may-read");
  });
});

describe("the log", () => {
  it("names a device that is known, and never what somebody else gave as user name or client id", async () => {
    await start({ knows: (name) => name === "meter-1" });
    // ThingsBoard's clients give the device's token as the user name, or as the client id.
    for (const [username, clientId] of [
      ["A1-TEST-TOKEN-user", "c"],
      ["A1 TEST/TOKEN user", "c"],
      ["meter-1", "A1-TEST-TOKEN-client"],
      ["", "A1-TEST-TOKEN-client"],
    ]) {
      const raw = new RawMqtt(port);
      expect(await raw.login(username!, "wrong", { clientId: clientId! })).toMatchObject({ returnCode: 4 });
    }
    const refused = logged.map((line) => JSON.parse(line)).filter(({ msg }) => msg === "login refused");
    expect(refused.map(({ name }) => name)).toEqual([undefined, undefined, "meter-1", undefined]);
    expect(logged.join("")).not.toMatch(/TEST.TOKEN/);
  });

  it("does not hold the client id of a connection that is let in, is taken over, or ends with an error", async () => {
    await start();
    const [first, second] = [new RawMqtt(port), new RawMqtt(port)];
    for (const raw of [first, second])
      await raw.login("meter-1", "token-of-meter-1", { clientId: "A1-TEST-TOKEN-client" });
    await first.closed;
    second.socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff]));
    await second.closed;
    await vi.waitFor(() => expect(logged.join("")).toContain("ended with an error"));
    expect(logged.join("")).toContain('"deviceId":"meter-1"');
    expect(logged.join("")).not.toContain("TEST-TOKEN");
  });
});

describe("logins that cannot be checked", () => {
  it("have all wrong ones answered alike, so that no name stands out, and are warned of once", async () => {
    await start({
      authenticate: (id, token) => {
        if (id !== "known") return Promise.reject(new Error("no connection"));
        return token.toString() === "right" ? { id, deviceNo: 1, gateway: false } : undefined;
      },
    });
    expect(await login("known", "wrong")).toBe(4);
    expect(await login("unknown", "wrong")).toBe(3);
    expect(await login("known", "wrong")).toBe(3);
    expect(await login("unknown-2", "wrong")).toBe(3);
    expect(await login("known", "right")).toBe(0);
    expect(logged.filter((line) => line.includes("cannot be checked"))).toHaveLength(1);
    expect(broker.counts).toMatchObject({ loginsRefused: 1, loginsUnchecked: 3 });
  });
});

describe("a connection before its login", () => {
  it("may not send a packet of more than 72 KiB", async () => {
    await start();
    const raw = new RawMqtt(port);
    // CONNECT with a remaining length of 100,000.
    raw.socket.write(Buffer.from([0x10, 0xa0, 0x8d, 0x06]));
    await raw.closed;
  });

  it("may send a will of 64 KiB", async () => {
    await start();
    const raw = new RawMqtt(port);
    const payload = Buffer.alloc(64 * 1024 - 1, "x");
    raw.send({
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion: 4,
      clean: true,
      clientId: "c",
      keepalive: 0,
      username: "meter-1",
      password: Buffer.from("token-of-meter-1"),
      will: { topic: "v1/devices/meter-1/events", payload, qos: 1, retain: false },
    });
    expect(await raw.next("connack")).toMatchObject({ returnCode: 0 });
  });
});

describe("limitLookUps", () => {
  it("runs a few at a time, asks once for a name, and refuses the rest at once", async () => {
    const answers = new Map<string, (device: string) => void>();
    const lookUp = limitLookUps((id) => new Promise<string>((resolve) => void answers.set(id, resolve)), 2);
    const first = lookUp("a");
    const same = lookUp("a");
    const second = lookUp("b");
    expect([...answers.keys()]).toEqual(["a", "b"]);
    await expect(lookUp("c")).rejects.toThrow("more than 2 names");
    answers.get("a")!("A");
    expect(await Promise.all([first, same])).toEqual(["A", "A"]);
    const third = lookUp("c");
    answers.get("b")!("B");
    answers.get("c")!("C");
    expect(await Promise.all([second, third])).toEqual(["B", "C"]);
  });

  it("makes room again after a look-up that failed", async () => {
    const lookUp = limitLookUps(() => Promise.reject(new Error("away")), 1);
    await expect(lookUp("a")).rejects.toThrow("away");
    await expect(lookUp("b")).rejects.toThrow("away");
  });
});
