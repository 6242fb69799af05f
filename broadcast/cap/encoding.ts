import { isUtf8 } from "node:buffer";

/**
 * An alert of several languages with maps is about 60 KiB; with a picture and detailed borders it comes to a mebibyte.
 */
export const MAX_ALERT_BYTES = 1024 * 1024;

/** Labels that an XML declaration may carry, and the decoder of each. */
const DECODERS: Record<string, string> = {
  "utf-8": "utf-8",
  utf8: "utf-8",
  "utf-16": "utf-16",
  "utf-16le": "utf-16le",
  "utf-16be": "utf-16be",
  "us-ascii": "us-ascii",
  "iso-8859-1": "windows-1252",
  latin1: "windows-1252",
  "windows-1252": "windows-1252",
  gbk: "gb18030",
  gb2312: "gb18030",
  gb18030: "gb18030",
};

/** The characters of windows-1252 at 0x80 to 0x9F. Node 20's decoder gives control characters there. */
const WINDOWS_1252_HIGH =
  "\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f" +
  "\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178";

export type DecodedXml =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly rule: "too_large" | "encoding"; readonly message: string };

/**
 * The text of an XML document: by its byte order mark, else by its declaration, else UTF-8. A byte that is wrong in
 * that encoding is a fault and not a question mark: half of a place name is worse than none.
 */
export function decodeDocument(bytes: Uint8Array): DecodedXml {
  if (bytes.length > MAX_ALERT_BYTES) {
    return fault("too_large", `found ${bytes.length} bytes, expected at most ${MAX_ALERT_BYTES}`);
  }
  const marked = byteOrderMark(bytes);
  const declared = declaredEncoding(bytes, marked?.decoder ?? unmarkedUtf16(bytes));
  const fromDeclaration = declared === undefined ? undefined : DECODERS[declared.toLowerCase()];
  if (declared !== undefined && fromDeclaration === undefined) {
    const known = Object.keys(DECODERS).join(", ");
    return fault("encoding", `found the encoding "${declared}", expected one of ${known}`);
  }
  const seen = marked?.decoder ?? unmarkedUtf16(bytes);
  if (seen !== undefined && fromDeclaration !== undefined && !agree(seen, fromDeclaration)) {
    return fault("encoding", `the first bytes say ${seen}, but the XML declaration says ${declared}`);
  }
  const decoder = seen ?? fromDeclaration ?? "utf-8";
  if (decoder.startsWith("utf-16") && seen === undefined) {
    return fault("encoding", `the XML declaration says ${declared}, but the text is not in it`);
  }
  const body = bytes.subarray(marked?.length ?? 0);
  const text = decode(body, decoder);
  return text === undefined
    ? fault("encoding", `found bytes that are not ${declared ?? decoder}; is the encoding declared rightly?`)
    : { ok: true, text };
}

const fault = (rule: "too_large" | "encoding", message: string): DecodedXml => ({ ok: false, rule, message });

function byteOrderMark(bytes: Uint8Array): { decoder: string; length: number } | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { decoder: "utf-8", length: 3 };
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { decoder: "utf-16le", length: 2 };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { decoder: "utf-16be", length: 2 };
  return undefined;
}

/** `<` as two bytes: UTF-16 whose mark was lost. */
function unmarkedUtf16(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0x3c && bytes[1] === 0) return "utf-16le";
  if (bytes[0] === 0 && bytes[1] === 0x3c) return "utf-16be";
  return undefined;
}

function declaredEncoding(bytes: Uint8Array, seen: string | undefined): string | undefined {
  const head = new TextDecoder(seen?.startsWith("utf-16") ? seen : "latin1").decode(bytes.subarray(0, 400));
  return /^(?:\uFEFF|\u00ef\u00bb\u00bf)?<\?xml\s[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(head)?.[1];
}

const agree = (seen: string, declared: string): boolean =>
  seen === declared || (declared === "utf-16" && seen.startsWith("utf-16"));

function decode(bytes: Uint8Array, decoder: string): string | undefined {
  if (decoder === "utf-8" && !isUtf8(bytes)) return undefined;
  if (decoder === "us-ascii") return bytes.some((byte) => byte > 0x7f) ? undefined : latin1(bytes);
  if (decoder === "windows-1252") {
    return latin1(bytes).replace(/[\x80-\x9f]/g, (c) => WINDOWS_1252_HIGH.charAt(c.charCodeAt(0) - 0x80));
  }
  try {
    return new TextDecoder(decoder, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
