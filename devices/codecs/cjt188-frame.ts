import { byteHex, hexOf, sumOf } from "./byte-reader.ts";
import { type CodecFault, faultAt } from "./codec.ts";

/** The frame of CJ/T 188: bytes → envelope. Requests of a reader are frames, too. */

export interface Cjt188Frame {
  /** How many FE stand before it. */
  readonly preamble: number;
  /** T, two hexadecimal digits. */
  readonly meterType: string;
  readonly medium: string;
  /** A6 to A0: the manufacturer, then the printed number. */
  readonly address: string;
  readonly control: number;
  readonly fromMeter: boolean;
  readonly error: boolean;
  /** L. */
  readonly length: number;
  /** The data identifier as the standard prints it, whichever byte came first; undefined in answers that tell an error. */
  readonly di: string | undefined;
  readonly diOnWire: string | undefined;
  readonly ser: number | undefined;
  readonly data: Uint8Array;
}

/** A frame, and where it ends in the bytes in which it was found. */
interface FoundFrame {
  readonly frame: Cjt188Frame;
  readonly end: number;
}

const PREAMBLE = 0xfe;
const START = 0x68;
const END = 0x16;
/** Start, T, seven of the address, C and L. */
const HEAD_BYTES = 11;
/** The frame beside what L counts. */
const FRAME_BYTES = HEAD_BYTES + 2;
/** A modem in front may put text before the frame; further in there is no search. */
const LONGEST_PREFIX = 64;

const MEDIA: Readonly<Record<string, string>> = {
  "10": "coldWater",
  "11": "hotWater",
  "12": "drinkingWater",
  "13": "reclaimedWater",
  "20": "heat",
  "21": "cooling",
  "30": "gas",
  "40": "electricity",
  AA: "any",
};

/** 901F readings, D120 to D12B months, 8102 to 810A and A010 to A019 settings: none is another one read backwards. */
const KNOWN_DI = /^(901F|D12[0-9AB]|810[2-6A]|A01[0-9])$/;

/** Makers send the data identifier in either order. */
function normalDi(onWire: string): string {
  const turned = onWire.slice(2) + onWire.slice(0, 2);
  return !KNOWN_DI.test(onWire) && KNOWN_DI.test(turned) ? turned : onWire;
}

export const isKnownDi = (di: string): boolean => KNOWN_DI.test(di);

/** How many FE stand right before a byte. */
function preambleBefore(bytes: Uint8Array, at: number): number {
  let count = 0;
  while (count < LONGEST_PREFIX && bytes[at - count - 1] === PREAMBLE) count++;
  return count;
}

/** The frame that begins at a byte 68; undefined while bytes of it are missing. */
function frameAt(bytes: Uint8Array, start: number): FoundFrame | CodecFault | undefined {
  const length = bytes[start + HEAD_BYTES - 1];
  if (length === undefined) return undefined;
  const check = start + HEAD_BYTES + length;
  const end = check + 2;
  if (bytes.length < end) return undefined;
  if (bytes[end - 1] !== END)
    return faultAt("end", `byte ${end - 1} (end)`, `${byteHex(bytes[end - 1]!)}, expected 16`);
  const sum = sumOf(bytes.subarray(start, check));
  if (sum !== bytes[check]) {
    const detail = `${byteHex(bytes[check]!)}, expected the sum ${byteHex(sum)}`;
    return faultAt("checksum", `byte ${check} (CS)`, detail);
  }
  return { frame: envelopeOf(bytes.subarray(start, check), preambleBefore(bytes, start)), end };
}

function envelopeOf(bytes: Uint8Array, preamble: number): Cjt188Frame {
  const meterType = byteHex(bytes[1]!);
  const control = bytes[9]!;
  const body = bytes.subarray(HEAD_BYTES);
  const error = (control & 0x40) !== 0;
  // An error is answered with SER and a status alone; one maker puts the identifier before them.
  const isBare = error && body.length === 3;
  const diOnWire = isBare || body.length < 2 ? undefined : hexOf(body.subarray(0, 2)).toUpperCase();
  const rest = diOnWire === undefined ? body : body.subarray(2);
  return {
    preamble,
    meterType,
    medium: MEDIA[meterType] ?? "unknown",
    address: hexOf(bytes.subarray(2, 9).toReversed()),
    control,
    fromMeter: (control & 0x80) !== 0,
    error,
    length: body.length,
    di: diOnWire === undefined ? undefined : normalDi(diOnWire),
    diOnWire,
    ser: rest[0],
    data: rest.subarray(1),
  };
}

/**
 * The one frame in these bytes. Before it may stand a preamble, and text of a modem; behind it nothing may.
 * @returns the fault of the first byte 68 where no frame begins at any
 */
export function readCjt188(bytes: Uint8Array): Cjt188Frame | CodecFault {
  let first: CodecFault | undefined;
  for (let start = 0; start < Math.min(bytes.length, LONGEST_PREFIX); start++) {
    if (bytes[start] !== START) continue;
    const found = frameAt(bytes, start) ?? missing(bytes, start);
    if ("reason" in found) first ??= found;
    else if (found.end === bytes.length) return found.frame;
    else
      return faultAt(
        "length",
        `byte ${found.end}`,
        `${bytes.length - found.end} bytes stand behind the frame`,
      );
  }
  return first ?? faultAt("start", "byte 0", `no 68 within ${LONGEST_PREFIX} bytes, expected a frame`);
}

function missing(bytes: Uint8Array, start: number): CodecFault {
  const length = bytes[start + HEAD_BYTES - 1];
  const whole = length === undefined ? `at least ${FRAME_BYTES}` : String(FRAME_BYTES + length);
  return faultAt(
    "short",
    `byte ${start} (start)`,
    `${bytes.length - start} bytes from here, expected ${whole}`,
  );
}

/** Finds the frames in a run of bytes, however it is split. */
export class Cjt188Splitter {
  /** Bytes that belong to no frame; a preamble is none of them. */
  dropped = 0;
  private rest: Uint8Array = new Uint8Array();

  push(bytes: Uint8Array): Cjt188Frame[] {
    this.rest = Buffer.concat([this.rest, bytes]);
    return this.read(false);
  }

  /** No more bytes come: what began and does not end is no frame. */
  finish(): Cjt188Frame[] {
    return this.read(true);
  }

  private read(isLast: boolean): Cjt188Frame[] {
    const frames: Cjt188Frame[] = [];
    let at = 0;
    while (at < this.rest.length) {
      const isStart = this.rest[at] === START;
      const found = isStart ? frameAt(this.rest, at) : undefined;
      if (isStart && found === undefined && !isLast) break;
      if (found && "frame" in found) {
        frames.push(found.frame);
        at = found.end;
      } else {
        if (this.rest[at] !== PREAMBLE) this.dropped++;
        at++;
      }
    }
    // The preamble of a frame that may still come is counted with it.
    this.rest = this.rest.slice(isLast ? at : at - preambleBefore(this.rest, at));
    return frames;
  }
}
