import { ByteReader, bitNames, byteHex, hexOf } from "./byte-reader.ts";
import type { Codec, CodecUplink, Decoded } from "./codec.ts";
import { cubicMetres, decodedBy, ItemFilling, reading, standingEvents } from "./items.ts";
import { CHINA_MINUTES, chinaText, clockMoment, isSane, utcText } from "./moments.ts";

/** The meter module of Chinese makers whose frames are `24`, tags with values, and a sum. */

const START = 0x24;

/** The bytes of a value by its tag; 0: its first byte says how many follow. */
const LENGTHS: ReadonlyMap<number, number> = new Map([
  ...runs(
    [0x01, 0x04, 4],
    [0x05, 0x05, 1],
    [0x06, 0x06, 2],
    [0x07, 0x08, 3],
    [0x09, 0x09, 1],
    [0x0a, 0x0a, 2],
  ),
  ...runs(
    [0x0b, 0x0e, 4],
    [0x0f, 0x12, 1],
    [0x13, 0x13, 4],
    [0x14, 0x15, 1],
    [0x16, 0x16, 4],
    [0x17, 0x17, 1],
  ),
  ...runs(
    [0x19, 0x19, 1],
    [0x1a, 0x1a, 2],
    [0x1b, 0x1b, 1],
    [0x1c, 0x1c, 6],
    [0x1d, 0x1d, 3],
    [0x1e, 0x1e, 8],
  ),
  ...runs(
    [0x1f, 0x20, 1],
    [0x21, 0x21, 4],
    [0x23, 0x24, 1],
    [0x25, 0x2a, 4],
    [0x2b, 0x2b, 1],
    [0x2c, 0x2d, 2],
  ),
  ...runs(
    [0x2e, 0x2e, 1],
    [0x2f, 0x2f, 8],
    [0x30, 0x31, 2],
    [0x33, 0x33, 2],
    [0x34, 0x34, 8],
    [0x35, 0x35, 16],
  ),
  ...runs(
    [0x36, 0x36, 2],
    [0x37, 0x37, 1],
    [0x38, 0x38, 4],
    [0x39, 0x3e, 2],
    [0x3f, 0x3f, 1],
    [0x40, 0x40, 2],
  ),
  ...runs(
    [0x41, 0x41, 4],
    [0x42, 0x42, 5],
    [0x43, 0x43, 9],
    [0x44, 0x44, 4],
    [0x45, 0x45, 1],
    [0x46, 0x46, 4],
  ),
  ...runs(
    [0x47, 0x48, 16],
    [0x49, 0x49, 4],
    [0x4a, 0x4a, 6],
    [0x4b, 0x4b, 0],
    [0x98, 0x98, 0],
    [0xa2, 0xa2, 0],
  ),
]);

function runs(
  ...all: readonly (readonly [first: number, last: number, length: number])[]
): [number, number][] {
  return all.flatMap(([first, last, length]) =>
    Array.from({ length: last - first + 1 }, (_, index): [number, number] => [first + index, length]),
  );
}

/** Litres of a pulse, by the code of tag 14. */
const PULSE_LITRES = [0.5, 1, 10, 100, 1000, 10_000];

const METER_TYPES = ["water", "gas", "heat", "electricity", "gas_sensor", "smoke_sensor", "electromagnetic"];

const REASONS: Readonly<Record<number, string>> = {
  0: "magnet",
  1: "routine",
  2: "magnetic_attack",
  3: "valve_control",
  7: "month_freeze",
  8: "year_freeze",
  9: "joined",
  14: "interval",
  16: "dense",
  19: "abnormal",
  21: "status_answer",
  22: "button",
};

/** Tag 33; what "closed" and the remote status say is no alarm. */
const STATUS = [
  [
    undefined,
    "disassembly",
    undefined,
    "error",
    "battery_removed",
    "magnetic_attack",
    "low_battery",
    "valve_fault",
  ],
  [
    undefined,
    ...[
      "magnetic_history",
      "pipe_burst",
      "drip",
      "empty_pipe",
      "disassembly_history",
      "reverse_flow",
      "seepage",
    ],
  ],
] as const;
const CLOSED = 4;
const FAULTY = 0x80;

const EVENTS = {
  disassembly: "tamper",
  magnetic_attack: "magnet",
  low_battery: "low_battery",
  reverse_flow: "reverse_flow",
  pipe_burst: "leak",
  drip: "leak",
  seepage: "leak",
};

/** The totals by tag. */
const TOTALS: Readonly<Record<number, string>> = {
  11: "volume",
  12: "settlement_volume",
  13: "month_freeze_volume",
  14: "year_freeze_volume",
};

/** What tags before have said, on which those behind depend. */
interface Frame {
  readonly filling: ItemFilling;
  readonly flags: string[];
  /** A total that comes before it is counted with one litre. */
  litres: number;
  clock: number | undefined;
}

type TagReader = (frame: Frame, value: ByteReader) => void;

const READERS: ReadonlyMap<number, TagReader> = new Map<number, TagReader>([
  [
    0x14,
    (frame, value) => {
      const code = value.byte("pulse constant");
      const litres = PULSE_LITRES[code];
      if (litres === undefined)
        value.fail("value", "pulse constant", `${byteHex(code)}, expected 00 to 05`, value.at - 1);
      else {
        frame.litres = litres;
        frame.filling.set("litres_per_pulse", litres);
      }
    },
  ],
  [0x16, ({ filling }, value) => filling.set("meter", String(value.uint(4, "meter number")))],
  [0x17, ({ filling }, value) => filling.set("valve_kind", value.byte("valve kind"))],
  [
    0x1a,
    ({ filling }, value) =>
      filling.set("battery", Math.floor((value.uint(2, "battery") * 1000) / 16.4) / 1000),
  ],
  [
    0x1b,
    ({ filling }, value) => {
      const code = value.byte("kind");
      filling.set("medium", METER_TYPES[code] ?? code);
    },
  ],
  [
    0x1c,
    (frame, value) => {
      const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = value.take(6, "time");
      frame.clock = clockMoment({ year: 2000 + year, month, day, hour, minute, second }, CHINA_MINUTES);
    },
  ],
  [0x15, ({ filling }, value) => filling.set("signal_raw", value.byte("signal"))],
  [
    0x23,
    ({ filling }, value) => {
      const code = value.byte("reason");
      filling.set("reason", REASONS[code] ?? code);
    },
  ],
  [0x25, ({ filling }, value) => filling.set("interval_raw", value.uint(4, "interval"))],
  [
    0x33,
    (frame, value) => {
      const [first, second] = [value.byte("status"), value.byte("status")];
      const closed = (first & CLOSED) !== 0 ? "closed" : "open";
      const isFaulty = (first & FAULTY) !== 0;
      frame.filling.set("valve", isFaulty ? "abnormal" : closed);
      if (isFaulty) frame.filling.set("valve_state", closed);
      frame.flags.push(...bitNames(first, STATUS[0]), ...bitNames(second, STATUS[1]));
    },
  ],
  [0x40, ({ filling }, value) => filling.set("pressure_raw", value.uint(2, "pressure"))],
  [
    0x98,
    ({ filling }, value) => {
      const bytes = value.take(value.left, "version");
      const text = Buffer.from(bytes).toString("latin1");
      filling.set("version", /^[\x20-\x7e]*$/.test(text) ? text : hexOf(bytes));
    },
  ],
  [0xa2, ({ filling, litres }, value) => filling.set("history", historyOf(value, litres))],
]);

/** Steps from a start in an interval. When the start was, the frame does not say. */
function historyOf(value: ByteReader, litres: number) {
  const code = value.byte("interval");
  const start = value.uint(4, "start");
  const steps: number[] = [];
  while (value.left > 0) {
    const step = value.uint(2, "step");
    steps.push(cubicMetres((step & 0x8000 ? 0x8000 - step : step) * litres));
  }
  return {
    interval_minutes: code <= 144 ? code * 5 : 720 + (code - 144) * 10,
    start: cubicMetres(start * litres),
    steps,
  };
}

function readTag(frame: Frame, reader: ByteReader): void {
  const tag = reader.byte("tag");
  const length = LENGTHS.get(tag);
  if (length === undefined) {
    reader.fail("unknown", "tag", `${byteHex(tag)} has no known length`, reader.at - 1);
    return;
  }
  const name = `value of tag ${byteHex(tag)}`;
  const began = reader.at;
  const taken = reader.take(length === 0 ? reader.byte(name) : length, name);
  if (reader.fault) return;
  const value = new ByteReader(taken);
  const total = TOTALS[tag];
  const read = READERS.get(tag);
  if (total !== undefined) {
    const pulses = value.uint(4, total);
    frame.filling.set(total, cubicMetres(pulses * frame.litres));
    if (total === "volume") frame.filling.set("pulses", pulses);
  } else if (read !== undefined) read(frame, value);
  else frame.filling.set(`tag_${byteHex(tag).toLowerCase()}`, hexOf(taken));
  if (value.fault) reader.fail(value.fault.reason, name, value.fault.detail, began);
}

function decodeTlv({ bytes, receivedAt }: CodecUplink): Decoded {
  const reader = new ByteReader(bytes.subarray(0, -1));
  const start = reader.byte("start");
  const sum = reader.bytes.reduce((all, byte) => (all + byte) & 0xff, 0);
  const check = bytes.at(-1)!;
  if (bytes.length < 3) reader.fail("short", "start", `${bytes.length} bytes, expected at least 3`);
  else if (start !== START) reader.fail("start", "start", `${byteHex(start)}, expected 24`, 0);
  else if (sum !== check) {
    const detail = `${byteHex(check)}, expected the sum ${byteHex(sum)}`;
    reader.fail("checksum", "sum", detail, bytes.length - 1);
  }
  const frame: Frame = { filling: new ItemFilling(), flags: [], litres: 1, clock: undefined };
  while (!reader.fault && reader.left > 0) readTag(frame, reader);
  const { filling, flags, clock } = frame;
  const isOwn = clock !== undefined && isSane(clock, receivedAt);
  const observedAt = isOwn ? chinaText(clock) : utcText(receivedAt);
  if (clock !== undefined && !isOwn) filling.set("meter_clock", chinaText(clock));
  return decodedBy(reader, [
    reading({ observedAt, ...filling.item, flags }),
    ...standingEvents(observedAt, flags, EVENTS),
  ]);
}

export const CN_TLV_METER: readonly Codec[] = [
  {
    model: "cn-tlv-meter",
    maker: "Chinese meter module, maker not named",
    measures: "volume of water or gas, valve, battery, flags",
    ports: [2],
    decode: decodeTlv,
  },
];
