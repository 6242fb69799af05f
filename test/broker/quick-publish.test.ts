import { type Duplex, duplexPair } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import type { Client } from "aedes";
import fc from "fast-check";
import { generate, type Packet, parser } from "mqtt-packet";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createLogger } from "../../base/log.ts";
import { replaceParse } from "../../broker/aedes-internals.ts";
import { type Broker, createBroker, type Published } from "../../broker/broker.ts";

/** A device's messages by the quick way and by the usual one: what a device sees must be the same. */
interface Device {
  id: string;
  deviceNo: number;
  gateway: boolean;
}

let broker: Broker;
let published: Published<Device>[] = [];
let refused: string[] = [];
/** Set by a test that settles messages itself. */
let hold: ((settled: () => void) => void) | undefined;
let logins = 0;

beforeAll(async () => {
  broker = await createBroker<Device>({
    log: createLogger("silent"),
    rateLimit: 0,
    authenticate: (id) => {
      logins++;
      return { id, deviceNo: 1, gateway: true };
    },
    onPublish: (message, settled) => {
      published.push(message);
      if (hold) hold(settled);
      else settled();
    },
    onRefused: (_message, { reason }, settled) => {
      refused.push(reason);
      settled();
    },
    onPresence: () => {},
  });
});
afterAll(() => broker.close());
beforeEach(() => {
  published = [];
  refused = [];
  hold = undefined;
  logins = 0;
});

/** A connection in this process, whose chunks reach the broker as they are written. */
class Line {
  readonly end: Duplex;
  readonly client: Client;
  readonly received: Packet[] = [];

  constructor() {
    const [end, broker_] = duplexPair();
    this.end = end;
    end.on("error", () => {});
    broker.handle(broker_);
    this.client = (broker_ as Duplex & { client: Client }).client;
    onTestFinished(() => {
      end.destroy();
    });
  }

  read(): this {
    const incoming = parser();
    incoming.on("packet", (packet) => this.received.push(packet));
    this.end.on("data", (chunk) => incoming.parse(chunk));
    return this;
  }

  async login(keepalive = 0): Promise<this> {
    this.end.write(CONNECT(keepalive));
    await until(() => this.received.length > 0);
    expect(this.received.shift()).toMatchObject({ cmd: "connack", returnCode: 0 });
    return this;
  }

  /** What came of this sort, as packet ids. */
  ids(cmd: Packet["cmd"]): (number | undefined)[] {
    return this.received.filter((packet) => packet.cmd === cmd).map(({ messageId }) => messageId);
  }
}

const CONNECT = (keepalive = 0, options: object = {}) =>
  generate({
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clean: true,
    clientId: "a",
    keepalive,
    username: "gw-1",
    password: Buffer.from("token"),
    ...options,
  } as Packet);

const connected = () => new Line().read().login();

async function until(done: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(done()).toBe(true), { interval: 1, timeout: 20_000 });
}

const OWN = ["v1/devices/gw-1/telemetry", "v1/devices/gw-1/events", "v1/gateways/gw-1/telemetry"] as const;

const publish = (topic: string, payload: string | Buffer, messageId: number, qos: 0 | 1 | 2 = 1, more = {}) =>
  generate({ cmd: "publish", topic, payload, qos, messageId, dup: false, retain: false, ...more } as Packet);

const parseOf = (line: Line) =>
  (line.client as unknown as { _parser: { _parsePublish(): void } })._parser as {
    _parsePublish(): void;
  };

describe("a message on a topic that its connection knows", () => {
  it("goes past the usual parser, with QoS 0 and 1, again or not, and however many topics there are", async () => {
    const line = await connected();
    const usual = vi.spyOn(parseOf(line), "_parsePublish");
    for (const topic of OWN) line.end.write(publish(topic, "first", 1));
    await until(() => published.length === 3);
    expect(usual).toHaveBeenCalledTimes(3);
    for (const topic of OWN) {
      line.end.write(publish(topic, "0", 0, 0));
      line.end.write(publish(topic, "1", 2));
      line.end.write(publish(topic, "again", 3, 1, { dup: true }));
    }
    await until(() => published.length === 12);
    expect(usual).toHaveBeenCalledTimes(3);
    expect(published.slice(3, 6)).toEqual(
      ["0", "1", "again"].map((payload) => ({
        principal: { id: "gw-1", deviceNo: 1, gateway: true },
        channel: "telemetry",
        topic: OWN[0],
        payload: Buffer.from(payload),
        receivedAt: expect.any(Number),
      })),
    );
    expect(line.ids("puback")).toEqual([1, 1, 1, 2, 3, 2, 3, 2, 3]);
  });

  it("keeps its connection alive", async () => {
    const line = await new Line().read().login(60);
    line.end.write(publish(OWN[0], "first", 1));
    await until(() => published.length === 1);
    const { _keepaliveTimer: timer } = line.client as unknown as { _keepaliveTimer: NodeJS.Timeout };
    const refresh = vi.spyOn(timer, "refresh");
    line.end.write(publish(OWN[0], "second", 2));
    await until(() => published.length === 2);
    expect(refresh).toHaveBeenCalled();
  });

  it("is answered when it is settled, in the order of that, in one write for all that is settled in a turn", async () => {
    const line = await connected();
    const settle: (() => void)[] = [];
    line.end.write(publish(OWN[0], "known", 999));
    await until(() => line.ids("puback").length === 1);
    hold = (settled) => settle.push(settled);
    // The second comes by way of aedes: its topic is new. All have their place in the order.
    for (let id = 1; id <= 20; id++) line.end.write(publish(id === 2 ? OWN[1] : OWN[0], "{}", id));
    await until(() => settle.length === 20);
    const write = vi.spyOn(line.client.conn, "write");
    for (const settled of settle.slice(0, 10).reverse()) settled();
    expect(write).not.toHaveBeenCalled();
    await until(() => line.ids("puback").length === 11);
    for (const settled of settle.slice(10)) settled();
    await until(() => line.ids("puback").length === 21);
    expect(write).toHaveBeenCalledTimes(2);
    expect(line.ids("puback").slice(1)).toEqual([
      ...[10, 9, 8, 7, 6, 5, 4, 3, 2, 1],
      ...[11, 12, 13, 14, 15, 16, 17, 18, 19, 20],
    ]);
  });
});

describe("whatever a device sends, and however it is cut", () => {
  const payload = fc.oneof(
    { weight: 20, arbitrary: fc.string({ maxLength: 200 }) },
    { weight: 1, arbitrary: fc.integer({ min: 16_000, max: 70_000 }).map((length) => "x".repeat(length)) },
  );
  const packets = fc.array(
    fc.oneof(
      {
        weight: 12,
        arbitrary: fc.record({
          topic: fc.constantFrom(...OWN, "v1/devices/gw-1/replies", "v1/devices/other/telemetry", "a"),
          payload,
          qos: fc.constantFrom(0, 1, 1, 1, 2),
          dup: fc.boolean(),
          retain: fc.boolean(),
        }),
      },
      { weight: 1, arbitrary: fc.constant("pingreq" as const) },
      { weight: 1, arbitrary: fc.constant("subscribe" as const) },
    ),
    { minLength: 1, maxLength: 40 },
  );

  it("each message is taken once, in its order, and each packet gets its answer", async () => {
    await fc.assert(
      fc.asyncProperty(
        packets,
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 30 }),
        async (sent, cuts) => {
          published = [];
          const line = await connected();
          const expected: Record<string, (number | undefined)[]> = {
            puback: [],
            pubrec: [],
            suback: [],
            pingresp: [],
          };
          const bytes = Buffer.concat(
            sent.map((one, index) => {
              const id = index + 1;
              if (one === "pingreq") expected.pingresp!.push(undefined);
              else if (one === "subscribe") expected.suback!.push(id);
              else if (one.qos > 0) expected[one.qos === 1 ? "puback" : "pubrec"]!.push(id);
              if (one === "pingreq") return generate({ cmd: "pingreq" });
              if (one === "subscribe") {
                const topic = "v1/devices/gw-1/commands";
                return generate({ cmd: "subscribe", messageId: id, subscriptions: [{ topic, qos: 1 }] });
              }
              const { topic, payload, qos, dup, retain } = one;
              return publish(topic, payload, id, qos as 0 | 1 | 2, { dup: qos > 0 && dup, retain });
            }),
          );
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const size = cuts[i % cuts.length]! * (bytes.length > 20_000 ? 50 : 1);
            line.end.write(bytes.subarray(at, at + size));
            at += size;
            if (i % 2 === 0) await turn();
          }
          const answers = Object.values(expected).flat().length;
          const messages = sent.filter((one) => typeof one === "object");
          await until(() => line.received.length >= answers && published.length >= messages.length);
          expect(published.map(({ topic, payload }) => [topic, payload.toString()])).toEqual(
            messages.map((message) => [message.topic, message.payload]),
          );
          for (const [cmd, ids] of Object.entries(expected)) {
            const got = line.ids(cmd as Packet["cmd"]);
            // Out of promises of aedes, which end in no certain order.
            if (cmd === "pubrec" || cmd === "suback") got.sort((a, b) => a! - b!);
            expect(got, cmd).toEqual(ids);
          }
          line.end.destroy();
        },
      ),
      { numRuns: Number(process.env.QUICK_RUNS ?? 60) },
    );
  });
});

describe("what is wrong", () => {
  const known = Buffer.from(OWN[0]);
  /** A packet whose remaining length is below 128. */
  const packet = (first: number, ...body: Buffer[]) => {
    const rest = Buffer.concat(body);
    return Buffer.concat([Buffer.of(first, rest.length), rest]);
  };
  const topic = Buffer.concat([Buffer.of(0, known.length), known]);

  it.each([
    ["packet id 0", packet(0x32, topic, Buffer.of(0, 0))],
    ["no packet id", packet(0x32, topic)],
    ["half a packet id", packet(0x32, topic, Buffer.of(1))],
    ["QoS 3", packet(0x36, topic, Buffer.of(0, 1))],
    ["a topic that is longer than the packet", packet(0x30, topic.subarray(0, 10))],
    ["a topic whose end follows", Buffer.concat([packet(0x30, topic.subarray(0, 10)), topic.subarray(10)])],
    ["no topic", packet(0x30)],
    ["a length of five bytes", Buffer.of(0x32, 0x80, 0x80, 0x80, 0x80, 1)],
  ])("ends the connection also where the topic is known: %s", async (_what, bytes) => {
    const line = await connected();
    line.end.write(publish(OWN[0], "known", 1));
    await until(() => published.length === 1);
    line.end.write(Buffer.concat([bytes, publish(OWN[0], "behind it", 2)]));
    await until(() => line.client.closed);
    expect(published).toHaveLength(1);
  });

  it("ends the connection that announces more than may come, and has it on record", async () => {
    const line = await connected();
    line.end.write(publish(OWN[0], "known", 1));
    await until(() => published.length === 1);
    line.end.write(publish(OWN[0], Buffer.alloc(400 * 1024), 2));
    await until(() => line.client.closed);
    expect(refused).toEqual(["payload_too_large"]);
    expect(published).toHaveLength(1);
  });

  it("stops the reading: nobody is let in behind a CONNECT that was refused", async () => {
    const line = new Line().read();
    line.end.write(Buffer.concat([CONNECT(0, { protocolVersion: 5 }), CONNECT()]));
    await until(() => line.client.closed);
    expect(logins).toBe(0);
    expect(line.received).toMatchObject([{ cmd: "connack", returnCode: 1 }]);
  });
});

describe("a device whose messages are not settled", () => {
  it("is read no further than a few messages ahead, also when all of them come quickly", async () => {
    const line = await connected();
    line.end.write(publish(OWN[0], "known", 1));
    await until(() => line.ids("puback").length === 1);
    const settle: (() => void)[] = [];
    hold = (settled) => settle.push(settled);
    for (let id = 2; id <= 201; id++) {
      line.end.write(publish(OWN[0], String(id), id));
      await turn();
    }
    expect(published.length).toBeLessThanOrEqual(66);
    while (published.length < 201) {
      for (const settled of settle.splice(0)) settled();
      await turn();
    }
    for (const settled of settle.splice(0)) settled();
    await until(() => line.ids("puback").length === 201);
    expect(line.ids("puback")).toEqual(Array.from({ length: 201 }, (_, i) => i + 1));
  });
});

describe("a device that does not read its answers", () => {
  it("is read no further, and gets all of them once it does", async () => {
    const line = await connected();
    line.end.pause();
    const COUNT = 60_000;
    let sent = 0;
    const send = () => {
      while (sent < COUNT && line.end.write(publish(OWN[0], "", (sent++ % 65_535) + 1)));
    };
    line.end.on("drain", send);
    send();
    // Until nothing moves: every turn in which something did begins the count anew.
    for (let still = 0, before = -1; still < 50; still++) {
      await turn();
      if (published.length !== before) still = 0;
      before = published.length;
    }
    expect(published.length).toBeLessThan(COUNT / 2);
    line.end.resume();
    await until(() => line.received.length === COUNT);
    expect(published).toHaveLength(COUNT);
  });

  it("is read no further also when its messages come one by one", async () => {
    const line = await connected();
    line.end.pause();
    // Four bytes each are more than both ends of the line hold.
    const COUNT = 12_000;
    for (let id = 1; id <= COUNT; id++) {
      line.end.write(publish(OWN[0], "", id));
      await turn();
    }
    expect(published.length).toBeLessThan(10_000);
    line.end.resume();
    await until(() => line.received.length === COUNT);
    expect(published).toHaveLength(COUNT);
  });
});

describe("the parser of a connection", () => {
  it("keeps the order when more is read while a chunk is looked at", () => {
    const parsed: string[] = [];
    const inner = { error: null, parse: (chunk: Buffer) => parsed.push(chunk.toString()) };
    const client = { _parser: inner, closed: false } as unknown as Client;
    replaceParse(client, (chunk, parse) => {
      parse(chunk, 0, 1);
      // As aedes does when it has finished all that it was given.
      if (parsed.length === 1) inner.parse(Buffer.from("cd"));
      parse(chunk, 1, 2);
    });
    inner.parse(Buffer.from("ab"));
    expect(parsed).toEqual(["a", "b", "c", "d"]);
  });
});
