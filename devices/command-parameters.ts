import type { Fault } from "../base/errors.ts";
import { ExactNumber } from "../base/exact-json.ts";
import type { CommandParameter, CommandType } from "./kind.ts";

/** Why a meter's valve is turned. */
export const LOGGED_REASON: CommandParameter = {
  name: "reason",
  type: "text",
  maxLength: 200,
  about: "For the meter's own log",
  zh: "原因",
};

/** The longest text of a parameter that does not say. */
const LONGEST_TEXT = 1000;

/** The parameters that do not fit a command's definition; paths are JSON pointers into the command. */
export function* parameterFaults(
  { name, parameters = [] }: CommandType,
  given: Readonly<Record<string, unknown>>,
): Generator<Fault> {
  const known = parameters.map((parameter) => parameter.name);
  for (const key of Object.keys(given).filter((each) => !known.includes(each))) {
    const expected = known.length === 0 ? "none" : `one of ${known.join(", ")}`;
    yield { path: `/parameters/${key}`, message: `'${name}' has no such parameter: expected ${expected}` };
  }
  for (const parameter of parameters) {
    const value = Object.hasOwn(given, parameter.name) ? given[parameter.name] : undefined;
    const path = `/parameters/${parameter.name}`;
    if (value === undefined) {
      if (parameter.required)
        yield { path, message: `'${name}' needs it: expected ${expectationOf(parameter)}` };
    } else if (!fits(parameter, value)) yield { path, message: `expected ${expectationOf(parameter)}` };
  }
}

function fits({ type, min, max, maxLength, values = [] }: CommandParameter, value: unknown): boolean {
  switch (type) {
    case "boolean":
      return typeof value === "boolean";
    case "choice":
      return typeof value === "string" && values.includes(value);
    case "text":
      return typeof value === "string" && value.length <= (maxLength ?? LONGEST_TEXT);
    case "number": {
      const number = value instanceof ExactNumber ? value.valueOf() : value;
      return typeof number === "number" && number >= (min ?? -Infinity) && number <= (max ?? Infinity);
    }
  }
}

function expectationOf({ type, unit, min, max, maxLength, values = [] }: CommandParameter): string {
  if (type === "boolean") return "true or false";
  if (type === "choice") return `one of ${values.join(", ")}`;
  if (type === "text") return `a text of at most ${maxLength ?? LONGEST_TEXT} characters`;
  const bounds = [min === undefined ? "" : ` from ${min}`, max === undefined ? "" : ` to ${max}`].join("");
  return `a number${bounds}${unit === undefined ? "" : ` in ${unit}`}`;
}
