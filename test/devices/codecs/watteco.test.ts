import { describe, expect, it } from "vitest";
import { decodeUplink } from "../../../devices/codecs/registry.ts";
import { bytesOf, type CodecVector, decodeVector, meterVectors, only } from "./vectors.ts";

interface Sample {
  readonly variable: string;
  readonly value: unknown;
  readonly date: string;
}

const vectors = meterVectors.filter(({ vendor }) => vendor === "watteco");
const samplesOf = ({ expect: expected }: CodecVector) =>
  (expected!.data as { readonly samples: readonly Sample[] }).samples;

/** Our keys for the names that the maker's own codec gives. */
function keyOf(variable: string): string {
  const names: Readonly<Record<string, string>> = {
    index: "pulses",
    pin_state: "state",
    battery_voltage: "battery",
    disposable_battery_voltage: "battery",
    "0-5_V_1": "voltage_1",
    "4-20_mA": "current_ma",
  };
  return names[variable] ?? variable.replace(/^index_/, "pulses_").replace(/^pin_state_/, "state_");
}

describe("Watteco's examples", () => {
  it("tell each sample at its moment, as the maker's own codec does, and no other", () => {
    expect(vectors.length).toBe(21);
    for (const vector of vectors) {
      // The maker's names for inputs that the device does not have.
      const samples = samplesOf(vector).filter(({ variable }) => variable !== "NA");
      const { items } = decodeVector(vector);
      for (const { variable, value, date } of samples) {
        const item = items.find((one) => one.item.observedAt === date)?.item;
        expect(item?.[keyOf(variable)], `${vector.id} ${variable} ${date}`).toBe(value);
      }
      const keys = new Set(samples.map(({ variable }) => keyOf(variable)));
      const told = items.flatMap(({ item }) => Object.keys(item).filter((key) => keys.has(key)));
      expect(told.length, vector.id).toBe(samples.length);
    }
  });

  it("tell the number of a batch", () => {
    const batches = vectors.filter((vector) => vector.hex.startsWith("20") || vector.hex.startsWith("32"));
    expect(batches.map((vector) => decodeVector(vector).items.map(({ item }) => item.batch))).toEqual([
      [0, 0, 0],
      [3, 3, 3, 3],
    ]);
  });
});

const decode = (model: string, hex: string, settings = {}) =>
  decodeUplink({ model: `watteco-${model}`, port: 125, bytes: bytesOf(hex), receivedAt: 1.7e12, settings });

describe("a report of Watteco's", () => {
  it("tells the volume of the input that the meter is connected to", () => {
    const hex = "310a000f0402230000000a";
    expect(only(decode("pulse-senso", hex, { litresPerPulse: 100 }))).not.toHaveProperty("volume");
    expect(only(decode("pulse-senso", hex, { litresPerPulse: 100, channel: 2 }))).toMatchObject({
      pulses_2: 10,
      volume: 1,
    });
    expect(only(decode("flasho", "110a000f0402230000000a", { litresPerPulse: 100 })).volume).toBe(1);
  });

  it("keeps why it reports, and that it is an alarm", () => {
    expect(only(decode("pulse-senso", "118a000f005510019804"))).toMatchObject({
      state_1: true,
      alarm: true,
      cause: "9804",
    });
  });

  it("keeps attributes that have no meaning to us, answers about settings, and what could not be read", () => {
    expect(only(decode("presso", "110a040300002903e8"))).toMatchObject({
      attribute: "0403/0000",
      value: "03e8",
    });
    expect(only(decode("presso", "1107000f00000402"))).toMatchObject({ command: "07", data: "00000402" });
    expect(only(decode("presso", "1101000f040286"))).toMatchObject({ status: 0x86, attribute: "000F/0402" });
  });

  it("tells an endpoint that its model does not have by its number", () => {
    expect(only(decode("presso", "130a000c00553941500000"))).toMatchObject({ analog_8: 13, endpoint: 8 });
  });

  it("never makes a number of what is none", () => {
    expect(only(decode("presso", "110a000c0055397fc00000"))).toMatchObject({ current_ma: "7fc00000" });
  });

  it.each([
    ["110a000f04022300", "short"],
    ["110a000f0402ee00", "unknown"],
    ["1155000f0402", "unknown"],
    ["11", "short"],
    ["20000000", "short"],
    ["22", "short"],
  ])("is refused where it is cut or not known: %s", (hex, reason) => {
    const { items, faults } = decode("flasho", hex);
    expect([items, faults[0]?.reason]).toEqual([[], reason]);
  });

  it("is refused as a batch of another model, or with bytes behind it", () => {
    const hex = "20000000e008000000207e1c20424030040801";
    expect(decode("flasho", hex).faults).toEqual([]);
    expect(decode("flasho", `${hex}00`).faults[0]).toMatchObject({ reason: "length" });
    expect(decode("torano-atex", hex).faults).toHaveLength(1);
  });
});
