import { describe, expect, it } from "vitest";
import {
  type ChirpstackEvent,
  identityIn,
  readNetworkEvent,
  type UplinkEvent,
} from "../../../protocols/chirpstack/event.ts";
import { bytesOf, type ChirpstackVector, vectors, vectorWith } from "./vectors.ts";

const events = vectors.filter(({ valid, direction }) => valid && direction !== "down");
const broken = vectors.filter(({ valid }) => !valid);
const commands = vectors.filter(({ direction }) => direction === "down");

const read = ({ topic, raw }: { topic: string; raw: Buffer }) => readNetworkEvent(topic, raw);

const good = (given: { topic: string; raw: Buffer }): ChirpstackEvent => {
  const event = read(given);
  if ("reason" in event) throw new Error(`${event.reason}: ${event.detail}`);
  return event;
};

const uplink = (changes: Readonly<Record<string, unknown>>) =>
  good(vectorWith("cs4-a-up-full", changes)) as UplinkEvent;

const faultOf = (id: string, changes: Readonly<Record<string, unknown>>) => {
  const event = read(vectorWith(id, changes));
  return "reason" in event ? event : undefined;
};

/** What a vector expects, in its own words. */
function inWordsOfVectors(event: ChirpstackEvent): Record<string, unknown> {
  const { sort, devEui, applicationId, at, deduplicationId } = event;
  const common = { event: sort, devEui, applicationId, at, deduplicationId: deduplicationId ?? null };
  if (sort !== "up") return { ...common, ...event.told };
  const { payload, object, gateways, ...rest } = event;
  return {
    ...common,
    ...rest,
    payloadHex: payload.toString("hex"),
    object: object ?? null,
    hasAppPayload: event.fPort > 0,
    bestGateway: gateways[0]?.gatewayId ?? null,
  };
}

describe("the events of ChirpStack v4", () => {
  it("are all read here but for commands, which the platform does not send: 21 good ones, 3 broken ones, 2 commands", () => {
    expect([events.length, broken.length, commands.length]).toEqual([21, 3, 2]);
    expect(events.length + broken.length + commands.length).toBe(vectors.length);
  });

  it.each(events.map((vector): [string, ChirpstackVector] => [vector.id, vector]))(
    "are read: %s",
    (_, vector) => {
      const event = good({ topic: vector.topic, raw: bytesOf(vector) });
      const { time, gateways, ...expected } = vector.expect;
      expect(inWordsOfVectors(event)).toMatchObject(expected);
      // Nanoseconds are cut, not rounded.
      expect(event.at).toBe(`${String(time).slice(0, 23)}Z`);
      if (event.sort === "up") {
        expect(event.gateways).toHaveLength((gateways as unknown[]).length);
        expect(event.gateways).toEqual(expect.arrayContaining(gateways as unknown[]));
      }
    },
  );

  it.each(broken.map((vector): [string, ChirpstackVector] => [vector.reason!, vector]))(
    "are refused: %s",
    (reason, vector) => {
      const told: Record<string, object> = {
        "no JSON": { reason: "not_json", detail: expect.stringContaining("json=true") },
        "EUI mismatch": { reason: "bad_frame", detail: expect.stringMatching(/^deviceInfo\.devEui: /) },
        base64: { reason: "bad_frame", detail: "data: expected base64" },
      };
      expect(readNetworkEvent(vector.topic, bytesOf(vector))).toEqual(told[reason]);
    },
  );

  it("tell a device by its devEUI in any case, and never by the address of a session", () => {
    expect(identityIn("application/a/device/0A1B2C3D4E5F6071/event/up")).toEqual({
      scheme: "deveui",
      value: "0a1b2c3d4e5f6071",
    });
    expect(identityIn("application/a/device/01a2b3c4/event/up")).toBeUndefined();
    const { topic, raw } = vectorWith("cs4-a-up-full");
    expect(readNetworkEvent(topic.replace("0a1b2c3d4e5f6071", "0A1B2C3D4E5F6071"), raw)).toMatchObject({
      devEui: "0a1b2c3d4e5f6071",
    });
  });

  it("put the gateway first that has heard best: by its signal to noise, then by its strength", () => {
    const rxInfo = [
      { gatewayId: "01", rssi: -60, snr: -20 },
      { gatewayId: "02", rssi: -90 },
      { gatewayId: "03", rssi: -80 },
    ];
    expect(uplink({ rxInfo }).gateways.map(({ gatewayId }) => gatewayId)).toEqual(["03", "02", "01"]);
    const many = Array.from({ length: 4_000 }, (_, n) => ({ gatewayId: `${n}`, snr: n % 100 === 0 ? 9 : 0 }));
    const kept = uplink({ rxInfo: many }).gateways;
    expect(kept.map(({ snr }) => snr)).toEqual(Array(16).fill(9));
  });

  it("cut a time to its millisecond, in whatever zone it is told", () => {
    expect(uplink({ time: "2026-07-31T08:15:07.999999999+08:00" }).at).toBe("2026-07-31T00:15:07.999Z");
    expect(uplink({ time: "2026-07-31T00:15:07Z" }).at).toBe("2026-07-31T00:15:07.000Z");
  });

  it.each([
    [{ time: undefined }, "time: missing"],
    [{ time: "yesterday" }, "time: 'yesterday'"],
    [{ time: "2026-02-31T25:00:00Z" }, "time: "],
    [{ time: "2026-02-30T10:00:00Z" }, "time: '2026-02-30T10:00:00Z'"],
    [{ time: "2025-02-29T10:00:00+08:00" }, "time: "],
    [{ deviceInfo: undefined }, "deviceInfo.devEui: missing"],
    [{ deviceInfo: "none" }, "deviceInfo: expected an object"],
    [{ data: "BAwM=" }, "data: expected base64"],
    [{ data: "BA==BA==" }, "data: expected base64"],
    [{ data: 12 }, "data: expected a text"],
    [{ fPort: 256 }, "fPort: 256"],
    [{ fPort: -1 }, "fPort: expected a whole number"],
    [{ fCnt: 1.5 }, "fCnt: expected a whole number"],
    [{ dr: "5" }, "dr: expected a number"],
    [{ adr: 1 }, "adr: expected true or false"],
    [{ rxInfo: {} }, "rxInfo: expected an array"],
    [{ rxInfo: [1] }, "rxInfo: expected objects"],
    [{ txInfo: [] }, "txInfo: expected an object"],
  ])("are refused where a field is none: %j", (changes, detail) => {
    expect(faultOf("cs4-a-up-full", changes)).toEqual({
      reason: "bad_frame",
      detail: expect.stringContaining(detail),
    });
  });

  it.each(["[]", "1", "null", '"text"', "18446744073709551615"])("are refused as no object: %s", (text) => {
    const { topic } = vectorWith("cs4-a-up-full");
    expect(readNetworkEvent(topic, Buffer.from(text))).toEqual({
      reason: "bad_frame",
      detail: "expected an object",
    });
  });

  it("are refused with a key that stands twice, of which but one could be kept", () => {
    const { topic, raw } = vectorWith("cs4-a-up-full");
    const twice = raw.toString().replace('"fPort":85', '"fPort":85,"fPort":86');
    expect(readNetworkEvent(topic, Buffer.from(twice))).toMatchObject({
      detail: "a key stands twice in one object",
    });
  });

  it.each([
    "application/a/device/0a1b2c3d4e5f6071/event/other",
    "application/a/device/0a1b/event/up",
    "v1/x",
  ])("are refused under a topic that is none of theirs: %s", (topic) => {
    const { raw } = vectorWith("cs4-a-up-full");
    expect(readNetworkEvent(topic, raw)).toMatchObject({
      reason: "bad_frame",
      detail: expect.stringMatching(/^topic: /),
    });
  });

  it("are read whatever their length, where they were within the limit when they came", () => {
    const { topic, raw } = vectorWith("cs4-a-up-full");
    expect(readNetworkEvent(topic, raw, 100)).toMatchObject({ reason: "payload_too_large" });
    expect(readNetworkEvent(topic, raw, raw.length)).toMatchObject({ sort: "up" });
  });
});
