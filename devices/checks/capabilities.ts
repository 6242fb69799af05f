import type { Fault } from "../../base/errors.ts";
import { CAPABILITIES, type Capability, type CapabilityContract } from "../capabilities.ts";
import type { KindDefinition } from "../kind.ts";

/** The parts that a kind lacks of the contracts of its capabilities. */
export function* capabilityFaults(definition: KindDefinition): Generator<Fault> {
  const { capabilities = [] } = definition;
  for (const [index, capability] of capabilities.entries()) {
    const path = `/capabilities/${index}`;
    if (!Object.hasOwn(CAPABILITIES, capability)) {
      const known = Object.keys(CAPABILITIES).join(", ");
      yield { path, message: `'${capability}': expected one of ${known}` };
      continue;
    }
    if (capabilities.indexOf(capability) < index)
      yield { path, message: `'${capability}' is there twice: expected each once` };
    for (const message of lacking(definition, CAPABILITIES[capability as Capability]))
      yield { path, message: `the contract of '${capability}' is not kept: expected ${message}` };
  }
}

function* lacking(definition: KindDefinition, contract: CapabilityContract): Generator<string> {
  yield* lackingQuantities(definition, contract);
  const types = definition.events.map(({ type }) => type);
  for (const type of contract.events ?? []) if (!types.includes(type)) yield `the event '${type}'`;
  yield* lackingCommands(definition, contract);
  yield* lackingReplies(definition, contract);
  const isMissed = definition.alarms.some(({ type }) => type === "silence");
  if (contract.missed && !isMissed) yield "an alarm of silence";
}

function* lackingQuantities({ metrics }: KindDefinition, { quantities = {} }: CapabilityContract) {
  for (const [key, { type, unit, values = [] }] of Object.entries(quantities)) {
    const metric = Object.hasOwn(metrics, key) ? metrics[key] : undefined;
    const isThere =
      metric?.type === type &&
      metric.unit === unit &&
      values.every((word) => metric.values?.includes(word) === true);
    if (isThere) continue;
    const form = unit === undefined ? "" : ` in ${unit}`;
    const words = values.length === 0 ? "" : ` that may be ${values.join(", ")}`;
    yield `the quantity '${key}', a ${type}${form}${words}`;
  }
}

function* lackingCommands(definition: KindDefinition, contract: CapabilityContract) {
  const names = (definition.commands ?? []).map(({ name }) => name);
  if (contract.commands === "none") {
    if (names.length > 0) yield `no plain commands, and not '${names.join("', '")}'`;
    return;
  }
  for (const name of contract.commands ?? []) if (!names.includes(name)) yield `the command '${name}'`;
}

function* lackingReplies({ examples }: KindDefinition, { replies = [] }: CapabilityContract) {
  const outcomes = examples
    .filter((example) => example.channel === "replies" && "accepts" in example)
    .flatMap(({ message }) => message as { readonly outcome?: unknown })
    .map(({ outcome }) => outcome);
  for (const outcome of replies) if (!outcomes.includes(outcome)) yield `an example of a reply '${outcome}'`;
}
