import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeProtectedHeader } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  MAX_KEYS,
  MAX_KEYS_BYTES,
  MAX_ROOT_CHANGES,
  signedKeysSchema,
} from "../../../broadcast/contract/key-set.ts";
import { DEFAULT_LEAD_MS, DEFAULT_OVERLAP_MS } from "../../../broadcast/signing/defaults.ts";
import { KEY_FILE } from "../../../broadcast/signing/key-file.ts";
import { type KeyRing, openKeyRing } from "../../../broadcast/signing/key-ring.ts";
import { keySetTrouble, makeSet, SET_LIFETIME_DAYS } from "../../../broadcast/signing/key-set-care.ts";
import { type KeySetRequest, SIGN_WITHIN_MS } from "../../../broadcast/signing/key-set-request.ts";
import {
  createRootKey,
  type RootKey,
  readKeySet,
  readRootKey,
  signKeySet,
} from "../../../broadcast/signing/root.ts";

const START = Date.parse("2026-03-01T00:00:00Z");
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const issuer = "sbi.example.cn";

let dir: string;
let at: number;
const now = () => at;
let root: RootKey;
let ring: KeyRing;

const newRoot = async (name: string): Promise<RootKey> => {
  const path = join(dir, name);
  await createRootKey(path);
  return readRootKey(path);
};
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "sbi-sets-"));
  at = START;
  root = await newRoot("root.json");
  ring = await openKeyRing(dir, { now });
});
afterEach(() => rm(dir, { recursive: true, force: true, maxRetries: 3 }));

/** What the root makes of a request, at the moment of the test. */
const signed = (
  { version, keys }: Pick<KeySetRequest, "version" | "keys">,
  by = root,
  changes: object = {},
) => signKeySet(by, { ...makeSet({ issuer, version, keys }, at), ...changes });
const ask = () => ring.request({ issuer });
const accept = (jws: string, options: { root?: string } = {}) => ring.accept(jws, { issuer, ...options });
/** Gives the ring its root. */
const found = async () => accept(await signed(await ask()), { root: root.publicHalf });
const kidsOf = (some: KeyRing = ring) => some.jwks().keys.map(({ kid }) => kid);
const signer = async () => decodeProtectedHeader(await ring.sign({})).kid;
const states = () => ring.list().map(({ state }) => state);
const onDisk = async () => JSON.parse(await readFile(join(dir, KEY_FILE), "utf8"));

describe("a ring without a root", () => {
  it("works as before, in a file that an older platform can read, and says that nothing vouches for it", async () => {
    expect(ring.trust()).toBeNull();
    expect(ring.publishedKeys()).toEqual({ ...ring.jwks(), signed: null, rootChanges: [] });
    await ring.rotate({ leadMs: 0 });
    const file = await onDisk();
    expect(Object.keys(file)).toEqual(["version", "keys"]);
    expect(file.version).toBe(1);
    expect(Object.keys(file.keys[0])).not.toContain("listed");
    expect(keySetTrouble(ring.trust(), at, false)).toContain("no root vouches for the keys");
  });

  it("takes its first set only with the root that it is told, and only with all of its keys", async () => {
    const first = await signed(await ask());
    await expect(accept(first)).rejects.toThrow("has no root yet");
    const other = await newRoot("other.json");
    await expect(accept(first, { root: other.publicHalf })).rejects.toThrow(
      `root ${root.publicHalf} has signed it, expected ${other.publicHalf}`,
    );
    await ring.rotate();
    await expect(accept(first, { root: root.publicHalf })).rejects.toThrow("keys were rotated since");
    expect(ring.trust()).toBeNull();
    await found();
    expect(ring.publishedKeys()).toEqual({
      ...ring.jwks(),
      signed: expect.stringMatching(/^eyJ/),
      rootChanges: [],
    });
    expect(ring.trust()).toEqual({
      roots: [root.publicHalf],
      issuer,
      version: 1,
      expiresAt: new Date(START + SET_LIFETIME_DAYS * DAY_MS),
      waitingSince: null,
    });
    expect(keySetTrouble(ring.trust(), at, false)).toBeUndefined();
  });
});

it("asks for no more keys than a set holds", async () => {
  for (let made = 1; made < MAX_KEYS; made++) await ring.rotate();
  expect((await ask()).keys).toHaveLength(MAX_KEYS);
  await ring.rotate();
  await expect(ask()).rejects.toThrow(`${MAX_KEYS + 1} keys are in use, and a set holds ${MAX_KEYS}`);
});

describe("a rotation under a root", () => {
  it("signs and publishes nothing of the new key before the root has signed, and an hour after it does", async () => {
    await found();
    const [old] = kidsOf();
    const { kid, state } = await ring.rotate();
    expect(state).toBe("waiting");
    at += 5 * DAY_MS;
    expect([kidsOf(), await signer(), states()]).toEqual([[old], old, ["active", "waiting"]]);
    expect(ring.trust()?.waitingSince).toEqual(new Date(START));
    const reopened = await openKeyRing(dir, { now });
    expect([kidsOf(reopened), reopened.trust()?.waitingSince]).toEqual([[old], new Date(START)]);

    const set = await accept(await signed(await ask()));
    const accepted = at;
    expect(ring.trust()).toMatchObject({ version: 2, waitingSince: null });
    expect([kidsOf(), states()]).toEqual([
      [old, kid],
      ["active", "published"],
    ]);
    expect(kidsOf(reopened)).toEqual([old, kid]);
    at = accepted + DEFAULT_LEAD_MS - 1;
    expect(await signer()).toBe(old);
    at = accepted + DEFAULT_LEAD_MS;
    expect(await signer()).toBe(kid);
    // Long enough for an order that the old one signed a moment ago, and for a root that took its time.
    const notAfter = Date.parse(set.keys[0]!.notAfter as string);
    expect(notAfter).toBe(accepted + SIGN_WITHIN_MS + DEFAULT_LEAD_MS + DEFAULT_OVERLAP_MS);
    at = notAfter;
    expect(kidsOf()).toEqual([kid]);
  });

  it("refuses a set that comes so late that orders under way would be refused with it", async () => {
    await found();
    await ring.rotate();
    const late = await signed(await ask());
    at += SIGN_WITHIN_MS + 1;
    await expect(accept(late)).rejects.toThrow("before its last order can have expired");
    expect(kidsOf()).toHaveLength(1);
    at -= 1;
    await accept(late);
    expect(kidsOf()).toHaveLength(2);
  });

  it("asks for one key that waits: the one before it is gone, and a set with it is refused", async () => {
    await found();
    await ring.rotate();
    const first = await signed(await ask());
    await ring.rotate();
    const second = await ask();
    expect(second.version).toBe(3);
    expect(states()).toEqual(["active", "waiting"]);
    await expect(accept(first)).rejects.toThrow("which this platform does not have or has no more");
    await accept(await signed(second));
    // Signed and never used, it may not win later either.
    await expect(accept(first)).rejects.toThrow("it has version 2, and terminals have 3");
  });

  it("of a stolen key goes on with it until the root has signed, and is rid of it at that moment", async () => {
    await found();
    const [stolen] = kidsOf();
    const before = await signed(await ask());
    const { kid } = await ring.rotate({ leadMs: 0, overlapMs: 0 });
    // A later, unhurried rotation does not make it less urgent.
    const { kid: next } = await ring.rotate();
    expect(next).not.toBe(kid);
    expect([kidsOf(), await signer()]).toEqual([[stolen], stolen]);
    expect(keySetTrouble(ring.trust(), at, false)).toContain(
      `waits for the root's signature since ${new Date(START).toISOString()}`,
    );
    const request = await ask();
    expect(request.keys.map((key) => key.kid)).toEqual([next]);
    // A set that was asked for before the theft changes nothing of it.
    await accept(before);
    expect([kidsOf(), ring.trust()?.waitingSince]).toEqual([[stolen], new Date(START)]);
    at += HOUR_MS;
    await accept(await signed(request));
    expect([kidsOf(), await signer(), states()]).toEqual([[next], next, ["retired", "active"]]);
    expect((await onDisk()).keys[0]).toMatchObject({ kid: stolen, d: null });
    expect(keySetTrouble(ring.trust(), at, false)).toBeUndefined();
  });

  it("is one ring for several processes, whoever rotates, asks and accepts", async () => {
    const other = await openKeyRing(dir, { now });
    await found();
    await Promise.all([ring.rotate(), other.rotate()]);
    const requests = await Promise.all([ask(), other.request({ issuer })]);
    expect(requests.map(({ version }) => version).sort()).toEqual([2, 3]);
    const newest = requests.find(({ version }) => version === 3)!;
    await other.accept(await signed(newest), { issuer });
    expect(ring.trust()).toEqual(other.trust());
    expect(ring.publishedKeys()).toEqual(other.publishedKeys());
    expect(kidsOf()).toHaveLength(2);
  });
});

describe("a set is not accepted", () => {
  beforeEach(() => found());

  it.each<[string, (request: KeySetRequest) => Promise<string> | string, string]>([
    [
      "of another platform",
      (request) => signed(request, root, { issuer: "elsewhere" }),
      "it is of 'elsewhere'",
    ],
    [
      "of the version that terminals have",
      (request) => signed({ ...request, version: 1 }),
      "expected a higher",
    ],
    [
      "that has expired",
      (request) => signed(request, root, { expiresAt: new Date(START).toISOString() }),
      "it has expired",
    ],
    [
      "with a key that somebody put into the request",
      async ({ version, keys }) => {
        const other = await openKeyRing(await mkdtemp(join(dir, "other-")), { now });
        return signed({ version, keys: [...keys, ...(other.jwks().keys as KeySetRequest["keys"])] });
      },
      "somebody has changed the request",
    ],
    [
      "with another key under the name of ours",
      async ({ version, keys }) => signed({ version, keys: [{ ...keys[0]!, x: root.publicHalf }] }),
      "which this platform does not have",
    ],
    [
      "without a key to sign with",
      (request) => signed({ ...request, keys: [] }),
      "without a key to sign with",
    ],
    [
      "by another root",
      async (request) => signed(request, await newRoot("another.json")),
      "has signed it, expected",
    ],
    [
      "by an order's key",
      async (request) => {
        const { keys } = await onDisk();
        return signed(request, { publicHalf: keys[0].x, secret: keys[0].d });
      },
      "has signed it, expected",
    ],
    [
      "altered after it was signed",
      async (request) => {
        const [header, , signature] = (await signed(request)).split(".");
        const other = { ...readKeySet(await signed(request)), version: 9 };
        return `${header}.${Buffer.from(JSON.stringify(other)).toString("base64url")}.${signature}`;
      },
      "its signature does not match",
    ],
    ["that is an order", () => ring.sign({ issuer, version: 9 }), "expected a JWS of type sbi-keyset+jwt"],
    ["that is nothing", () => "", "expected a JWS of type sbi-keyset+jwt"],
  ])("%s", async (_what, make, why) => {
    const before = await onDisk();
    const request = await ask();
    await expect(accept(await make(request))).rejects.toMatchObject({
      code: "invalid_request",
      message: expect.stringContaining(why),
    });
    const { lastVersion, ...trust } = (await onDisk()).trust;
    expect({ lastVersion: lastVersion - 1, ...trust }).toEqual({ ...before.trust });
  });
});

describe("a platform that lost its keys", () => {
  it("comes back with a version above the one that terminals have, which somebody has to name", async () => {
    await found();
    await rm(join(dir, KEY_FILE));
    ring = await openKeyRing(dir, { now });
    const request = await ring.request({ issuer, version: 7 });
    expect(request.version).toBe(7);
    await accept(await signed(request), { root: root.publicHalf });
    expect([ring.trust()?.version, (await ask()).version]).toEqual([7, 8]);
    await expect(ring.request({ issuer, version: 7 })).rejects.toThrow(
      "terminals have 7: expected a higher one",
    );
    expect((await ring.request({ issuer, version: 20 })).version).toBe(20);
    expect((await ask()).version).toBe(21);
  });
});

describe("roots", () => {
  it("are changed by a set that names them, which is kept for terminals that missed it", async () => {
    await found();
    const next = await newRoot("next.json");
    const change = await signed(await ask(), root, { roots: [root.publicHalf, next.publicHalf] });
    await accept(change);
    expect(ring.trust()?.roots).toEqual([root.publicHalf, next.publicHalf]);
    const alone = await signed(await ask(), next, { roots: [next.publicHalf] });
    await accept(alone);
    await expect(accept(await signed(await ask()))).rejects.toThrow("has signed it, expected");
    await accept(await signed(await ask(), next));
    expect(ring.publishedKeys().rootChanges).toEqual([change, alone]);
    await expect(accept(await signed(await ask(), next), { root: root.publicHalf })).rejects.toThrow(
      `terminals trust ${next.publicHalf}`,
    );
  });

  it("change so often that terminals can follow, and no more", async () => {
    await found();
    const roots = [root.publicHalf];
    for (let change = 0; change < MAX_ROOT_CHANGES; change++)
      await accept(await signed(await ask(), root, { roots }));
    const published = JSON.stringify(ring.publishedKeys());
    expect(published.length).toBeLessThan(MAX_KEYS_BYTES);
    expect(signedKeysSchema.parse(JSON.parse(published)).rootChanges).toHaveLength(MAX_ROOT_CHANGES);
    await expect(accept(await signed(await ask(), root, { roots }))).rejects.toThrow(
      "terminals follow no further",
    );
    await accept(await signed(await ask()));
  });

  it("lie in a file that nobody else can read and that is never overwritten, and show nothing of it", async () => {
    const path = join(dir, "root.json");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await expect(createRootKey(path)).rejects.toMatchObject({ code: "config_invalid" });
    expect(readRootKey(path)).toEqual(root);
    await writeFile(path, (await readFile(path, "utf8")).replace(root.secret, root.secret.slice(1)));
    expect(() => readRootKey(path)).toThrow(`${path} does not hold a root key`);
    expect(() => readRootKey(path)).not.toThrow(root.secret.slice(1, 9));
    expect(() => readRootKey(join(dir, "none.json"))).toThrow("cannot be read");
  });
});
