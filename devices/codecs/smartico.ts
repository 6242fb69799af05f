import { ByteReader, bitNames, byteHex } from "./byte-reader.ts";
import { type Codec, type CodecUplink, type Decoded, refused } from "./codec.ts";
import { cubicMetres, decodedBy, reading, standingEvents } from "./items.ts";
import { utcText } from "./moments.ts";

/** Smartico's gas meter G-1.6 and shut-off valve V-LR. */

const METER_FLAGS = [
  [
    "reverse_flow",
    "sensor_fault",
    "not_gas",
    "clock_reset",
    undefined,
    "power_on",
    "locked",
    "config_changed",
  ],
  ["low_battery", "motion", "magnet", "tamper", undefined, undefined, undefined, "overload"],
] as const;

const VALVE_FLAGS = [
  ...["low_battery", "motion", "magnet", "tamper", "power_on", "power_from_battery", "clock_error"],
  "config_changed",
];

/** The flags that kinds have events for. */
const EVENTS = {
  reverse_flow: "reverse_flow",
  low_battery: "low_battery",
  magnet: "magnet",
  tamper: "tamper",
};

/** FFFF. */
const NO_TEMPERATURE = -1;

function decodeMeter({ bytes, receivedAt }: CodecUplink): Decoded {
  if (bytes.length !== 13) return refused("length", "end", `${bytes.length} bytes, expected 13`);
  const reader = new ByteReader(bytes);
  const type = reader.byte("type");
  if (type !== 0x04) return refused("value", "byte 0 (type)", `${byteHex(type)}, expected 04`);
  const first = reader.byte("flags");
  const second = reader.byte("flags");
  const unknown = reader.byte("unknown");
  const serial = reader.uint(3, "serial");
  const litres = reader.uint(4, "volume");
  const hundredths = reader.int(2, "temperature");
  const flags = [...bitNames(first, METER_FLAGS[0]), ...bitNames(second, METER_FLAGS[1])];
  const observedAt = utcText(receivedAt);
  return decodedBy(reader, [
    reading({
      observedAt,
      volume: cubicMetres(litres),
      ...(hundredths === NO_TEMPERATURE ? {} : { temperature: hundredths / 100 }),
      flags,
      valve_code: (second >> 4) & 7,
      serial,
      byte_3: unknown,
    }),
    ...standingEvents(observedAt, flags, EVENTS),
  ]);
}

/** Bits 2 to 0 of the valve's byte. "Ready to open" waits for somebody at the valve; kinds have no word for it. */
const VALVE_STATES = [
  { valve_state: "unknown" },
  { valve: "closed" },
  { valve_state: "ready_to_open" },
  { valve: "open" },
] as const;

function decodeValve({ bytes, receivedAt }: CodecUplink): Decoded {
  if (bytes.length !== 6) return refused("length", "end", `${bytes.length} bytes, expected 6`);
  const reader = new ByteReader(bytes);
  const type = reader.byte("type");
  if (type !== 0x06) return refused("value", "byte 0 (type)", `${byteHex(type)}, expected 06`);
  const flags = bitNames(reader.byte("flags"), VALVE_FLAGS);
  const state = reader.byte("valve");
  const model = state >> 6;
  const code = state & 7;
  const observedAt = utcText(receivedAt);
  return decodedBy(reader, [
    reading({
      observedAt,
      ...(VALVE_STATES[code] ?? { valve: "abnormal", valve_code: code }),
      flags,
      medium: ["gas", "water"][model] ?? model,
      serial: String(reader.uint(3, "serial")).padStart(7, "0"),
    }),
    ...standingEvents(observedAt, flags, EVENTS),
  ]);
}

export const SMARTICO: readonly Codec[] = [
  {
    model: "smartico-g1.6",
    maker: "Smartico",
    measures: "volume of gas, temperature, flags",
    ports: [2],
    decode: decodeMeter,
  },
  {
    model: "smartico-v-lr",
    maker: "Smartico",
    measures: "state of a shut-off valve, flags",
    ports: [2],
    decode: decodeValve,
  },
];
