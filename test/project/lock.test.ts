import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ROOT } from "./source-files.ts";

interface Entry {
  readonly version?: string;
  readonly integrity?: string;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}
type Packages = Record<string, Entry>;

const manifest = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as Entry;
const lock = JSON.parse(readFileSync(`${ROOT}package-lock.json`, "utf8")) as { packages: Packages };

/** Where Node would find `name` when the package at `path` asks for it: in its own folder, then further out. */
function locate(packages: Packages, path: string, name: string): Entry | undefined {
  const found = packages[path === "" ? `node_modules/${name}` : `${path}/node_modules/${name}`];
  if (found !== undefined || path === "") return found;
  const outer = path.lastIndexOf("/node_modules/");
  return locate(packages, outer < 0 ? "" : path.slice(0, outer), name);
}

/** What `npm ci` would refuse: packages that the lock names and does not hold. */
function missing(packages: Packages): string[] {
  return Object.entries(packages).flatMap(([path, entry]) => {
    const peers = Object.keys(entry.peerDependencies ?? {}).filter(
      (name) => entry.peerDependenciesMeta?.[name]?.optional !== true,
    );
    const development = path === "" ? Object.keys(entry.devDependencies ?? {}) : [];
    const names = [entry.dependencies, entry.optionalDependencies].flatMap((list) => Object.keys(list ?? {}));
    return [...names, ...development, ...peers]
      .filter((name) => locate(packages, path, name) === undefined)
      .map((name) => `${path || "package.json"} asks for ${name}`);
  });
}

describe("package-lock.json", () => {
  it("holds every package that it names, for every system, so that `npm ci` accepts it", () => {
    expect(missing(lock.packages)).toEqual([]);
  });

  it("was written for this package.json", () => {
    const root = lock.packages[""];
    for (const section of ["dependencies", "devDependencies", "optionalDependencies"] as const) {
      expect(root?.[section], section).toEqual(manifest[section]);
    }
  });

  it("knows what each package must contain", () => {
    const unsure = Object.entries(lock.packages).filter(([path, entry]) => path !== "" && !entry.integrity);
    expect(unsure.map(([path]) => path)).toEqual([]);
  });

  it("installs exactly the versions that package.json names", () => {
    for (const section of ["dependencies", "devDependencies", "optionalDependencies"] as const) {
      for (const [name, version] of Object.entries(manifest[section] ?? {})) {
        expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
        expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version);
      }
    }
  });

  it("would be found incomplete if a package were missing", () => {
    const packages: Packages = {
      "": { dependencies: { a: "1.0.0" } },
      "node_modules/a": { dependencies: { b: "1.0.0" }, optionalDependencies: { "a-linux": "1.0.0" } },
      "node_modules/a/node_modules/b": { dependencies: { c: "1.0.0" } },
      "node_modules/c": { peerDependencies: { a: "1.0.0" } },
    };
    expect(missing(packages)).toEqual(["node_modules/a asks for a-linux"]);
    expect(missing({ ...packages, "node_modules/a-linux": {} })).toEqual([]);
  });
});
