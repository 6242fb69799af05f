import { existsSync } from "node:fs";

const DEBIANS = "/usr/bin/chromium";

/** The browser in which the flows run: Debian's, or the one that `CHROMIUM_PATH` names; undefined without one. */
export function findChromium(): string | undefined {
  const path = process.env.CHROMIUM_PATH || DEBIANS;
  return existsSync(path) ? path : undefined;
}

export const CHROMIUM_MISSING = `Chromium is missing: expected ${DEBIANS}, or CHROMIUM_PATH to name it`;

export const CHROMIUM_FLAGS = [
  // As root there is no sandbox, and nothing but the platform's own pages is opened.
  "--no-sandbox",
  // A name that anything asks for resolves to nothing: no request can leave this machine.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
  "--font-render-hinting=none",
  "--force-color-profile=srgb",
];
