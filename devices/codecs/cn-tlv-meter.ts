import { CHINA_OFFSET_MS } from "../local-time.ts";
import { ByteReader, bitNames, byteHex, hexOf, sumOf } from "./byte-reader.ts";
import type { Codec, CodecUplink, Decoded } from "./codec.ts";
import { cubicMetres, decodedBy, ItemFilling, reading, standingEvents } from "./items.ts";
import { chinaText, clockMoment, timesOf } from "./moments.ts";

/** The meter module of Chinese makers whose frames are `24`, tags with values, and a sum. */

const START = 0x24;

/** The bytes of a value behind its tag, or behind the first and the last of several; 0: its first byte says how many follow. */
const LENGTHS: ReadonlyMap<number, number> = new Map(
  (
    "01-04:4 05:1 06:2 07-08:3 09:1 0a:2 0b-0e:4 0f-12:1 13:4 14-15:1 16:4 17:1 19:1 1a:2 1b:1 1c:6 " +
    "1d:3 1e:8 1f-20:1 21:4 23-24:1 25-2a:4 2b:1 2c-2d:2 2e:1 2f:8 30-31:2 33:2 34:8 35:16 36:2 37:1 " +
    "38:4 39-3e:2 3f:1 40:2 41:4 42:5 43:9 44:4 45:1 46:4 47-48:16 49:4 4a:6 4b:0 98:0 a2:0"
  )
    .split(" ")
    .flatMap((run) => {
      const [tags, length] = run.split(":");
      const [first = 0, last = first] = tags!.split("-").map((tag) => Number.parseInt(tag, 16));
      return Array.from({ length: last - first + 1 }, (_, index) => [first + index, Number(length)] as const);
    }),
);

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

/** What tags before have said, on which those behind depend. */
interface Frame {
  readonly filling: ItemFilling;
  readonly flags: string[];
  /** A total that comes before it is counted with one litre. */
  litres: number;
  clock: number | undefined;
}

type TagReader = (frame: Frame, value: ByteReader) => void;

/** A total, and of the running one its pulses. */
const total =
  (key: string): TagReader =>
  ({ filling, litres }, value) => {
    const pulses = value.uint(4, key);
    filling.set(key, cubicMetres(pulses * litres));
    if (key === "volume") filling.set("pulses", pulses);
  };

/** A number as it came. */
const number =
  (key: string, length: number): TagReader =>
  ({ filling }, value) =>
    filling.set(key, value.uint(length, key));

const READERS: ReadonlyMap<number, TagReader> = new Map<number, TagReader>([
  [0x0b, total("volume")],
  [0x0c, total("settlement_volume")],
  [0x0d, total("month_freeze_volume")],
  [0x0e, total("year_freeze_volume")],
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
  [0x15, number("signal_raw", 1)],
  [0x16, ({ filling }, value) => filling.set("meter", String(value.uint(4, "meter number")))],
  [0x17, number("valve_kind", 1)],
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
      frame.clock = clockMoment({ year: 2000 + year, month, day, hour, minute, second }, CHINA_OFFSET_MS);
    },
  ],
  [
    0x23,
    ({ filling }, value) => {
      const code = value.byte("reason");
      filling.set("reason", REASONS[code] ?? code);
    },
  ],
  [0x25, number("interval_raw", 4)],
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
  [0x40, number("pressure_raw", 2)],
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
  const read = READERS.get(tag);
  if (read !== undefined) read(frame, value);
  else frame.filling.set(`tag_${byteHex(tag).toLowerCase()}`, hexOf(taken));
  if (value.fault) reader.fail(value.fault.reason, name, value.fault.detail, began);
}

function decodeTlv({ bytes, receivedAt }: CodecUplink): Decoded {
  const reader = new ByteReader(bytes.subarray(0, -1));
  const start = reader.byte("start");
  const sum = sumOf(reader.bytes);
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
  const times = timesOf(clock, receivedAt, chinaText);
  return decodedBy(reader, [
    reading({ ...times, ...filling.item, flags }),
    ...standingEvents(times.observedAt, flags, EVENTS),
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
