import type { Socket } from "node:net";
import type { Random } from "../../devices/random.ts";

/** A whole number of 0 and more. */
export const below = (random: Random, limit: number) =>
  Math.min(limit - 1, Math.floor(random.between(0, limit)));

/** What goes into bytes that are changed. */
export interface Mixture {
  /** Pieces of these come in. */
  readonly others: readonly Buffer[];
  /** The signs of the protocol, in an order that says nothing. */
  readonly signs: Buffer;
}

/** Bits, bytes, pieces twice, of others, or missing. */
export function changed(bytes: Buffer, random: Random, { others, signs }: Mixture): Buffer {
  const at = below(random, bytes.length + 1);
  const length = below(random, 12);
  switch (below(random, 6)) {
    case 0: {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at]! ^= 1 << below(random, 8);
      return copy;
    }
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at)]);
    case 3: {
      const other = others[below(random, others.length)]!;
      return Buffer.concat([bytes.subarray(0, at), other.subarray(below(random, other.length))]);
    }
    case 4:
      return Buffer.concat([bytes.subarray(0, at), signs]);
    default:
      return Buffer.from(bytes).fill(below(random, 256), at, Math.min(bytes.length, at + length));
  }
}

/** Changed in one place to four, and no longer than 4 KiB. */
export function changedInPlaces(bytes: Buffer, random: Random, mixture: Mixture): Buffer {
  let now = bytes;
  for (let times = 1 + below(random, 4); times > 0; times--)
    now = changed(now, random, mixture).subarray(0, 4096);
  return now;
}

/** Writes bytes as a network may cut them. */
export function writeInPieces(socket: Socket, bytes: Buffer, random: Random): void {
  for (let at = 0; at < bytes.length; ) {
    const to = at + 1 + below(random, 3000);
    socket.write(bytes.subarray(at, to));
    at = to;
  }
}
