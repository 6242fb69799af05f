import { ByteReader, bitNames, byteHex, hexOf } from "./byte-reader.ts";
import { type Codec, type CodecUplink, type Decoded, refused } from "./codec.ts";
import { decodedBy, ItemsByMoment, pulsesOf, reading } from "./items.ts";
import { utcText } from "./moments.ts";
import { type BatchForm, type BatchMeasure, readBatch } from "./watteco-batch.ts";

/** Watteco's sensors: reports of one attribute, after ZigBee's cluster library, and batches. */

type Told = Readonly<Record<string, unknown>>;

type BatchRegister = BatchMeasure & { readonly input: number };
type BatchValue = BatchMeasure & { readonly key: string; readonly divisor?: number };
/** A measure in batches: the pulses of an input, from 1, or another value. */
type BatchPart = BatchRegister | BatchValue;

/** What one model measures, where each of its inputs is. */
interface Sensor extends BatchForm<BatchPart> {
  readonly inputs: number;
  /** Keys of analog values by endpoint. */
  readonly analog: readonly string[];
}

const register = (input: number): BatchPart => ({ input, bits: 32, resolution: 1 });
const state = (input: number): BatchPart => ({ key: `state_${input}`, bits: 1, resolution: 1 });
const float = (key: string, resolution: number): BatchPart => ({ key, bits: 32, float: true, resolution });
/** In mV, with steps of 0.1 V. */
const volts = (key: string): BatchPart => ({ key, bits: 16, resolution: 100, divisor: 1000 });

const THREE = [1, 2, 3];

const PULSE_SENSO: Sensor = {
  inputs: 3,
  analog: [],
  labelBits: 4,
  measures: [
    ...THREE.map(register),
    ...THREE.map(state),
    volts("battery"),
    { key: "multi_state", bits: 16, resolution: 1, divisor: 100 },
  ],
};

const FLASHO: Sensor = { inputs: 1, analog: [], labelBits: 1, measures: [register(1), volts("battery")] };

const VOLTS = ["voltage_1", "voltage_2", "ratiometric_voltage_1", "ratiometric_voltage_2"];
const TORANO: Sensor = {
  inputs: 3,
  analog: ["current_ma", ...VOLTS],
  labelBits: 4,
  measures: [
    ...THREE.map(register),
    ...THREE.map(state),
    float("current_ma", 0.004),
    ...VOLTS.map((key) => float(key, 1)),
    volts("battery"),
  ],
};

const PRESSO: Sensor = {
  inputs: 1,
  analog: ["current_ma", "voltage"],
  labelBits: 3,
  measures: [
    float("current_ma", 0.004),
    float("voltage", 1),
    volts("battery"),
    volts("external_voltage"),
    register(1),
  ],
};

/** The bytes of a value by its type; a text or a list has its length in front. */
const SIZES: ReadonlyMap<number, number> = new Map([
  ...[0x08, 0x10, 0x18, 0x20, 0x28, 0x30].map((type): [number, number] => [type, 1]),
  ...[0x09, 0x19, 0x21, 0x29].map((type): [number, number] => [type, 2]),
  ...[0x0a, 0x1a, 0x22, 0x2a].map((type): [number, number] => [type, 3]),
  ...[0x0b, 0x1b, 0x23, 0x2b, 0x39].map((type): [number, number] => [type, 4]),
  [0x0c, 5],
  [0x0d, 6],
  [0x25, 6],
]);
const LENGTHS: ReadonlyMap<number, number> = new Map([
  [0x41, 1],
  [0x42, 1],
  [0x43, 2],
  [0x4c, 2],
]);

/** A value with the bytes that its type has. */
function typedValueOf(reader: ByteReader): Uint8Array {
  const type = reader.byte("type");
  const lengthBytes = LENGTHS.get(type);
  const size = lengthBytes === undefined ? SIZES.get(type) : reader.uint(lengthBytes, "length");
  if (size === undefined)
    reader.fail("unknown", "type", `${byteHex(type)} has no known length`, reader.at - 1);
  return reader.take(size ?? 0, "value");
}

/** A float of 4 bytes has some seven digits; what is no number stays as it came. */
function floatValue(value: Uint8Array): number | string {
  const read = new ByteReader(value).float("value");
  return Number.isFinite(read) ? Number(read.toPrecision(7)) : hexOf(value);
}

const uintOf = (value: Uint8Array): number => new ByteReader(value).uint(Math.min(value.length, 6), "value");

/** Voltages by source, as far as they are there; the last byte says which of them is in use. */
function powerOf(value: Uint8Array): Told {
  const reader = new ByteReader(value);
  reader.byte("modes");
  const sources = ["external_voltage", "rechargeable_battery", "battery", "solar_voltage", "tic_voltage"];
  const there = bitNames(reader.byte("sources"), sources);
  const told = Object.fromEntries(there.map((key) => [key, reader.uint(2, key) / 1000]));
  const source = reader.byte("source");
  return reader.fault ? { power: hexOf(value) } : { ...told, power_source: source };
}

type AttributeReader = (value: Uint8Array, endpoint: number, sensor: Sensor, uplink: CodecUplink) => Told;

const ATTRIBUTES: Readonly<Record<string, AttributeReader>> = {
  "0000/0002": (value) => ({
    firmware: `${value.subarray(0, 3).join(".")}.${uintOf(value.subarray(3))}`,
  }),
  "000C/0055": (value, endpoint, { analog }) => ({
    [analog[endpoint] ?? `analog_${endpoint}`]: floatValue(value),
  }),
  "000F/0055": (value, endpoint, { inputs }) => ({
    [inputs === 1 ? "state" : `state_${endpoint + 1}`]: uintOf(value) !== 0,
  }),
  "000F/0402": (value, endpoint, { inputs }, { settings }) =>
    pulsesOf({ [endpoint + 1]: uintOf(value) }, settings, inputs),
  "0050/0006": powerOf,
  "8004/0000": (value) => ({ message_type: ["unconfirmed", "confirmed"][uintOf(value)] ?? hexOf(value) }),
  "8005/0000": (value, _endpoint, { inputs }) => {
    const states = uintOf(value);
    return Object.fromEntries(
      Array.from({ length: inputs }, (_, input) => [`state_${input + 1}`, ((states >> input) & 1) === 1]),
    );
  },
};

const [REPORT, ALARM_REPORT, READ_ANSWER] = [0x0a, 0x8a, 0x01];
const CONFIGURATION_ANSWERS = [0x07, 0x09];

function reportOf(reader: ByteReader, sensor: Sensor, uplink: CodecUplink): Told {
  const control = reader.byte("frame control");
  const endpoint = (control >> 5) | ((control & 6) << 2);
  const command = reader.byte("command");
  const cluster = reader.hex(2, "cluster").toUpperCase();
  if (CONFIGURATION_ANSWERS.includes(command))
    return { cluster, command: byteHex(command), data: reader.hex(reader.left, "data") };
  const isReport = command === REPORT || command === ALARM_REPORT;
  if (!isReport && command !== READ_ANSWER) {
    reader.fail("unknown", "command", `${byteHex(command)}, expected 0A, 8A, 01, 07 or 09`, 1);
    return {};
  }
  const attribute = `${cluster}/${reader.hex(2, "attribute").toUpperCase()}`;
  const status = isReport ? 0 : reader.byte("status");
  if (status !== 0) return { attribute, status, data: reader.hex(reader.left, "data") };
  const value = typedValueOf(reader);
  if (reader.fault) return {};
  const read = ATTRIBUTES[attribute];
  return {
    ...(read ? read(value, endpoint, sensor, uplink) : { value: hexOf(value) }),
    attribute,
    endpoint,
    ...(command === ALARM_REPORT ? { alarm: true } : {}),
    // Why it reports now: criteria of the device, which is where they are set.
    ...(reader.left > 0 ? { cause: reader.hex(reader.left, "cause") } : {}),
  };
}

function decodeBatch({ bytes, receivedAt, settings }: CodecUplink, sensor: Sensor): Decoded {
  const batch = readBatch(bytes, sensor);
  if ("reason" in batch) return { items: [], faults: [batch] };
  const moments = new ItemsByMoment();
  for (const { measure, at, value } of batch.samples) {
    const told =
      "input" in measure
        ? pulsesOf({ [measure.input]: value }, settings, sensor.inputs)
        : { [measure.key]: sampleOf(measure, value) };
    const observedAt = receivedAt - (batch.sentAt - at) * 1000;
    moments.add(utcText(observedAt), { ...told, batch: batch.counter });
  }
  const items = moments.items();
  return items.length > 0
    ? { items, faults: [] }
    : refused("value", "byte 0 (flags)", "a batch without a measure");
}

const sampleOf = ({ bits, divisor = 1 }: BatchValue, value: number): number | boolean =>
  bits === 1 ? value === 1 : Number((value / divisor).toPrecision(7));

function decodeWatteco(uplink: CodecUplink, sensor: Sensor): Decoded {
  // Batches have an even first byte.
  if ((uplink.bytes[0]! & 1) === 0) return decodeBatch(uplink, sensor);
  const reader = new ByteReader(uplink.bytes);
  const told = reportOf(reader, sensor, uplink);
  return decodedBy(reader, [reading({ observedAt: utcText(uplink.receivedAt), ...told })]);
}

const watteco = (model: string, measures: string, sensor: Sensor): Codec => ({
  model: `watteco-${model}`,
  maker: "Watteco",
  measures,
  ports: [125],
  decode: (uplink) => decodeWatteco(uplink, sensor),
});

export const WATTECO: readonly Codec[] = [
  watteco("pulse-senso", "pulses and states of three inputs (Pulse Sens'O, also ATEX)", PULSE_SENSO),
  watteco("flasho", "pulses of an optical meter reader (Flash'O)", FLASHO),
  watteco("torano-atex", "pulses and states of three inputs, 4-20 mA, 0-5 V (Toran'O ATEX)", TORANO),
  watteco("presso", "4-20 mA, 0-10 V, pulses (Press'O)", PRESSO),
];
