import { type Kind, type KindDefinition, SILENCE } from "../../../devices/kind.ts";

/** The definition of a kind, for another one like it: without the parts that `defineKind` has added. */
export function definitionOf({ telemetry, offScale, scenarios, ...rest }: Kind): KindDefinition {
  return { ...rest, scenarios: scenarios.filter(({ name }) => name !== SILENCE) };
}
