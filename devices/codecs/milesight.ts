import { ByteReader, byteHex } from "./byte-reader.ts";
import type { Codec, CodecUplink, Decoded } from "./codec.ts";
import { decodedBy, ItemsByMoment, pulsesOf, standing } from "./items.ts";
import { utcText } from "./moments.ts";

/** Milesight's sensors: a channel, a type, a value, and so on; the low byte first. */

/** What an uplink has told so far. */
interface Told {
  readonly uplink: CodecUplink;
  readonly moments: ItemsByMoment;
  readonly events: string[];
}

type Values = Readonly<Record<string, unknown>>;
type PartReader = (reader: ByteReader, told: Told) => Values | undefined;

const onOff = (code: number): string | number => ["off", "on"][code] ?? code;

const number =
  (key: string, length: number, divisor = 1): PartReader =>
  (reader) => ({ [key]: reader.uintLow(length, key) / divisor });

const signedTenths =
  (key: string): PartReader =>
  (reader) => ({ [key]: reader.intLow(2, key) / 10 });

const version =
  (key: string): PartReader =>
  (reader) => ({ [key]: reader.hex(2, key) });

/** Parts that sensors of every model have, mostly once when they join. */
const COMMON: Readonly<Record<string, PartReader>> = {
  "01 75": number("battery_percent", 1),
  "FF 01": number("protocol_version", 1),
  "FF 03": number("report_interval_s", 2),
  "FF 08": (reader) => ({ serial: reader.hex(6, "serial") }),
  "FF 09": version("hardware"),
  "FF 0A": version("firmware"),
  "FF 0B": number("device_status", 1),
  "FF 0F": number("lorawan_class", 1),
  "FF 16": (reader) => ({ serial: reader.hex(8, "serial") }),
  "FF FE": number("reset_event", 1),
  "FF FF": version("tsl_version"),
};

const CLIMATE: Readonly<Record<string, PartReader>> = {
  "03 67": signedTenths("temperature"),
  "04 68": number("humidity", 1, 2),
};

const leakOf = (code: number): string | number => ["normal", "leak"][code] ?? code;

/** A moment of the past: seconds since 1970, then what was measured. */
const history =
  (rest: (reader: ByteReader, told: Told) => Values): PartReader =>
  (reader, told) => {
    const at = reader.uintLow(4, "time") * 1000;
    const values = {
      temperature: reader.intLow(2, "temperature") / 10,
      humidity: reader.byte("humidity") / 2,
    };
    told.moments.add(utcText(at), { ...values, ...rest(reader, told) });
    return undefined;
  };

const LEAK: Readonly<Record<string, PartReader>> = {
  "05 00": (reader, told) => {
    const leak = leakOf(reader.byte("leak"));
    if (leak === "leak") told.events.push("leak");
    return { leak };
  },
  "20 CE": history((reader) => ({ leak: leakOf(reader.byte("leak")) })),
};

const COUNTER: Readonly<Record<string, PartReader>> = {
  "05 00": (reader) => ({ input: reader.byte("input") }),
  "05 C8": (reader, { uplink }) => pulsesOf({ 1: reader.uintLow(4, "pulses") }, uplink.settings),
  "20 CE": history((reader, { uplink }) => {
    const input = { input_mode: reader.byte("mode"), input: reader.byte("input") };
    return { ...input, ...pulsesOf({ 1: reader.uintLow(4, "pulses") }, uplink.settings) };
  }),
};

const AIR: Readonly<Record<string, PartReader>> = {
  "05 6A": number("activity", 2),
  "06 65": (reader) => ({
    illumination: reader.uintLow(2, "illumination"),
    infrared_and_visible: reader.uintLow(2, "infrared and visible"),
    infrared: reader.uintLow(2, "infrared"),
  }),
  "07 7D": number("co2", 2),
  "08 7D": number("tvoc", 2),
  // In tenths of hPa; kinds have kPa.
  "09 73": number("pressure", 2, 100),
};

const GAS_ALARMS = ["power_off", "power_on", "sensor_fault", "sensor_recovered", "soon_invalid", "invalid"];

const GAS: Readonly<Record<string, PartReader>> = {
  "05 8E": (reader, told) => {
    const code = reader.byte("gas");
    if (code === 1) told.events.push("leak");
    return { gas: ["normal", "alarm"][code] ?? code };
  },
  // What "on" does to the valve is how it is wired.
  "06 01": (reader) => ({ valve_output: onOff(reader.byte("valve")) }),
  "07 01": (reader) => ({ relay_output: onOff(reader.byte("relay")) }),
  "08 90": number("life_left_s", 4),
  "FF 3F": (reader) => {
    const code = reader.byte("report");
    return { report: GAS_ALARMS[code] ?? code };
  },
};

const PEOPLE: Readonly<Record<string, PartReader>> = {
  "04 C9": (reader) => ({
    people: reader.byte("people"),
    regions: reader.byte("regions"),
    // The published examples contradict each other on its order.
    region_mask: reader.hex(2, "regions"),
  }),
};

function readPart(reader: ByteReader, parts: Readonly<Record<string, PartReader>>, told: Told): void {
  const began = reader.at;
  const [channel = 0, type = 0] = reader.take(2, "channel and type");
  const key = `${byteHex(channel)} ${byteHex(type)}`;
  const read = parts[key];
  if (read === undefined) {
    reader.fail("unknown", "channel and type", `${key} is none that the model has and we know`, began);
    return;
  }
  const values = read(reader, told);
  if (values !== undefined) told.moments.add(utcText(told.uplink.receivedAt), values);
}

const milesight = (
  model: string,
  measures: string,
  ...parts: readonly Readonly<Record<string, PartReader>>[]
): Codec => {
  const known: Readonly<Record<string, PartReader>> = Object.assign({}, COMMON, ...parts);
  return {
    model: `milesight-${model}`,
    maker: "Milesight",
    measures,
    decode(uplink): Decoded {
      const reader = new ByteReader(uplink.bytes);
      const told: Told = { uplink, moments: new ItemsByMoment(), events: [] };
      while (reader.left > 0 && !reader.fault) readPart(reader, known, told);
      const observedAt = utcText(uplink.receivedAt);
      const events = told.events.map((type) => standing({ type, observedAt }));
      return decodedBy(reader, [...told.moments.items(), ...events]);
    },
  };
};

export const MILESIGHT: readonly Codec[] = [
  milesight("am107", "temperature, humidity, CO2, TVOC, air pressure, light", CLIMATE, AIR),
  milesight("em300-di", "pulses, temperature, humidity", CLIMATE, COUNTER),
  milesight("em300-sld", "water leak at a spot, temperature, humidity", CLIMATE, LEAK),
  milesight("em300-zld", "water leak along a cable, temperature, humidity", CLIMATE, LEAK),
  milesight("em300-th", "temperature, humidity", CLIMATE),
  milesight("em500-pp", "pressure in a pipe", { "03 7B": number("pressure", 2) }),
  milesight("em500-pt100", "temperature", { "03 67": signedTenths("temperature") }),
  milesight("em500-udl", "distance, e.g. to a water's surface", { "03 82": number("distance_mm", 2) }),
  milesight("gs101", "household gas alarm", GAS),
  milesight("vs121", "people in regions", PEOPLE),
];
