import { SaxesParser, type SaxesTagNS } from "saxes";

/** One element of the document. */
export interface XmlElement {
  readonly name: string;
  readonly prefix: string;
  readonly namespace: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: XmlElement[];
  /** All character data that is directly in it, comments left out. */
  text: string;
  /** The positions of `<` of its start tag and of the end of its end tag in the text. */
  readonly start: number;
  end: number;
}

export interface XmlAttribute {
  readonly name: string;
  readonly local: string;
  readonly namespace: string;
  readonly value: string;
}

/** The reason why reading stopped; it did not look at anything after that place. */
export interface XmlRefusal {
  readonly rule: "not_well_formed" | "dtd" | "entity" | "xml_version" | "too_large";
  readonly message: string;
  readonly at: number;
}

export type XmlResult =
  | { readonly ok: true; readonly root: XmlElement }
  | { readonly ok: false; readonly refusal: XmlRefusal };

/** CAP needs 4 levels and a signature 6. */
const MAX_DEPTH = 16;
const MAX_ELEMENTS = 50_000;

/** Without a prototype, so that `&constructor;` is as unknown as any other. */
const FIVE_ENTITIES: Record<string, string> = Object.assign(Object.create(null), {
  amp: "&",
  gt: ">",
  lt: "<",
  quot: '"',
  apos: "'",
});

class Stop extends Error {
  readonly refusal: XmlRefusal;
  constructor(refusal: XmlRefusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/**
 * Reads a document into a tree, namespaces resolved. Nothing is ever fetched or expanded: a DTD and an entity
 * beyond the five of XML end the reading, and processing instructions (style sheets for browsers) are passed over.
 */
export function readXml(text: string): XmlResult {
  try {
    return { ok: true, root: read(text) };
  } catch (error) {
    if (error instanceof Stop) return { ok: false, refusal: error.refusal };
    throw error;
  }
}

function read(text: string): XmlElement {
  const parser = new SaxesParser({
    xmlns: true,
    position: false,
    forceXMLVersion: true,
    defaultXMLVersion: "1.0",
  });
  parser.ENTITIES = FIVE_ENTITIES;
  const stop = (rule: XmlRefusal["rule"], message: string, at = parser.position): never => {
    throw new Stop({ rule, message, at });
  };
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  let count = 0;
  let start = 0;

  parser.on("error", (error) => {
    const reason = error.message.replace(/\.$/, "");
    if (/undefined entity|entity name/.test(reason)) {
      stop("entity", `found an entity that is not one of &amp; &lt; &gt; &quot; &apos; (${reason})`);
    }
    stop("not_well_formed", `expected well-formed XML: ${reason}`);
  });
  parser.on("xmldecl", ({ version }) => {
    if (version !== "1.0") stop("xml_version", `found XML version "${version}", expected 1.0`);
  });
  parser.on("doctype", () =>
    stop(
      "dtd",
      "found a document type declaration, expected none: CAP has no DTD",
      text.indexOf("<!DOCTYPE"),
    ),
  );
  parser.on("opentagstart", () => {
    start = text.lastIndexOf("<", parser.position - 1);
    count += 1;
    if (count > MAX_ELEMENTS) stop("too_large", `found more than ${MAX_ELEMENTS} elements`, start);
    if (open.length >= MAX_DEPTH) stop("too_large", `found elements nested deeper than ${MAX_DEPTH}`, start);
  });
  parser.on("opentag", (tag) => {
    const element = toElement(tag, start);
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  const addText = (data: string) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += data;
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", () => {
    const element = open.pop();
    if (element !== undefined) element.end = parser.position;
  });
  parser.write(text).close();
  if (root === undefined) throw new Stop({ rule: "not_well_formed", message: "found no element", at: 0 });
  return root;
}

function toElement(tag: SaxesTagNS, start: number): XmlElement {
  return {
    name: tag.local,
    prefix: tag.prefix,
    namespace: tag.uri,
    attributes: Object.values(tag.attributes).map(({ name, local, uri, value }) => ({
      name,
      local,
      namespace: uri,
      value,
    })),
    children: [],
    text: "",
    start,
    end: start,
  };
}

/** Turns an offset into line and column, both from 1. */
export function locator(text: string): (offset: number) => { line: number; column: number } {
  let starts: number[] | undefined;
  return (offset) => {
    if (starts === undefined) {
      starts = [0];
      for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
    }
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] as number) + 1 };
  };
}
