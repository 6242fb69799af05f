import { seedOf } from "../../devices/noise.ts";

/** What a simulated terminal says, and what it understands. Pure. */

const [FLAG, ESCAPE] = [0x7e, 0x7d];

/** The bit of each alarm that a simulated vehicle may have. */
const ALARM_BITS: Readonly<Record<string, number>> = {
  ...{ sos: 0, overspeed: 1, fatigue_driving: 2, tyre_pressure: 16, fuel_anomaly: 25, stolen: 26 },
  ...{ illegal_ignition: 27, illegal_displacement: 28, collision: 29, rollover: 30 },
};
const POWER_BITS: Readonly<Record<string, number>> = { low: 7, off: 8 };
const GNSS_BITS: Readonly<Record<string, number>> = { fault: 4, antenna_cut: 5, antenna_short: 6 };

const CHINA_MS = 8 * 3_600_000;

/** The phone number of a simulated vehicle: 11 digits that follow from its id. */
export const simOf = (deviceId: string): string =>
  `1${String(seedOf(deviceId)).padStart(10, "0").slice(-10)}`;

/** A reading as the body of a location. */
export function locationOf(reading: Readonly<Record<string, unknown>>): Buffer {
  const number = (key: string, scale = 1) => Math.round(Number(reading[key] ?? 0) * scale);
  const text = (key: string) => String(reading[key] ?? "");
  const bits = [
    ...text("alarms")
      .split(" ")
      .map((name) => ALARM_BITS[name]),
    POWER_BITS[text("power")],
    GNSS_BITS[text("gnss")],
  ].filter((bit) => bit !== undefined);
  const [longitude, latitude] = [number("longitude", 1e6), number("latitude", 1e6)];
  const status =
    (text("ignition") === "on" ? 1 : 0) |
    (text("fix") === "located" ? 2 : 0) |
    (latitude < 0 ? 4 : 0) |
    (longitude < 0 ? 8 : 0);
  const clock = new Date(Date.parse(text("observedAt")) + CHINA_MS).toISOString();
  const body = Buffer.alloc(28 + 6 + 4 + 3 + 3);
  body.writeUInt32BE(
    bits.reduce((word, bit) => word + 2 ** bit, 0),
    0,
  );
  body.writeUInt32BE(status, 4);
  body.writeUInt32BE(Math.abs(latitude), 8);
  body.writeUInt32BE(Math.abs(longitude), 12);
  body.writeUInt16BE(Math.max(0, number("altitude")), 16);
  body.writeUInt16BE(number("speed", 10), 18);
  body.writeUInt16BE(number("direction") % 360, 20);
  body.write(clock.replaceAll(/\D/g, "").slice(2, 14), 22, "hex");
  body.writeUInt16BE(0x0104, 28);
  body.writeUInt32BE(number("mileage", 10), 30);
  body.writeUInt16BE(0x0202, 34);
  body.writeUInt16BE(number("fuel", 10), 36);
  body.set([0x30, 1, number("signal") & 255, 0x31, 1, number("satellites") & 255], 38);
  return body;
}

/** Locations in one message: a batch of ordinary ones. */
export function batchOf(locations: readonly Buffer[]): Buffer {
  const head = Buffer.of(locations.length >> 8, locations.length & 255, 0);
  return Buffer.concat([head, ...locations.flatMap((one) => [Buffer.of(0, one.length), one])]);
}

/** Locations that one frame holds. */
export const MOST_IN_BATCH = 20;

export function terminalMessage(id: number, phone: string, serial: number, body: Uint8Array): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(id, 0);
  head.writeUInt16BE(body.length, 2);
  head.write(phone.padStart(12, "0"), 4, "hex");
  head.writeUInt16BE(serial, 10);
  const plain = Buffer.concat([head, body]);
  const check = plain.reduce((sum, byte) => sum ^ byte, 0);
  const escaped = [...plain, check].flatMap((byte) =>
    byte === FLAG ? [ESCAPE, 2] : byte === ESCAPE ? [ESCAPE, 1] : [byte],
  );
  return Buffer.from([FLAG, ...escaped, FLAG]);
}

/** What the platform's common answer says. */
export interface PlatformAnswer {
  readonly serial: number;
  readonly id: number;
  readonly result: number;
}

/** The common answers in what stands between flags. @returns the rest, which is not complete */
export function answersIn(bytes: Buffer): { readonly answers: PlatformAnswer[]; readonly rest: Buffer } {
  const answers: PlatformAnswer[] = [];
  let from = 0;
  for (let flag = bytes.indexOf(FLAG); flag >= 0; flag = bytes.indexOf(FLAG, from)) {
    const plain = plainOf(bytes.subarray(from, flag));
    from = flag + 1;
    // Its header has twelve bytes, its body five, and a check follows.
    if (plain.length === 18 && plain.readUInt16BE(0) === 0x8001)
      answers.push({ serial: plain.readUInt16BE(12), id: plain.readUInt16BE(14), result: plain[16]! });
  }
  return { answers, rest: Buffer.from(bytes.subarray(from)) };
}

function plainOf(escaped: Buffer): Buffer {
  const bytes: number[] = [];
  for (let at = 0; at < escaped.length; at++) {
    const isEscape = escaped[at] === ESCAPE && (escaped[at + 1] === 1 || escaped[at + 1] === 2);
    bytes.push(isEscape ? (escaped[at + 1] === 1 ? ESCAPE : FLAG) : escaped[at]!);
    if (isEscape) at++;
  }
  return Buffer.from(bytes);
}
