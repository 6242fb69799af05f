import { type ByteReader, bitNames } from "./byte-reader.ts";
import { extendedOf, time2000 } from "./jooby-body.ts";

/** The events of Jooby's modules. */

export interface JoobyEvent {
  /** A type of kinds where there is one. */
  readonly types: readonly string[];
  readonly event: string;
  readonly sequence: number;
  /** By the module's clock, in epoch milliseconds; undefined where it tells none. */
  readonly at: number | undefined;
  readonly told: Readonly<Record<string, unknown>>;
}

/** Names by number, from 1. */
const NAMES = (
  "MAGNET_ON MAGNET_OFF ACTIVATE DEACTIVATE BATTERY_ALARM CAN_OFF INSERT REMOVE COUNTER_OVER SET_TIME ACTIVATE_MTX " +
  "CONNECT DISCONNECT DEPASS_DONE OPTOLOW OPTOFLASH MTX JOIN_ACCEPT WATER_EVENT WATER_NO_RESPONSE OPTOSENSOR_ERROR " +
  "BINARY_SENSOR_ON BINARY_SENSOR_OFF TEMPERATURE_SENSOR_HYSTERESIS TEMPERATURE_SENSOR_LOW_TEMPERATURE " +
  "TEMPERATURE_SENSOR_HIGH_TEMPERATURE"
).split(" ");

const nameOf = (id: number): string => NAMES[id - 1] ?? `EVENT_${id}`;

/** Types that kinds have for an event; another one is told under its own name. */
const TYPES: Readonly<Record<string, string>> = {
  MAGNET_ON: "magnet",
  BATTERY_ALARM: "low_battery",
  CAN_OFF: "tamper",
  REMOVE: "tamper",
};

const typeOf = (name: string): string => TYPES[name] ?? name.toLowerCase();

const WATER_FLAGS = [
  ...["transport_mode", "frequency_output", "reverse_flow", "tamper_break"],
  ...["leakage", "pipe_break", "pipe_empty", "battery_discharge"],
];
const METER_FLAGS = [
  ...["meter_case_open", "magnet", "parameters_set_remotely", "parameters_set_locally"],
  ...["meter_program_restarted", "locked_out", "time_set", "time_corrected", "meter_failure"],
  ...[
    "meter_terminal_box_open",
    "module_compartment_open",
    "tariff_plan_changed",
    "new_tariff_plan_received",
  ],
  ...["electromagnetic_influence_reset", "magnetic_influence_reset"],
];

const FLAG_TYPES: Readonly<Record<string, string>> = {
  reverse_flow: "reverse_flow",
  tamper_break: "tamper",
  leakage: "leak",
  pipe_break: "leak",
  battery_discharge: "low_battery",
  magnet: "magnet",
  meter_case_open: "case_open",
  meter_terminal_box_open: "case_open",
};

interface Body {
  readonly at?: number;
  readonly told?: Readonly<Record<string, unknown>>;
  readonly flags?: readonly string[];
}

const timed = (reader: ByteReader): Body => ({ at: time2000(reader) });

/** Two voltages of twelve bits. */
export function voltagesOf(reader: ByteReader): { low: number | undefined; high: number | undefined } {
  const word = reader.uint(3, "voltages");
  const known = (millivolts: number) => (millivolts === 0xfff ? undefined : millivolts);
  return { low: known(word >> 12), high: known(word & 0xfff) };
}

const BODIES: Readonly<Record<string, (reader: ByteReader) => Body>> = {
  BATTERY_ALARM: (reader) => ({ told: { battery: reader.uint(2, "voltage") / 1000 } }),
  SET_TIME: () => ({}),
  ACTIVATE_MTX: (reader) => ({ ...timed(reader), told: { meter: reader.hex(8, "device id") } }),
  CONNECT: inputOf,
  DISCONNECT: inputOf,
  DEPASS_DONE(reader) {
    const seconds = reader.uint(4, "duration");
    const code = reader.byte("status");
    const { low, high } = voltagesOf(reader);
    const milliohms = reader.uint(2, "internal resistance");
    const told = { seconds, code, no_load_mv: low, load_mv: high, internal_resistance_mohm: milliohms };
    return { told };
  },
  MTX: (reader) => ({ flags: bitNames(reader.uintLow(2, "status"), METER_FLAGS) }),
  WATER_EVENT(reader) {
    const { at } = timed(reader);
    const flags = bitNames(reader.byte("status"), WATER_FLAGS);
    return { at: at!, flags, told: { error: reader.byte("error") } };
  },
  BINARY_SENSOR_ON: sensorOf,
  BINARY_SENSOR_OFF: sensorOf,
  TEMPERATURE_SENSOR_HYSTERESIS: temperatureOf,
  TEMPERATURE_SENSOR_LOW_TEMPERATURE: temperatureOf,
  TEMPERATURE_SENSOR_HIGH_TEMPERATURE: temperatureOf,
};

function inputOf(reader: ByteReader): Body {
  const channel = reader.byte("channel") + 1;
  return { told: { channel, pulses: extendedOf(reader) } };
}

function sensorOf(reader: ByteReader): Body {
  return { at: time2000(reader), told: { channel: reader.byte("channel") + 1 } };
}

function temperatureOf(reader: ByteReader): Body {
  const { at, told } = sensorOf(reader);
  return { at: at!, told: { ...told, temperature: reader.int(1, "temperature") } };
}

/** A new event. Its body follows from its number; of SET_TIME we know none. */
export function newEventOf(reader: ByteReader): JoobyEvent {
  const event = nameOf(reader.byte("event"));
  const sequence = reader.byte("sequence number");
  const isKnown = NAMES.includes(event);
  const { at, told = {}, flags } = isKnown ? (BODIES[event] ?? timed)(reader) : ({} as Body);
  const rest = reader.left > 0 ? { data: reader.hex(reader.left, "rest") } : {};
  const flagged = [...new Set((flags ?? []).flatMap((flag) => FLAG_TYPES[flag] ?? []))];
  const types = flagged.length > 0 ? flagged : [typeOf(event)];
  return { types, event, sequence, at, told: { ...told, ...(flags ? { flags } : {}), ...rest } };
}

/** Events of the archive: a time, a number and a sequence number each. */
export function archivedEventsOf(reader: ByteReader): JoobyEvent[] {
  const events: JoobyEvent[] = [];
  while (reader.left > 0) {
    const at = time2000(reader);
    const event = nameOf(reader.byte("event"));
    events.push({ types: [typeOf(event)], event, sequence: reader.byte("sequence number"), at, told: {} });
  }
  return events;
}
