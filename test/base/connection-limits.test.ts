import { EventEmitter } from "node:events";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Admission, ConnectionCounter, type ConnectionLimits } from "../../base/connection-limits.ts";
import { createLogger } from "../../base/log.ts";
import { type Broker, createBroker } from "../../broker/broker.ts";
import { RawMqtt } from "../helpers/mqtt.ts";

/** A socket that closes a moment after it was destroyed, as real ones do, or when the test says so. */
class FakeSocket extends EventEmitter {
  readonly remoteAddress: string;
  destroyed = false;
  closed = false;
  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }
  destroy(): void {
    this.destroyed = true;
  }
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.emit("close");
  }
}

describe("ConnectionCounter", () => {
  it("counts IPv4 in either notation as one address, and an IPv6 /64 as one", () => {
    const counter = new ConnectionCounter({ perAddress: 1 });
    const admit = (address: string) => counter.admit(new FakeSocket(address)) !== undefined;
    expect(admit("192.0.2.1")).toBe(true);
    expect(admit("::ffff:192.0.2.1")).toBe(false);
    expect(admit("192.0.2.2")).toBe(true);
    expect(admit("2001:db8::1")).toBe(true);
    expect(admit("2001:db8::2")).toBe(false);
    expect(admit("2001:db8:0:1::1")).toBe(true);
  });

  it("has the stranger who waits longest make room, and never one who has logged in", () => {
    const counter = new ConnectionCounter({ connections: 3 });
    const [a, b, c, d, e, f] = Array.from({ length: 6 }, () => new FakeSocket("192.0.2.1"));
    counter.admit(a!)!.known();
    const second = counter.admit(b!)!;
    counter.admit(c!)!;
    counter.admit(d!)!;
    expect([a, b, c, d].map((socket) => socket!.destroyed)).toEqual([false, true, false, false]);
    // It was cut: what it says now counts no more.
    second.known();
    b!.close();
    counter.admit(e!)!.known();
    expect([a, c, d, e].map((socket) => socket!.destroyed)).toEqual([false, true, false, false]);
    c!.close();
    d!.close();
    counter.admit(f!)!.known();
    const late = new FakeSocket("192.0.2.1");
    expect(counter.admit(late)).toBeUndefined();
    expect(late.destroyed).toBe(true);
    a!.close();
    expect(counter.admit(new FakeSocket("192.0.2.1"))).toBeDefined();
  });

  it("keeps its limits and forgets nobody, whatever comes and goes in whatever order", () => {
    const step = fc.record({
      what: fc.constantFrom("come", "come", "come", "login", "close"),
      which: fc.nat(30),
      address: fc.constantFrom("192.0.2.1", "192.0.2.2", "2001:db8::1"),
    });
    const limits = fc.record({
      connections: fc.nat(6),
      perAddress: fc.nat(4),
      strangers: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(limits, fc.array(step, { maxLength: 80 }), (limit: ConnectionLimits, steps) => {
        const counter = new ConnectionCounter(limit);
        const there: { socket: FakeSocket; admission: Admission; known: boolean }[] = [];
        for (const { what, which, address } of steps) {
          const chosen = there[which % Math.max(1, there.length)];
          if (what === "come") {
            const socket = new FakeSocket(address);
            const admission = counter.admit(socket);
            expect(admission === undefined).toBe(socket.destroyed);
            if (admission) there.push({ socket, admission, known: false });
          } else if (chosen && what === "login") {
            chosen.admission.known();
            chosen.known ||= !chosen.socket.destroyed;
          } else if (chosen) {
            chosen.socket.close();
            there.splice(there.indexOf(chosen), 1);
          }
          const alive = there.filter(({ socket }) => !socket.destroyed);
          const strangers = alive.filter(({ known }) => !known);
          expect(strangers.length).toBeLessThanOrEqual(limit.strangers);
          if (limit.connections > 0) expect(alive.length).toBeLessThanOrEqual(limit.connections);
          if (limit.perAddress > 0) {
            const from = (one: string) => alive.filter(({ socket }) => socket.remoteAddress === one).length;
            expect(from(address)).toBeLessThanOrEqual(limit.perAddress);
          }
          expect(there.every(({ socket, known }) => !(known && socket.destroyed))).toBe(true);
        }
        // All gone: everybody finds room again.
        for (const { socket } of there) socket.close();
        expect(counter.admit(new FakeSocket("192.0.2.1"))).toBeDefined();
      }),
      { numRuns: 300 },
    );
  });
});

describe("the broker's limits of connections", () => {
  let broker: Broker;
  let port: number;
  let wsPort: number;

  async function start(limits: Partial<ConnectionLimits>): Promise<void> {
    broker = await createBroker({
      log: createLogger("silent"),
      rateLimit: 0,
      limits,
      authenticate: (id) => ({ id, deviceNo: 1, gateway: false }),
      onPublish: (_message, settled) => settled(),
      onRefused: (_message, _refusal, settled) => settled(),
      onPresence: () => {},
    });
    ({ port, wsPort } = await broker.listen({ host: "127.0.0.1", port: 0, wsPort: 0 }));
  }
  afterEach(() => broker.close());

  it("refuse a connection beyond the number in all, over TCP and WebSocket together", async () => {
    await start({ connections: 2 });
    const first = new RawMqtt(port);
    await first.login("meter-1", "any");
    const second = new RawMqtt(port);
    await second.login("meter-2", "any");
    const third = new RawMqtt(port);
    await expect(third.login("meter-3", "any")).rejects.toThrow();
    await new RawMqtt(wsPort).closed;
    expect(broker.counts.connectionsRefused).toBe(2);
    first.socket.destroy();
    await vi.waitFor(async () => {
      const fourth = new RawMqtt(port);
      expect(await fourth.login("meter-4", "any")).toMatchObject({ returnCode: 0 });
    });
  });

  it("refuse a connection beyond the number from one address", async () => {
    await start({ perAddress: 1 });
    await new RawMqtt(port).login("meter-1", "any");
    await expect(new RawMqtt(port).login("meter-2", "any")).rejects.toThrow();
  });

  it("do not let silent connections keep a device out", async () => {
    await start({ strangers: 5 });
    const silent = Array.from({ length: 20 }, () => new RawMqtt(port));
    await vi.waitFor(() => expect(broker.counts.connectionsRefused).toBe(15));
    const device = new RawMqtt(port);
    expect(await device.login("meter-1", "any")).toMatchObject({ returnCode: 0 });
    await vi.waitFor(() =>
      expect(silent.filter(({ socket }) => socket.destroyed).length).toBeGreaterThanOrEqual(15),
    );
  });
});
