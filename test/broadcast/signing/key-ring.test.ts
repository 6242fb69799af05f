import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compactVerify, createLocalJWKSet, decodeProtectedHeader } from "jose";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLogger } from "../../../base/log.ts";
import { COMMAND_TYPE } from "../../../broadcast/contract/command.ts";
import { DEFAULT_LEAD_MS, DEFAULT_OVERLAP_MS } from "../../../broadcast/signing/defaults.ts";
import { KEY_FILE } from "../../../broadcast/signing/key-file.ts";
import { type KeyRing, openKeyRing } from "../../../broadcast/signing/key-ring.ts";

const START = Date.parse("2026-03-01T00:00:00Z");
const HOUR_MS = 3_600_000;

let dir: string;
let file: string;
let at: number;
const now = () => at;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "sbi-keys-"));
  file = join(dir, KEY_FILE);
  at = START;
});
afterEach(async () => {
  // A signature erases retired keys behind itself, and is done with that when its lock is gone.
  await vi.waitFor(async () => expect(await readdir(dir)).not.toContain(`${KEY_FILE}.lock`));
  await rm(dir, { recursive: true, force: true, maxRetries: 3 });
});

const verify = async (jws: string, ring: KeyRing) => {
  const { payload, protectedHeader } = await compactVerify(
    jws,
    createLocalJWKSet({ keys: ring.jwks().keys.map((key) => ({ ...key })) }),
  );
  return { payload: JSON.parse(Buffer.from(payload).toString()), header: protectedHeader };
};
const kidsOf = (ring: KeyRing) => ring.jwks().keys.map(({ kid }) => kid);
const onDisk = async () =>
  JSON.parse(await readFile(file, "utf8")) as { keys: { kid: string; d: string | null }[] };

describe("a key ring", () => {
  it("makes a key at its first use, and has the same one after a restart", async () => {
    const ring = await openKeyRing(dir, { now });
    expect(ring.list()).toMatchObject([{ state: "active", algorithm: "EdDSA", retireAt: null }]);
    expect(kidsOf(await openKeyRing(dir, { now }))).toEqual(kidsOf(ring));
  });

  it("signs what its published keys verify, and says which key and what it is for", async () => {
    const ring = await openKeyRing(dir, { now });
    const { payload, header } = await verify(await ring.sign({ text: "山体滑坡" }), ring);
    expect(payload).toEqual({ text: "山体滑坡" });
    expect(header).toEqual({ alg: "EdDSA", kid: kidsOf(ring)[0], typ: COMMAND_TYPE });
  });

  it("keeps private keys in a file that its owner alone can read, and shows them nowhere", async () => {
    const ring = await openKeyRing(dir, { now });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const { d } = (await onDisk()).keys[0]!;
    expect(d).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const shown = JSON.stringify([ring.jwks(), ring.publicKeys(), ring.list(), await ring.rotate(), ring]);
    expect(shown).not.toContain(d);
    expect(Object.keys(ring.jwks().keys[0]!).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x"]);
    expect(await readdir(dir)).toEqual([KEY_FILE]);
  });

  it("warns of a file that others could read, and closes it", async () => {
    await openKeyRing(dir, { now });
    await chmod(file, 0o644);
    const lines: string[] = [];
    await openKeyRing(dir, { now, log: createLogger("info", { write: (line) => void lines.push(line) }) });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: "warn", mode: "644" }]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it("is one ring, however many open it at once", async () => {
    // Looked at as soon as each is open: a key that was seen once may not be replaced by another one's.
    const open = async () => kidsOf(await openKeyRing(dir, { now })).join();
    const seen = await Promise.all(Array.from({ length: 8 }, open));
    expect(new Set(seen).size).toBe(1);
    expect((await onDisk()).keys).toHaveLength(1);
    expect(await readdir(dir)).toEqual([KEY_FILE]);
  });

  it.each([
    ["half of it is missing", (text: string) => text.slice(0, text.length / 2), "it is not JSON"],
    ["it is empty", () => "", "it is not JSON"],
    ["it is something else", () => '{"keys": 3}', "version: "],
    [
      "a private key is cut short",
      (text: string) => text.replace(/("d": "[^"]{9})[^"]*/, "$1"),
      "keys.0.d: expected 32 bytes",
    ],
    ["it holds no key", () => '{"version": 1, "keys": []}', "keys: "],
  ])("refuses its file when %s, and leaves it as it is", async (_what, damage, why) => {
    await openKeyRing(dir, { now });
    const { d } = (await onDisk()).keys[0]!;
    const damaged = damage(await readFile(file, "utf8"));
    await writeFile(file, damaged);
    const error = await openKeyRing(dir, { now }).catch((reason: Error) => reason);
    expect(error).toMatchObject({ code: "config_invalid", message: expect.stringContaining(why) });
    expect((error as Error).message).toContain(file);
    expect((error as Error).message).not.toContain(d!.slice(0, 9));
    expect(await readFile(file, "utf8")).toBe(damaged);
  });

  it("goes on signing with the keys that it has when its file is damaged or taken away meanwhile", async () => {
    const ring = await openKeyRing(dir, { now });
    const kids = kidsOf(ring);
    await writeFile(file, "{");
    expect((await verify(await ring.sign({}), ring)).header.kid).toBe(kids[0]);
    await expect(ring.rotate()).rejects.toMatchObject({ code: "config_invalid" });
    await rm(file);
    expect((await verify(await ring.sign({}), ring)).header.kid).toBe(kids[0]);
    await expect(ring.rotate()).rejects.toMatchObject({ code: "config_invalid" });
    expect(await readdir(dir)).toEqual([]);
  });
});

describe("rotating keys", () => {
  const signer = async (ring: KeyRing) => decodeProtectedHeader(await ring.sign({})).kid;

  it("publishes the new key at once, signs with it later, and takes the old one away at the end", async () => {
    const ring = await openKeyRing(dir, { now });
    const [old] = kidsOf(ring);
    const { kid: next } = await ring.rotate({ leadMs: HOUR_MS, overlapMs: 3 * HOUR_MS });
    expect(kidsOf(ring)).toEqual([old, next]);
    expect(await signer(ring)).toBe(old);
    expect(ring.list().map(({ state }) => state)).toEqual(["active", "published"]);

    at = START + HOUR_MS - 1;
    expect(await signer(ring)).toBe(old);
    const lastOfOld = await ring.sign({ n: 1 });
    at = START + HOUR_MS;
    expect(await signer(ring)).toBe(next);
    expect(ring.list().map(({ state }) => state)).toEqual(["retiring", "active"]);
    expect((await verify(lastOfOld, ring)).payload).toEqual({ n: 1 });

    at = START + 4 * HOUR_MS;
    expect(kidsOf(ring)).toEqual([next]);
    expect(await signer(ring)).toBe(next);
    expect(ring.list().map(({ state }) => state)).toEqual(["retired", "active"]);
    await expect(verify(lastOfOld, ring)).rejects.toThrow();
  });

  it("keeps a retired key in the file without its private part", async () => {
    const ring = await openKeyRing(dir, { now });
    const [old] = kidsOf(ring);
    await ring.rotate({ leadMs: 0, overlapMs: 0 });
    expect((await onDisk()).keys).toMatchObject([{ kid: old, d: null }, { d: expect.any(String) }]);

    // Also one that retires later: at the next signature, or when the ring is opened.
    await ring.rotate({ leadMs: 0, overlapMs: 1000 });
    expect((await onDisk()).keys.filter(({ d }) => d !== null)).toHaveLength(2);
    at += 1000;
    await openKeyRing(dir, { now });
    expect((await onDisk()).keys.filter(({ d }) => d !== null)).toHaveLength(1);
    await ring.rotate({ leadMs: 0, overlapMs: 1000 });
    at += 1000;
    await ring.sign({});
    await expect
      .poll(async () => (await onDisk()).keys.filter(({ d }) => d !== null), { interval: 5 })
      .toHaveLength(1);
  });

  it("leaves time by default for terminals to fetch, and for the last command to expire", async () => {
    const ring = await openKeyRing(dir, { now });
    const { activeFrom } = await ring.rotate();
    expect(activeFrom.getTime()).toBe(START + DEFAULT_LEAD_MS);
    expect(ring.list()[0]!.retireAt!.getTime()).toBe(START + DEFAULT_LEAD_MS + DEFAULT_OVERLAP_MS);
    expect(DEFAULT_OVERLAP_MS).toBeGreaterThan(72 * HOUR_MS);
  });

  it("takes a stolen key out at once, also one that was on its way out, and one that was on its way in", async () => {
    const ring = await openKeyRing(dir, { now });
    await ring.rotate();
    const { kid } = await ring.rotate({ leadMs: 0, overlapMs: 0 });
    expect(kidsOf(ring)).toEqual([kid]);
    expect(await signer(ring)).toBe(kid);
  });

  it("always has a key to sign with, whatever is rotated when", async () => {
    const ring = await openKeyRing(dir, { now });
    for (const [leadMs, overlapMs, stepMs] of [
      [50, 0, 20],
      [10, 0, 5],
      [100, 1000, 99],
      [0, 0, 0],
      [10, 5, 12],
    ] as const) {
      await ring.rotate({ leadMs, overlapMs });
      for (const moment of [at, at + stepMs]) {
        at = moment;
        const kid = await signer(ring);
        expect(kidsOf(ring)).toContain(kid);
      }
    }
  });

  it("is seen by other processes that have the ring open, and none of two rotations at once is lost", async () => {
    const [one, two] = [await openKeyRing(dir, { now }), await openKeyRing(dir, { now })];
    const made = await Promise.all([
      one.rotate({ leadMs: 0 }),
      two.rotate({ leadMs: 0 }),
      one.rotate({ leadMs: 0 }),
    ]);
    for (const { kid } of made) {
      expect(kidsOf(one)).toContain(kid);
      expect(kidsOf(two)).toContain(kid);
    }
    expect(await signer(one)).toBe(await signer(two));
    expect((await onDisk()).keys).toHaveLength(4);
    expect(await readdir(dir)).toEqual([KEY_FILE]);
  });

  it("is not held up by the lock of a process that died", async () => {
    const ring = await openKeyRing(dir, { now });
    const lock = `${file}.lock`;
    await writeFile(lock, "");
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(lock, longAgo, longAgo);
    await ring.rotate();
    expect(kidsOf(ring)).toHaveLength(2);
  });

  it("refuses times that are none", async () => {
    const ring = await openKeyRing(dir, { now });
    await expect(ring.rotate({ leadMs: -1 })).rejects.toThrow("leadMs is -1, expected milliseconds from 0");
    await expect(ring.rotate({ overlapMs: Number.NaN })).rejects.toMatchObject({ code: "invalid_request" });
    expect(kidsOf(ring)).toHaveLength(1);
  });
});
