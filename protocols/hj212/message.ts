import { isUtf8 } from "node:buffer";

/** The words of a packet: its head, and what it carries. Pure: a packet in, its content or a fault out. */
export interface Hj212Message {
  /** The moment that names an exchange, `YYYYMMDDhhmmssSSS`; absent in packets of 2005. */
  readonly qn: string | undefined;
  /** The sort of station, which decides what old codes of factors mean. */
  readonly st: string;
  readonly cn: string;
  readonly pw: string | undefined;
  readonly mn: string;
  /** Undefined where the packet has none, as of 2005. */
  readonly flag: number | undefined;
  readonly pnum: number | undefined;
  readonly pno: number | undefined;
  /** The fields between `CP=&&` and `&&`, in their order. */
  readonly fields: readonly Field[];
}

/** `DataTime=…`, or a value of a factor such as `w01018-Avg=…`. */
export interface Field {
  readonly key: string;
  readonly value: string;
}

/** The part of a packet that cannot be understood, and what is wrong with it. */
export interface MessageFault {
  readonly part: "head" | "cp";
  readonly detail: string;
  /** Whose it is and what it was to be, as far as that can be read. */
  readonly mn?: string | undefined;
  readonly cn?: string | undefined;
}

/** The bits of a flag: an answer is wanted, packet numbers are there, and the edition above them. */
export const wantsAnswer = ({ flag }: Hj212Message): boolean => flag !== undefined && (flag & 1) === 1;
export const hasPacketNo = ({ flag }: Hj212Message): boolean => flag !== undefined && (flag & 2) === 2;
/** 0: HJ/T 212-2005, 1: HJ 212-2017, 2: HJ 212-2025. */
export const editionOf = ({ flag = 0 }: Pick<Hj212Message, "flag">): number => flag >> 2;

const FORMS = {
  QN: /^\d{17}$/,
  ST: /^[0-9A-Z]{2}$/,
  CN: /^\d{4}$/,
  PW: /^[\x21-\x3a\x3c-\x7e]{1,32}$/,
  MN: /^[0-9A-Za-z_-]{1,64}$/,
  Flag: /^\d{1,3}$/,
  PNUM: /^\d{1,4}$/,
  PNO: /^\d{1,4}$/,
} as const;

const HEAD_BYTES = 6;
const CHECK_BYTES = 4;
const CONTENT = "CP=&&";

/** Old loggers write GBK although the standard says UTF-8. */
const gbk = new TextDecoder("gb18030");

/** Reads a whole packet, as a `PacketReader` gives it. */
export function readMessage(frame: Buffer): Hj212Message | MessageFault {
  const segment = frame.subarray(HEAD_BYTES, -CHECK_BYTES);
  const text = isUtf8(segment) ? segment.toString() : gbk.decode(segment);
  const begin = text.indexOf(CONTENT);
  const end = text.lastIndexOf("&&");
  const from = begin + CONTENT.length;
  const hasContent = begin >= 0 && end >= from;
  const head = readHead(begin < 0 ? text : text.slice(0, begin));
  if ("part" in head) return head;
  if (!hasContent) {
    const { mn, cn } = head;
    return { part: "cp", detail: "expected CP=&&…&& at the end of the segment", mn, cn };
  }
  return { ...head, fields: readFields(text.slice(from, end)) };
}

function readHead(text: string): Omit<Hj212Message, "fields"> | MessageFault {
  const parts = new Map<string, string>();
  const wrong: string[] = [];
  for (const part of text.split(";")) {
    const equals = part.indexOf("=");
    if (equals <= 0) continue;
    const [name, value] = [part.slice(0, equals).trim(), part.slice(equals + 1).trim()];
    if (!Object.hasOwn(FORMS, name)) continue;
    if (FORMS[name as keyof typeof FORMS].test(value)) parts.set(name, value);
    else wrong.push(`${name}: '${value.slice(0, 64)}' is none`);
  }
  const [st, cn, mn] = [parts.get("ST"), parts.get("CN"), parts.get("MN")];
  if (wrong.length > 0) return { part: "head", detail: fewOf(wrong), mn, cn };
  if (st === undefined || cn === undefined || mn === undefined)
    return { part: "head", detail: "expected ST, CN and MN before CP", mn, cn };
  const number = (name: string) => (parts.has(name) ? Number(parts.get(name)) : undefined);
  const [flag, pnum, pno] = [number("Flag"), number("PNUM"), number("PNO")];
  return { qn: parts.get("QN"), st, cn, pw: parts.get("PW"), mn, flag, pnum, pno };
}

const FAULTS_TOLD = 3;

/** A packet of ten thousand bytes can have two thousand faults. */
function fewOf(faults: readonly string[]): string {
  const more = faults.length - FAULTS_TOLD;
  const told = faults.slice(0, FAULTS_TOLD).join("; ");
  return more > 0 ? `${told}; and ${more} more` : told;
}

/** A value between these may hold commas, semicolons and equal signs. */
const QUOTE = "//";

/** True while the value of an information factor has been opened and not closed again. */
const isOpen = ({ key, value }: Field): boolean =>
  key.endsWith("-Info") && value.startsWith(QUOTE) && (value.length < 4 || !value.endsWith(QUOTE));

/** A piece without `=` belongs to the value before it: texts such as a log may hold commas and semicolons. */
function readFields(text: string): Field[] {
  const fields: { key: string; value: string }[] = [];
  for (const [piece, separator] of piecesOf(text)) {
    const equals = piece.indexOf("=");
    const last = fields.at(-1);
    if (last && isOpen(last)) last.value += `${separator}${piece}`;
    else if (equals > 0)
      fields.push({ key: piece.slice(0, equals).trim(), value: piece.slice(equals + 1).trim() });
    else if (piece.trim() !== "") {
      if (last) last.value += `${separator}${piece.trimEnd()}`;
      else fields.push({ key: "text", value: piece.trim() });
    }
  }
  return fields;
}

/** The pieces between commas and semicolons, each with the separator before it. */
function* piecesOf(text: string): Iterable<[piece: string, separator: string]> {
  let from = 0;
  for (const { index } of text.matchAll(/[,;]/g)) {
    yield [text.slice(from, index), from === 0 ? "" : text[from - 1]!];
    from = index + 1;
  }
  yield [text.slice(from), from === 0 ? "" : text[from - 1]!];
}
