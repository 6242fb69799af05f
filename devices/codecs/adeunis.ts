import { ByteReader, bitNames, byteHex } from "./byte-reader.ts";
import type { Codec, CodecItem, CodecUplink, Decoded } from "./codec.ts";
import { decodedBy, pulsesOf, reading, standingEvents } from "./items.ts";
import { utcText } from "./moments.ts";

/** Adeunis Pulse, versions 1 to 4: two pulse inputs, A and B. */

const STATUS = { configured: 0x01, lowBattery: 0x02, stamped: 0x04 };
const ALARMS = ["flow_a", "flow_b", "tamper_a", "tamper_b", "leak_a", "leak_b"];
const EVENTS = {
  low_battery: "low_battery",
  tamper_a: "tamper",
  tamper_b: "tamper",
  leak_a: "leak",
  leak_b: "leak",
};

const INPUTS = 2;

/** Time stamps count seconds from 2013. Whether they are UTC is a setting of the device. */
const EPOCH_2013_MS = Date.UTC(2013, 0, 1);

type Told = Readonly<Record<string, unknown>>;
type FrameReader = (reader: ByteReader, uplink: CodecUplink) => Told;

/**
 * Registers before the newest, newest first. How far apart they are is a setting of the device.
 * @returns steps from the first one on that leads below zero, as they came: the register has turned over or was set back there
 */
function historyOf(reader: ByteReader, newest: number): { history: number[]; steps: number[] } {
  const history: number[] = [];
  const steps: number[] = [];
  let register = newest;
  while (reader.left > 0) {
    const step = reader.uint(2, "step");
    register -= step;
    if (register < 0) steps.push(step);
    else history.push(register);
  }
  return { history, steps };
}

const periodic =
  (input: 1 | 2): FrameReader =>
  (reader, { settings }) => {
    const newest = reader.uint(4, "counter");
    const { history, steps } = historyOf(reader, newest);
    return {
      ...pulsesOf({ [input]: newest }, settings, INPUTS),
      ...(history.length > 0 ? { [`history_${input}`]: history } : {}),
      ...(steps.length > 0 ? { [`steps_${input}`]: steps } : {}),
    };
  };

const FRAMES: ReadonlyMap<number, FrameReader> = new Map<number, FrameReader>([
  [
    0x30,
    (reader) => ({
      flags: bitNames(reader.byte("alarms"), ALARMS),
      flow_max_1: reader.uint(2, "flow"),
      flow_max_2: reader.uint(2, "flow"),
      flow_min_1: reader.uint(2, "flow"),
      flow_min_2: reader.uint(2, "flow"),
    }),
  ],
  [
    0x46,
    (reader, { settings }) => {
      const registers = { 1: reader.uint(4, "counter A"), 2: reader.uint(4, "counter B") };
      return pulsesOf(registers, settings, INPUTS);
    },
  ],
  [0x47, (reader) => ({ flow_alarm_1: reader.uint(2, "flow A"), flow_alarm_2: reader.uint(2, "flow B") })],
  [0x5a, periodic(1)],
  [0x5b, periodic(2)],
]);

/**
 * The bytes of a frame with a time stamp. The bit that tells of one meant something else in the first versions, so where a
 * length is fixed, that decides.
 */
const STAMPED_FROM: Readonly<Record<number, number>> = { 48: 15, 70: 14, 71: 10, 90: 10, 91: 10 };

/** Settings and answers, which are kept as they came. */
const OTHERS = new Set([0x10, 0x11, 0x12, 0x1f, 0x20, 0x2f, 0x31, 0x33, 0x37, 0x48]);

function decodePulse(uplink: CodecUplink): Decoded {
  const { bytes, receivedAt } = uplink;
  const code = bytes[0]!;
  const status = bytes[1] ?? 0;
  const isStamped =
    (status & STATUS.stamped) !== 0 && bytes.length >= (STAMPED_FROM[code] ?? Number.POSITIVE_INFINITY);
  // The stamp stands behind all else.
  const reader = new ByteReader(isStamped ? bytes.subarray(0, -4) : bytes);
  reader.byte("code");
  reader.byte("status");
  const flags = bitNames(status & STATUS.lowBattery, [undefined, "low_battery"]);
  const observedAt = utcText(receivedAt);
  let told: Told = {};
  const read = FRAMES.get(code);
  if (read) told = read(reader, uplink);
  else if (OTHERS.has(code)) told = { data: reader.hex(reader.left, "data") };
  else reader.fail("unknown", "code", `${byteHex(code)}, expected 30, 46, 47, 5A or 5B`, 0);
  const { flags: alarms = [], ...rest } = told as { flags?: string[] };
  flags.push(...alarms);
  const items: CodecItem[] = [
    reading({
      observedAt,
      ...rest,
      flags,
      frame: byteHex(code),
      frame_counter: status >> 5,
      configured: (status & STATUS.configured) !== 0,
      ...(isStamped ? { meter_clock: stampOf(bytes) } : {}),
      ...(reader.left > 0 ? { rest: reader.hex(reader.left, "rest") } : {}),
    }),
    ...standingEvents(observedAt, flags, EVENTS),
  ];
  return decodedBy(reader, items);
}

/** Without a zone, as it has none. */
const stampOf = (bytes: Uint8Array): string => {
  const seconds = new ByteReader(bytes.subarray(-4)).uint(4, "time stamp");
  return utcText(EPOCH_2013_MS + seconds * 1000).slice(0, 19);
};

export const ADEUNIS: readonly Codec[] = [
  {
    model: "adeunis-pulse",
    maker: "Adeunis",
    measures: "pulses of two gas or water meters, leaks, tampering, battery",
    decode: decodePulse,
  },
];
