import { CAPABILITIES, type Capability, hasCapability } from "./capabilities.ts";
import type { Kind } from "./kind.ts";

/** Kinds, found by their names and by their capabilities. */
export interface KindIndex {
  kindByName(name: string): Kind | undefined;
  /** Names of the kinds that have a capability, in the order of the catalog. */
  kindsWith(capability: Capability): readonly string[];
}

export function indexKinds(catalog: readonly Kind[]): KindIndex {
  const byName = new Map(catalog.map((kind) => [kind.kind, kind]));
  const byCapability = new Map(
    (Object.keys(CAPABILITIES) as Capability[]).map((capability) => [
      capability,
      catalog.filter((kind) => hasCapability(kind, capability)).map(({ kind }) => kind),
    ]),
  );
  return {
    kindByName: (name) => byName.get(name),
    kindsWith: (capability) => byCapability.get(capability) ?? [],
  };
}
