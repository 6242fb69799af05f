import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadAdminKey } from "../../app/admin-key.ts";

let dataDir: string;
let file: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "sbi-admin-"));
  file = join(dataDir, "admin-key");
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

describe("the administrator's key", () => {
  it("is made at the first start, readable by its owner alone, and is the same at the next", async () => {
    const first = await loadAdminKey(undefined, dataDir);
    expect(first).toMatchObject({ isNew: true, file });
    expect(first.key).toMatch(/^sbi_[A-Za-z0-9_-]{43}$/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await loadAdminKey(undefined, dataDir)).toEqual({ key: first.key, isNew: false, file });
  });

  it("is one key, shown by one of them, when several start at once", async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => loadAdminKey(undefined, dataDir)));
    expect(new Set(keys.map(({ key }) => key)).size).toBe(1);
    expect(keys.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await readFile(file, "utf8")).toBe(`${keys[0]!.key}\n`);
    expect(await readdir(dataDir)).toEqual(["admin-key"]);
  });

  it.each([
    ["the file is empty", () => writeFile(file, "\n")],
    ["the file is a link to nothing", () => symlink("nowhere", file)],
  ])("is made anew where %s", async (_what, leave) => {
    await leave();
    const { key, isNew } = await loadAdminKey(undefined, dataDir);
    expect(isNew).toBe(true);
    expect((await loadAdminKey(undefined, dataDir)).key).toBe(key);
  });

  it("of the environment is taken as it is, and nothing is kept", async () => {
    expect(await loadAdminKey("given", dataDir)).toEqual({ key: "given", isNew: false, file: undefined });
    expect(await readdir(dataDir)).toEqual([]);
  });
});
