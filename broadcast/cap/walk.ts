import { CAP_NAMESPACE, type CapFault, DSIG_NAMESPACE } from "./alert.ts";
import type { ElementRule } from "./grammar.ts";
import type { XmlElement } from "./read-xml.ts";
import { quote } from "./values.ts";

/** The result for one container: values by element name, in the order of the document. */
export interface ElementValues {
  readonly element: XmlElement;
  readonly path: string;
  readonly byName: ReadonlyMap<string, readonly Value[]>;
}

export interface Value {
  readonly element: XmlElement;
  readonly path: string;
  readonly value: unknown;
}

/** More are not worth reading; the last one says that there are more. */
export const MAX_FAULTS = 100;

export const tooManyFaults = (where: Omit<CapFault, "rule" | "message">): CapFault => ({
  path: where.path,
  line: where.line,
  column: where.column,
  rule: "too_many_faults",
  message: "there are more faults than these",
});

/** Collects faults and warnings with the place of their element. */
export class FaultList {
  readonly faults: CapFault[] = [];
  readonly warnings: CapFault[] = [];
  readonly #locate: (offset: number) => { line: number; column: number };
  #full = false;

  constructor(locate: (offset: number) => { line: number; column: number }) {
    this.#locate = locate;
  }

  add(path: string, element: Pick<XmlElement, "start">, rule: string, message: string): void {
    if (this.#full) return;
    if (this.faults.length === MAX_FAULTS - 1) {
      this.#full = true;
      this.faults.push(tooManyFaults(this.#fault(path, element, rule, message)));
      return;
    }
    this.faults.push(this.#fault(path, element, rule, message));
  }

  /** @param leftOut true when the alert is read without the part that the warning is about */
  warn(
    path: string,
    element: Pick<XmlElement, "start">,
    rule: string,
    message: string,
    leftOut = false,
  ): void {
    if (this.warnings.length === MAX_FAULTS) return;
    const isLast = this.warnings.length === MAX_FAULTS - 1;
    const warning = isLast
      ? this.#fault(path, element, "too_many_warnings", "there are more warnings than these")
      : this.#fault(path, element, rule, message);
    this.warnings.push(leftOut ? { ...warning, leftOut } : warning);
  }

  #fault(path: string, element: Pick<XmlElement, "start">, rule: string, message: string): CapFault {
    return { path, ...this.#locate(element.start), rule, message };
  }
}

/**
 * Checks a container against its list of elements: order, number, names, attributes and values. It notes every fault
 * and goes on reading, so that the sender sees all faults at once.
 */
export function walk(
  element: XmlElement,
  path: string,
  content: readonly ElementRule[],
  found: FaultList,
): ElementValues {
  const byName = new Map<string, Value[]>();
  const seen = new Map<string, number>();
  const misplaced = findMisplaced(element, content);
  if (element.text.trim() !== "") {
    found.add(
      path,
      element,
      "unexpected_text",
      `found the text ${quote(element.text.trim())}, expected elements only`,
    );
  }
  for (const child of element.children) {
    const at = content.findIndex((rule) => rule.name === child.name);
    const rule = content[at];
    const number = (seen.get(child.name) ?? 0) + 1;
    seen.set(child.name, number);
    const childPath = `${path}/${child.name}${rule?.repeats || number > 1 ? `[${number}]` : ""}`;
    if (child.namespace !== CAP_NAMESPACE) {
      const where = child.namespace === "" ? "no namespace" : `the namespace ${quote(child.namespace)}`;
      const expected =
        child.namespace === DSIG_NAMESPACE
          ? "expected signatures only directly in alert"
          : "expected CAP's elements only; other data belongs in parameter";
      found.add(childPath, child, "foreign_element", `found <${child.name}> of ${where}, ${expected}`);
      continue;
    }
    if (rule === undefined) {
      const names = content.map(({ name }) => name).join(", ");
      found.add(childPath, child, "unknown_element", `found <${child.name}>, expected one of ${names}`);
      continue;
    }
    const place = misplaced.get(child);
    if (place !== undefined) found.add(childPath, child, "element_order", place);
    if (!rule.repeats && number > 1) {
      found.add(
        childPath,
        child,
        "duplicate_element",
        `found <${child.name}> ${number} times, expected it once`,
      );
      continue;
    }
    checkAttributes(child, childPath, found);
    const value = rule.content
      ? walk(child, childPath, rule.content, found)
      : leaf(child, childPath, rule, found);
    if (value !== undefined) {
      const values = byName.get(rule.name);
      const entry = { element: child, path: childPath, value };
      if (values === undefined) byName.set(rule.name, [entry]);
      else values.push(entry);
    }
  }
  for (const rule of content) {
    if (rule.required && !seen.has(rule.name)) {
      found.add(
        `${path}/${rule.name}`,
        element,
        "required",
        `found no <${rule.name}> in <${element.name}>, expected one`,
      );
    }
  }
  return { element, path, byName };
}

/**
 * The children out of order, with the place where they belong: those outside of the longest run in order, so that one
 * element in the wrong place is one fault and not a fault of all that it passed.
 */
function findMisplaced(parent: XmlElement, content: readonly ElementRule[]): Map<XmlElement, string> {
  const order = new Map(content.map(({ name }, i) => [name, i]));
  const placed = parent.children
    .filter(({ name, namespace }) => namespace === CAP_NAMESPACE && order.has(name))
    .map((child) => ({ child, at: order.get(child.name) as number }));
  // For each length of run, the one that ends lowest; each entry knows the one before it.
  const ends: number[] = [];
  const previous: number[] = [];
  for (const [i, { at }] of placed.entries()) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (placed[ends[middle]!]!.at <= at) low = middle + 1;
      else high = middle;
    }
    previous[i] = low > 0 ? ends[low - 1]! : -1;
    ends[low] = i;
  }
  const kept = new Set<number>();
  for (let i = ends.at(-1) ?? -1; i >= 0; i = previous[i]!) kept.add(i);
  if (kept.size === placed.length) return new Map();

  const present = [...new Set([...kept].map((i) => placed[i]!.at))].sort((a, b) => a - b);
  return new Map(
    placed
      .filter((_, i) => !kept.has(i))
      .map(({ child, at }) => {
        const before = present.findLast((other) => other <= at);
        const after = present.find((other) => other > at);
        const places = [
          before === undefined ? "" : `after <${content[before]!.name}>`,
          after === undefined ? "" : `before <${content[after]!.name}>`,
        ];
        const where = places.filter(Boolean).join(" and ");
        return [child, `found <${child.name}> out of its order, expected it ${where}`];
      }),
  );
}

function leaf(element: XmlElement, path: string, rule: ElementRule, found: FaultList): unknown {
  const inner = element.children[0];
  if (inner !== undefined) {
    found.add(
      `${path}/${inner.name}`,
      inner,
      "unknown_element",
      `found <${inner.name}> in <${rule.name}>, expected text only`,
    );
    return undefined;
  }
  const text = element.text.trim();
  if (text === "" && !rule.mayBeEmpty) {
    if (rule.required) found.add(path, element, "required", `found an empty <${rule.name}>, expected a text`);
    return undefined;
  }
  const read = rule.read!(text);
  if ("broken" in read) {
    const { rule: broken, message } = read.broken;
    if (rule.dispensable)
      found.warn(path, element, broken, `${message}; it is left out, nobody is warned there`, true);
    else found.add(path, element, broken, message);
    return undefined;
  }
  if (read.warning !== undefined) found.warn(path, element, read.warning.rule, read.warning.message);
  return read.value;
}

const XSI = "http://www.w3.org/2001/XMLSchema-instance";
const XML = "http://www.w3.org/XML/1998/namespace";
const XMLNS = "http://www.w3.org/2000/xmlns/";

/** CAP's elements have no attributes of their own; a signature may need one to point at the alert. */
export function checkAttributes(
  element: XmlElement,
  path: string,
  found: FaultList,
  idAllowed = false,
): void {
  for (const { name, local, namespace } of element.attributes) {
    if (namespace === XMLNS || namespace === XSI || namespace === XML) continue;
    if (idAllowed && namespace === "" && /^id$/i.test(local)) continue;
    found.add(path, element, "unknown_attribute", `found the attribute ${quote(name)}, expected none`);
  }
}
