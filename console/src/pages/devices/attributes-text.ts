/** Attributes as lines `key=value`, as they are written in a form. Values that are no texts are written as JSON. */
export function attributesText(attributes: Readonly<Record<string, unknown>>): string {
  return Object.entries(attributes)
    .map(([key, value]) => `${key}=${writeValue(value)}`)
    .join("\n");
}

/** A text that would be read as something else is quoted: the house number "7" stays a text. */
const writeValue = (value: unknown): string =>
  typeof value === "string" && readValue(value) === value ? value : JSON.stringify(value);

function readValue(text: string): unknown {
  if (!/^(true|false|null|-?\d|["[{])/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** @returns undefined where a line has no key or no `=` */
export function attributesFrom(text: string): Readonly<Record<string, unknown>> | undefined {
  const attributes: [string, unknown][] = [];
  for (const line of text.split("\n").map((one) => one.trim())) {
    if (line === "") continue;
    const at = line.indexOf("=");
    if (at < 1) return undefined;
    attributes.push([line.slice(0, at).trim(), readValue(line.slice(at + 1).trim())]);
  }
  return Object.fromEntries(attributes);
}
