/**
 * A check of UCUM unit codes (case sensitive, https://ucum.org/ucum §2 to §4), for the units that devices on
 * this network use. The grammar is whole; the list of atoms is a choice, so an atom that is missing here may
 * well be a UCUM atom: add it with its class. It judges codes and converts nothing.
 */

/** §4.2, table 1, and the binary ones for information (`KiBy`). */
const PREFIXES = new Set("Y Z E P T G M k h da d c m u n p f a z y Ki Mi Gi Ti".split(" "));

/** Metric atoms: may carry a prefix. */
const METRIC = new Set(
  "m s g rad K C cd mol sr Hz N Pa J W A V F Ohm S Wb T H lm lx Bq Gy Sv kat bar l L t ar eV u bit By Bd Cel B Np B[SPL] B[V] B[W] B[kW]".split(
    " ",
  ),
);

/** Others: stand without a prefix. */
const NON_METRIC = new Set(
  "% [ppth] [ppm] [ppb] [pptr] [pi] 10* 10^ deg ' '' gon min h d wk mo a atm [pH] [degF] [in_i] [ft_i] [mi_i] [kn_i] har circ".split(
    " ",
  ),
);

/** Special units (§21 and §22): on a scale of their own, so they may not be raised, multiplied or divided. */
const SPECIAL = new Set("Cel B Np B[SPL] B[V] B[W] B[kW] [pH] [degF]".split(" "));

/** Printable ASCII without blanks, for annotations also without braces (§12 and §24). */
const ANNOTATION = /^\{[!-z|~]*\}/;
/** A symbol runs up to a digit outside brackets, an operator, a parenthesis or an annotation. */
const SYMBOL = /^(?:10\*|10\^|(?:\[[!-Z\\^-z|~]*\]|[A-Za-z%'_])+)/;

interface Cursor {
  readonly code: string;
  at: number;
}

/** The reason why one simple unit is not known, or if it is special. */
function simpleUnit(symbol: string): { fault: string } | { special: boolean } {
  if (METRIC.has(symbol) || NON_METRIC.has(symbol)) return { special: SPECIAL.has(symbol) };
  for (const length of [1, 2]) {
    const atom = symbol.slice(length);
    if (!PREFIXES.has(symbol.slice(0, length))) continue;
    if (METRIC.has(atom)) return { special: SPECIAL.has(atom) };
    if (NON_METRIC.has(atom)) return { fault: `'${atom}' is not metric and takes no prefix` };
  }
  return { fault: `'${symbol}' is no unit that is known here` };
}

type Component = { fault: string } | { special: boolean };

/** component = annotatable annotation? | annotation | factor | "(" term ")" */
function component(cursor: Cursor): Component {
  const rest = cursor.code.slice(cursor.at);
  if (rest.startsWith("(")) {
    cursor.at++;
    const inner = term(cursor);
    if ("fault" in inner) return inner;
    if (cursor.code[cursor.at] !== ")") return { fault: `')' expected at position ${cursor.at + 1}` };
    cursor.at++;
    return inner;
  }
  const annotation = ANNOTATION.exec(rest)?.[0];
  if (annotation) {
    cursor.at += annotation.length;
    return { special: false };
  }
  const symbol = SYMBOL.exec(rest)?.[0];
  if (symbol === undefined) {
    const factor = /^\d+/.exec(rest)?.[0];
    if (factor === undefined) return { fault: `a unit expected at position ${cursor.at + 1}` };
    cursor.at += factor.length;
    const note = ANNOTATION.exec(cursor.code.slice(cursor.at))?.[0] ?? "";
    return note ? { fault: `a number takes no annotation (${factor}${note})` } : { special: false };
  }
  const unit = simpleUnit(symbol);
  if ("fault" in unit) return unit;
  cursor.at += symbol.length;
  const exponent = /^[+-]?\d+/.exec(cursor.code.slice(cursor.at))?.[0] ?? "";
  if (exponent && unit.special)
    return { fault: `'${symbol}' is a special unit and cannot be raised to a power` };
  cursor.at += exponent.length;
  cursor.at += ANNOTATION.exec(cursor.code.slice(cursor.at))?.[0].length ?? 0;
  return unit;
}

/** term = component (("." | "/") component)* */
function term(cursor: Cursor): Component {
  let left = component(cursor);
  while (!("fault" in left) && (cursor.code[cursor.at] === "." || cursor.code[cursor.at] === "/")) {
    cursor.at++;
    const right = component(cursor);
    if ("fault" in right) return right;
    if (left.special || right.special) return { fault: "a special unit cannot be multiplied or divided" };
    left = right;
  }
  return left;
}

/** The reason why `code` is not a UCUM code, with the place; undefined when it is one. */
export function ucumFault(code: string): string | undefined {
  if (code === "") return "an empty unit; a bare number has the unit '1'";
  const cursor: Cursor = { code, at: code.startsWith("/") ? 1 : 0 };
  const result = term(cursor);
  if ("fault" in result) return `${result.fault} in '${code}'`;
  if (code.startsWith("/") && result.special) return `a special unit cannot be divided by in '${code}'`;
  if (cursor.at < code.length) {
    return `unexpected '${code.slice(cursor.at)}' at position ${cursor.at + 1} in '${code}'`;
  }
  return undefined;
}
