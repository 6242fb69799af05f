import type { Entry, Repeated } from "../../base/exact-json.ts";
import type {
  DoorDecoder,
  DoorDevice,
  DoorRefusal,
  RawMessage,
  ReceivedMessage,
} from "../../exchange/door.ts";
import { quantityOf } from "./factors.ts";
import { type Field, type Hj212Message, type MessageFault, readMessage } from "./message.ts";
import { worstOf } from "./quality.ts";

/** What the commands of stations mean to us: their content as readings, events or replies. Pure. */

type Item = Record<string, unknown>;

/** The content of a message in the shape that the inside takes. */
interface Content {
  readonly channel: "telemetry" | "events" | "replies";
  readonly value: Item | Item[];
  readonly repeated: Repeated | undefined;
}

/**
 * Commands that bring values: the suffix of those that are measurements, and of our quantities. Means are quantities of
 * their own: at the moment at which their interval begins there is a value of that moment, too.
 */
const MEASUREMENTS: Readonly<Record<string, { readonly suffix: string; readonly of: string }>> = {
  "2011": { suffix: "Rtd", of: "" },
  "2051": { suffix: "Avg", of: "_minute" },
  "2061": { suffix: "Avg", of: "_hour" },
  "2031": { suffix: "Avg", of: "_day" },
};

/**
 * Commands that tell something else: answers to what was asked, states and times of running, starts, settings, logs, and
 * those of 2025 as far as their names are known.
 */
const REPORTS: ReadonlySet<string> = new Set([
  ...["1001", "1011", "1014", "1061", "1063", "2012", "2013", "2021", "2022", "2041", "2052", "2062"],
  ...["2081", "2111", "3015", "3017", "3018", "3019", "3020", "3021", "3022", "3024"],
]);

/** What a request's answers say (9011, 9012). */
const RETURNS: Readonly<Record<string, string>> = {
  "2": "refused",
  "3": "password",
  "4": "station id",
  "5": "sort of station",
  "6": "flag",
  "7": "time stamp",
  "8": "unknown command",
  "9": "check",
  "100": "unknown reason",
};
const RESULTS: Readonly<Record<string, string>> = {
  "2": "unknown reason",
  "3": "condition not met",
  "4": "time-out",
  "5": "busy",
  "6": "fault of the system",
  "100": "no data",
};

/** The content of a station's message, or why it is none. */
export function stationContent(message: Hj212Message): Content | DoorRefusal {
  const { cn } = message;
  if (Object.hasOwn(MEASUREMENTS, cn)) return readingsOf(message);
  if (cn === "9011" || cn === "9012") return replyOf(message);
  if (REPORTS.has(cn)) return reportOf(message);
  return badFrame(`CN: ${cn} is no command that a station sends and we know`);
}

/** The refusal of a packet that is whole and says nothing that we know. */
export const badFrame = (detail: string): DoorRefusal => ({ reason: "bad_frame", detail });

/** The refusal of a packet whose words cannot be read. */
export const refusalOf = ({ part, detail }: MessageFault): DoorRefusal => badFrame(`${part}: ${detail}`);

/** The fields of a factor that belong together: its values and their flag. */
interface Group {
  readonly code: string;
  readonly fields: [suffix: string, value: string][];
}

/** An item that is being filled; a key that stands there already gives way, and its value goes on record. */
class Filling {
  readonly item: Item = {};
  readonly earlier: Entry[] = [];

  set(key: string, value: unknown): void {
    if (Object.hasOwn(this.item, key)) {
      if (this.item[key] === value) return;
      this.earlier.push([key, this.item[key]]);
    }
    // A key `__proto__` is data like any other.
    Object.defineProperty(this.item, key, { value, enumerable: true, writable: true, configurable: true });
  }
}

function readingsOf(message: Hj212Message): Content | DoorRefusal {
  const items: Item[] = [];
  const repeated: Repeated = new Map();
  for (const fields of byDataTime(message.fields)) {
    const filling = fill(message, fields);
    if ("reason" in filling) return filling;
    items.push(filling.item);
    if (filling.earlier.length > 0) repeated.set(filling.item, filling.earlier);
  }
  return {
    channel: "telemetry",
    value: items.length === 1 ? items[0]! : items,
    repeated: repeated.size > 0 ? repeated : undefined,
  };
}

/** Some stations send several records in one packet, each behind its own time. */
function byDataTime(fields: readonly Field[]): Field[][] {
  const records: Field[][] = [[]];
  for (const field of fields) {
    if (field.key === "DataTime" && records.at(-1)!.some(({ key }) => key === "DataTime")) records.push([]);
    records.at(-1)!.push(field);
  }
  return records;
}

/** One record as a reading: what we know as quantities, all else as it came, under the command and its own name. */
function fill(message: Hj212Message, fields: readonly Field[]): Filling | DoorRefusal {
  const { st, cn } = message;
  const filling = new Filling();
  const observedAt = momentOf(fields.find(({ key }) => key === "DataTime")?.value ?? "");
  if (observedAt === undefined) return badFrame("DataTime: expected YYYYMMDDhhmmss");
  filling.set("observedAt", observedAt);
  for (const { key, value } of fields)
    if (key !== "DataTime" && !isOfFactor(key)) filling.set(`${cn}.${key}`, value);
  const flags: string[] = [];
  for (const group of groupsOf(fields)) {
    const quantity = quantityOf(st, group.code);
    if (quantity !== undefined) flags.push(flagOf(group));
    fillFactor(filling, cn, group, quantity);
  }
  // The parts of one record, which come in several packets, may differ in it.
  if (flags.length > 0 && (message.pnum ?? 1) <= 1)
    filling.set(`quality${MEASUREMENTS[cn]!.of}`, worstOf(flags));
  return filling;
}

const isOfFactor = (key: string) => key.indexOf("-") > 0;

/** Each factor with its values; a value that comes again begins anew, with a flag of its own. */
function groupsOf(fields: readonly Field[]): Group[] {
  const latest = new Map<string, { readonly group: Group; readonly suffixes: Set<string> }>();
  const groups: Group[] = [];
  for (const { key, value } of fields) {
    if (!isOfFactor(key)) continue;
    const dash = key.indexOf("-");
    const [code, suffix] = [key.slice(0, dash), key.slice(dash + 1)];
    let known = latest.get(code);
    if (!known || known.suffixes.has(suffix)) {
      known = { group: { code, fields: [] }, suffixes: new Set() };
      latest.set(code, known);
      groups.push(known.group);
    }
    known.suffixes.add(suffix);
    known.group.fields.push([suffix, value]);
  }
  return groups;
}

/** What has no flag is as it should be. */
const flagOf = ({ fields }: Group): string => fields.find(([suffix]) => suffix === "Flag")?.[1] || GOOD;
const GOOD = "N";

/** @param quantity of ours; undefined: the factor is kept as it came */
function fillFactor(filling: Filling, cn: string, group: Group, quantity: string | undefined): void {
  const { suffix: measured, of } = MEASUREMENTS[cn]!;
  const isGood = quantity !== undefined && flagOf(group) === GOOD;
  for (const [suffix, value] of group.fields) {
    // That a measurement is one goes without saying; empty fields say nothing.
    if (value === "" || (isGood && suffix === "Flag")) continue;
    const number = isGood && suffix === measured ? numberOf(value) : undefined;
    if (number === undefined) filling.set(`${cn}.${group.code}-${suffix}`, value);
    else filling.set(`${quantity}${of}`, number);
  }
}

/** States, settings, logs: an event of the station with all that it tells. */
function reportOf(message: Hj212Message): Content {
  const { qn, cn, pno } = message;
  const filling = new Filling();
  for (const { key, value } of message.fields) filling.set(key, value);
  const told = filling.item;
  const at = momentOf(String(told.DataTime ?? told.RestartTime ?? "")) ?? momentOf(qn ?? "");
  const item: Item = {
    // A repetition has the same time stamp, and is the same event.
    ...(qn === undefined ? {} : { eventId: pno === undefined ? `${cn}-${qn}` : `${cn}-${qn}-${pno}` }),
    ...(at === undefined ? {} : { observedAt: at }),
    type: cn === "2081" ? "station_started" : "station_report",
    command: cn,
    told,
  };
  const repeated = filling.earlier.length > 0 ? new Map([[told, filling.earlier]]) : undefined;
  return { channel: "events", value: item, repeated };
}

/** The station's answer to a request: a reply to the command whose time stamp it echoes. */
function replyOf({ qn, cn, fields }: Hj212Message): Content | DoorRefusal {
  if (qn === undefined) return badFrame("QN: expected that of the request");
  const name = cn === "9011" ? "QnRtn" : "ExeRtn";
  const code = fields.find(({ key }) => key === name)?.value;
  if (code === undefined) return badFrame(`${name}: expected it in CP`);
  const isGood = code === "1";
  const outcome = cn === "9011" ? (isGood ? "accepted" : "refused") : isGood ? "done" : "failed";
  const table = cn === "9011" ? RETURNS : RESULTS;
  const reason = isGood ? undefined : Object.hasOwn(table, code) ? table[code] : "unknown reason";
  const value = { commandId: commandIdOf(qn), outcome, code, ...(reason === undefined ? {} : { reason }) };
  return { channel: "replies", value, repeated: undefined };
}

/** The id of a command that nobody remembers: its time stamp. */
const commandIdOf = (qn: string) => `qn-${qn}`;

const PLAIN_NUMBER = /^[+-]?\d{1,15}(\.\d{1,15})?([eE][+-]?\d{1,2})?$/;

/** A measured value; undefined for `-`, `1.2.3` and other texts that are no number. */
function numberOf(text: string): number | undefined {
  return PLAIN_NUMBER.test(text) ? Number(text) : undefined;
}

const MOMENT = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{3})?$/;

/** `20260801085857` as RFC 3339: the standard's times are of China, and have no zone. */
function momentOf(text: string): string | undefined {
  const found = MOMENT.exec(text);
  if (!found) return undefined;
  const [, year, month, day, hour, minute, second, millis = "000"] = found;
  const at = `${year}-${month}-${day}T${hour}:${minute}:${second}.${millis}`;
  // 31 February rolls over, and is no day.
  const read = new Date(`${at}Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString() === `${at}Z` ? `${at}+08:00` : undefined;
}

/** What stands in a rejection beside a packet: whose it is and what it is. */
export const contextOf = (mn: string | undefined, cn: string | undefined): string =>
  `${mn ?? "?"}/${cn ?? "?"}`;

/** A message with its content, once its packet was read. */
export function withContent<D extends DoorDevice>(
  raw: RawMessage<D>,
  message: Hj212Message,
): ReceivedMessage<D> | DoorRefusal {
  if (raw.device === undefined)
    return { ...raw, channel: "telemetry", value: undefined, repeated: undefined };
  const content = stationContent(message);
  return "reason" in content ? content : { ...raw, ...content };
}

/** Decodes again a packet that a rejection has kept. */
export const hj212Decoder: DoorDecoder = {
  decode(raw) {
    const message = readMessage(raw.raw);
    if ("part" in message) return refusalOf(message);
    return withContent(raw, message);
  },
};
