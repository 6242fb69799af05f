import { afterEach, describe, expect, it, vi } from "vitest";
import { createLoginGate } from "../../access/login-gate.ts";
import { type Broker, type BrokerOptions, createBroker } from "../../broker/broker.ts";
import { limitLookUps } from "../../broker/look-ups.ts";
import { createLogger } from "../../log.ts";
import { RawMqtt } from "../helpers/mqtt.ts";

interface Device {
  id: string;
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
    authenticate: (id, token) => (token.toString() === `token-of-${id}` ? { id, gateway: false } : undefined),
    onPublish: (_message, settled) => settled(),
    onRefused: (_message, _refusal, settled) => settled(),
    onPresence: () => {},
    ...options,
  });
  ({ port } = await broker.listen({ host: "127.0.0.1", port: 0, wsPort: 0 }));
}
afterEach(() => broker.close());

async function login(id: string, token: string): Promise<{ returnCode: number; ms: number }> {
  const raw = new RawMqtt(port);
  const since = performance.now();
  const { returnCode } = (await raw.login(id, token)) as { returnCode: number };
  return { returnCode, ms: performance.now() - since };
}

describe("a wrong login", () => {
  it("is answered later and later, while a right one is not held back at all", async () => {
    let failures = 0;
    await start({ gate: { failed: () => void failures++, delayFor: () => (failures > 1 ? 700 : 0) } });
    expect((await login("meter-1", "wrong")).ms).toBeGreaterThanOrEqual(240);
    const [slowed, right] = await Promise.all([
      login("meter-1", "wrong"),
      login("meter-1", "token-of-meter-1"),
    ]);
    expect(slowed).toMatchObject({ returnCode: 4 });
    expect(slowed.ms).toBeGreaterThanOrEqual(690);
    expect(right).toMatchObject({ returnCode: 0 });
    expect(right.ms).toBeLessThan(240);
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
    await start({ gate });
    const { returnCode, ms } = await login("meter-1", "token-of-meter-1");
    expect(returnCode).toBe(0);
    expect(ms).toBeLessThan(1000);
  });

  it("takes as long whether its name was known or had to be looked up", async () => {
    const pause = () => new Promise<undefined>((resolve) => setTimeout(resolve, 100, undefined));
    await start({ authenticate: (id) => (id === "known" ? undefined : pause()) });
    // The quickest of several: a machine that is busy with other things answers some of them late.
    const quickest = async (id: string) =>
      Math.min(...(await Promise.all([1, 2, 3, 4, 5, 6].map(() => login(id, "wrong")))).map(({ ms }) => ms));
    expect(Math.abs((await quickest("known")) - (await quickest("unknown")))).toBeLessThan(60);
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
        return token.toString() === "right" ? { id, gateway: false } : undefined;
      },
    });
    expect(await login("known", "wrong")).toMatchObject({ returnCode: 4 });
    expect(await login("unknown", "wrong")).toMatchObject({ returnCode: 3 });
    expect(await login("known", "wrong")).toMatchObject({ returnCode: 3 });
    expect(await login("unknown-2", "wrong")).toMatchObject({ returnCode: 3 });
    expect(await login("known", "right")).toMatchObject({ returnCode: 0 });
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
