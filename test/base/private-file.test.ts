import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createPrivateFile, writePrivateFile } from "../../base/private-file.ts";
import { ROOT } from "../project/source-files.ts";

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "sbi-private-"));
  path = join(dir, "secret");
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const modeOf = async (file: string) => (await stat(file)).mode & 0o777;
const HOURS_AGO = new Date(Date.now() - 2 * 3_600_000);

describe("writing a private file", () => {
  it("makes its folder, and leaves nothing but the file, which its owner alone can read", async () => {
    path = join(dir, "deep", "er", "secret");
    await writePrivateFile(path, "one");
    await writePrivateFile(path, "two");
    expect(await readFile(path, "utf8")).toBe("two");
    expect(await readdir(join(dir, "deep", "er"))).toEqual(["secret"]);
    expect(await modeOf(path)).toBe(0o600);
  });

  it("narrows what an older file allowed to others", async () => {
    await writeFile(path, "old");
    await chmod(path, 0o666);
    await writePrivateFile(path, "new");
    expect(await modeOf(path)).toBe(0o600);
  });

  it("has the whole text on disk, readable by its owner alone, before it counts", async () => {
    await writePrivateFile(path, "old");
    await writePrivateFile(path, "new", {
      beforeItCounts: async () => {
        expect(await readFile(path, "utf8")).toBe("old");
        const part = (await readdir(dir)).find((name) => name.endsWith(".part"))!;
        expect(await readFile(join(dir, part), "utf8")).toBe("new");
        expect(await modeOf(join(dir, part))).toBe(0o600);
      },
    });
    expect(await readFile(path, "utf8")).toBe("new");
  });

  it("keeps the file as it was, and leaves nothing beside it, when what has to happen before fails", async () => {
    await writePrivateFile(path, "old");
    const refused = writePrivateFile(path, "new", { beforeItCounts: () => Promise.reject(new Error("no")) });
    await expect(refused).rejects.toThrow("no");
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readdir(dir)).toEqual(["secret"]);
  });

  it("leaves nothing beside what it cannot replace", async () => {
    await mkdir(path);
    await expect(writePrivateFile(path, "text")).rejects.toThrow("EISDIR");
    expect(await readdir(dir)).toEqual(["secret"]);
  });

  it("that is killed in the middle leaves the old file whole", async () => {
    await writePrivateFile(path, "old");
    const script = `
      const { writePrivateFile } = await import("./base/private-file.ts");
      await writePrivateFile(${JSON.stringify(path)}, "new", {
        beforeItCounts: async () => process.kill(process.pid, "SIGKILL"),
      });`;
    const writer = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
      cwd: ROOT,
      stdio: "inherit",
    });
    expect((await once(writer, "exit"))[1]).toBe("SIGKILL");
    expect(await readFile(path, "utf8")).toBe("old");
    const [left] = (await readdir(dir)).filter((name) => name !== "secret");
    expect(await readFile(join(dir, left!), "utf8")).toBe("new");
    // What is left goes with a later writer, once nobody can be writing it any more.
    await writePrivateFile(path, "newer");
    expect(await readdir(dir)).toContain(left);
    await utimes(join(dir, left!), HOURS_AGO, HOURS_AGO);
    await writePrivateFile(path, "newest");
    expect(await readdir(dir)).toEqual(["secret"]);
  });

  it("removes no old file that is not its own", async () => {
    const others = ["secret.part", "secret.0123456789ab.part.txt", "secrets.0123456789ab.part", "other.part"];
    for (const name of others) {
      await writeFile(join(dir, name), "");
      await utimes(join(dir, name), HOURS_AGO, HOURS_AGO);
    }
    await writePrivateFile(path, "text");
    expect((await readdir(dir)).sort()).toEqual([...others, "secret"].sort());
  });

  it("by many at once ends with the text of one of them, whole", async () => {
    const texts = Array.from({ length: 20 }, (_, i) => `${i} `.repeat(50_000));
    await Promise.all(texts.map((text) => writePrivateFile(path, text)));
    expect(texts).toContain(await readFile(path, "utf8"));
    expect(await readdir(dir)).toEqual(["secret"]);
  });
});

describe("making a private file that is not there yet", () => {
  it("is done by one of many, and the others are told", async () => {
    const texts = Array.from({ length: 10 }, (_, i) => `text ${i}`);
    const made = await Promise.all(texts.map((text) => createPrivateFile(path, text)));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(await readFile(path, "utf8")).toBe(texts[made.indexOf(true)]);
    expect(await modeOf(path)).toBe(0o600);
    expect(await readdir(dir)).toEqual(["secret"]);
  });

  it("leaves one that is there as it is", async () => {
    await writeFile(path, "theirs");
    expect(await createPrivateFile(path, "mine")).toBe(false);
    expect(await readFile(path, "utf8")).toBe("theirs");
    expect(await readdir(dir)).toEqual(["secret"]);
  });

  it("fails where its folder is a file, rather than take that for the file", async () => {
    await writeFile(path, "");
    await expect(createPrivateFile(join(path, "below"), "text")).rejects.toThrow(path);
  });
});
