import { inflateSync } from "node:zlib";

/** A picture as rows of bytes: red, green, blue and opacity of each pixel. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** The colour at a point, each part from 0 to 255. */
  at(x: number, y: number): readonly [red: number, green: number, blue: number];
}

/** Bytes of a pixel, by PNG's colour type: Chromium makes these two. */
const BYTES = new Map([
  [2, 3],
  [6, 4],
]);

/** PNG's guess at a byte, from those to its left, above it, and to the left of that. */
function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}

const GUESSES: readonly ((left: number, above: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_left, above) => above,
  (left, above) => (left + above) >> 1,
  paeth,
];

function readChunks(file: Buffer): { readonly head: Buffer; readonly data: Buffer } {
  const parts: Buffer[] = [];
  let head: Buffer = Buffer.alloc(0);
  for (let offset = 8; offset < file.length; ) {
    const length = file.readUInt32BE(offset);
    const type = file.toString("latin1", offset + 4, offset + 8);
    const body = file.subarray(offset + 8, offset + 8 + length);
    if (type === "IHDR") head = body;
    if (type === "IDAT") parts.push(body);
    offset += length + 12;
  }
  return { head, data: Buffer.concat(parts) };
}

/**
 * Reads a screenshot, which is a PNG of eight bits a colour.
 * @throws Error for a PNG of another form
 */
export function readPng(file: Buffer): Picture {
  const { head, data } = readChunks(file);
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  const [depth, type, interlaced] = [head[8], head[9], head[12]];
  const bytes = BYTES.get(type ?? -1);
  if (depth !== 8 || bytes === undefined || interlaced !== 0) {
    throw new Error(`a PNG of depth ${depth} and colour type ${type}, expected 8 and 2 or 6`);
  }
  const stride = width * bytes;
  const packed = inflateSync(data);
  const pixels = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const from = y * (stride + 1);
    const guess = GUESSES[packed[from]!]!;
    for (let i = 0; i < stride; i++) {
      const place = y * stride + i;
      const left = i >= bytes ? pixels[place - bytes]! : 0;
      const above = y > 0 ? pixels[place - stride]! : 0;
      const corner = i >= bytes && y > 0 ? pixels[place - stride - bytes]! : 0;
      pixels[place] = packed[from + 1 + i]! + guess(left, above, corner);
    }
  }
  return {
    width,
    height,
    at(x, y) {
      const place = y * stride + x * bytes;
      return [pixels[place]!, pixels[place + 1]!, pixels[place + 2]!];
    },
  };
}

/** A colour's brightness as WCAG has it, 0 to 1. */
export function luminance([red, green, blue]: readonly [number, number, number]): number {
  const part = (value: number) => {
    const share = value / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
}

/** The contrast of two colours as WCAG has it, 1 to 21. */
export function contrastOf(
  one: readonly [number, number, number],
  other: readonly [number, number, number],
): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}
