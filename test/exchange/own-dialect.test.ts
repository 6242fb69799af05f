import { describe, expect, it } from "vitest";
import type { Channel } from "../../base/channels.ts";
import { ExactNumber } from "../../base/exact-json.ts";
import { createLogger } from "../../base/log.ts";
import type { DoorRefusal, RawMessage, ReceivedMessage } from "../../exchange/door.ts";
import { handOn, ownDecoder, takeFromSource } from "../../exchange/own-dialect.ts";

const METER = { id: "meter-1", deviceNo: 1, gateway: false };
const GATEWAY = { id: "gw-1", deviceNo: 2, gateway: true };
type Device = typeof METER;

/** Longer than a message may be, and no JSON either. */
const LONG = Buffer.alloc(256 * 1024 + 1, "x");

function hand(device: Device | undefined, channel: Channel | undefined, raw: Buffer) {
  const told: (ReceivedMessage<Device> | [RawMessage<Device>, DoorRefusal])[] = [];
  let settled = 0;
  const inside = {
    onMessage: (message: ReceivedMessage<Device>, done: () => void) => {
      told.push(message);
      done();
      return 7;
    },
    onRefused: (message: RawMessage<Device>, refusal: DoorRefusal, done: () => void) => {
      told.push([message, refusal]);
      done();
    },
  };
  const message = { door: "here", device, channel, context: "its topic", raw, receivedAt: 5 };
  const items = handOn(inside, { ...message, value: undefined, repeated: undefined }, () => settled++);
  return { told, items, settled, message };
}

describe("a message of our own dialect", () => {
  it("goes inside decoded: numbers whole, what a key said first beside it, and its raw side as it came", () => {
    const raw = Buffer.from('{"volume":1.0000000000000000001,"note":"a","note":"b"}');
    const { told, items, settled, message } = hand(METER, "telemetry", raw);
    const value = { volume: new ExactNumber("1.0000000000000000001"), note: "b" };
    expect(told).toEqual([{ ...message, value, repeated: expect.any(Map) }]);
    expect([...(told[0] as ReceivedMessage).repeated!.values()]).toEqual([[["note", "a"]]]);
    expect([items, settled]).toEqual([7, 1]);
  });

  it.each([
    ["not_json", Buffer.from("{")],
    ["empty", Buffer.alloc(0)],
    ["payload_too_large", LONG],
  ])("is refused on record where it cannot be decoded, as one item: %s", (reason, raw) => {
    const { told, items, settled, message } = hand(GATEWAY, "gateway-events", raw);
    expect(told).toEqual([[expect.objectContaining(message), expect.objectContaining({ reason })]]);
    expect([items, settled]).toEqual([1, 1]);
  });

  it.each([
    ["of a device that nobody knows", undefined, "telemetry"],
    ["on a topic that is none of its device's", METER, undefined],
  ] as const)("%s goes inside as it came, and is not decoded", (_about, device, channel) => {
    for (const raw of [LONG, Buffer.from('{"flow":1}')]) {
      const { told, items, message } = hand(device, channel, raw);
      expect(told).toEqual([{ ...message, value: undefined, repeated: undefined }]);
      expect(items).toBe(7);
    }
  });
});

describe("what is on record of our own dialect", () => {
  const decode = (device: Device | undefined, context: string, raw: Buffer, maxBytes?: number) => {
    const message = { door: "here", device, context, raw, receivedAt: 5 };
    return { message, decoded: ownDecoder.decode(message, maxBytes) };
  };

  it.each([
    [METER, "v1/devices/meter-1/telemetry", "telemetry"],
    [METER, "v1/devices/meter-1/events", "events"],
    [METER, "v1/devices/meter-1/replies", "replies"],
    [GATEWAY, "v1/devices/gw-1/telemetry", "telemetry"],
    [GATEWAY, "v1/gateways/gw-1/telemetry", "gateway-telemetry"],
    [GATEWAY, "v1/gateways/gw-1/events", "gateway-events"],
    [GATEWAY, "v1/gateways/gw-1/replies", "gateway-replies"],
  ])("is decoded for its device and channel: %o on %s", (device, context, channel) => {
    const { message, decoded } = decode(device, context, Buffer.from('[{"a":NaN}]'));
    expect(decoded).toEqual({ ...message, channel, value: [{ a: Number.NaN }], repeated: undefined });
  });

  it.each([
    ["of nobody", undefined, "v1/devices/meter-1/telemetry"],
    ["on another device's topic", METER, "v1/devices/meter-12/telemetry"],
    ["on a gateway's topic, of a device that is none", METER, "v1/gateways/meter-1/telemetry"],
    ["on no topic of ours", METER, "v1/devices/meter-1/commands"],
    ["on a topic beyond the channel", METER, "v1/devices/meter-1/telemetry/x"],
  ])("has no channel, and is not decoded: %s", (_about, device, context) => {
    const { message, decoded } = decode(device, context, LONG);
    expect(decoded).toEqual({ ...message, channel: undefined, value: undefined, repeated: undefined });
  });

  it("may be longer than a message, where it is said how long", () => {
    const raw = Buffer.from(JSON.stringify("x".repeat(256 * 1024)));
    const topic = "v1/devices/meter-1/telemetry";
    expect(decode(METER, topic, raw).decoded).toMatchObject({ reason: "payload_too_large" });
    expect(decode(METER, topic, raw, Number.POSITIVE_INFINITY).decoded).toHaveProperty("value");
  });
});

describe("a message of another broker with which the platform fails", () => {
  const take = async (
    onRefused: (reason: string, settled: () => void) => void,
    onMessage: (settled: () => void) => number,
  ) => {
    const device = { id: "a", deviceNo: 1, gateway: false };
    let settled = 0;
    await takeFromSource(
      {
        door: "d",
        find: () => device,
        lookUp: async () => device,
        isAway: () => false,
        isClosing: () => false,
        log: createLogger("silent"),
        onMessage: (_message, done) => onMessage(done),
        onRefused: ({ context }, { reason }, done) => onRefused(`${context} ${reason}`, done),
      },
      "v1/devices/a/telemetry",
      Buffer.from("{}"),
      () => settled++,
    );
    return settled;
  };

  it("is put on record and acknowledged once, so that it does not come again for ever", async () => {
    const refused: string[] = [];
    const settled = await take(
      (told, done) => {
        refused.push(told);
        done();
      },
      (done) => {
        done();
        throw new Error("a fault of the platform");
      },
    );
    expect([refused, settled]).toEqual([["v1/devices/a/telemetry not_json"], 1]);
  });
});
