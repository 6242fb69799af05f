import type { Outgoing } from "./answers.ts";
import { writeGbk } from "./gbk.ts";
import { ID, MAX_BODY_BYTES } from "./message.ts";

/** Our commands in the words of terminals. Pure. */

/** A command of our own dialect, as far as it concerns us. */
interface GivenCommand {
  readonly commandId?: unknown;
  readonly name?: unknown;
  readonly parameters?: Given | null;
}
type Given = Readonly<Record<string, unknown>>;

/** A command that is ready to be sent; undefined for one that no terminal knows, or whose parameters make none. */
export function orderOf(
  payload: string,
  is2019: boolean,
): { readonly id: string; readonly order: Outgoing } | undefined {
  const { commandId, name, parameters } = JSON.parse(payload) as GivenCommand;
  if (typeof commandId !== "string" || typeof name !== "string") return undefined;
  const make = Object.hasOwn(ORDERS, name) ? ORDERS[name] : undefined;
  const order = make?.(parameters ?? {}, is2019);
  return order && { id: commandId, order };
}

const NOTHING = Buffer.alloc(0);
/** The parameter for the seconds between reports of a position. */
const REPORT_INTERVAL = 0x0029;
/** The word of terminal control for a reset. */
const RESET = 4;

const ORDERS: Readonly<Record<string, (given: Given, is2019: boolean) => Outgoing | undefined>> = {
  "show-text": textOrder,
  locate: () => ({ id: ID.askForLocation, body: NOTHING }),
  track({ seconds, minutes }) {
    if (!isWhole(seconds, 1, 3600) || !isWhole(minutes, 1, 1440)) return undefined;
    const body = Buffer.alloc(6);
    body.writeUInt16BE(seconds, 0);
    body.writeUInt32BE(minutes * 60, 2);
    return { id: ID.track, body };
  },
  "set-report-interval"({ seconds }) {
    if (!isWhole(seconds, 5, 86_400)) return undefined;
    const body = Buffer.alloc(10);
    body[0] = 1;
    body.writeUInt32BE(REPORT_INTERVAL, 1);
    body[5] = 4;
    body.writeUInt32BE(seconds, 6);
    return { id: ID.setParameters, body };
  },
  "read-parameters": () => ({ id: ID.askForParameters, body: NOTHING }),
  "restart-terminal": () => ({ id: ID.control, body: Buffer.of(RESET) }),
};

const isWhole = (value: unknown, from: number, to: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= from && value <= to;

/** Bits of a text's flag: urgent, on the display, read out. Since 2019 the lowest two are its sort, and a type follows. */
const [URGENT, ORDINARY_2019, URGENT_2019, DISPLAY, SPEAK] = [1, 1, 2, 1 << 2, 1 << 3];
const NOTIFICATION_2019 = 1;

function textOrder({ text, urgent = false, speak = false }: Given, is2019: boolean): Outgoing | undefined {
  if (typeof text !== "string" || text === "") return undefined;
  if (typeof urgent !== "boolean" || typeof speak !== "boolean") return undefined;
  const bytes = writeGbk(text);
  const sort = is2019 ? (urgent ? URGENT_2019 : ORDINARY_2019) : urgent ? URGENT : 0;
  const head = [sort | DISPLAY | (speak ? SPEAK : 0), ...(is2019 ? [NOTIFICATION_2019] : [])];
  // One frame holds it, or it is not sent.
  if (!bytes || bytes.length + head.length > MAX_BODY_BYTES) return undefined;
  return { id: ID.text, body: Buffer.concat([Buffer.from(head), bytes]) };
}

/** The answers of terminals to what they were asked, by what 0x0001 says. */
const OUTCOMES: Readonly<Record<number, readonly [outcome: string, reason?: string]>> = {
  0: ["done"],
  1: ["failed"],
  2: ["refused", "wrong message"],
  3: ["refused", "not supported"],
};

/** What a terminal's common answer says of a request. @returns undefined for a body that is none */
export function answerIn(
  body: Buffer,
): { readonly serial: number; readonly id: number; readonly result: number } | undefined {
  if (body.length < 5) return undefined;
  return { serial: body.readUInt16BE(0), id: body.readUInt16BE(2), result: body[4]! };
}

/** The reply that follows from a result. */
export function replyWith(commandId: string, result: number): Record<string, unknown> {
  const [outcome, reason] = OUTCOMES[result] ?? ["failed", "unknown result"];
  return { commandId, outcome, code: result, ...(reason === undefined ? {} : { reason }) };
}

/** The settings of a terminal in 0x0104, by their numbers; what they mean is in its manual. */
export function readParameters(
  body: Buffer,
): { readonly serial: number; readonly parameters: Record<string, string> } | undefined {
  if (body.length < 3) return undefined;
  const parameters: Record<string, string> = {};
  let at = 3;
  while (at + 5 <= body.length && at + 5 + body[at + 4]! <= body.length) {
    const end = at + 5 + body[at + 4]!;
    const number = body.readUInt32BE(at).toString(16).toUpperCase().padStart(4, "0");
    parameters[number] = body.toString("hex", at + 5, end);
    at = end;
  }
  return at === body.length ? { serial: body.readUInt16BE(0), parameters } : undefined;
}
