import { isBuiltin } from "node:module";
import { dirname, join } from "node:path/posix";
import { importsOf } from "./imports.ts";

const ANYTHING = "anything";

/**
 * Who may import whom, besides itself and `base/`, which everybody may: folders, or a room or file of one. Arrows point one way:
 * app → {broker, protocols, ingest, broadcast, accounts, cluster, api} → {devices, store, access} → geo → base.
 */
export const MAY_IMPORT: Record<string, readonly string[] | typeof ANYTHING> = {
  base: [],
  geo: [],
  devices: ["geo"],
  store: [],
  access: [],
  accounts: ["store", "access"],
  cluster: ["store"],
  exchange: ["devices", "store"],
  broker: ["access", "exchange/door.ts", "exchange/own-dialect.ts"],
  protocols: [
    "devices",
    "exchange/door.ts",
    "exchange/own-dialect.ts",
    // For the JSON of others: numbers without loss, limits, keys that stand twice.
    "exchange/own-json.ts",
    "exchange/protocol.ts",
  ],
  ingest: ["devices", "store", "exchange/door.ts", "exchange/identities.ts", "exchange/own-json.ts"],
  broadcast: ["devices", "geo", "store", "access", "exchange/door.ts"],
  api: ["devices", "geo", "store", "access", "accounts", "broadcast", "exchange/door.ts"],
  app: ANYTHING,
  // The page shares the types of the API.
  console: ["api/contract.ts"],
  // Simulated speakers know what goes over the wire to real ones.
  simulators: ["devices", "geo", "broadcast/contract/"],
  seeds: ["devices", "store", "access", "accounts"],
  bench: ANYTHING,
  scripts: ANYTHING,
  test: ANYTHING,
};

/**
 * Folders whose rooms have doors, and which rooms may enter which: by an arrow, and by the other's `index.ts`. Whoever
 * comes from another folder may enter every room that has a door.
 */
export const ROOMS: Record<string, readonly string[]> = {
  "store/database": [],
  "store/audit": ["database"],
  "store/access": ["database"],
  "store/places": ["database"],
  "store/ledger": ["database", "places"],
  "store/commands": ["database", "places"],
  "store/events": ["database", "audit", "ledger", "places", "processes"],
  "store/devices": ["database", "audit", "events", "places", "processes"],
  "store/rollups": ["database", "places"],
  "store/readings": ["database", "audit", "ledger", "places", "rollups"],
  "store/broadcast": ["database", "audit", "places"],
  "store/processes": ["database"],
  "store/replica": ["database"],
  "store/schema": ["database", "readings", "rollups"],
  "store/embedded": [],
  "broadcast/message": [],
  "broadcast/contract": ["message"],
  "broadcast/targets": ["message", "contract"],
  "broadcast/drafting": ["message", "targets"],
  "broadcast/signing": ["message", "contract", "targets", "drafting"],
  "broadcast/cap": ["message"],
  "broadcast/proof": ["contract"],
  "broadcast/lifecycle": ["message", "contract", "targets", "drafting", "signing", "cap"],
  "broadcast/orders": ["contract", "drafting", "signing", "lifecycle"],
  "broadcast/dispatch": ["message", "contract", "targets", "drafting", "proof", "lifecycle", "orders"],
  "broadcast/operations": [
    "message",
    "contract",
    "targets",
    "drafting",
    "signing",
    "cap",
    "lifecycle",
    "orders",
  ],
};

/** What only they may import: nobody reaches for what wires everything, nor for what stands outside. */
const ENTERED_BY: Record<string, readonly string[]> = {
  app: ["app", "bench", "scripts", "test"],
  bench: ["bench", "test"],
  scripts: ["scripts", "test"],
  test: ["bench", "scripts", "test"],
};

/** The one file of code at the root: vitest looks for it there. */
const AT_THE_ROOT = "vitest.config.ts";

/** Tests of the console lie beside it, because they need its compiler settings; they are tests all the same. */
const CONSOLE_TESTS = "console/test/";

function folderOf(file: string): string {
  if (file.startsWith(CONSOLE_TESTS)) return "test";
  return file.includes("/") ? file.slice(0, file.indexOf("/")) : file;
}

function allowed(file: string, target: string): boolean {
  const from = folderOf(file);
  const to = folderOf(target);
  if (from === to && file.includes("/")) return true;
  if (to === "base") return true;
  if (file === AT_THE_ROOT) return true;
  const permitted = MAY_IMPORT[from];
  if (permitted === undefined) return false;
  if (permitted === ANYTHING) return ENTERED_BY[to]?.includes(from) ?? true;
  return permitted.some((one) => (one.includes("/") ? target.startsWith(one) : one === to));
}

const roomOf = (file: string) => Object.keys(ROOMS).find((room) => file.startsWith(`${room}/`));

/**
 * What is wrong with an import where there are rooms.
 * @param doors every `index.ts` of the project
 */
function roomProblem(file: string, target: string, doors: ReadonlySet<string>): string | undefined {
  // Tests of a room look into it.
  if (folderOf(file) === "test") return undefined;
  for (let folder = dirname(target); folder !== "."; folder = dirname(folder)) {
    const door = `${folder}/index.ts`;
    if (doors.has(door) && target !== door && !file.startsWith(`${folder}/`)) return `enter by ${door}`;
  }
  const [from, to] = [roomOf(file), roomOf(target)];
  if (from === undefined || to === undefined || from === to || dirname(from) !== dirname(to))
    return undefined;
  return ROOMS[from]!.includes(to.slice(dirname(to).length + 1)) ? undefined : `${from} may not import ${to}`;
}

export interface Packages {
  readonly dependencies: ReadonlySet<string>;
  readonly devDependencies: ReadonlySet<string>;
  readonly optionalDependencies: ReadonlySet<string>;
}

/** Only the embedded database's own process may load what the production image does not have. */
const OPTIONAL_IN = /^store\/embedded\//;
const DEVELOPMENT = /^(test|bench|scripts|console)\/|^app\/demo\.ts$|^vitest\.config\.ts$/;

function packageProblem(file: string, specifier: string, packages: Packages): string | undefined {
  if (isBuiltin(specifier)) return specifier.startsWith("node:") ? undefined : `write node:${specifier}`;
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  if (packages.dependencies.has(name)) return undefined;
  if (packages.optionalDependencies.has(name)) {
    return OPTIONAL_IN.test(file) || DEVELOPMENT.test(file)
      ? undefined
      : "the production image does not have it";
  }
  if (packages.devDependencies.has(name)) {
    return DEVELOPMENT.test(file) ? undefined : "it is a development dependency";
  }
  return "package.json does not name it";
}

/**
 * Every import of `file` that breaks a rule, in words.
 * @param source the file's text
 * @param doors every `index.ts` of the project
 */
export function brokenArrows(
  file: string,
  source: string,
  packages: Packages,
  doors: ReadonlySet<string> = new Set(),
): string[] {
  const { specifiers, computed } = importsOf(source);
  const problems: string[] = [];
  const from = folderOf(file);
  const known = file.includes("/") ? from in MAY_IMPORT : file === AT_THE_ROOT;
  if (!known) problems.push(`${file}: '${from}' is not in the table of folders in test/project/arrows.ts`);
  if (computed && !DEVELOPMENT.test(file))
    problems.push(`${file} imports a computed name, which cannot be checked`);
  for (const specifier of specifiers) {
    if (!specifier.startsWith(".")) {
      const problem = packageProblem(file, specifier, packages);
      if (problem !== undefined) problems.push(`${file} imports ${specifier}: ${problem}`);
      continue;
    }
    const target = join(dirname(file), specifier);
    if (target.startsWith("../"))
      problems.push(`${file} imports ${specifier}: it lies outside of the project`);
    else if (!allowed(file, target)) {
      problems.push(`${file} imports ${target}: ${from} may not import ${folderOf(target)}`);
    } else {
      const problem = roomProblem(file, target, doors);
      if (problem !== undefined) problems.push(`${file} imports ${target}: ${problem}`);
    }
  }
  return problems;
}
