import type { Fault } from "../../base/errors.ts";

/** The form of quantities, events, alarm rules and scenarios: the same word stands in JSON, SQL and CSV. */
export const SNAKE_CASE = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
/** The form of kinds and commands. */
export const KEBAB_CASE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

export interface Naming {
  /** A list, or the object whose keys the names are. */
  readonly path: string;
  /** A word for one of them. */
  readonly noun: string;
  readonly form: RegExp;
  readonly longest: number;
}

/** Names that have another form, are too long, or come twice. */
export function* nameFaults(names: readonly string[], naming: Naming): Generator<Fault> {
  const { path, noun, form, longest } = naming;
  const word = form === SNAKE_CASE ? "snake_case" : "kebab-case";
  for (const [index, name] of names.entries()) {
    const at = `${path}/${index}`;
    if (!form.test(name)) yield { path: at, message: `${noun} '${name}': expected ${word}` };
    if (name.length > longest)
      yield { path: at, message: `${noun} '${name}': expected at most ${longest} characters` };
    if (names.indexOf(name) < index)
      yield { path: at, message: `${noun} '${name}' is there twice: expected each once` };
  }
}

/** An empty text for people. */
export function* textFaults(path: string, text: string): Generator<Fault> {
  if (text.trim() === "") yield { path, message: "it is empty: expected a text for people" };
}
