/** One public half of a root, or several separated by commas, of which the first begins with a dash. */
const DASHED = /^-[A-Za-z0-9_-]{42}(,[A-Za-z0-9_-]{43})*$/;

/**
 * Joins `--root` and `--roots` with their value where that begins with a dash, as one public half in 64 does:
 * `parseArgs` would take it for another option.
 */
export function joinDashedRoots(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const [name, value] = [args[at]!, args[at + 1]];
    const isDashed = (name === "--root" || name === "--roots") && value !== undefined && DASHED.test(value);
    joined.push(isDashed ? `${name}=${value}` : name);
    if (isDashed) at++;
  }
  return joined;
}
