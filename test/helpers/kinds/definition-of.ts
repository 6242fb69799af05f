import { type Kind, type KindDefinition, SILENCE } from "../../../devices/kind.ts";

/** What a kind was defined by, for another one like it: without what `defineKind` has added. */
export function definitionOf({ telemetry, offScale, scenarios, ...rest }: Kind): KindDefinition {
  return { ...rest, scenarios: scenarios.filter(({ name }) => name !== SILENCE) };
}
