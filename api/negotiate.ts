/** True when the caller prefers CSV to JSON. */
export const wantsCsv = (accept: string | undefined): boolean => prefers(accept, "text/csv");

/**
 * True when the caller prefers `wanted` to JSON: only when it is named with a higher weight, since a wildcard, as
 * browsers and curl send, means JSON.
 */
export function prefers(accept: string | undefined, wanted: string): boolean {
  if (accept === undefined || !accept.toLowerCase().includes(wanted)) return false;
  let other = 0;
  let json = 0;
  for (const part of accept.split(",")) {
    const [type = "", ...parameters] = part.split(";").map((piece) => piece.trim().toLowerCase());
    const weight = weightOf(parameters);
    if (type === wanted) other = Math.max(other, weight);
    if (type === "application/json") json = Math.max(json, weight);
  }
  return other > json;
}

/** `q` of RFC 9110 §12.4.2: 0 to 1, and 1 when it is absent. */
function weightOf(parameters: readonly string[]): number {
  const text = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
  if (text === undefined) return 1;
  const weight = Number(text);
  return weight >= 0 && weight <= 1 ? weight : 0;
}
