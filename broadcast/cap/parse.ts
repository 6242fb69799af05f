import {
  CAP_NAMESPACE,
  type CapAlert,
  type CapArea,
  type CapFault,
  type CapInfo,
  type CapNamedValue,
  type CapReference,
  type CapResource,
  DSIG_NAMESPACE,
} from "./alert.ts";
import { decodeDocument } from "./encoding.ts";
import { ALERT_CONTENT } from "./grammar.ts";
import { locator, readXml, type XmlElement } from "./read-xml.ts";
import { checkRules } from "./rules.ts";
import { quote } from "./values.ts";
import {
  checkAttributes,
  type ElementValues,
  FaultList,
  MAX_FAULTS,
  tooManyFaults,
  type Value,
  walk,
} from "./walk.ts";

export type ParseResult =
  | { readonly ok: true; readonly alert: CapAlert; readonly warnings: readonly CapFault[] }
  | { readonly ok: false; readonly faults: readonly CapFault[]; readonly warnings: readonly CapFault[] };

/** An alert as text and tree beside the parsed form: signatures are checked on these. */
export interface CapDocument {
  readonly text: string;
  readonly root: XmlElement;
  readonly result: ParseResult;
}

/** Two at once are in real feeds: the author's and the aggregator's. */
const MAX_SIGNATURES = 2;

/**
 * Reads one CAP 1.2 alert and checks it against the standard. For any bytes it answers and does not throw: with the
 * alert, or with every fault that it has. It does not check signatures.
 */
export function parseAlert(bytes: Uint8Array): ParseResult {
  return readDocument(bytes).result;
}

/** As `parseAlert`, with the source text. `root` is absent when the document could not be read at all. */
export function readDocument(bytes: Uint8Array): CapDocument | { readonly result: ParseResult } {
  const decoded = decodeDocument(bytes);
  if (!decoded.ok) return { result: refuse({ line: 0, column: 0 }, decoded.rule, decoded.message) };
  return parseText(decoded.text);
}

/** As `readDocument`, for a text that has been decoded before and so was not too large. */
export function parseText(text: string): CapDocument | { readonly result: ParseResult } {
  const locate = locator(text);
  const xml = readXml(text);
  if (!xml.ok) {
    const { at, rule, message } = xml.refusal;
    const { faults, warnings } = refuse(locate(Math.max(0, at)), rule, message);
    // The root may not be known where reading stopped, so its namespace is looked for in the text.
    const older = OLDER_CAP.exec(text);
    const version = older && olderVersion(older[0]);
    const more = older && version ? [{ path: "/", ...locate(older.index), ...version }] : [];
    return { result: { ok: false, faults: [...faults, ...more], warnings } };
  }
  return { text, root: xml.root, result: readAlert(xml.root, new FaultList(locate)) };
}

const refuse = (place: { line: number; column: number }, rule: string, message: string) => ({
  ok: false as const,
  faults: [{ path: "/", ...place, rule, message }],
  warnings: [],
});

function readAlert(root: XmlElement, found: FaultList): ParseResult {
  const isAlert = checkRoot(root, found);
  if (!isAlert) return { ok: false, faults: found.faults, warnings: [] };
  // An alert of an older version, or of none, is read as if it were of ours, so that its sender sees all of its faults.
  const alert = root.namespace === CAP_NAMESPACE ? root : inOurNamespace(root, root.namespace);
  const signatures = alert.children.filter(isSignature);
  checkSignaturePlaces(alert, signatures, found);
  checkAttributes(alert, "/alert", found, true);
  const unsigned = { ...alert, children: alert.children.filter((child) => !isSignature(child)) };
  const values = walk(unsigned, "/alert", ALERT_CONTENT, found);
  checkRules(values, found);
  if (found.faults.length > 0) {
    // A part that would be left out of a good alert is a fault of a bad one: its sender should see all at once.
    const faults = [...found.faults, ...found.warnings.filter(({ leftOut }) => leftOut)];
    if (faults.length > MAX_FAULTS)
      faults.splice(MAX_FAULTS - 1, faults.length, tooManyFaults(found.faults[0]!));
    return { ok: false, faults, warnings: found.warnings };
  }
  return { ok: true, alert: toAlert(values, signatures.length), warnings: found.warnings };
}

const isSignature = (element: XmlElement) =>
  element.namespace === DSIG_NAMESPACE && element.name === "Signature";

const OLDER_CAP = /urn:oasis:names:tc:emergency:cap:1\.1|http:\/\/www\.incident\.com\/cap\/1\.0/;

function olderVersion(namespace: string): { rule: string; message: string } | undefined {
  const version = namespace.match(OLDER_CAP)?.[0] === namespace ? namespace.slice(-3) : undefined;
  return version === undefined
    ? undefined
    : {
        rule: "cap_version",
        message: `found CAP ${version}, expected 1.2: the older versions mean other things by the same words`,
      };
}

/** Notes the faults of the root. @returns true if it is an alert at all, of whatever version */
function checkRoot(root: XmlElement, found: FaultList): boolean {
  const isAlert = root.name === "alert";
  if (isAlert && root.namespace === CAP_NAMESPACE) return true;
  const path = `/${root.name}`;
  const older = olderVersion(root.namespace);
  if (older) found.add(path, root, older.rule, older.message);
  if (!isAlert || !older) {
    const namespace = root.namespace === "" ? "no namespace" : `the namespace ${quote(root.namespace)}`;
    const inside = isAlert ? undefined : findAlertIn(root);
    const hint = inside ? "; there is one inside: post that by itself" : "";
    const message = `found <${root.name}> of ${namespace}, expected <alert> of ${CAP_NAMESPACE}${hint}`;
    found.add(path, root, "root_element", message);
    const olderInside = inside && olderVersion(inside.namespace);
    if (olderInside) found.add(`${path}//alert`, inside, olderInside.rule, olderInside.message);
  }
  return isAlert;
}

function findAlertIn({ children }: XmlElement): XmlElement | undefined {
  for (const child of children) {
    const found = child.name === "alert" ? child : findAlertIn(child);
    if (found) return found;
  }
  return undefined;
}

function inOurNamespace(element: XmlElement, from: string): XmlElement {
  const namespace = element.namespace === from ? CAP_NAMESPACE : element.namespace;
  return { ...element, namespace, children: element.children.map((child) => inOurNamespace(child, from)) };
}

function checkSignaturePlaces(root: XmlElement, signatures: readonly XmlElement[], found: FaultList): void {
  const first = signatures[0];
  if (first === undefined) return;
  const late = root.children.slice(root.children.indexOf(first)).find((child) => !isSignature(child));
  if (late !== undefined) {
    found.add(
      `/alert/${late.name}`,
      late,
      "element_order",
      `found <${late.name}> after <Signature>, expected it before`,
    );
  }
  const extra = signatures[MAX_SIGNATURES];
  if (extra !== undefined) {
    const message = `found ${signatures.length} signatures, expected at most ${MAX_SIGNATURES}`;
    found.add(`/alert/Signature[${MAX_SIGNATURES + 1}]`, extra, "too_many_signatures", message);
  }
}

// The casts below hold because `walk` found no fault: each element is there and was read by its rule.

const all = <T>(values: ElementValues, name: string): T[] =>
  (values.byName.get(name) ?? []).map(({ value }: Value) => value as T);

const one = <T>(values: ElementValues, name: string): T => all<T>(values, name)[0] as T;

/** The optional elements that are there, for spreading. */
function optional<K extends string>(values: ElementValues, ...names: K[]): { [P in K]?: string } {
  const present: { [P in K]?: string } = {};
  for (const name of names) {
    const value = values.byName.get(name)?.[0];
    if (value !== undefined) present[name] = value.value as string;
  }
  return present;
}

function optionalNumber<K extends string>(values: ElementValues, name: K): { [P in K]?: number } {
  const value = values.byName.get(name)?.[0];
  return (value === undefined ? {} : { [name]: value.value as number }) as { [P in K]?: number };
}

const namedValues = (values: ElementValues, name: string): CapNamedValue[] =>
  all<ElementValues>(values, name).map((pair) => ({
    valueName: one(pair, "valueName"),
    value: one(pair, "value"),
  }));

function toAlert(values: ElementValues, signatures: number): CapAlert {
  return {
    identifier: one(values, "identifier"),
    sender: one(values, "sender"),
    sent: one(values, "sent"),
    status: one(values, "status"),
    msgType: one(values, "msgType"),
    scope: one(values, "scope"),
    ...optional(values, "source", "restriction", "addresses", "note", "incidents"),
    codes: all(values, "code"),
    references: one<CapReference[] | undefined>(values, "references") ?? [],
    infos: all<ElementValues>(values, "info").map(toInfo),
    signatures,
  };
}

function toInfo(values: ElementValues): CapInfo {
  return {
    language: one<string | undefined>(values, "language") ?? "en-US",
    categories: all(values, "category"),
    event: one(values, "event"),
    responseTypes: all(values, "responseType"),
    urgency: one(values, "urgency"),
    severity: one(values, "severity"),
    certainty: one(values, "certainty"),
    ...optional(values, "audience", "effective", "onset", "expires", "senderName", "headline"),
    ...optional(values, "description", "instruction", "web", "contact"),
    eventCodes: namedValues(values, "eventCode"),
    parameters: namedValues(values, "parameter"),
    resources: all<ElementValues>(values, "resource").map(toResource),
    areas: all<ElementValues>(values, "area").map(toArea),
  };
}

const toResource = (values: ElementValues): CapResource => ({
  resourceDesc: one(values, "resourceDesc"),
  mimeType: one(values, "mimeType"),
  ...optionalNumber(values, "size"),
  ...optional(values, "uri", "derefUri", "digest"),
});

const toArea = (values: ElementValues): CapArea => ({
  areaDesc: one(values, "areaDesc"),
  polygons: all(values, "polygon"),
  circles: all(values, "circle"),
  geocodes: namedValues(values, "geocode"),
  ...optionalNumber(values, "altitude"),
  ...optionalNumber(values, "ceiling"),
});
