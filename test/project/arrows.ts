import { isBuiltin } from "node:module";
import { dirname, join } from "node:path/posix";
import { importsOf } from "./imports.ts";

const ANYTHING = "anything";

/**
 * Who may import whom, besides itself and the root files. Arrows point one way:
 * main → {broker, ingest, broadcast, accounts, api} → {devices, store, access} → geo → root files.
 */
export const MAY_IMPORT: Record<string, readonly string[] | typeof ANYTHING> = {
  geo: [],
  devices: ["geo"],
  store: [],
  access: [],
  accounts: ["store", "access"],
  broker: ["access"],
  ingest: ["devices", "store"],
  broadcast: ["devices", "geo", "store", "access"],
  api: ["devices", "geo", "store", "access", "accounts", "broadcast"],
  console: [],
  simulators: ["devices", "geo"],
  seeds: ["devices", "store", "access", "accounts"],
  bench: ANYTHING,
  scripts: ANYTHING,
  test: ANYTHING,
};

/**
 * Files at the root that anybody may import; they import each other only. `private-file.ts` is one of them because
 * keys, credentials and the audit's head are kept by folders that may not know each other.
 */
const ROOT_FILES = new Set(["config.ts", "config-checks.ts", "errors.ts", "log.ts", "private-file.ts"]);

/** Other files at the root, and the folders that they may import. */
const WIRING: Record<string, readonly string[] | typeof ANYTHING> = {
  "kind-tables.ts": ["devices", "store"],
  "prepare-database.ts": ["devices", "store", "seeds"],
  "admin-key.ts": ["data-dir.ts"],
  "data-dir.ts": [],
  "listening.ts": ["broker"],
  "readiness.ts": ["api", "ingest", "store"],
  "announce.ts": ANYTHING,
  "broadcasting.ts": ANYTHING,
  "broadcast-keys.ts": ANYTHING,
  "platform.ts": ANYTHING,
  "upkeep.ts": ["store"],
  "database-pools.ts": ["store"],
  "main.ts": ANYTHING,
  "node-flags.ts": [],
  "demo.ts": ANYTHING,
  "demo-story.ts": ["seeds"],
  "vitest.config.ts": ANYTHING,
};

/** Narrow permissions beyond the table, each with its reason. */
const EXCEPTIONS = new Map([
  ["ingest → access/topics.ts", "one size of a message, at the door and inside"],
  ["simulators → broadcast/command.ts", "the contract on the wire"],
  ["simulators → broadcast/key-set.ts", "the contract on the wire"],
  ["simulators → broadcast/root-arguments.ts", "how a root is written on a command line"],
  ["console → api/contract.ts", "the page shares the API's types"],
  ["store/dump-cli.ts → kind-tables.ts", "a command that needs the tables of the catalog, as main does"],
  ["store/dump-cli.ts → devices/catalog.ts", "a command that needs the tables of the catalog, as main does"],
  ["accounts/cli/inputs.ts → devices/catalog.ts", "a command that knows the kinds, as the API does"],
  [
    "accounts/cli/recover.ts → admin-key.ts",
    "a command that makes a new key, as main does at the first start",
  ],
]);

const folderOf = (file: string) => (file.includes("/") ? file.slice(0, file.indexOf("/")) : file);

function allowed(file: string, target: string): boolean {
  const from = folderOf(file);
  const to = folderOf(target);
  if (from === to && file.includes("/")) return true;
  if (ROOT_FILES.has(target)) return true;
  if (EXCEPTIONS.has(`${from} → ${target}`) || EXCEPTIONS.has(`${file} → ${target}`)) return true;
  const permitted = file.includes("/") ? MAY_IMPORT[from] : (WIRING[file] ?? []);
  if (permitted === undefined) return false;
  if (permitted === ANYTHING) return true;
  // Whoever imports kind-tables.ts has what it imports, so it must be allowed both.
  if (target === "kind-tables.ts") return ["devices", "store"].every((folder) => permitted.includes(folder));
  return permitted.includes(to);
}

export interface Packages {
  readonly dependencies: ReadonlySet<string>;
  readonly devDependencies: ReadonlySet<string>;
  readonly optionalDependencies: ReadonlySet<string>;
}

/** Only the embedded database's own process may load what the production image does not have. */
const OPTIONAL_IN = /^store\/embedded\//;
const DEVELOPMENT = /^(test|bench|scripts)\/|^(demo|vitest\.config)\.ts$/;

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
 */
export function brokenArrows(file: string, source: string, packages: Packages): string[] {
  const { specifiers, computed } = importsOf(source);
  const problems: string[] = [];
  const from = folderOf(file);
  const known = file.includes("/") ? from in MAY_IMPORT : ROOT_FILES.has(file) || file in WIRING;
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
    }
  }
  return problems;
}
