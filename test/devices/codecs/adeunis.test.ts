import { describe, expect, it } from "vitest";
import { decodeUplink } from "../../../devices/codecs/registry.ts";
import { adeunisVectors, bytesOf, decodeVector, eventTypes, only } from "./vectors.ts";

const decode = (hex: string, settings = {}) =>
  decodeUplink({ model: "adeunis-pulse", port: 1, bytes: bytesOf(hex), receivedAt: 1.7e12, settings });

describe("Adeunis Pulse", () => {
  it("tells what the maker's own tests have", () => {
    expect(adeunisVectors.length).toBe(9);
    for (const vector of adeunisVectors) {
      const expected = vector.expect as Record<string, string & number[] & string[]>;
      const { timestamp, counters, counterValues, flowMax, flowMin, flows, alarms } = expected;
      const item = only(decodeVector(vector));
      expect(item.meter_clock, vector.id).toBe(timestamp);
      if (counters) expect([item.pulses_1, item.pulses_2], vector.id).toEqual(counters);
      if (counterValues)
        expect([item.pulses_1, ...(item.history_1 as number[])], vector.id).toEqual(counterValues);
      if (flowMax) expect([item.flow_max_1, item.flow_max_2], vector.id).toEqual(flowMax);
      if (flowMin) expect([item.flow_min_1, item.flow_min_2], vector.id).toEqual(flowMin);
      if (flows) expect([item.flow_alarm_1, item.flow_alarm_2], vector.id).toEqual(flows);
      if (alarms) expect(item.flags, vector.id).toEqual(alarms);
    }
  });

  it("has events for leaks, tampering and an empty battery, as long as they stand", () => {
    const { items } = decode("3002150400030002000100");
    expect(items.slice(1).map(({ item, standing }) => [item.type, standing])).toEqual([
      ["low_battery", true],
      ["tamper", true],
      ["leak", true],
    ]);
    expect(eventTypes(decode("46000000009f00000002"))).toEqual([]);
  });

  it("tells the input of each frame, and the volume of the one that the meter is connected to", () => {
    const other = decode("5b00000001270001", { litresPerPulse: 10, channel: 2 });
    expect(only(other)).toMatchObject({ pulses_2: 295, history_2: [294], volume: 2.95 });
    expect(only(decode("5b0000000127", { litresPerPulse: 10 })).volume).toBeUndefined();
  });

  it("tells no register below zero where it has turned over or was set back, but the steps as they came", () => {
    const item = only(decode("5a0000000002000100050000"));
    expect(item).toMatchObject({ pulses_1: 2, history_1: [1], steps_1: [5, 0] });
    expect(only(decode("5a00000000020005")).history_1).toBeUndefined();
  });

  it("goes by the length where a bit of old versions says that there is a time stamp", () => {
    expect(only(decode("46040000009f00000002"))).toMatchObject({ pulses_1: 159, pulses_2: 2 });
  });

  it("keeps settings as they came, and refuses what is cut or not known", () => {
    expect(only(decode("108021c000010001"))).toMatchObject({ frame: "10", data: "21c000010001" });
    expect(decode("460000000").faults).toHaveLength(1);
    expect(decode("5a0000000127aa").faults[0]).toMatchObject({ reason: "short" });
    expect(decode("ee00").faults[0]).toMatchObject({ reason: "unknown", at: "byte 0 (code)" });
    expect(decode("46").faults[0]).toMatchObject({ reason: "short" });
  });
});
