import type { Fault } from "../../base/errors.ts";
import { MAX_COMMAND_BYTES } from "../contract/index.ts";
import type { BroadcastMessage } from "../message/index.ts";

/** Bytes of a command beside the order: envelope, header, signature, and an attempt with more digits than the first. */
export const ENVELOPE_BYTES = 512;

/** The largest order, as JSON: in a JWS three bytes take four characters. */
export const MAX_ORDER_BYTES = Math.floor(((MAX_COMMAND_BYTES - ENVELOPE_BYTES) * 3) / 4);

/**
 * The most that an order has besides texts and area: names, times and numbers. An issuer has at most 100 characters.
 */
const REST_BYTES = 1024;

/** The most that polygons take when nothing else helps: one box around all of them. */
const LEAST_POLYGONS_BYTES = 128;

export const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/**
 * The reasons why a message does not fit into a command, however simple its polygons become: found when a person writes
 * it, and not when another approves it at night. A training has none.
 */
export function sizeFaults({
  mode,
  texts,
  target,
}: Pick<BroadcastMessage, "mode" | "texts" | "target">): Fault[] {
  if (mode === "training") return [];
  const { regions, polygons, circles, exclude = [] } = target;
  const parts = [
    { path: "/texts", name: "texts", bytes: bytesOf(texts), advice: "shorten them" },
    { path: "/target/regions", name: "regions", bytes: bytesOf(regions), advice: WIDER },
    { path: "/target/exclude", name: "excluded regions", bytes: bytesOf(exclude), advice: WIDER },
    { path: "/target/circles", name: "circles", bytes: bytesOf(circles), advice: "draw fewer" },
  ];
  const all = parts.reduce((sum, { bytes }) => sum + bytes, polygons.length > 0 ? LEAST_POLYGONS_BYTES : 0);
  const most = MAX_ORDER_BYTES - REST_BYTES;
  if (all <= most) return [];
  const largest = parts.reduce((one, other) => (other.bytes > one.bytes ? other : one));
  const told = parts.filter(({ bytes }) => bytes > EMPTY_BYTES).map(({ name, bytes }) => `${name} ${bytes}`);
  return [
    {
      path: largest.path,
      message: `too long for one command to speakers: ${told.join(", ")} bytes, expected at most ${most} together; ${largest.advice}`,
    },
  ];
}

const WIDER = "name whole townships or counties in place of their villages";
const EMPTY_BYTES = "[]".length;
