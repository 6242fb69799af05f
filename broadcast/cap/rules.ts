import type { CapMessageType, CapReference, CapScope } from "./alert.ts";
import { timeOf } from "./values.ts";
import type { ElementValues, FaultList, Value } from "./walk.ts";

/** The rules of the standard that hold between elements; the table of elements cannot say them. */
export function checkRules(alert: ElementValues, found: FaultList): void {
  checkScope(alert, found);
  checkReferences(alert, found);
  for (const info of alert.byName.get("info") ?? []) checkInfo(info.value as ElementValues, found);
}

const first = (values: ElementValues, name: string): Value | undefined => values.byName.get(name)?.[0];
const textOf = (values: ElementValues, name: string) => first(values, name)?.value as string | undefined;

function checkScope(alert: ElementValues, found: FaultList): void {
  const scope = textOf(alert, "scope") as CapScope | undefined;
  const restriction = first(alert, "restriction");
  if (scope === "Restricted" && restriction === undefined) {
    const message = "found the scope Restricted and no <restriction>, expected one";
    found.add("/alert/restriction", alert.element, "restriction_scope", message);
  }
  if (scope !== undefined && scope !== "Restricted" && restriction !== undefined) {
    const message = `found a <restriction> with the scope ${scope}, expected it with Restricted only; it is kept`;
    found.warn(restriction.path, restriction.element, "restriction_scope", message);
  }
  if (scope === "Private" && first(alert, "addresses") === undefined) {
    const message = "found the scope Private and no <addresses>, expected them";
    found.add("/alert/addresses", alert.element, "addresses_scope", message);
  }
}

function checkReferences(alert: ElementValues, found: FaultList): void {
  const msgType = textOf(alert, "msgType") as CapMessageType | undefined;
  const entry = first(alert, "references");
  // An element that is there but broken has its own fault already.
  const written = alert.element.children.some(
    ({ name, text }) => name === "references" && text.trim() !== "",
  );
  if (msgType !== undefined && msgType !== "Alert" && !written) {
    const message = `found the msgType ${msgType} and no <references>, expected what it refers to`;
    found.add("/alert/references", alert.element, "references_required", message);
  }
  if (entry === undefined) return;
  const [sender, identifier, sent] = ["sender", "identifier", "sent"].map((name) => textOf(alert, name));
  for (const reference of entry.value as CapReference[]) {
    const name = `${reference.sender},${reference.identifier},${reference.sent}`;
    const isSelf = reference.sender === sender && reference.identifier === identifier;
    if (isSelf && sent !== undefined && timeOf(reference.sent) < timeOf(sent)) {
      const message = `found a reference to ${name}, which has the identifier of this alert: it is taken for its earlier version`;
      found.warn(entry.path, entry.element, "references_own_identifier", message);
    } else if (isSelf) {
      const message = `found a reference to this alert itself (${name}), expected an earlier one`;
      found.add(entry.path, entry.element, "references_circular", message);
    } else if (sent !== undefined && timeOf(reference.sent) > timeOf(sent)) {
      const message = `found a reference to ${name}, which was sent after this alert (${sent})`;
      found.add(entry.path, entry.element, "references_post_dated", message);
    }
  }
}

function checkInfo(info: ElementValues, found: FaultList): void {
  const expires = first(info, "expires");
  const effective = textOf(info, "effective");
  if (expires && effective && timeOf(expires.value as string) <= timeOf(effective)) {
    const message = `found an end (${expires.value}) that is not after the beginning (${effective})`;
    found.warn(expires.path, expires.element, "expires_before_effective", message);
  }
  for (const area of info.byName.get("area") ?? []) {
    const values = area.value as ElementValues;
    const ceiling = first(values, "ceiling");
    const altitudeWritten = values.element.children.some(({ name }) => name === "altitude");
    if (ceiling !== undefined && !altitudeWritten) {
      const message = "found a <ceiling> without an <altitude>, expected both or the altitude alone";
      found.add(ceiling.path, ceiling.element, "ceiling_without_altitude", message);
    }
  }
}
