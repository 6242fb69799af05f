import { PlatformError } from "../../base/errors.ts";
import {
  type CommandEnvelope,
  MAX_AGAIN,
  MAX_COMMAND_BYTES,
  type StartOrder,
  startOrderSchema,
} from "../contract/index.ts";
import { isEmptyTarget } from "../drafting/index.ts";
import type { BroadcastMessage, Target } from "../message/index.ts";
import { bytesOf, ENVELOPE_BYTES, MAX_ORDER_BYTES } from "../targets/index.ts";
import { fitPolygons } from "./order-area.ts";

/** The platform and the moment of an order. */
interface Origin {
  /** The platform's name, so that a terminal of two platforms can tell them apart. */
  readonly issuer: string;
  readonly broadcastId: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

export interface StartInput extends Origin {
  /** From 1. */
  readonly attempt: number;
  readonly message: Pick<
    BroadcastMessage,
    "mode" | "class" | "level" | "eventCode" | "texts" | "target" | "startsAt" | "volume" | "repeatCount"
  >;
  /** Devices that may play it although an earlier attempt has ended there. */
  readonly again?: readonly string[];
}

/** The id of the key that has signed an order of ours; undefined for a text that is no order. */
export function signerOf(jws: string): string | undefined {
  try {
    const { kid } = JSON.parse(Buffer.from(jws.split(".")[0] ?? "", "base64url").toString("utf8"));
    return typeof kid === "string" ? kid : undefined;
  } catch {
    return undefined;
  }
}

/** The parts of an order that are checked besides its schema. */
interface Unchecked {
  readonly issuedAt: string;
  readonly expiresAt: string;
  readonly area: Target;
}

/** An order without excluded regions is as it was before there were any: terminals of that time take it. */
const areaOf = ({ regions, polygons, circles, exclude = [] }: Target) => ({
  regions,
  polygons,
  circles,
  ...(exclude.length > 0 ? { exclude } : {}),
});

const common = ({ issuer, broadcastId, issuedAt, expiresAt }: Origin) => ({
  issuer,
  broadcastId,
  issuedAt: issuedAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
});

/**
 * The order to play, ready to be signed. Polygons that are too large for one command are simplified to larger ones.
 * @throws PlatformError `invalid_request` that lists everything that a terminal would refuse, a training first of all
 */
export function createStartOrder(input: StartInput): StartOrder {
  const { message, attempt, again = [] } = input;
  const order = {
    type: "start" as const,
    ...common(input),
    area: areaOf(message.target),
    attempt,
    mode: message.mode,
    class: message.class,
    level: message.level,
    eventCode: message.eventCode,
    texts: message.texts,
    ...(message.startsAt ? { startsAt: message.startsAt.toISOString() } : {}),
    volume: message.volume,
    repeatCount: message.repeatCount,
    ...(again.length > 0 ? { again } : {}),
  };
  const { polygons } = order.area;
  const room = MAX_ORDER_BYTES - bytesOf({ ...order, area: { ...order.area, polygons: [] } });
  const checked = check({ ...order, area: { ...order.area, polygons: fitPolygons(polygons, room) } });
  if (message.startsAt && message.startsAt >= input.expiresAt) {
    throw new PlatformError(
      "invalid_request",
      "startsAt: it is not before expiresAt, so nobody would play it",
    );
  }
  return checked;
}

function check(order: Unchecked): StartOrder {
  const parsed = startOrderSchema.safeParse(order);
  const faults = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join("."), message }));
  if (order.expiresAt <= order.issuedAt) {
    faults.push({
      path: "expiresAt",
      message: `${order.expiresAt} is not after issuedAt, ${order.issuedAt}`,
    });
  }
  if (isEmptyTarget(order.area)) {
    faults.push({ path: "area", message: "nobody is meant: no region, no polygon and no circle" });
  }
  if (parsed.success && faults.length === 0) return parsed.data;
  const lines = faults.map(({ path, message }) => `${path}: ${message}`);
  throw new PlatformError("invalid_request", `This is no start order: ${lines.join("; ")}`, { faults });
}

/**
 * The first of these device ids, as many as an order can name and a command can carry.
 * @param firstJws of the broadcast's first attempt, which is as long as another one that names none
 */
export function fitAgain(deviceIds: readonly string[], firstJws: string): string[] {
  // In a JWS three bytes take four characters.
  let room = ((MAX_COMMAND_BYTES - ENVELOPE_BYTES - firstJws.length) * 3) / 4;
  const fitting: string[] = [];
  for (const id of deviceIds.slice(0, MAX_AGAIN)) {
    room -= bytesOf(id) + 1;
    if (room < 0) break;
    fitting.push(id);
  }
  return fitting;
}

/**
 * Checks that an order fits into one command, as far as can be known before it is signed.
 * @throws PlatformError `command_too_large`
 */
export function assertFits(order: StartOrder): void {
  const bytes = Math.ceil((bytesOf(order) * 4) / 3) + ENVELOPE_BYTES;
  if (bytes > MAX_COMMAND_BYTES) throw tooLarge(order.broadcastId, bytes);
}

const tooLarge = (what: string, bytes: number) =>
  new PlatformError(
    "command_too_large",
    `The command ${what} has ${bytes} bytes, expected at most ${MAX_COMMAND_BYTES}: ` +
      "shorten the texts, or name fewer and larger regions",
  );

/**
 * The message for `v1/devices/{id}/commands`.
 * @throws PlatformError `command_too_large` when a terminal would not take it
 */
export function packCommand(envelope: CommandEnvelope): Buffer {
  const bytes = Buffer.from(JSON.stringify(envelope));
  if (bytes.byteLength <= MAX_COMMAND_BYTES) return bytes;
  throw tooLarge(envelope.commandId, bytes.byteLength);
}
