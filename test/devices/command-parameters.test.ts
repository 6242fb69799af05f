import { describe, expect, it } from "vitest";
import { ExactNumber } from "../../base/exact-json.ts";
import { kindFaults } from "../../devices/checks/kind-faults.ts";
import { parameterFaults } from "../../devices/command-parameters.ts";
import type { CommandType } from "../../devices/kind.ts";
import { example } from "../../devices/kinds/example/kind.ts";
import { definitionOf } from "../helpers/kinds/definition-of.ts";

const move: CommandType = {
  name: "move",
  about: "Moves",
  parameters: [
    { name: "angle", type: "number", unit: "deg", min: -90, max: 90, required: true, about: "Where to" },
    { name: "speed", type: "choice", values: ["slow", "fast"], about: "How" },
    { name: "log", type: "boolean", about: "Write it down" },
    { name: "note", type: "text", maxLength: 3, about: "Why" },
    { name: "times", type: "number", about: "How often" },
  ],
};

const messages = (given: Record<string, unknown>, command = move) =>
  [...parameterFaults(command, given)].map(({ path, message }) => `${path} ${message}`);

describe("the parameters of a command", () => {
  it.each<Record<string, unknown>>([
    { angle: -90 },
    { angle: 90, speed: "fast", log: false, note: "abc", times: -1e9 },
    { angle: new ExactNumber("12.3456789012345678901") },
  ])("fit: %o", (given) => {
    expect(messages(given)).toEqual([]);
  });

  it.each<[Record<string, unknown>, string]>([
    [{}, "/parameters/angle 'move' needs it: expected a number from -90 to 90 in deg"],
    [{ angle: 90.5 }, "/parameters/angle expected a number from -90 to 90 in deg"],
    [{ angle: new ExactNumber("91.00000000000000000001") }, "/parameters/angle expected a number"],
    [{ angle: Number.NaN }, "/parameters/angle expected a number"],
    [{ angle: "1" }, "/parameters/angle expected a number"],
    [{ angle: null }, "/parameters/angle expected a number"],
    [{ angle: 1, speed: "quick" }, "/parameters/speed expected one of slow, fast"],
    [{ angle: 1, log: "yes" }, "/parameters/log expected true or false"],
    [{ angle: 1, note: "abcd" }, "/parameters/note expected a text of at most 3 characters"],
    [
      { angle: 1, constructor: 1 },
      "/parameters/constructor 'move' has no such parameter: expected one of angle",
    ],
  ])("do not fit: %o", (given, message) => {
    const found = messages(given);
    expect([found.length, found[0]]).toEqual([1, expect.stringContaining(message)]);
  });

  it("of a command that takes none are refused", () => {
    expect(messages({ now: true }, { name: "restart", about: "Restarts" })).toEqual([
      "/parameters/now 'restart' has no such parameter: expected none",
    ]);
  });
});

describe("a kind is refused whose command", () => {
  const parameter = { name: "on", type: "boolean", about: "On" } as const;
  it.each<[string, object, string]>([
    ["has a parameter in kebab-case", { ...parameter, name: "is-on" }, "/commands/0/parameters/0"],
    ["says nothing of a parameter", { ...parameter, about: "" }, "/commands/0/parameters/0/about"],
    ["gives a truth bounds", { ...parameter, max: 1 }, "/commands/0/parameters/0"],
    [
      "has a unit that is none",
      { ...parameter, type: "number", unit: "fps" },
      "/commands/0/parameters/0/unit",
    ],
    ["has an empty range", { ...parameter, type: "number", min: 1, max: 1 }, "/commands/0/parameters/0/min"],
    ["has a choice of nothing", { ...parameter, type: "choice" }, "/commands/0/parameters/0/values"],
    [
      "has a text of some values",
      { ...parameter, type: "text", values: ["a"] },
      "/commands/0/parameters/0/values",
    ],
  ])("%s", (_what, changed, path) => {
    const definition = {
      ...definitionOf(example),
      commands: [{ name: "heat", about: "Heats", parameters: [changed as typeof parameter] }],
    };
    const paths = kindFaults(definition, example.telemetry).map((fault) => fault.path);
    expect(paths).toContain(path);
  });

  it("is shown in an example with parameters that do not fit", () => {
    const definition = { ...definitionOf(example), commands: [{ name: "heat", about: "Heats" }] };
    expect(kindFaults(definition, example.telemetry)).toEqual([
      {
        path: expect.stringMatching(/^\/examples\/\d+\/message\/parameters\/on$/),
        message: expect.any(String),
      },
    ]);
  });
});
