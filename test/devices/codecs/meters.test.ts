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
  snake,
} from "./vectors.ts";

type Values = Readonly<Record<string, unknown>>;

const ofMaker = (maker: string) =>
  meterVectors.filter(({ vendor, valid }) => vendor === maker && valid !== false);
const expectedOf = ({ expect: expected }: CodecVector) => expected!;
const byId = (id: string) => meterVectors.find((vector) => vector.id === id)!;
const flagsOf = (item: Values) => item.flags as readonly string[];
const withSettings = (id: string, settings: { litresPerPulse?: number; channel?: number }) => {
  const vector = byId(id);
  const bytes = bytesOf(vector.hex);
  return decodeUplink({ model: modelOf(vector)!, port: vector.fPort, bytes, receivedAt: 1.7e12, settings });
};

describe("the examples of meters", () => {
  it("have a codec each, and are all decoded or refused; none is left out", () => {
    const counts = new Map<string, number>();
    for (const vector of meterVectors) {
      expect(modelOf(vector), vector.id).toBeDefined();
      const { items, faults } = decodeVector(vector);
      expect(items.length > 0, `${vector.id}: ${JSON.stringify(faults)}`).toBe(vector.valid !== false);
      counts.set(vector.vendor!, (counts.get(vector.vendor!) ?? 0) + 1);
    }
    expect(Object.fromEntries(counts)).toEqual({
      smartico: 7,
      "cn-tlv-module": 5,
      jooby: 23,
      gwf: 2,
      fludia: 3,
      milesight: 4,
      watteco: 21,
    });
  });

  it("are refused for their reasons where they are wrong", () => {
    const wrong = meterVectors.filter(({ valid }) => valid === false);
    expect(wrong.map((vector) => [vector.id, vector.reason, decodeVector(vector).faults[0]?.reason])).toEqual(
      [
        ["smartico-gas-short", "length", "length"],
        ["tlv-badsum", "checksum", "checksum"],
        // An LRC is a check, too.
        ["jooby-badlrc", "lrc", "checksum"],
        ["fludia-short", "length", "length"],
      ],
    );
  });
});

describe("Smartico's gas meter and valve", () => {
  const meters = ofMaker("smartico").filter(({ model }) => model === "G-1.6");
  const valves = ofMaker("smartico").filter(({ model }) => model === "V-LR");

  it("tell volume, temperature, serial number and every flag", () => {
    expect([meters.length, valves.length]).toEqual([3, 3]);
    for (const vector of meters) {
      const { serial, volumeM3, temperatureC, valveCode, mediumNotGas, ...flags } = expectedOf(vector);
      const item = only(decodeVector(vector));
      expect(item, vector.id).toMatchObject({ serial, volume: volumeM3, temperature: temperatureC });
      expect(item.valve_code).toBe(valveCode);
      const standing = Object.entries({ ...flags, notGas: mediumNotGas }).filter(([, stands]) => stands);
      expect([...flagsOf(item)].sort(), vector.id).toEqual(standing.map(([flag]) => snake(flag)).sort());
    }
  });

  it("tell the valve in the words of kinds where they have one", () => {
    const states = {
      closed: { valve: "closed" },
      open: { valve: "open" },
      readyToOpen: { valve_state: "ready_to_open" },
    };
    for (const vector of valves) {
      const { valve, model, serial, ...flags } = expectedOf(vector);
      const item = only(decodeVector(vector));
      expect(item, vector.id).toMatchObject({
        ...states[valve as keyof typeof states],
        medium: model,
        serial,
      });
      const standing = Object.entries(flags).filter(([, stands]) => stands);
      expect([...flagsOf(item)].sort(), vector.id).toEqual(standing.map(([flag]) => snake(flag)).sort());
    }
    const other = (code: string) =>
      only(
        decodeUplink({ model: "smartico-v-lr", port: 2, bytes: bytesOf(`0600${code}000081`), receivedAt: 0 }),
      );
    expect(other("00")).toMatchObject({ valve_state: "unknown" });
    expect(other("05")).toMatchObject({ valve: "abnormal" });
    expect(other("41")).toMatchObject({ valve: "closed", medium: "water" });
  });

  it("have events for what stands, with each uplink, and mark them so", () => {
    const { items } = decodeVector(byId("smartico-gas-d1"));
    expect(items.slice(1).map(({ channel, item, standing }) => [channel, item.type, standing])).toEqual([
      ["events", "reverse_flow", true],
      ["events", "low_battery", true],
    ]);
  });

  it("have no temperature where the meter has none", () => {
    const bytes = bytesOf("040000010012670012d687ffff");
    const item = only(decodeUplink({ model: "smartico-g1.6", port: 2, bytes, receivedAt: 0 }));
    expect([item.volume, item.temperature]).toEqual([1234.567, undefined]);
  });
});

describe("the Chinese meter module", () => {
  it("tells totals in m3, battery, valve, alarms and the reason of its report", () => {
    for (const vector of ofMaker("cn-tlv-module")) {
      const expected = expectedOf(vector) as Record<string, number & string & string[]>;
      const item = only(decodeVector(vector));
      const { meterNo, meterType, readingL, monthFreezeL, batteryMv, valve, reason, alarms, pulseConstantL } =
        expected;
      expect(item.volume, vector.id).toBe(readingL! / 1000);
      expect(item.litres_per_pulse).toBe(pulseConstantL);
      expect([item.meter, item.medium, item.valve], vector.id).toEqual([meterNo, meterType, valve]);
      if (reason) expect(item.reason, vector.id).toBe(snake(reason));
      if (monthFreezeL) expect(item.month_freeze_volume).toBe(monthFreezeL / 1000);
      if (batteryMv) expect(item.battery).toBe(batteryMv / 1000);
      expect(flagsOf(item), vector.id).toEqual((alarms ?? []).map(snake));
    }
  });

  it("keeps the pulses beside a volume, and its history as litres make it", () => {
    expect(only(decodeVector(byId("tlv-1")))).toMatchObject({
      pulses: 2861,
      history: { interval_minutes: 5, start: 28.61, steps: [] },
    });
  });

  it("has events for its alarms, of which several may be one type", () => {
    expect(eventTypes(decodeVector(byId("tlv-d1")))).toEqual([
      "tamper",
      "magnet",
      "low_battery",
      "reverse_flow",
    ]);
  });

  /** Tags and values with their frame. */
  const module = (tags: string, receivedAt = 1.7e12) => {
    const body = bytesOf(`24${tags}`);
    const sum = body.reduce((all, byte) => (all + byte) & 0xff, 0);
    const bytes = Buffer.concat([body, Buffer.of(sum)]);
    return decodeUplink({ model: "cn-tlv-meter", port: 2, bytes, receivedAt });
  };

  it("counts with one litre until it has said what a pulse is", () => {
    expect(only(module("14030b00000064")).volume).toBe(10);
    expect(only(module("0b000000641403")).volume).toBe(0.1);
  });

  it("goes by the module's clock, in the time of China", () => {
    const { observedAt } = only(module("1c170b0f06150a0b00000001"));
    expect(observedAt).toBe("2023-11-15T06:21:10+08:00");
    expect(only(module("1c0001010000000b00000001"))).toMatchObject({
      observedAt: "2023-11-14T22:13:20.000Z",
    });
  });

  it("has a history with steps up and down, and intervals over twelve hours", () => {
    const { history } = only(module("1401a209920000000a000580020b00000001"));
    expect(history).toEqual({ interval_minutes: 740, start: 0.01, steps: [0.005, -0.002] });
  });

  it("tells a valve that does not obey as kinds do, and keeps its position", () => {
    expect(only(module("338400"))).toMatchObject({ valve: "abnormal", valve_state: "closed" });
  });

  it("keeps values whose meaning is not known, and refuses a tag whose length is not", () => {
    expect(only(module("0b000000010a1234"))).toMatchObject({ tag_0a: "1234" });
    expect(module("0b00000001ee00").faults[0]).toMatchObject({ reason: "unknown", at: "byte 6 (tag)" });
    expect(module("0b0000").faults[0]).toMatchObject({ reason: "short" });
    expect(module("1409").faults[0]).toMatchObject({ reason: "value" });
    expect(module("a20305").faults[0]).toMatchObject({ reason: "short" });
  });

  it("keeps what it says twice", () => {
    expect(only(module("0b000000010b00000002"))).toMatchObject({
      volume: 0.002,
      repeated: [
        ["volume", 0.001],
        ["pulses", 1],
      ],
    });
  });
});

describe("GWF's module", () => {
  it("tells register, meter, flags and battery", () => {
    for (const vector of ofMaker("gwf")) {
      const expected = expectedOf(vector);
      const item = only(decodeVector(vector));
      const { protocol, manufacturer, meterId, medium, lowBatteryMbus, actuality, registerRaw, crcHex } =
        expected;
      expect(item, vector.id).toMatchObject({
        protocol,
        manufacturer,
        medium,
        register: registerRaw,
        crc: crcHex,
      });
      expect(Number(item.meter)).toBe(meterId);
      expect([item.age, item.low_battery_m_bus]).toEqual([actuality, lowBatteryMbus]);
      expect(item.battery_half_years).toBe(expected.batterySemesters);
      const flags = ["continuousFlow", "brokenPipe", "lowBattery", "backFlow", "linkError"];
      expect(flagsOf(item), vector.id).toEqual(flags.filter((flag) => expected[flag]).map(snake));
    }
  });

  it("has no volume unless its VIF or somebody says what a digit is", () => {
    expect(only(decodeVector(byId("gwf-d0"))).volume).toBeUndefined();
    expect(only(withSettings("gwf-d0", { litresPerPulse: 10 })).volume).toBe(1234.56);
    const vif = (code: string) => {
      const bytes = bytesOf(byId("gwf-d0").hex.replace(/^(.{22})../, `$1${code}`));
      return only(decodeUplink({ model: "gwf-rcm-lrw10", bytes, receivedAt: 0 })).volume;
    };
    expect([vif("13"), vif("14"), vif("6a")]).toEqual([123.456, 1234.56, undefined]);
  });
});

describe("Fludia's counter", () => {
  it("tells the register of each step up to now", () => {
    const vector = byId("fludia-d0");
    const { indexes, timeStepMin } = expectedOf(vector) as { indexes: number[]; timeStepMin: number };
    const { items } = decodeVector(vector);
    expect(items.map(({ item }) => item.pulses)).toEqual(indexes);
    const times = items.map(({ item }) => Date.parse(String(item.observedAt)));
    expect(times.map((at) => (times.at(-1)! - at) / 60_000)).toEqual(
      [3, 2, 1, 0].map((n) => n * timeStepMin),
    );
  });

  it("tells a summary", () => {
    const expected = expectedOf(byId("fludia-d1"));
    expect(only(decodeVector(byId("fludia-d1")))).toMatchObject({
      pulses: expected.index,
      starts: expected.starts,
      parameters: expected.paramId,
      firmware: expected.firmware,
      step_minutes: expected.timeStepMin,
      values: expected.numberOfValues,
      redundancy: expected.redundancy,
    });
    expect(only(withSettings("fludia-d1", { litresPerPulse: 10 })).volume).toBe(123.456);
  });

  it("has no registers below zero", () => {
    const bytes = bytesOf("6d0f000000010002");
    expect(decodeUplink({ model: "fludia-fm432g", port: 129, bytes, receivedAt: 0 }).faults).toMatchObject([
      { reason: "value" },
    ]);
  });
});
