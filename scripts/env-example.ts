import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { singleHelp } from "../base/command-help.ts";
import { asksForHelp, readLine } from "../base/command-line.ts";
import { flagOption } from "../base/command-options.ts";
import { type Config, configSchema } from "../base/config/index.ts";
import { UsageError, usageText } from "../base/usage-error.ts";
import { SETTINGS_ZH } from "./settings-zh.ts";

/**
 * Files generated from the schema in base/config/: `.env.example` and the table of settings in both READMEs. `npm run
 * env:example` writes them, `-- --check` only says if they are up to date.
 */
const ROOT = new URL("../", import.meta.url);

/** The text of `.env.example`: every setting with its meaning and default. */
export function envExample(): string {
  const blocks = Object.entries(configSchema.shape).map(([name, schema]) => {
    const fallback = schema.safeParse(undefined).data;
    const line = fallback === undefined ? `# ${name}=` : `# ${name}=${String(fallback)}`;
    return `# ${schema.description ?? ""}\n${line}\n`;
  });
  return `# Generated from base/config/ by \`npm run env:example\`. Uncomment what you change.\n\n${blocks.join("\n")}`;
}

const BEGIN = "<!-- settings: generated from base/config/ by `npm run env:example` -->";
const END = "<!-- /settings -->";

const HEADS = {
  en: { columns: ["Variable", "Default", "Meaning"], none: "not set" },
  zh: { columns: ["变量", "默认值", "含义"], none: "未设置" },
} as const;

/** The settings as a Markdown table. */
export function settingsTable(language: keyof typeof HEADS): string {
  const { columns, none } = HEADS[language];
  const rows = Object.entries(configSchema.shape).map(([name, schema]) => {
    const fallback = schema.safeParse(undefined).data;
    const about = language === "en" ? (schema.description ?? "") : SETTINGS_ZH[name as keyof Config];
    return [`\`${name}\``, fallback === undefined ? none : `\`${fallback}\``, about.replaceAll("|", "\\|")];
  });
  return [columns, columns.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/**
 * Puts the table between the two marks of a README.
 * @throws Error when a mark is missing: the table would silently stay behind.
 */
export function withSettings(readme: string, table: string): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`Expected '${BEGIN}' and, after it, '${END}'`);
  return `${readme.slice(0, begin + BEGIN.length)}\n${table}\n${readme.slice(end)}`;
}

/** Each generated file with the text that it should have. */
export function generatedFiles(): { name: string; current: string; expected: string }[] {
  const read = (name: string) => {
    try {
      return readFileSync(new URL(name, ROOT), "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
      throw error;
    }
  };
  const readme = (name: string, language: "en" | "zh") => {
    const current = read(name);
    return { name, current, expected: withSettings(current, settingsTable(language)) };
  };
  return [
    { name: ".env.example", current: read(".env.example"), expected: envExample() },
    readme("README.md", "en"),
    readme("README.zh-CN.md", "zh"),
  ];
}

function main(check: boolean): number {
  const stale = generatedFiles().filter((file) => file.current !== file.expected);
  if (check) {
    for (const { name } of stale)
      console.error(`${name} does not match base/config/; run \`npm run env:example\``);
    return stale.length === 0 ? 0 : 1;
  }
  for (const { name, expected } of stale) writeFileSync(new URL(name, ROOT), expected);
  console.log(
    stale.length === 0 ? "Everything is up to date" : `Wrote ${stale.map((f) => f.name).join(", ")}`,
  );
  return 0;
}

const LINE = {
  name: "npm run env:example",
  input: {
    check: flagOption("write nothing; name the files that are out of date, and exit with 1 if there are any"),
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2);
  try {
    if (asksForHelp(args)) {
      const about =
        "Writes the files generated from base/config/: .env.example, and the tables of settings in both READMEs.";
      console.log(singleHelp({ about, call: LINE.name, input: LINE.input }));
    } else process.exitCode = main(readLine(LINE, args).check);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(usageText(error, `${LINE.name} --`));
    process.exitCode = 2;
  }
}
