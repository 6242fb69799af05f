import { CHINA_OFFSET_MS } from "../local-time.ts";
import { byteHex, hexOf } from "./byte-reader.ts";
import { type Cjt188Frame, isKnownDi, readCjt188 } from "./cjt188-frame.ts";
import { type Codec, type CodecItem, type CodecUplink, type Decoded, refused } from "./codec.ts";
import { cubicMetres, reading, standing } from "./items.ts";
import { chinaText, clockMoment, timesOf } from "./moments.ts";

/** CJ/T 188, water, gas and heat meters: what the frames of a meter mean. */

/** Where makers differ, and the frame does not say so. */
interface Dialect {
  /** Totals and the clock have their high byte first. */
  readonly highFirst: boolean;
  /** The first byte of the status has its bits the other way round. */
  readonly mirrored: boolean;
}

type Item = Record<string, unknown>;

/** What is read of a frame: the item's keys, the meter's own clock, and the flag of its battery. */
interface Told {
  readonly item: Item;
  readonly clock?: number | undefined;
  readonly batteryLow?: boolean;
}

const UNITS: Readonly<Record<number, string>> = {
  1: "J",
  2: "Wh",
  5: "kWh",
  8: "MWh",
  10: "100 MWh",
  11: "kJ",
  14: "MJ",
  17: "GJ",
  19: "100 GJ",
  20: "W",
  23: "kW",
  26: "MW",
  41: "L",
  44: "m3",
  50: "L/h",
  53: "m3/h",
  54: "V",
};
const [LITRES, CUBIC_METRES] = [0x29, 0x2c];

/** The meter's answer to a request to read, with 16 hex bytes from DI on: water and gas. */
const READING_LENGTH = 0x16;

/**
 * A report that one maker's meters send by themselves: each unit stands before its value. Others may mean something else by
 * the same control byte.
 */
const OWN_REPORT = { manufacturer: "0000", control: 0xa1, length: 0x1d };

/** BCD as its digits in print; with a nibble above 9 it is no number, and never one in base 16. */
function bcd(bytes: Uint8Array, { highFirst }: Dialect): { digits: string; value: number | undefined } {
  const digits = hexOf(highFirst ? bytes : bytes.toReversed());
  return { digits, value: /^\d+$/.test(digits) ? Number(digits) : undefined };
}

/** A total in hundredths of a unit, as the volume of `key`, or as the meter shows it where it is none. */
function totalOf(key: string, bytes: Uint8Array, unitCode: number, dialect: Dialect): Item {
  const { digits, value } = bcd(bytes, dialect);
  const total = key.replace("volume", "total");
  const unit = { [`${total}_unit`]: UNITS[unitCode] ?? byteHex(unitCode) };
  if (value === undefined) return { [`${total}_digits`]: digits, ...unit };
  if (unitCode === CUBIC_METRES) return { [key]: value / 100 };
  // The register as the meter shows it stands beside what we make of it.
  const shown = { [`${total}_shown`]: value / 100, ...unit };
  return unitCode === LITRES ? { [key]: cubicMetres(value / 100), ...shown } : shown;
}

/** Seconds, minutes, hours, day, month, year in four digits; undefined where that is no time. */
function clockOf(bytes: Uint8Array, dialect: Dialect): number | undefined {
  const { digits, value } = bcd(bytes, dialect);
  if (value === undefined) return undefined;
  const two = (at: number) => Number(digits.slice(at, at + 2));
  return clockMoment(
    {
      year: Number(digits.slice(0, 4)),
      month: two(4),
      day: two(6),
      hour: two(8),
      minute: two(10),
      second: two(12),
    },
    CHINA_OFFSET_MS,
  );
}

const mirror = (byte: number): number =>
  [0, 1, 2, 3, 4, 5, 6, 7].reduce((sum, bit) => sum | (((byte >> bit) & 1) << (7 - bit)), 0);

/** Bits 1 and 0 of the status. */
const VALVE = ["open", "closed", "reserved", "abnormal"] as const;

/** The status: valve and battery by the standard, the rest by makers. */
function statusOf(bytes: Uint8Array, { mirrored }: Dialect): Told {
  const [first = 0, second = 0] = bytes;
  const bits = mirrored ? mirror(first) : first;
  const valve = VALVE[bits & 3]!;
  const batteryLow = (bits & 4) !== 0;
  return {
    item: {
      ...(valve === "reserved" ? { valve_state: valve } : { valve }),
      low_battery: batteryLow,
      status: hexOf(bytes),
      vendor_status: second,
    },
    batteryLow,
  };
}

function readingOf({ data }: Cjt188Frame, dialect: Dialect): Told {
  const status = statusOf(data.subarray(17, 19), dialect);
  return {
    item: {
      ...totalOf("volume", data.subarray(0, 4), data[4]!, dialect),
      ...totalOf("settlement_volume", data.subarray(5, 9), data[9]!, dialect),
      ...status.item,
    },
    clock: clockOf(data.subarray(10, 17), dialect),
    batteryLow: status.batteryLow === true,
  };
}

/** What the last four bytes of this report mean is not known, and not how many decimals its flow has. */
function ownReportOf({ data }: Cjt188Frame, dialect: Dialect): Told {
  return {
    item: {
      ...totalOf("volume", data.subarray(1, 5), data[0]!, dialect),
      ...totalOf("settlement_volume", data.subarray(6, 10), data[5]!, dialect),
      flow_digits: bcd(data.subarray(11, 15), dialect).digits,
      flow_unit: UNITS[data[10]!] ?? byteHex(data[10]!),
      rest: hexOf(data.subarray(22)),
    },
    clock: clockOf(data.subarray(15, 22), dialect),
  };
}

/** Months 1 to 12 stand under D120 to D12B. */
function monthOf({ di, data }: Cjt188Frame, dialect: Dialect): Told {
  const month = Number.parseInt(di!.slice(3), 16) + 1;
  return { item: { month, ...totalOf("month_volume", data.subarray(0, 4), data[4]!, dialect) } };
}

const isOwnReport = ({ address, control, length }: Cjt188Frame): boolean =>
  address.startsWith(OWN_REPORT.manufacturer) &&
  control === OWN_REPORT.control &&
  length === OWN_REPORT.length;

/** What an answer brings besides its envelope: a layout that we do not know is kept as it came. */
function toldBy(frame: Cjt188Frame, dialect: Dialect): Told {
  const { control, di = "", data, length } = frame;
  if (frame.error) return { item: { answer: "error", data: hexOf(data) } };
  if (isOwnReport(frame)) return ownReportOf(frame, dialect);
  if (control === 0x81 && di === "901F" && length === READING_LENGTH) return readingOf(frame, dialect);
  if (control === 0x81 && di.startsWith("D12") && data.length === 5) return monthOf(frame, dialect);
  if (control === 0x84 && di === "A017" && data.length === 2) return statusOf(data, dialect);
  return { item: { data: hexOf(data) } };
}

function decodeCjt188({ bytes, receivedAt }: CodecUplink, dialect: Dialect): Decoded {
  const frame = readCjt188(bytes);
  if ("reason" in frame) return { items: [], faults: [frame] };
  const control = byteHex(frame.control);
  if (!frame.fromMeter)
    return refused("direction", "C", `${control} asks a meter, expected the answer of one (bit 7)`);
  if (frame.di !== undefined && !isKnownDi(frame.di))
    return refused("unknown", "DI", `${frame.diOnWire}, expected one such as 901F, in either order`);
  const { item, clock, batteryLow = false } = toldBy(frame, dialect);
  const times = timesOf(clock, receivedAt, chinaText);
  const items: CodecItem[] = [
    reading({
      ...times,
      ...item,
      meter: frame.address,
      medium: frame.medium,
      control,
      ...(frame.di === undefined ? {} : { di: frame.di }),
    }),
  ];
  if (batteryLow)
    items.push(standing({ type: "low_battery", observedAt: times.observedAt, meter: frame.address }));
  return { items, faults: [] };
}

const cjt188 = (model: string, differs: string, dialect: Dialect): Codec => ({
  model,
  maker: "CJ/T 188-2004, -2018",
  measures: `volume and valve of water and gas meters${differs}`,
  decode: (uplink) => decodeCjt188(uplink, dialect),
});

/** The standard's own order, and firmware that is known to depart from it: which makers do, the frames do not tell. */
export const CJT188: readonly Codec[] = [
  cjt188("cjt188", "", { highFirst: false, mirrored: false }),
  cjt188("cjt188-high-first", " that send totals and clock high byte first", {
    highFirst: true,
    mirrored: false,
  }),
  cjt188("cjt188-mirrored-status", " whose status has its bits reversed", {
    highFirst: false,
    mirrored: true,
  }),
];
