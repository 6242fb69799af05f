/** The script is plain JavaScript, which has no types. */
const BUILDER = new URL("../../../scripts/build-console.mjs", import.meta.url).href;

/** Builds the console where it is missing or was made from other sources. */
export async function buildConsole(): Promise<void> {
  const { ensureConsole } = (await import(BUILDER)) as { ensureConsole: () => void };
  ensureConsole();
}
