import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadAdminKey } from "../../app/admin-key.ts";
import { prepareDataDir } from "../../app/data-dir.ts";
import { writePrivateFile } from "../../base/private-file.ts";

let parent: string;
let dataDir: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "sbi-data-dir-"));
  dataDir = join(parent, "below", "data");
});
afterEach(() => rm(parent, { recursive: true, force: true }));

const modeOf = async (path: string) => (await stat(path)).mode & 0o7777;
/** As an administrator's `mkdir` or an earlier version has left it. */
async function open(mode: number, file?: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  await chmod(dataDir, mode);
  if (file !== undefined) await writeFile(join(dataDir, file), "");
}

describe("the data directory", () => {
  it.each([
    ["for itself", () => prepareDataDir(dataDir)],
    ["for the administrator's key", () => loadAdminKey(undefined, dataDir)],
    ["for a file in it", () => writePrivateFile(join(dataDir, "some"), "text")],
  ])("is made so that nobody but its owner can look into it, %s", async (_what, make) => {
    const before = process.umask(0);
    try {
      await make();
    } finally {
      process.umask(before);
    }
    expect(await modeOf(dataDir)).toBe(0o700);
  });

  it.each([undefined, "admin-key", "audit-head", "database", "signing-keys.json"])(
    "is closed to others when it is there already, with nothing but %s in it",
    async (file) => {
      await open(0o755, file);
      await prepareDataDir(dataDir);
      expect(await modeOf(dataDir)).toBe(0o700);
    },
  );

  it.each([
    ["holds other things alone", 0o755, "somebody-elses"],
    ["is shared by many, as /tmp is", 0o1777, "admin-key"],
  ])("is left as it is when it %s", async (_what, mode, file) => {
    await open(mode, file);
    await prepareDataDir(dataDir);
    expect(await modeOf(dataDir)).toBe(mode);
  });
});
