import { describe, expect, it } from "vitest";
import { catalog } from "../../../devices/catalog.ts";
import type { CodecItem } from "../../../devices/codecs/codec.ts";
import { decodeUplink } from "../../../devices/codecs/registry.ts";
import type { DoorDevice, RawMessage, ReceivedMessage } from "../../../exchange/door.ts";
import { chirpstackDecoder, itemsOf } from "../../../protocols/chirpstack/decode.ts";
import { readNetworkEvent } from "../../../protocols/chirpstack/event.ts";
import { vectorWith } from "./vectors.ts";

const METER = { model: "smartico-g1.6" };
const AT = "2026-07-31T00:15:07.123Z";

const decode = (
  id: string,
  changes: Readonly<Record<string, unknown>> = {},
  device: Partial<DoorDevice> = METER,
) => {
  const { topic, raw } = vectorWith(id, changes);
  const event = readNetworkEvent(topic, raw);
  if ("reason" in event) throw new Error(event.detail);
  return itemsOf(event, device);
};

const items = (...given: Parameters<typeof decode>): readonly CodecItem[] => {
  const found = decode(...given);
  if ("reason" in found) throw new Error(found.detail);
  return found;
};

const base64 = (hex: string) => Buffer.from(hex, "hex").toString("base64");

/** A counter of pulses, which tells the steps before as well. */
const COUNTER = { model: "fludia-fm432g" };
const STEPS = "6d0f0000271000050000000a";

describe("an uplink", () => {
  it("is what the codec of its device's model makes of it, with how it was heard", () => {
    const [reading, ...others] = items("cs4-a-up-full", { fPort: 2, object: undefined });
    const plain = decodeUplink({
      model: "smartico-g1.6",
      port: 2,
      bytes: Buffer.from("040c0c01003184000003560ae3", "hex"),
      receivedAt: Date.parse(AT),
    });
    expect(reading).toEqual({
      channel: "telemetry",
      item: {
        ...plain.items[0]!.item,
        lorawan: {
          devAddr: "01a2b3c4",
          fCnt: 65537,
          fPort: 2,
          dr: 5,
          frequency: 486300000,
          spreadingFactor: 10,
          gateways: [
            { gatewayId: "0016c001f153a14e", rssi: -99, snr: 7.5 },
            { gatewayId: "0016c001f153a14d", rssi: -95, snr: 0 },
            { gatewayId: "0016c001f153a14c", rssi: -110, snr: -12.25 },
          ],
        },
      },
    });
    expect(others).toEqual(plain.items.slice(1));
    // By the network server's clock, so that the same event is the same reading whenever it comes.
    expect(reading!.item.observedAt).toBe(AT);
  });

  it("keeps what the server's own codec says beside what ours does", () => {
    const [reading] = items("cs4-a-up-full", { fPort: 2 });
    expect(reading!.item).toMatchObject({ temperature: 27.87, object: { volume: 0.854, valve: "open" } });
  });

  it("of a device without a model is what the server's own codec says, at the server's time or its own", () => {
    expect(items("cs4-a-up-full", {}, {})).toMatchObject([
      {
        channel: "telemetry",
        item: { observedAt: AT, volume: 0.854, valve: "open", lorawan: { fCnt: 65537 } },
      },
    ]);
    const own = { observedAt: "2026-07-30T00:00:00Z", volume: 1 };
    expect(items("cs4-a-up-full", { object: own }, { model: "not-ours" })).toMatchObject([{ item: own }]);
    expect(items("cs4-a-up-full", { object: { observedAt: null, volume: 1 } }, {})).toMatchObject([
      { item: { observedAt: AT } },
    ]);
  });

  it.each([
    [{}, "the device has no model"],
    [{ model: "not-ours" }, "the device's model 'not-ours' has no codec here"],
  ])("that nobody can read is refused, and says what would help: %j", (device, why) => {
    for (const object of [undefined, {}]) {
      const refusal = decode("cs4-a-up-full", { object }, device);
      expect(refusal).toEqual({ reason: "bad_frame", detail: expect.stringContaining(why) });
      expect(refusal).toMatchObject({
        detail: expect.stringContaining("13 bytes on port 85, 0x040c0c01003184000003560ae3"),
      });
    }
  });

  it("is refused whole where its codec finds a fault, also if the server's own has made something of it", () => {
    expect(decode("cs4-a-up-full", { fPort: 2, data: base64("040c0c0100") })).toEqual({
      reason: "bad_frame",
      detail: expect.stringMatching(/^payload, by the codec smartico-g1\.6: /),
    });
  });

  it.each(["cs4-a-up-mac", "cs4-a-up-empty"])(
    "without a payload is a sign of life, and no codec sees it: %s",
    (id) => {
      expect(items(id, {}, {})).toMatchObject([
        {
          channel: "events",
          item: { type: "network_report", report: "up", told: { devAddr: "01a2b3c4", dr: 0 } },
        },
      ]);
    },
  );

  it("of port 0 holds nothing of the device's application, whatever bytes are in it", () => {
    expect(items("cs4-a-up-full", { fPort: undefined })).toMatchObject([
      { channel: "events", item: { report: "up" } },
    ]);
  });

  it("tells how it was heard once: beside its newest reading", () => {
    const found = items("cs4-a-up-full", { fPort: 129, data: base64(STEPS), object: undefined }, COUNTER);
    const readings = found.filter(({ channel }) => channel === "telemetry");
    expect(readings.length).toBeGreaterThan(1);
    const heard = found.filter(({ item }) => "lorawan" in item);
    expect(heard).toEqual([readings.at(-1)]);
  });

  it("reads a pulse meter by what its device's attributes say of it", () => {
    const changes = { fPort: 129, data: base64(STEPS), object: undefined };
    expect(items("cs4-a-up-full", changes, COUNTER).at(-1)!.item).not.toHaveProperty("volume");
    const told = items("cs4-a-up-full", changes, { ...COUNTER, codecSettings: { litresPerPulse: 10 } });
    expect(told.at(-1)!.item).toHaveProperty("volume");
  });
});

describe("what the network server tells besides", () => {
  it.each([
    ["cs4-a-join", "join", { devAddr: "01a2b3c5" }],
    ["cs4-a-status-zero", "status", { margin: 12, batteryLevel: 0 }],
    ["cs4-a-status-ext", "status", { margin: -7, batteryLevel: null, externalPowerSource: true }],
    ["cs4-a-nack", "ack", { acknowledged: false, queueItemId: "1bbcab1d-6ec6-4136-b3f5-d63be1dc08de" }],
    ["cs4-a-log-expired", "log", { level: "ERROR", code: "EXPIRED" }],
    ["cs4-doc-location", "location", { location: { latitude: 37.344214 } }],
  ])("is an event of the device, with the zeros that were left out: %s", (id, report, told) => {
    expect(items(id)).toMatchObject([{ channel: "events", item: { type: "network_report", report, told } }]);
  });

  it("has the server's name for it, so that a repetition is the same event; or one by its content", () => {
    expect(items("cs4-a-join")[0]!.item.eventId).toBe("join-5a7b9c10-441b-4b8d-9386-a5c902f9001b");
    expect(items("cs4-a-txack")[0]!.item).not.toHaveProperty("eventId");
    expect(items("cs4-a-join", { deduplicationId: "d".repeat(200) })[0]!.item).not.toHaveProperty("eventId");
  });

  it("is an event of each kind whose devices have a devEUI, but for gateways, which are no devices of LoRaWAN", () => {
    const kinds = catalog.filter(
      ({ identities, capabilities }) => identities?.includes("deveui") && !capabilities?.includes("gateway"),
    );
    expect(kinds.length).toBeGreaterThan(2);
    for (const { kind, events } of kinds)
      expect(
        events.map(({ type }) => type),
        kind,
      ).toContain("network_report");
  });
});

describe("a record of an event", () => {
  const device = { id: "meter-1", deviceNo: 1, gateway: false, ...METER };
  const rawOf = (id: string, changes = {}, of: DoorDevice | undefined = device): RawMessage => {
    const { topic, raw } = vectorWith(id, changes);
    return {
      door: "chirpstack",
      device: of,
      context: topic,
      raw,
      receivedAt: Date.parse("2026-08-01T00:00:00Z"),
    };
  };

  it("is decoded again into the same messages, one for each channel", () => {
    const record = rawOf("cs4-a-up-full", { fPort: 2 });
    const again = chirpstackDecoder.decode(record) as readonly ReceivedMessage[];
    expect(again.map(({ channel }) => channel)).toEqual(["telemetry", "events"]);
    for (const message of again) expect(message).toMatchObject({ ...record, repeated: undefined });
  });

  it("says why it is none", () => {
    expect(chirpstackDecoder.decode(rawOf("cs4-a-up-full", { fPort: 2, data: "%" }))).toMatchObject({
      reason: "bad_frame",
    });
    expect(chirpstackDecoder.decode(rawOf("cs4-a-up-full"), 10)).toMatchObject({
      reason: "payload_too_large",
    });
  });

  it("of a device that nobody has is not looked into", () => {
    const record = { ...rawOf("cs4-a-up-full"), device: undefined };
    expect(chirpstackDecoder.decode(record)).toEqual([
      { ...record, channel: "telemetry", value: undefined, repeated: undefined },
    ]);
    expect(chirpstackDecoder.identityOf!(record.context)).toEqual({
      scheme: "deveui",
      value: "0a1b2c3d4e5f6071",
    });
  });
});
