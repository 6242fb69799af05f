/** After one of these a slash begins a regular expression, after anything else it divides. */
const BEFORE_REGEX =
  /(?:^|[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|void|delete|throw|await|yield|else|do))$/;
const QUOTES = new Set(["'", '"']);

interface Masked {
  /** The source without comments, and with each string replaced by `"<index>"`. */
  readonly code: string;
  readonly strings: readonly string[];
  /** The regular expressions, as they are written. */
  readonly patterns: readonly string[];
}

/**
 * Takes comments, strings and regular expressions out of TypeScript source, so that what is left can be
 * searched for keywords. Text of template literals goes too, the code inside `${}` stays.
 */
export function mask(source: string): Masked {
  const strings: string[] = [];
  const patterns: string[] = [];
  /** Brace depths at which a `}` returns to a template literal. */
  const templates: number[] = [];
  let code = "";
  let depth = 0;
  let at = 0;

  const skipTo = (end: number) => {
    at = end < 0 ? source.length : end;
  };
  const readTemplate = () => {
    while (at < source.length) {
      if (source[at] === "\\") at += 2;
      else if (source[at] === "`") {
        at++;
        return;
      } else if (source.startsWith("${", at)) {
        at += 2;
        templates.push(depth++);
        code += "{";
        return;
      } else at++;
    }
  };
  const readString = (quote: string) => {
    const from = ++at;
    while (at < source.length && source[at] !== quote && source[at] !== "\n")
      at += source[at] === "\\" ? 2 : 1;
    code += `"${strings.push(source.slice(from, at)) - 1}"`;
    at++;
  };
  const readRegex = () => {
    let inClass = false;
    const from = at;
    for (at++; at < source.length && source[at] !== "\n"; at++) {
      if (source[at] === "\\") at++;
      else if (source[at] === "[") inClass = true;
      else if (source[at] === "]") inClass = false;
      else if (source[at] === "/" && !inClass) break;
    }
    at++;
    while (/[a-z]/.test(source[at] ?? "")) at++;
    patterns.push(source.slice(from, at));
    code += "0";
  };

  while (at < source.length) {
    const char = source[at] as string;
    if (source.startsWith("//", at)) skipTo(source.indexOf("\n", at));
    else if (source.startsWith("/*", at))
      skipTo(source.indexOf("*/", at) < 0 ? -1 : source.indexOf("*/", at) + 2);
    else if (QUOTES.has(char)) readString(char);
    else if (char === "`") {
      at++;
      code += "`";
      readTemplate();
    } else if (char === "/" && BEFORE_REGEX.test(code.slice(-12).trimEnd())) readRegex();
    else {
      if (char === "{") depth++;
      else if (char === "}") depth--;
      code += char;
      at++;
      if (char === "}" && templates.at(-1) === depth) {
        templates.pop();
        readTemplate();
      }
    }
  }
  return { code, strings, patterns };
}

// `import x from "…"`, `import "…"`, `export … from "…"`, `import("…")`, and types as `import("…").T`.
const SPECIFIERS = [
  /\b(?:import|export)\b[^;"'()=]*?\bfrom\s*"(\d+)"/g,
  /\bimport\s*"(\d+)"/g,
  /\bimport\s*\(\s*"(\d+)"/g,
];
const DYNAMIC = /\bimport\s*\((?!\s*"\d+")/;

export interface Imports {
  readonly specifiers: string[];
  /** Whether something is imported whose name is computed, and so cannot be checked. */
  readonly computed: boolean;
}

/** What a TypeScript file imports, in all of the language's forms. */
export function importsOf(source: string): Imports {
  const { code, strings } = mask(source);
  const specifiers = SPECIFIERS.flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match) => strings[Number(match[1])] as string),
  );
  return { specifiers: [...new Set(specifiers)], computed: DYNAMIC.test(code) };
}
