import { describe, expect, it } from "vitest";
import { decodeUplink } from "../../../devices/codecs/registry.ts";
import { bytesOf, decodeVector, eventTypes, meterVectors, only, snake } from "./vectors.ts";

type Values = Readonly<Record<string, unknown>>;
interface Channel {
  readonly index: number;
  readonly value: number;
  readonly pulseCoefficient?: number;
}

const vectors = meterVectors.filter(({ vendor, valid }) => vendor === "jooby" && valid !== false);
const byCommand = (command: string) =>
  vectors.filter(({ expect: expected }) => expected!.command === command);
const parametersOf = (vector: (typeof vectors)[number]) => vector.expect!.parameters as Values;

const EPOCH_2000 = Date.UTC(2000, 0, 1);
const momentOf = (time2000: unknown) => new Date(EPOCH_2000 + Number(time2000) * 1000).toISOString();

/** Commands with the check of their message. */
function message(commands: string, settings = {}, receivedAt = Date.parse("2023-12-24T00:00:00Z")) {
  const body = bytesOf(commands);
  const lrc = body.reduce((all, byte) => all ^ byte, 0x55);
  const bytes = Buffer.concat([body, Buffer.of(lrc)]);
  return decodeUplink({ model: "jooby-analog", bytes, receivedAt, settings });
}

describe("Jooby's examples", () => {
  it("are of these commands", () => {
    const commands = [...new Set(vectors.map(({ expect: expected }) => expected!.command as string))].sort();
    expect(Object.fromEntries(commands.map((command) => [command, byCommand(command).length]))).toEqual({
      current: 1,
      currentMc: 4,
      day: 1,
      dayMc: 1,
      exAbsCurrentMc: 1,
      getArchiveDays: 1,
      getBatteryStatus: 1,
      newEvent: 8,
      status: 3,
      usWaterMeterBatteryStatus: 1,
    });
  });

  it("tell a register of one input, now and at the end of a day", () => {
    for (const vector of [...byCommand("current"), ...byCommand("day"), ...byCommand("getArchiveDays")]) {
      const { startTime2000, dayList, ...alone } = parametersOf(vector) as Values & { dayList?: Values[] };
      const { value, isMagneticInfluence } = dayList?.[0] ?? alone;
      const item = only(decodeVector(vector));
      expect(item, vector.id).toMatchObject({ pulses: value, magnet: isMagneticInfluence });
      if (startTime2000 !== undefined) expect(item.observedAt, vector.id).toBe(momentOf(startTime2000));
    }
  });

  it("tell the registers of several inputs", () => {
    for (const vector of [...byCommand("currentMc"), ...byCommand("dayMc"), ...byCommand("exAbsCurrentMc")]) {
      const { channelList, startTime2000 } = parametersOf(vector) as Values & { channelList: Channel[] };
      const item = only(decodeVector(vector));
      for (const { index, value, pulseCoefficient } of channelList) {
        expect(item[`pulses_${index}`], `${vector.id} ${index}`).toBe(value);
        expect(item[`litres_per_pulse_${index}`], vector.id).toBe(pulseCoefficient);
      }
      if (startTime2000 !== undefined) expect(item.observedAt, vector.id).toBe(momentOf(startTime2000));
    }
  });

  it("tell batteries", () => {
    const [status] = byCommand("getBatteryStatus");
    expect(only(decodeVector(status!))).toMatchObject({
      battery: 3.6,
      battery_under_load: 3.6,
      internal_resistance_mohm: 1034,
      temperature: 15,
      capacity_raw: 41,
      overconsumption: false,
      overconsumption_days: 34,
    });
    const [water] = byCommand("usWaterMeterBatteryStatus");
    expect(only(decodeVector(water!))).toMatchObject({
      battery: 3.6,
      battery_under_load: 3.6,
      internal_resistance_mohm: 1034,
      last_depassivation_s: 100,
    });
  });

  it("tell the states of modules on gas meters, old and new, and in electricity meters", () => {
    const [old, fresh, inMeter] = byCommand("status").map((vector) => only(decodeVector(vector)));
    const gas = {
      software: "2.10",
      hardware: "3.1",
      battery: 3.158,
      battery_under_load: 3.522,
      internal_resistance_mohm: 10034,
      temperature: 14,
      battery_percent: 40.9,
      last_event: 34,
    };
    expect(old).toMatchObject(gas);
    expect(old!.downlink_quality).toBeUndefined();
    expect(fresh).toMatchObject({ ...gas, downlink_quality: 42 });
    expect(inMeter).toMatchObject({
      ...{ software: "2.10", hardware: "7.1", uptime_s: 4444, reset_reason: 1, rssi: 2, snr: 6 },
      ...{ downlink_requests: 42, downlink_fragments: 83, uplink_responses: 143, uplink_fragments: 2 },
      ...{ margin_to_gateway: 5, margin_from_gateway: 12, gateways: 10, gateway_errors: 2, last_event: 33 },
    });
  });

  it("tell events by their names, numbers and what else they say", () => {
    const told = byCommand("newEvent").map((vector) => {
      const { name, sequenceNumber, data } = parametersOf(vector) as Values & { data: Values };
      const [item] = decodeVector(vector).items.map((one) => one.item);
      expect(item, vector.id).toMatchObject({ event: name, sequence: sequenceNumber });
      if (data.time2000 !== undefined) expect(item!.meter_clock, vector.id).toBe(momentOf(data.time2000));
      const { flags = [], ...rest } = item as Values & { flags?: string[] };
      return [name, item!.type, flags, rest] as const;
    });
    const find = (wanted: string) => told.find(([name]) => name === wanted)!;
    expect(find("MAGNET_ON")[1]).toBe("magnet");
    expect([find("BATTERY_ALARM")[1], find("BATTERY_ALARM")[3].battery]).toEqual(["low_battery", 3.308]);
    expect(find("ACTIVATE_MTX")[3].meter).toBe("001a798817012356");
    expect([find("WATER_EVENT")[1], find("WATER_EVENT")[2]]).toEqual(["reverse_flow", ["reverse_flow"]]);
    for (const name of ["CONNECT", "DISCONNECT"])
      expect(find(name)[3]).toMatchObject({ channel: 1, pulses: 131 });
    expect(find("DEPASS_DONE")[3]).toMatchObject({
      ...{ seconds: 83, code: 4, no_load_mv: 3564, load_mv: 2748, internal_resistance_mohm: 44541 },
    });
    const status = (parametersOf(byCommand("newEvent").at(-1)!).data as { status: Values }).status;
    const standing = Object.entries(status).filter(([, stands]) => stands);
    const names = standing
      .map(([flag]) => snake(flag.slice(2)))
      .map((flag) => (flag === "_magnetic_influence" ? "magnet" : flag.slice(1)));
    expect(find("MTX")[2]).toEqual(names);
  });
});

describe("Jooby's other commands", () => {
  it("tell a volume once somebody says what a pulse is, of the input that the meter is connected to", () => {
    expect(only(message("070480000156", { litresPerPulse: 10 })).volume).toBe(3.42);
    expect(only(message("18060f8301080a0c", { litresPerPulse: 10, channel: 3 })).volume).toBe(0.1);
    expect(only(message("18060f8301080a0c", { litresPerPulse: 10 })).volume).toBe(1.31);
    // The module knows it better.
    expect(only(message("1f0f040483d602", { litresPerPulse: 10, channel: 3 })).volume).toBe(34.2);
    expect(only(message("1f0f0301050a"))).toMatchObject({ litres_per_pulse_1: 5, volume: 0.05 });
  });

  it("tell days of the past, but for those that the archive does not have", () => {
    const { items } = message("1b0b2f950102ea01ffffffff0f");
    expect(items.map(({ item }) => [item.observedAt, item.pulses_1])).toEqual([
      ["2023-12-21T00:00:00.000Z", 234],
      ["2023-12-22T00:00:00.000Z", undefined],
    ]);
  });

  it("keep the steps of hours as they came, beside the register of the first", () => {
    expect(only(message("482f978c0000a3800a"))).toMatchObject({
      observedAt: "2023-12-23T12:00:00.000Z",
      pulses: 163,
      magnet: true,
      steps: [{ magnet: true, pulses: 10 }],
    });
    expect(only(message("170f2f972c0f83010ac0060c2608ea010b"))).toMatchObject({
      observedAt: "2023-12-23T12:00:00.000Z",
      ...{ pulses_1: 131, pulses_2: 832, pulses_3: 38, pulses_4: 234 },
      ...{ steps_1: [10], steps_2: [12], steps_3: [8], steps_4: [11] },
    });
    expect(only(message("1f310e2f970c070183010a0a0a0a0a0a0a"))).toMatchObject({
      observedAt: "2023-12-23T12:00:00.000Z",
      pulses_1: 131,
      steps_1: [10, 10, 10, 10, 10, 10, 10],
    });
    expect(only(message("1f0a0a2e6a2c0183b9f3148001"))).toMatchObject({
      ...{ observedAt: "2023-03-10T12:00:00.000Z", pulses_1: 342457, litres_per_pulse_1: 100 },
      ...{ steps_1: [128], volume: 34245.7 },
    });
  });

  it("tell events of the archive and the last one's flags", () => {
    const archived = message("0b0c2bc03160010265877f100805");
    expect(eventTypes(archived)).toEqual(["magnet", "tamper"]);
    const last = message("622009");
    expect(only(last)).toMatchObject({ last_event: 32, flags: ["low_battery", "connection_lost"] });
    expect(eventTypes(last)).toEqual(["low_battery"]);
    expect(only(message("6310e101"))).toMatchObject({ last_event: 16, status: "e101" });
  });

  it("tell what stands at inputs that count no pulses", () => {
    expect(only(message("1f320e0200050101040214000058c00103"))).toMatchObject({
      ...{ input_1: "power", input_2: "binary_configurable", state_2: true, input_3: "temperature" },
      ...{ temperature_3: 20, temperature_time_3: 22720, input_4: "pulse" },
    });
    expect(only(message("1f330402050400"))).toMatchObject({
      ...{ input_1: "power", input_2: "binary_configurable", input_3: "temperature", input_4: "idle" },
    });
    expect(only(message("1f3406b7b3fc120100"))).toMatchObject({
      ...{ rssi: -73, rsrp: -77, rsrq: -4, sinr: 18, tx_power: 1, coverage_level: 0 },
    });
  });

  it("of one moment are one reading, whatever their order", () => {
    const one = only(message("070480000156622009"));
    const other = only(message("622009070480000156"));
    expect(one).toMatchObject({ pulses: 342, last_event: 32, commands: ["current", "lastEvent"] });
    expect({ ...other, commands: undefined }).toEqual({ ...one, commands: undefined });
  });

  it("are kept as they came where they are settings or not known", () => {
    expect(only(message("0301ff"))).toMatchObject({ commands: ["command 03"], data: "ff" });
    expect(only(message("1f02020105"))).toMatchObject({ data: "0105" });
  });

  it.each([
    ["07048000", "short"],
    ["0703800001", "short"],
    ["0705800001560a", "length"],
    ["2620008000007a", "value"],
    ["18070183ffffffff7f", "value"],
    ["1f0f0301f001", "value"],
  ])("are refused where they are cut or make no sense: %s", (commands, reason) => {
    const { items, faults } = message(commands);
    expect([items, faults[0]?.reason]).toEqual([[], reason]);
  });
});
