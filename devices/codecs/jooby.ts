import { DAY_MS, HOUR_MS } from "../local-time.ts";
import { ByteReader, bitNames, byteHex } from "./byte-reader.ts";
import type { Codec, CodecItem, CodecSettings, CodecUplink, Decoded } from "./codec.ts";
import { decodedBy, happening, ItemsByMoment, pulsesOf, standing } from "./items.ts";
import {
  channelsOf,
  channelValues,
  counterOf,
  dateOf,
  hourCounterOf,
  hourlyOf,
  hoursOf,
  type JoobyChannel,
  NOTHING_ARCHIVED,
  time2000,
} from "./jooby-body.ts";
import { archivedEventsOf, type JoobyEvent, newEventOf, voltagesOf } from "./jooby-events.ts";
import { timesOf, utcText } from "./moments.ts";

/** Jooby's pulse modules on gas and water meters ("analog"): commands one behind the other, and a check. */

const LRC_SEED = 0x55;
/** Commands of several inputs may name so many. */
const MOST_INPUTS = 35;

/** What a message has told so far. */
interface Telling {
  readonly receivedAt: number;
  readonly settings: CodecSettings | undefined;
  readonly moments: ItemsByMoment;
  readonly events: CodecItem[];
}

type Told = Readonly<Record<string, unknown>>;
type CommandReader = (reader: ByteReader, telling: Telling, command: string) => void;

/** Tells of a moment: `at` by the module's clock, which its archive goes by; undefined: now. */
function tell({ moments, receivedAt }: Telling, at: number | undefined, told: Told): void {
  moments.add(utcText(at ?? receivedAt), told);
}

const registersOf = (channels: readonly JoobyChannel[], index: number, isArchive: boolean) =>
  Object.fromEntries(
    channels.flatMap(({ channel, values }): [number, number][] => {
      const pulses = values[index];
      const isThere = pulses !== undefined && !(isArchive && pulses === NOTHING_ARCHIVED);
      return isThere ? [[channel, pulses]] : [];
    }),
  );

/** Where registers come from: the archive has places without one. */
interface Origin {
  readonly index?: number;
  readonly isArchive?: boolean;
}

/** Registers of several inputs; where the module knows what a pulse stands for, their volume as well. */
function tellChannels(
  telling: Telling,
  command: string,
  at: number | undefined,
  channels: readonly JoobyChannel[],
  { index = 0, isArchive = false }: Origin = {},
): void {
  const { settings } = telling;
  const own = channels.find(({ channel }) => channel === (settings?.channel ?? 1));
  const registers = registersOf(channels, index, isArchive);
  const weights = channels.flatMap(({ channel, litresPerPulse }) =>
    litresPerPulse === undefined ? [] : [[`litres_per_pulse_${channel}`, litresPerPulse] as const],
  );
  tell(telling, at, {
    commands: [command],
    // What the module says of its pulses stands above what the settings say.
    ...pulsesOf(
      registers,
      { ...settings, litresPerPulse: own?.litresPerPulse ?? settings?.litresPerPulse },
      MOST_INPUTS,
    ),
    ...Object.fromEntries(weights),
  });
}

/** Steps by hours stand as they came: whether they lead to the register or away from it is not among our facts. */
function tellSteps(telling: Telling, at: number, channels: readonly JoobyChannel[]): void {
  const told = channels
    .filter(({ values }) => values.length > 1)
    .map(({ channel, values }) => [`steps_${channel}`, values.slice(1)] as const);
  if (told.length > 0) tell(telling, at, Object.fromEntries(told));
}

const currentOfChannels =
  (weighed: boolean): CommandReader =>
  (reader, telling, command) =>
    tellChannels(telling, command, undefined, channelValues(reader, channelsOf(reader), 1, weighed));

const dayOfChannels =
  (weighed: boolean): CommandReader =>
  (reader, telling, command) => {
    const at = dateOf(reader);
    tellChannels(telling, command, at, channelValues(reader, channelsOf(reader), 1, weighed));
  };

const daysOfChannels =
  (weighed: boolean): CommandReader =>
  (reader, telling, command) => {
    const first = dateOf(reader);
    const channels = channelsOf(reader);
    const days = reader.byte("days");
    const values = channelValues(reader, channels, days, weighed);
    // No more days than values were read.
    for (let day = 0; day < (values[0]?.values.length ?? 0); day++)
      tellChannels(telling, command, first + day * DAY_MS, values, { index: day, isArchive: true });
  };

const hourOfChannels =
  (weighed: boolean, isArchive = false): CommandReader =>
  (reader, telling, command) => {
    const day = dateOf(reader);
    const { hourMs, hours } = hoursOf(reader.byte("hours"));
    const values = channelValues(reader, channelsOf(reader), Math.max(1, hours), weighed);
    tellChannels(telling, command, day + hourMs, values, { isArchive });
    tellSteps(telling, day + hourMs, values);
  };

const longHourOfChannels =
  (isArchive: boolean): CommandReader =>
  (reader, telling, command) => {
    const day = dateOf(reader);
    const at = day + reader.byte("hour") * HOUR_MS;
    const hours = reader.byte("hours");
    const values = channelValues(reader, channelsOf(reader), hours + 1, false);
    tellChannels(telling, command, at, values, { isArchive });
    tellSteps(telling, at, values);
  };

/** One input. */
function tellCounter(
  telling: Telling,
  command: string,
  at: number | undefined,
  { pulses, magnet }: { readonly pulses: number; readonly magnet: boolean },
): void {
  tell(telling, at, { commands: [command], ...pulsesOf({ 1: pulses }, telling.settings), magnet });
  if (!magnet || at !== undefined) return;
  const observedAt = utcText(telling.receivedAt);
  telling.events.push(standing({ type: "magnet", observedAt }));
}

const hourly: CommandReader = (reader, telling, command) => {
  const { at, steps, ...counter } = hourlyOf(reader);
  tellCounter(telling, command, at, counter);
  if (steps.length > 0) tell(telling, at, { steps });
};

/** An event's time is the module's clock, where that can be right. */
function tellEvent(telling: Telling, { types, event, sequence, at, told }: JoobyEvent): void {
  const times = timesOf(at, telling.receivedAt);
  for (const type of types) telling.events.push(happening({ type, ...times, event, sequence, ...told }));
}

const GAS_STATUS = ["low_battery", "magnet", "button_released", "connection_lost"];

/** Hardware whose status is that of a module in a meter: radio and counters. */
const IN_METER = new Set([7, 14, 21]);
const WITH_BATTERY = new Set([1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 13, 24]);

const percentOf = (raw: number): number | undefined =>
  raw === 0xff ? undefined : Math.round((raw * 1000) / 254) / 10;

const volts = (millivolts: number | undefined): number | undefined =>
  millivolts === undefined ? undefined : millivolts / 1000;

const milliohms = (raw: number): number | undefined => (raw === 0xffff ? undefined : raw);

const status: CommandReader = (reader, telling, command) => {
  const [softwareType, softwareVersion] = [reader.byte("software"), reader.byte("software")];
  const hardware = reader.byte("hardware");
  const told = {
    commands: [command],
    software: `${softwareType}.${softwareVersion}`,
    hardware: `${hardware}.${reader.byte("hardware")}`,
  };
  if (WITH_BATTERY.has(hardware)) tell(telling, undefined, { ...told, ...batteryOf(reader) });
  else if (IN_METER.has(hardware)) tell(telling, undefined, { ...told, ...radioOf(reader) });
  else tell(telling, undefined, { ...told, data: reader.hex(reader.left, "status") });
};

function batteryOf(reader: ByteReader): Told {
  const { low, high } = voltagesOf(reader);
  return {
    battery: volts(low),
    battery_under_load: volts(high),
    internal_resistance_mohm: milliohms(reader.uint(2, "internal resistance")),
    temperature: reader.int(1, "temperature"),
    battery_percent: percentOf(reader.byte("capacity")),
    last_event: reader.byte("last event"),
    // Older modules leave it out.
    downlink_quality: reader.left > 0 ? reader.byte("downlink quality") : undefined,
  };
}

function radioOf(reader: ByteReader): Told {
  return {
    uptime_s: reader.uint(4, "uptime"),
    reset_reason: reader.byte("reset reason"),
    rssi: reader.int(1, "RSSI"),
    snr: reader.int(1, "SNR"),
    downlink_requests: reader.byte("downlink requests"),
    downlink_fragments: reader.byte("downlink fragments"),
    uplink_responses: reader.byte("uplink responses"),
    uplink_fragments: reader.byte("uplink fragments"),
    margin_to_gateway: reader.byte("margin to gateway"),
    margin_from_gateway: reader.byte("margin from gateway"),
    gateways: reader.byte("gateways"),
    gateway_errors: reader.byte("gateway errors"),
    last_event: reader.byte("last event"),
  };
}

const batteryStatus: CommandReader = (reader, telling, command) =>
  tell(telling, undefined, {
    commands: [command],
    battery: knownVolts(reader.uint(2, "voltage")),
    battery_under_load: knownVolts(reader.uint(2, "voltage under load")),
    internal_resistance_mohm: milliohms(reader.uint(2, "internal resistance")),
    temperature: reader.int(1, "temperature"),
    capacity_raw: reader.byte("capacity"),
    overconsumption: reader.byte("overconsumption") === 1,
    overconsumption_days: reader.uint(2, "overconsumption counter"),
  });

const knownVolts = (raw: number): number | undefined => volts(raw === 0xfff ? undefined : raw);

const waterBattery: CommandReader = (reader, telling, command) => {
  const { low, high } = voltagesOf(reader);
  tell(telling, undefined, {
    commands: [command],
    battery: volts(low),
    battery_under_load: volts(high),
    internal_resistance_mohm: milliohms(reader.uint(2, "internal resistance")),
    last_depassivation_s: reader.uint(2, "last depassivation"),
  });
};

const lastEvent: CommandReader = (reader, telling, command) => {
  const sequence = reader.byte("sequence number");
  const told = { commands: [command], last_event: sequence };
  // Two bytes come from modules of another sort, whose bits mean something else.
  if (reader.left === 1) {
    const flags = bitNames(reader.byte("status"), GAS_STATUS);
    tell(telling, undefined, { ...told, flags });
    const observedAt = utcText(telling.receivedAt);
    for (const type of flags.filter((flag) => flag === "low_battery" || flag === "magnet"))
      telling.events.push(standing({ type, observedAt }));
  } else tell(telling, undefined, { ...told, status: reader.hex(reader.left, "status") });
};

const SORTS = ["idle", "pulse", "power", "binary", "temperature", "binary_configurable"];
const sortOf = (code: number): string | number => SORTS[code] ?? code;

/** Inputs that are no pulse counters tell more of themselves. */
const channelsStatus: CommandReader = (reader, telling, command) => {
  while (reader.left > 0) {
    const sort = sortOf(reader.byte("type"));
    const channel = reader.byte("channel") + 1;
    const told = { commands: [command], [`input_${channel}`]: sort };
    if (sort === "binary" || sort === "binary_configurable")
      tell(telling, undefined, { ...told, [`state_${channel}`]: reader.byte("state") !== 0 });
    else if (sort === "temperature") {
      const temperature = reader.int(1, "temperature");
      // Its time counts from the module's start where that has no clock.
      const measured = reader.uint(4, "time");
      tell(telling, undefined, {
        ...told,
        [`temperature_${channel}`]: temperature,
        [`temperature_time_${channel}`]: measured,
      });
    } else tell(telling, undefined, told);
  }
};

const channelsTypes: CommandReader = (reader, telling, command) =>
  tell(telling, undefined, {
    commands: [command],
    ...Object.fromEntries(
      [...reader.take(reader.left, "types")].map((code, index) => [`input_${index + 1}`, sortOf(code)]),
    ),
  });

/** Of modules on NB-IoT. */
const signalQuality: CommandReader = (reader, telling, command) =>
  tell(telling, undefined, {
    commands: [command],
    rssi: reader.int(1, "RSSI"),
    rsrp: reader.int(1, "RSRP"),
    rsrq: reader.int(1, "RSRQ"),
    sinr: reader.int(1, "SINR"),
    tx_power: reader.int(1, "power"),
    coverage_level: reader.byte("coverage"),
  });

const COMMANDS: ReadonlyMap<number, readonly [name: string, read: CommandReader]> = new Map<
  number,
  readonly [string, CommandReader]
>([
  [0x05, ["getArchiveHours", hourly]],
  [
    0x06,
    [
      "getArchiveDays",
      (reader, telling, command) => {
        const first = dateOf(reader);
        for (let day = 0; reader.left > 0; day++)
          tellCounter(telling, command, first + day * DAY_MS, counterOf(reader));
      },
    ],
  ],
  [
    0x07,
    ["current", (reader, telling, command) => tellCounter(telling, command, undefined, counterOf(reader))],
  ],
  [
    0x09,
    [
      "time2000",
      (reader, telling, command) => {
        const sequence = reader.byte("sequence number");
        tell(telling, undefined, { commands: [command], sequence, meter_clock: utcText(time2000(reader)) });
      },
    ],
  ],
  [
    0x0b,
    [
      "getArchiveEvents",
      (reader, telling) => {
        for (const event of archivedEventsOf(reader)) tellEvent(telling, event);
      },
    ],
  ],
  [0x14, ["status", status]],
  [0x15, ["newEvent", (reader, telling) => tellEvent(telling, newEventOf(reader))]],
  [0x16, ["dayMc", dayOfChannels(false)]],
  [0x17, ["hourMc", hourOfChannels(false)]],
  [0x18, ["currentMc", currentOfChannels(false)]],
  [0x1a, ["getArchiveHoursMc", hourOfChannels(false, true)]],
  [0x1b, ["getArchiveDaysMc", daysOfChannels(false)]],
  [
    0x20,
    [
      "day",
      (reader, telling, command) => {
        const { at, ...counter } = hourCounterOf(reader);
        tellCounter(telling, command, at, counter);
      },
    ],
  ],
  [0x40, ["hour", hourly]],
  [0x60, ["lastEvent", lastEvent]],
  [0x051f, ["getBatteryStatus", batteryStatus]],
  [0x0a1f, ["exAbsHourMc", hourOfChannels(true)]],
  [0x0b1f, ["exAbsDayMc", dayOfChannels(true)]],
  // By the maker's library its answer has no pulse coefficients, unlike the others of absolute values.
  [0x0c1f, ["getExAbsArchiveHoursMc", hourOfChannels(false, true)]],
  [0x0d1f, ["getExAbsArchiveDaysMc", daysOfChannels(true)]],
  [0x0f1f, ["exAbsCurrentMc", currentOfChannels(true)]],
  [0x141f, ["usWaterMeterBatteryStatus", waterBattery]],
  [0x301f, ["getArchiveHoursMcEx", longHourOfChannels(true)]],
  [0x321f, ["getChannelsStatus", channelsStatus]],
  [0x331f, ["getChannelsTypes", channelsTypes]],
  [0x341f, ["signalQuality", signalQuality]],
  [0x311f, ["hourMcEx", longHourOfChannels(false)]],
]);

/** The head of a command: one byte for common ones, two, or three where the first is 1F. */
function headOf(reader: ByteReader): { id: number; size: number } {
  const first = reader.byte("command");
  if ((first & 0xe0) !== 0) return { id: first & 0xe0, size: first & 0x1f };
  if (first !== 0x1f) return { id: first, size: reader.byte("size") };
  const id = reader.byte("command") * 256 + 0x1f;
  return { id, size: reader.byte("size") };
}

function readCommand(reader: ByteReader, telling: Telling): void {
  const began = reader.at;
  const { id, size } = headOf(reader);
  const known = COMMANDS.get(id);
  const name = known?.[0] ?? `command ${byteHex(id)}`;
  const body = new ByteReader(reader.take(size, name));
  if (reader.fault) return;
  if (known === undefined) {
    tell(telling, undefined, { commands: [name], data: body.hex(size, name) });
    return;
  }
  known[1](body, telling, name);
  body.expectEnd();
  if (body.fault) reader.fail(body.fault.reason, `${name}, ${body.fault.at}`, body.fault.detail, began);
}

function decodeJooby({ bytes, receivedAt, settings }: CodecUplink): Decoded {
  const reader = new ByteReader(bytes.subarray(0, -1));
  const check = bytes.at(-1)!;
  const lrc = reader.bytes.reduce((all, byte) => all ^ byte, LRC_SEED);
  if (bytes.length < 2) reader.fail("short", "LRC", "1 byte, expected a command and its check");
  else if (lrc !== check)
    reader.fail("checksum", "LRC", `${byteHex(check)}, expected ${byteHex(lrc)}`, bytes.length - 1);
  const telling: Telling = { receivedAt, settings, moments: new ItemsByMoment(), events: [] };
  while (!reader.fault && reader.left > 0) readCommand(reader, telling);
  const items = [...telling.moments.items(), ...telling.events];
  if (items.length === 0) reader.fail("value", "commands", "they tell nothing", 0);
  return decodedBy(reader, items);
}

export const JOOBY: readonly Codec[] = [
  {
    model: "jooby-analog",
    maker: "Jooby",
    measures: "pulses of gas and water meters, events, battery (GASI and multi-channel modules)",
    decode: decodeJooby,
  },
];
