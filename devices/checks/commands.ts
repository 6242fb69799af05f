import type { Fault } from "../../base/errors.ts";
import type { CommandParameter, KindDefinition } from "../kind.ts";
import { ucumFault } from "../ucum.ts";
import { KEBAB_CASE, nameFaults, SNAKE_CASE, textFaults } from "./names.ts";

const LONGEST_COMMAND = 64;
const LONGEST_PARAMETER = 40;

export function* commandTypeFaults({ commands = [] }: KindDefinition): Generator<Fault> {
  const names = commands.map(({ name }) => name);
  const form = { noun: "command", form: KEBAB_CASE, longest: LONGEST_COMMAND };
  yield* nameFaults(names, { path: "/commands", ...form });
  for (const [index, { about, parameters = [] }] of commands.entries()) {
    const path = `/commands/${index}`;
    yield* textFaults(`${path}/about`, about);
    const keys = parameters.map(({ name }) => name);
    const parameterForm = { noun: "parameter", form: SNAKE_CASE, longest: LONGEST_PARAMETER };
    yield* nameFaults(keys, { path: `${path}/parameters`, ...parameterForm });
    for (const [at, parameter] of parameters.entries())
      yield* parameterTypeFaults(parameter, `${path}/parameters/${at}`);
  }
}

function* parameterTypeFaults(parameter: CommandParameter, path: string): Generator<Fault> {
  const { type, about, unit, min, max, values = [] } = parameter;
  yield* textFaults(`${path}/about`, about);
  if (type !== "number" && (unit ?? min ?? max) !== undefined)
    yield { path, message: `a ${type} has a unit or bounds: expected them of a number alone` };
  const unitFault = unit === undefined ? undefined : ucumFault(unit);
  if (unitFault !== undefined) yield { path: `${path}/unit`, message: unitFault };
  if (min !== undefined && max !== undefined && !(min < max))
    yield { path: `${path}/min`, message: `${min} to ${max}: expected a range` };
  if ((type === "choice") !== values.length > 0)
    yield { path: `${path}/values`, message: "expected values of a choice, and of nothing else" };
}
