import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { RawMqtt } from "../helpers/mqtt.ts";
import { type BrokerBench, loginRaw, startOpenBench } from "./bench.ts";

/** A message of QoS 2 counts once on its connection, packet by packet over a socket. */

const TOPIC = "v1/devices/meter-1/telemetry";

let bench: BrokerBench;
/** Set by a test that settles messages itself. */
let hold: ((settled: () => void) => void) | undefined;

beforeAll(async () => {
  bench = await startOpenBench({}, (settled) => (hold ? hold(settled) : settled()));
});
afterAll(() => bench.broker.close());
beforeEach(() => {
  bench.published.length = 0;
  hold = undefined;
});

const login = () => loginRaw(bench);
const payloads = () => bench.published.map(({ payload }) => payload.toString());

describe("QoS 2 on a session", () => {
  const publish = (raw: RawMqtt, messageId: number, payload: string, dup: boolean) =>
    raw.send({ cmd: "publish", topic: TOPIC, payload, qos: 2, messageId, dup, retain: false });

  it("takes a message once that is sent again before PUBREL, and answers each time", async () => {
    const raw = await login();
    publish(raw, 7, "a", false);
    await raw.next("pubrec", 7);
    publish(raw, 7, "a", true);
    // The packet id decides, not the flag [MQTT-4.3.3-2].
    publish(raw, 7, "a", false);
    await vi.waitFor(() => expect(raw.count("pubrec")).toBe(3));
    raw.send({ cmd: "pubrel", messageId: 7 });
    await raw.next("pubcomp", 7);
    expect(payloads()).toEqual(["a"]);
  });

  it("answers what is sent again before the commit after the commit, and not before", async () => {
    const settle: (() => void)[] = [];
    hold = (settled) => settle.push(settled);
    const raw = await login();
    publish(raw, 7, "a", false);
    publish(raw, 7, "a", true);
    publish(raw, 8, "b", false);
    await vi.waitFor(() => expect(settle).toHaveLength(2));
    settle[1]!();
    await raw.next("pubrec", 8);
    expect(raw.count("pubrec")).toBe(1);
    settle[0]!();
    await vi.waitFor(() => expect(raw.count("pubrec")).toBe(3));
    expect(payloads()).toEqual(["a", "b"]);
  });

  it("takes a packet id for another message after PUBCOMP", async () => {
    const raw = await login();
    for (const payload of ["a", "b", "c"]) {
      publish(raw, 7, payload, false);
      await raw.next("pubrec", 7);
      raw.send({ cmd: "pubrel", messageId: 7 });
      await raw.next("pubcomp", 7);
      raw.received.length = 0;
    }
    expect(payloads()).toEqual(["a", "b", "c"]);
  });

  it("takes a packet id for another message also when the first exchange came ahead of the CONNACK", async () => {
    const raw = new RawMqtt(bench.port);
    void raw.login("meter-1", "token");
    publish(raw, 7, "a", false);
    await raw.next("pubrec", 7);
    raw.send({ cmd: "pubrel", messageId: 7 });
    await raw.next("pubcomp", 7);
    publish(raw, 7, "b", false);
    await vi.waitFor(() => expect(payloads()).toEqual(["a", "b"]));
  });

  it("answers PUBREL of an id that it does not know, and one that comes before PUBREC releases nothing", async () => {
    const settle: (() => void)[] = [];
    hold = (settled) => settle.push(settled);
    const raw = await login();
    publish(raw, 7, "a", false);
    raw.send({ cmd: "pubrel", messageId: 7 });
    await raw.next("pubcomp", 7);
    publish(raw, 7, "a", true);
    raw.send({ cmd: "pingreq" });
    await raw.next("pingresp");
    expect(payloads()).toEqual(["a"]);
    settle[0]!();
    await raw.next("pubrec", 7);
  });

  it("ends with the connection: what is sent again on the next one is a message of its own", async () => {
    const first = await login();
    publish(first, 7, "a", false);
    await first.next("pubrec", 7);
    first.socket.destroy();
    const second = await login();
    publish(second, 7, "a", true);
    await second.next("pubrec", 7);
    expect(payloads()).toEqual(["a", "a"]);
  });

  it("takes each message once, whatever is sent again, and whenever it is settled and released", async () => {
    const id = fc.integer({ min: 1, max: 3 });
    const deed = fc.oneof(
      { weight: 3, arbitrary: fc.record({ does: fc.constant("publish" as const), id, dup: fc.boolean() }) },
      { weight: 2, arbitrary: fc.record({ does: fc.constant("release" as const), id }) },
      { weight: 2, arbitrary: fc.record({ does: fc.constant("settle" as const), id }) },
      { weight: 1, arbitrary: fc.record({ does: fc.constant("reconnect" as const), id }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { maxLength: 20 }), async (deeds) => {
        bench.published.length = 0;
        const held: (() => void)[] = [];
        hold = (settled) => held.push(settled);
        let raw = await login();
        /** By packet id: what settles the message that has it. */
        const open = new Map<number, { settle: () => void; isSettled: boolean }>();
        const expected: string[] = [];
        for (const [n, one] of deeds.entries()) {
          const there = open.get(one.id);
          if (one.does === "publish") {
            publish(raw, one.id, `${n}`, one.dup);
            if (!there) expected.push(`${n}`);
          } else if (one.does === "release") {
            raw.send({ cmd: "pubrel", messageId: one.id });
            if (there?.isSettled) open.delete(one.id);
          } else if (one.does === "settle") {
            if (there && !there.isSettled) there.settle();
            if (there) open.set(one.id, { ...there, isSettled: true });
          } else {
            raw.socket.destroy();
            raw = await login();
            open.clear();
          }
          // What was sent before it has been looked at when it is answered.
          raw.received.length = 0;
          raw.send({ cmd: "pingreq" });
          await raw.next("pingresp");
          if (one.does === "publish" && !there) {
            open.set(one.id, { settle: held.at(-1)!, isSettled: false });
          }
        }
        expect(payloads()).toEqual(expected);
        raw.socket.destroy();
      }),
      { numRuns: 30 },
    );
  });

  it("ends the connection of who leaves more than 1,000 messages without PUBREL", async () => {
    const raw = await login();
    for (let id = 1; id <= 1000; id++) publish(raw, id, `${id}`, false);
    await raw.next("pubrec", 1000);
    publish(raw, 1000, "1000", true);
    raw.send({ cmd: "pingreq" });
    await raw.next("pingresp");
    publish(raw, 1001, "1001", false);
    await raw.closed;
    expect(new Set(payloads()).size).toBe(payloads().length);
  });

  it("is of one connection: two of one device may use the same packet id", async () => {
    const [first, second] = [await login(), new RawMqtt(bench.port)];
    await second.login("meter-1", "token", { clientId: "other" });
    publish(first, 7, "a", false);
    publish(second, 7, "b", false);
    await Promise.all([first.next("pubrec", 7), second.next("pubrec", 7)]);
    expect(payloads().sort()).toEqual(["a", "b"]);
  });
});
