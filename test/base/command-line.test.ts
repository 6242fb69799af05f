import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { helpColumns, optionRows, singleHelp } from "../../base/command-help.ts";
import {
  asksForHelp,
  commandsOf,
  findCommand,
  readLine,
  settleCommand,
  takeFlags,
  unknownCommand,
} from "../../base/command-line.ts";
import {
  flagOption,
  numberOption,
  numbersOption,
  urlOption,
  wordsOption,
} from "../../base/command-options.ts";
import { UsageError, usageText } from "../../base/usage-error.ts";
import { projectFiles, ROOT } from "../project/source-files.ts";

const FORM = {
  name: "npm run bake",
  operands: ["dish"] as const,
  input: {
    dish: z.string(),
    minutes: numberOption({ min: 1, max: 90, whole: true }).default(20),
    heat: numberOption({ min: -10, max: 300 }).optional(),
    sizes: numbersOption({ min: 1, max: 9 }).default([4, 5]),
    with: wordsOption(["salt", "pepper"]).default([]),
    oven: urlOption(["mqtt", "mqtts"]).optional(),
    note: z.array(z.string()).default([]),
    quiet: flagOption("say nothing").meta({ short: "q" }),
  },
};
const read = (line: string) => readLine(FORM, line.split(" "));
const refusal = (line: string, elsewhere: string[] = []): string[] => {
  try {
    readLine(FORM, line === "" ? [] : line.split(" "), elsewhere);
  } catch (error) {
    if (error instanceof UsageError) return error.message.split("\n");
  }
  throw new Error("nothing was refused");
};

describe("a command line", () => {
  it("is read with its types, and with defaults where nothing was given", () => {
    expect(read("cake")).toEqual({
      dish: "cake",
      minutes: 20,
      sizes: [4, 5],
      with: [],
      note: [],
      quiet: false,
    });
    expect(
      read("--minutes 5 cake --heat=-3.5 --sizes 1,2 --with salt --oven mqtt://kitchen --note a --note=b -q"),
    ).toEqual({
      dish: "cake",
      minutes: 5,
      heat: -3.5,
      sizes: [1, 2],
      with: ["salt"],
      oven: "mqtt://kitchen",
      note: ["a", "b"],
      quiet: true,
    });
  });

  it("takes a value that begins with a dash, but no option for a value", () => {
    expect(read("cake --heat -3")).toMatchObject({ heat: -3 });
    expect(read("cake --note -Abc_9")).toMatchObject({ note: ["-Abc_9"] });
    expect(refusal("cake --note --quiet")).toEqual(["--note needs a value"]);
    expect(refusal("cake --note -q")).toEqual(["--note needs a value"]);
    expect(refusal("cake --note")).toEqual(["--note needs a value"]);
  });

  it("takes what was given last, and what follows -- for arguments", () => {
    expect(read("cake --minutes 5 --minutes 6")).toMatchObject({ minutes: 6 });
    expect(read("-- --cake")).toMatchObject({ dish: "--cake" });
    expect(refusal("-- --cake --help")).toEqual(["'npm run bake' does not take '--help'"]);
  });

  it("is refused with everything that is wrong with it at once", () => {
    expect(
      refusal("--minutes 1.5 --heat hot --sizes 1,x --with sugar --oven http://k --quiet=yes --tin 3"),
    ).toEqual([
      "--quiet takes no value, and was given 'yes'",
      "Unknown option '--tin'",
      "--minutes is '1.5', expected a whole number from 1 to 90",
      "--heat is 'hot', expected a number from -10 to 300",
      "--sizes is '1,x', expected numbers from 1 to 9, separated by commas",
      "--with is 'sugar', expected some of salt, pepper, separated by commas",
      "--oven is 'http://k', expected a URL that begins with mqtt:// or mqtts://",
    ]);
    expect(refusal("")).toEqual(["<dish> is missing"]);
    expect(refusal("cake for two")).toEqual(["'npm run bake' does not take 'for' 'two'"]);
  });

  it.each([
    ["--minuets 3", "Unknown option '--minuets': --minutes may be meant"],
    ["--min 3", "Unknown option '--min': --minutes may be meant"],
    ["-m 3", "Unknown option '-m'"],
    ["--wit salt", "Unknown option '--wit': --with may be meant"],
    ["--volume 3", "Unknown option '--volume'"],
    ["--constructor 3", "Unknown option '--constructor'"],
  ])("says of %s what may have been meant, and nothing of what follows it", (option, told) => {
    expect(refusal(`cake ${option}`)).toEqual([told]);
  });

  it("says of another command's option that it means nothing here", () => {
    expect(refusal("cake --lid", ["lid"])).toEqual(["--lid means nothing to 'npm run bake'"]);
  });

  it("has sentences on what does not fit together, beside those on single options", () => {
    const form = {
      ...FORM,
      check: ({ heat, minutes }: Readonly<Record<string, unknown>>) =>
        heat === undefined || minutes !== undefined ? [] : ["--heat needs --minutes"],
    };
    expect(() => readLine(form, ["cake", "--heat", "20", "--with", "x"])).toThrow(
      /^--with is 'x'.*\n--heat needs --minutes$/,
    );
    expect(() => readLine(form, ["cake", "--heat", "20", "--minutes", "3"])).not.toThrow();
  });

  it("gives back each number that is written within its bounds, and none beyond", () => {
    fc.assert(
      fc.property(fc.integer({ min: -200, max: 200 }), (minutes) => {
        const line = ["cake", "--minutes", String(minutes)];
        if (minutes >= 1 && minutes <= 90) expect(readLine(FORM, line).minutes).toBe(minutes);
        else expect(() => readLine(FORM, line)).toThrow(`--minutes is '${minutes}', expected`);
      }),
    );
    for (const text of ["", " ", "1e400", "0x1g", "1 2", "NaN"])
      expect(() => readLine(FORM, ["cake", `--heat=${text}`])).toThrow("--heat is");
    const open = { name: "bake", input: { layers: numberOption({ min: 1 }) } };
    expect(readLine(open, ["--layers", "1e9"])).toEqual({ layers: 1e9 });
    expect(() => readLine(open, ["--layers", "Infinity"])).toThrow(
      "--layers is 'Infinity', expected a number from 1",
    );
  });
});

describe("every command of the project", () => {
  it("is read by this one parser", () => {
    const others = projectFiles().filter(
      (file) =>
        file.endsWith(".ts") &&
        !file.startsWith("test/") &&
        file !== "base/command-line.ts" &&
        readFileSync(ROOT + file, "utf8").includes("parseArgs"),
    );
    expect(others).toEqual([]);
  });
});

describe("help", () => {
  it("is asked for anywhere in a line, but after --", () => {
    expect(["--help", "x -h", "--minutes --help"].map((line) => asksForHelp(line.split(" ")))).toEqual([
      true,
      true,
      true,
    ]);
    expect(asksForHelp(["--", "--help"])).toBe(false);
    expect(takeFlags(["a", "--json", "--", "--json"], ["--json"])).toEqual({
      taken: new Set(["--json"]),
      words: ["a", "--", "--json"],
    });
  });

  it("shows every option with what it means, and which are needed", () => {
    const input = {
      file: z.string().meta({ value: "<file>", description: "where it goes" }),
      quiet: FORM.input.quiet,
    };
    expect(optionRows({ shape: input, operands: [] })).toEqual([
      ["--file <file>", "where it goes (needed)"],
      ["-q, --quiet", "say nothing"],
    ]);
    expect(singleHelp({ about: "Bakes.", call: "npm run bake", input, more: "With an oven." })).toBe(
      "Bakes.\n\nUsage: npm run bake [-- options]\n\nOptions\n" +
        "  --file <file>   where it goes (needed)\n  -q, --quiet     say nothing\n  -h, --help      this text\n" +
        "\nWith an oven.\n",
    );
    expect(helpColumns([["a", "b"]])).toBe("  a   b\n");
  });
});

describe("one of several commands", () => {
  const command = (name: string) =>
    settleCommand({
      name,
      operands: ["id"],
      input: { id: z.string(), days: numberOption({ min: 0 }).optional() },
      run: (context: string, input) => ({ context, ...input }),
    });
  const commands = ["app create", "app key create", "app key list", "whois"].map(command);

  it("is found by its words, and run with what follows them", () => {
    const found = findCommand(commands, ["app", "key", "create", "x", "--days", "3"])!;
    expect(found.command.name).toBe("app key create");
    expect(found.command.run("here", found.rest)).toEqual({ context: "here", id: "x", days: 3 });
    expect(findCommand(commands, ["app", "key"])).toBeUndefined();
    expect(commandsOf(commands, ["app", "key"]).map(({ name }) => name)).toEqual([
      "app key create",
      "app key list",
    ]);
    expect(commandsOf(commands, [])).toEqual([]);
  });

  it("is told of with its own help when its line is wrong", () => {
    const wrong = () => commands[1]!.run("here", ["--day"]);
    expect(wrong).toThrow(UsageError);
    try {
      wrong();
    } catch (error) {
      expect(usageText(error as UsageError, "npm run access --")).toBe(
        "Unknown option '--day': --days may be meant\n<id> is missing\nSee npm run access -- app key create --help",
      );
    }
    expect(usageText(new UsageError("No"), "npm run seed --")).toBe("No\nSee npm run seed -- --help");
  });

  it.each([
    ["app key", "Which command of 'app key'? Expected one of: app key create, app key list"],
    ["ap create x", "There is no command 'ap create x': 'app create' may be meant"],
    ["whos", "There is no command 'whos': 'whois' may be meant"],
    ["fly", "There is no command 'fly'"],
  ])("is looked for in vain in '%s', with what may have been meant", (line, told) => {
    expect(unknownCommand(commands, line.split(" ")).message).toBe(told);
  });
});
