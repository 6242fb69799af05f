import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createLogger } from "../../../base/log.ts";
import { parseTopic } from "../../../exchange/own-dialect.ts";
import { Acknowledgements } from "../../../protocols/amqp-source/acknowledgements.ts";
import { addressOf, readEvent, readListed } from "../../../protocols/amqp-source/broker-events.ts";
import { Cuts } from "../../../protocols/amqp-source/cuts.ts";
import { commandKey, topicOfKey } from "../../../protocols/amqp-source/keys.ts";
import { PresentDevices } from "../../../protocols/amqp-source/present-devices.ts";
import { priorityOf } from "../../../protocols/amqp-source/shares.ts";
import { troubleOf } from "../../../protocols/amqp-source/trouble.ts";

/** As RabbitMQ's MQTT plugin makes a routing key of a topic. */
const keyOfTopic = (topic: string) => topic.replaceAll("/", ".");

describe("routing keys", () => {
  it("are topics again, whatever dots and channel names stand in the id", () => {
    const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/);
    const words = fc.constantFrom("telemetry", "events", "replies", "devices", "gateways", "v1", "a");
    const dotted = fc.array(words, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("."));
    const folder = fc.constantFrom("devices", "gateways");
    const channel = fc.constantFrom("telemetry", "events", "replies");
    fc.assert(
      fc.property(fc.oneof(id, dotted), folder, channel, (device, where, what) => {
        const topic = `v1/${where}/${device}/${what}`;
        expect(topicOfKey(keyOfTopic(topic))).toBe(topic);
        expect(parseTopic(topicOfKey(keyOfTopic(topic)))?.id).toBe(device);
      }),
    );
  });

  it("stay as they are where they are none of a device's own", () => {
    for (const key of [
      "v1.devices.telemetry",
      "v1.devices.a.commands",
      "v2.devices.a.events",
      "v1.things.a.events",
      "",
    ])
      expect(topicOfKey(key)).toBe(key);
    expect(commandKey("a.b", "gateways")).toBe("v1.gateways.a.b.commands");
  });
});

describe("acknowledgements", () => {
  const turn = () => new Promise<void>((resolve) => process.nextTick(resolve));

  it("go out for each delivery once, and for no other, in whatever order they are settled", async () => {
    const order = fc.integer({ min: 1, max: 30 }).chain((count) =>
      fc.tuple(
        fc.shuffledSubarray(
          Array.from({ length: count }, (_, i) => i + 1),
          { minLength: 0 },
        ),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 30, maxLength: 30 }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(order, async ([tags, sizes]) => {
        const acknowledged: number[] = [];
        let upTo = 0;
        const gathering = new Acknowledgements((tag, allUpTo) => {
          // RabbitMQ closes the channel where a delivery is acknowledged a second time.
          expect(acknowledged).not.toContain(tag);
          if (allUpTo) {
            for (let each = upTo + 1; each <= tag; each++)
              if (!acknowledged.includes(each)) acknowledged.push(each);
            upTo = tag;
          } else acknowledged.push(tag);
        });
        for (const _ of tags) gathering.receive();
        const rest = [...tags];
        for (const size of sizes) {
          for (const tag of rest.splice(0, size)) gathering.settle(tag);
          await turn();
        }
        expect(acknowledged.toSorted((a, b) => a - b)).toEqual(tags.toSorted((a, b) => a - b));
        expect(gathering.open).toBe(0);
      }),
    );
  });

  it("of a whole batch are one frame, and one that waits keeps none behind it waiting", async () => {
    const sent: [number, boolean][] = [];
    let finished = 0;
    const gathering = new Acknowledgements(
      (...frame) => sent.push(frame),
      () => finished++,
    );
    for (let i = 0; i < 500; i++) gathering.receive();
    for (let tag = 1; tag <= 498; tag++) gathering.settle(tag);
    gathering.settle(500);
    await turn();
    expect(sent).toEqual([
      [498, true],
      [500, false],
    ]);
    expect([gathering.open, finished]).toEqual([1, 0]);
    gathering.settle(499);
    await turn();
    expect(sent.slice(2)).toEqual([[499, true]]);
    expect([gathering.open, finished]).toEqual([0, 1]);
  });
});

describe("the shares of processes", () => {
  it("are even for the names that people give, and what a process had is spread when it ends", () => {
    const shares = (names: readonly string[]) => {
      const owners = Array.from(
        { length: 12 },
        (_, partition) =>
          names.toSorted((one, other) => priorityOf(other, partition) - priorityOf(one, partition))[0]!,
      );
      return { owners, counts: names.map((name) => owners.filter((owner) => owner === name).length) };
    };
    for (const names of [
      ["1", "2", "3"],
      ["a", "b", "c"],
      ["1", "2"],
      ["b", "c"],
      ["1", "2", "3", "4"],
    ]) {
      const { counts } = shares(names);
      expect(Math.max(...counts) - Math.min(...counts), names.join()).toBeLessThanOrEqual(2);
    }
    const before = shares(["1", "2", "3"]).owners;
    const after = shares(["1", "3"]).owners;
    for (const [partition, owner] of before.entries()) {
      if (owner !== "2") expect(after[partition]).toBe(owner);
    }
  });
});

/** As RabbitMQ 4.0.5 told it of a client that connected over MQTT. */
const CREATED = {
  client_properties: ['{client_id,longstr,<<"b">>}'],
  name: "127.0.0.1:35714 -> 127.0.0.1:37009",
  node: "sbi43729@localhost",
  peer_host: "{127,0,0,1}",
  protocol: "{'MQTT',{5,0}}",
  user: "b",
  vhost: "/",
};

describe("the events of RabbitMQ", () => {
  it("say who comes, who goes and who listens; those of other connections say nothing", () => {
    const key = "sbi43729@localhost 127.0.0.1:35714 -> 127.0.0.1:37009";
    expect(readEvent("connection.created", CREATED, "/")).toEqual({
      type: "came",
      connection: { key, name: CREATED.name, user: "b", address: "127.0.0.1" },
    });
    expect(readEvent("connection.closed", CREATED, "/")).toEqual({ type: "went", key, user: "b" });
    expect(readEvent("connection.created", { ...CREATED, protocol: "{0,9,1}" }, "/")).toBeUndefined();
    const consumer = { vhost: "/", queue: "mqtt-subscription-bqos1", user_who_performed_action: "b" };
    expect(readEvent("consumer.created", consumer, "/")).toEqual({ type: "listens", user: "b" });
    expect(readEvent("consumer.created", { ...consumer, queue: "sbi.ingest.1" }, "/")).toBeUndefined();
    expect(readEvent("queue.created", CREATED, "/")).toBeUndefined();
    // Of another virtual host, where other devices may have the same names.
    expect(readEvent("connection.created", CREATED, "other")).toBeUndefined();
  });

  it("have the same key as the list of the management API", () => {
    const listed = {
      name: CREATED.name,
      node: CREATED.node,
      user: "b",
      vhost: "/",
      protocol: "MQTT 5-0",
      peer_host: "127.0.0.1",
    };
    const came = readEvent("connection.created", CREATED, "/");
    expect(came).toEqual({ type: "came", connection: readListed(listed, "/") });
    expect(readListed({ ...listed, protocol: "AMQP 0-9-1" }, "/")).toBeUndefined();
    expect(readListed(listed, "other")).toBeUndefined();
    expect(readListed(null, "/")).toBeUndefined();
  });

  it("have addresses in Erlang's words", () => {
    expect(addressOf("{10,0,0,7}")).toBe("10.0.0.7");
    expect(addressOf("{8193,3512,0,0,0,0,0,1}")).toBe("2001:db8:0:0:0:0:0:1");
    expect(addressOf("unknown")).toBeUndefined();
  });
});

describe("the devices that are present", () => {
  const connection = (user: string, at: number) => ({ key: `n ${at}`, name: `${at}`, user, address: "::1" });
  const came = (user: string, at: number) => ({ type: "came", connection: connection(user, at) }) as const;
  const went = (user: string, at: number) => ({ type: "went", key: `n ${at}`, user }) as const;
  const start = () => {
    const told: string[] = [];
    const clock = { at: 0 };
    const devices = new PresentDevices(
      ({ id, connected }) => told.push(`${id} ${connected ? "came" : "went"}`),
      () => clock.at,
    );
    return { told, devices, clock };
  };

  it("come once and go once, also where the new connection opens before the old one is seen to close", () => {
    const { told, devices } = start();
    for (const event of [came("a", 1), came("a", 2), went("a", 1), came("b", 3), went("c", 9)])
      devices.hear(event);
    expect(told).toEqual(["a came", "b came"]);
    devices.hear(went("a", 2));
    expect([devices.has("a"), devices.has("b")]).toEqual([false, true]);
    expect(told).toEqual(["a came", "b came", "a went"]);
  });

  it("are not gone because a page of the list missed them, and twice is counted from list to list", async () => {
    const { told, devices, clock } = start();
    devices.hear(came("a", 1));
    clock.at += 40_000;
    const list = (isThere: boolean) => devices.compare(async () => (isThere ? [connection("a", 1)] : []));
    expect([await list(false), await list(true), await list(false)]).toEqual([true, false, true]);
    expect(told).toEqual(["a came"]);
    expect(await list(false)).toBe(false);
    expect(told).toEqual(["a came", "a went"]);
  });

  it("are compared with the list, which is older than events that come while it is read", async () => {
    const { told, devices, clock } = start();
    devices.hear(came("stays", 1));
    devices.hear(came("lost-with-its-node", 2));
    devices.hear(came("leaves", 3));
    clock.at += 40_000;
    devices.hear(came("not-listed-yet", 6));
    expect(told.pop()).toBe("not-listed-yet came");
    const read = async () => {
      devices.hear(went("leaves", 3));
      devices.hear(came("arrives", 4));
      return [connection("stays", 1), connection("leaves", 3), connection("came-before-us", 5)];
    };
    // It may have been pushed from a page that was not read yet to one that had been.
    expect(await devices.compare(read)).toBe(true);
    expect(devices.has("lost-with-its-node")).toBe(true);
    expect(await devices.compare(read)).toBe(false);
    expect(told.slice(3)).toEqual([
      "leaves went",
      "arrives came",
      "came-before-us came",
      "lost-with-its-node went",
    ]);
    expect(devices.has("not-listed-yet")).toBe(true);
    devices.forget();
    expect(["stays", "arrives", "came-before-us"].filter((id) => devices.has(id))).toEqual([]);
    expect(told.slice(7).toSorted()).toEqual([
      "arrives went",
      "came-before-us went",
      "not-listed-yet went",
      "stays went",
    ]);
  });
});

describe("ending the connections of a device", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is done again for some seconds, and until it succeeds, and never to the platform itself", async () => {
    vi.useFakeTimers();
    const asked: string[] = [];
    let isAway = true;
    const management = {
      user: "platform",
      listConnections: async () => [],
      boundSessions: async () => {},
      endConnectionsOf: async (user: string) => {
        asked.push(user);
        if (isAway) throw new Error("away");
      },
      endOlderOf: async (user: string) => void asked.push(`${user}, older`),
    };
    const cuts = new Cuts(management, new Set(["sbi"]), createLogger("silent"));
    cuts.cut("sbi");
    cuts.cut("a");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked.length).toBeGreaterThan(10);
    expect(cuts.trouble).toContain("of 1 devices");
    isAway = false;
    asked.length = 0;
    await vi.advanceTimersByTimeAsync(180_000);
    expect(asked).toEqual([...Array(5).fill("a"), ...Array(3).fill("a, older")]);
    expect(cuts.trouble).toBeUndefined();
    // A change while an earlier one is still repeated begins anew.
    asked.length = 0;
    cuts.cut("b");
    await vi.advanceTimersByTimeAsync(1_500);
    cuts.cut("b");
    await vi.advanceTimersByTimeAsync(180_000);
    expect(asked).toHaveLength(10);
    cuts.cut("c");
    cuts.close();
    asked.length = 0;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toEqual([]);
  });
});

describe("trouble with RabbitMQ", () => {
  it.each([
    [
      `Operation failed: ExchangeDeclare; 406 (PRECONDITION-FAILED) with message "PRECONDITION_FAILED - unknown exchange type 'x-consistent-hash'"`,
      "lacks the plugin rabbitmq_consistent_hash_exchange",
    ],
    [
      `Operation failed: QueueDeclare; 406 (PRECONDITION-FAILED) with message "PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue 'sbi.ingest.count' in vhost '/': received '8' but current is '12'"`,
      "another number of partitions than SOURCE_AMQP_PARTITIONS",
    ],
    [
      `Operation failed: QueueDeclare; 406 (PRECONDITION-FAILED) with message "PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 'sbi.ingest.3' in vhost '/'"`,
      "declared differently",
    ],
    [
      `Handshake terminated by server: 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN."`,
      "refused the login",
    ],
    [
      `Operation failed: ExchangeDeclare; 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - configure access to exchange 'sbi.ingest' in vhost '/' refused for user 'x'"`,
      "refuses a right",
    ],
    ["connect ECONNREFUSED 127.0.0.1:5672", "there is no connection to SOURCE_AMQP_URL"],
  ])("is told in words: %s", (message, told) => {
    expect(troubleOf(new Error(message))).toContain(told);
  });
});
