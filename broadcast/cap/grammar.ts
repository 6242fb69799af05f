import { CATEGORIES, CERTAINTIES, RESPONSE_TYPES, URGENCIES } from "../message/index.ts";
import { CAP_SCOPES, CAP_SEVERITIES, MESSAGE_TYPES, STATUSES } from "./alert.ts";
import {
  quote,
  type Read,
  readCircle,
  readDecimal,
  readLanguage,
  readMimeType,
  readName,
  readPolygon,
  readReferences,
  readSize,
  readTime,
} from "./values.ts";

/** The content of an element: a text that a function reads, or the elements of another list. */
export interface ElementRule {
  readonly name: string;
  readonly required: boolean;
  readonly repeats: boolean;
  readonly read?: (text: string) => Read<unknown>;
  /** An unreadable element is left out with a warning: the rest of the alert is good without it. */
  readonly dispensable?: boolean;
  /** An empty text is a value, not an absence. */
  readonly mayBeEmpty?: boolean;
  readonly content?: readonly ElementRule[];
}

type Cardinality = "!" | "?" | "+" | "*";

const rule = (name: string, cardinality: Cardinality, more: Partial<ElementRule> = {}): ElementRule => ({
  name,
  required: cardinality === "!" || cardinality === "+",
  repeats: cardinality === "+" || cardinality === "*",
  ...(more.content === undefined ? { read: (text: string) => ({ value: text }) } : {}),
  ...more,
});

const oneOf = (words: readonly string[]): Partial<ElementRule> => ({
  read: (text) =>
    words.includes(text)
      ? { value: text }
      : { broken: { rule: "enum", message: `found ${quote(text)}, expected one of ${words.join(", ")}` } },
});

const namedValue: readonly ElementRule[] = [rule("valueName", "!"), rule("value", "!", { mayBeEmpty: true })];

const resource: readonly ElementRule[] = [
  rule("resourceDesc", "!"),
  rule("mimeType", "!", { read: readMimeType }),
  rule("size", "?", { read: readSize }),
  rule("uri", "?"),
  rule("derefUri", "?"),
  rule("digest", "?"),
];

const area: readonly ElementRule[] = [
  rule("areaDesc", "!"),
  rule("polygon", "*", { read: readPolygon, dispensable: true }),
  rule("circle", "*", { read: readCircle, dispensable: true }),
  rule("geocode", "*", { content: namedValue }),
  rule("altitude", "?", { read: readDecimal }),
  rule("ceiling", "?", { read: readDecimal }),
];

const info: readonly ElementRule[] = [
  rule("language", "?", { read: readLanguage }),
  rule("category", "+", oneOf(CATEGORIES)),
  rule("event", "!"),
  rule("responseType", "*", oneOf(RESPONSE_TYPES)),
  rule("urgency", "!", oneOf(URGENCIES)),
  rule("severity", "!", oneOf(CAP_SEVERITIES)),
  rule("certainty", "!", oneOf(CERTAINTIES)),
  rule("audience", "?"),
  rule("eventCode", "*", { content: namedValue }),
  rule("effective", "?", { read: readTime }),
  rule("onset", "?", { read: readTime }),
  rule("expires", "?", { read: readTime }),
  rule("senderName", "?"),
  rule("headline", "?"),
  rule("description", "?"),
  rule("instruction", "?"),
  rule("web", "?"),
  rule("contact", "?"),
  rule("parameter", "*", { content: namedValue }),
  rule("resource", "*", { content: resource }),
  rule("area", "*", { content: area }),
];

/** The elements of `alert` in their order; signatures come after them. */
export const ALERT_CONTENT: readonly ElementRule[] = [
  rule("identifier", "!", { read: readName }),
  rule("sender", "!", { read: readName }),
  rule("sent", "!", { read: readTime }),
  rule("status", "!", oneOf(STATUSES)),
  rule("msgType", "!", oneOf(MESSAGE_TYPES)),
  rule("source", "?"),
  rule("scope", "!", oneOf(CAP_SCOPES)),
  rule("restriction", "?"),
  rule("addresses", "?"),
  rule("code", "*"),
  rule("note", "?"),
  rule("references", "?", { read: readReferences }),
  rule("incidents", "?"),
  rule("info", "*", { content: info }),
];
