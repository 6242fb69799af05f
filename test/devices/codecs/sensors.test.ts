import { describe, expect, it } from "vitest";
import { decodeUplink } from "../../../devices/codecs/registry.ts";
import {
  bytesOf,
  type CodecVector,
  decodeVector,
  eventTypes,
  meterVectors,
  modelOf,
  only,
  sensorFile,
} from "./vectors.ts";

type Values = Readonly<Record<string, unknown>>;

const ofMeters = meterVectors.filter(({ vendor }) => vendor === "milesight");
const vectors = [...sensorFile.vectors, ...ofMeters];

/** What each example says, in our keys and units. */
function expectedOf({ expect: expected }: CodecVector): { now: Values; past: Values[] } {
  const { history = [], ...data } = (expected!.data ?? expected) as Values & { history?: Values[] };
  const names: Readonly<Record<string, string>> = {
    battery: "battery_percent",
    leakage_status: "leak",
    report_interval: "report_interval_s",
    pulse: "pulses",
    distance: "distance_mm",
    people_counter_all: "people",
    region_count: "regions",
    valve: "valve_output",
    relay: "relay_output",
    lifeRemainS: "life_left_s",
    alarmReport: "report",
  };
  const ours = (told: Values): Values =>
    Object.fromEntries(
      Object.entries(told).map(([key, value]) => [
        names[key] ?? key,
        key === "alarmReport" ? String(value).replace(" ", "_") : value,
      ]),
    );
  return { now: ours(data), past: history.map(ours) };
}

describe("the examples of sensors", () => {
  it("are Milesight's; those of makers whose codecs come as JavaScript are left out", () => {
    const { leftOut, total, vectors: here } = sensorFile;
    expect(leftOut).toEqual({
      ...{ decentlab: 91, yobiiq: 30, imst: 10, elsys: 8, dragino: 6, netvox: 6, bosch: 3 },
      "digital-matter": 2,
    });
    const without = Object.values(leftOut!).reduce((sum, count) => sum + count, 0);
    expect([here.length, without, here.length + without]).toEqual([14, 156, total]);
  });

  it("tell every value, now and in the past", () => {
    expect([vectors.length, ofMeters.length]).toEqual([18, 4]);
    for (const vector of vectors) {
      expect(modelOf(vector), vector.id).toBeDefined();
      const { now, past } = expectedOf(vector);
      const items = decodeVector(vector)
        .items.filter(({ channel }) => channel === "telemetry")
        .map(({ item }) => item);
      const found = items.slice(past.length);
      expect(found.length, vector.id).toBe(Object.keys(now).length > 0 ? 1 : 0);
      for (const [key, value] of Object.entries(now)) {
        // Kinds have kPa where this one sends hPa.
        const factor = key === "pressure" && vector.model === "am107" ? 10 : 1;
        const given = found[0]![key];
        expect(typeof given === "number" ? given * factor : given, `${vector.id} ${key}`).toBe(value);
      }
      for (const [index, { timestamp, ...values }] of past.entries()) {
        const observedAt = new Date(Number(timestamp) * 1000).toISOString();
        expect(items[index], vector.id).toMatchObject({ observedAt, ...values });
      }
    }
  });

  it("have an event for a leak and for a gas alarm, as long as they stand", () => {
    const events = vectors.flatMap((vector) =>
      eventTypes(decodeVector(vector)).map((type) => [vector.id, type]),
    );
    expect(events).toEqual([
      ["codec-milesight-em300-sld-zld-2", "leak"],
      ["milesight-d1", "leak"],
    ]);
  });
});

describe("a sensor of Milesight's", () => {
  const decode = (model: string, hex: string, settings = {}) =>
    decodeUplink({
      model: `milesight-${model}`,
      port: 85,
      bytes: bytesOf(hex),
      receivedAt: 1.7e12,
      settings,
    });

  it("tells a volume once somebody says what a pulse is", () => {
    expect(only(decode("em300-di", "05c800010000", { litresPerPulse: 10 })).volume).toBe(2.56);
  });

  it("tells what it is when it joins", () => {
    expect(only(decode("gs101", "ff0bffff0101ff166538d36400000000ff0f02ff090110ff0a0110"))).toMatchObject({
      ...{ device_status: 255, protocol_version: 1, serial: "6538d36400000000", lorawan_class: 2 },
      ...{ hardware: "0110", firmware: "0110" },
    });
  });

  it("tells frost", () => {
    expect(only(decode("em300-th", "0367e7ff")).temperature).toBe(-2.5);
  });

  it.each([
    ["em300-th", "0175", "short"],
    ["em300-th", "01755c03", "short"],
    ["em300-th", "05c800010000", "unknown"],
    ["em500-pp", "03670100", "unknown"],
  ])("is refused where it is cut, or says what its model cannot: %s %s", (model, hex, reason) => {
    const { items, faults } = decode(model, hex);
    expect([items, faults[0]?.reason]).toEqual([[], reason]);
  });
});
