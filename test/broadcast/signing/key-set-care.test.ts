import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../../base/log.ts";
import { DEFAULT_LEAD_MS } from "../../../broadcast/signing/defaults.ts";
import { type KeyRing, openKeyRing } from "../../../broadcast/signing/key-ring.ts";
import {
  keySetTrouble,
  makeSet,
  RENEW_BEFORE_MS,
  SET_LIFETIME_DAYS,
  signHere,
  startKeySetCare,
} from "../../../broadcast/signing/key-set-care.ts";
import { type KeySetRequest, SIGN_WITHIN_MS } from "../../../broadcast/signing/key-set-request.ts";
import { createRootKey, type RootKey, readRootKey, signKeySet } from "../../../broadcast/signing/root.ts";
import { ROOT } from "../../project/source-files.ts";

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
const signed = ({ version, keys }: KeySetRequest) => signKeySet(root, makeSet({ issuer, version, keys }, at));
const ask = () => ring.request({ issuer });
const accept = (jws: string, options: { root?: string } = {}) => ring.accept(jws, { issuer, ...options });
/** Gives the ring its root. */
const found = async () => accept(await signed(await ask()), { root: root.publicHalf });
const states = () => ring.list().map(({ state }) => state);

describe("a root on this machine", () => {
  it("signs what is there and what is rotated, at once, and renews before the end", async () => {
    await signHere(ring, root, { issuer, now });
    expect(ring.trust()).toMatchObject({ roots: [root.publicHalf], version: 1, waitingSince: null });
    await ring.rotate();
    await signHere(ring, root, { issuer, now });
    expect([states(), ring.trust()?.version]).toEqual([["active", "published"], 2]);
    await signHere(ring, root, { issuer, now });
    expect(ring.trust()?.version).toBe(2);
    at = ring.trust()!.expiresAt.getTime() - RENEW_BEFORE_MS;
    await signHere(ring, root, { issuer, now });
    expect(ring.trust()?.version).toBe(3);
  });

  it("does so once, however many processes start together", async () => {
    const rings = await Promise.all([1, 2, 3].map(() => openKeyRing(dir, { now })));
    await Promise.all(rings.map((one) => signHere(one, root, { issuer, now })));
    for (const one of rings) expect(one.publishedKeys()).toEqual(ring.publishedKeys());
    expect(ring.trust()?.waitingSince).toBeNull();
  });

  it("is refused where terminals trust another", async () => {
    await found();
    await expect(signHere(ring, await newRoot("x.json"), { issuer, now })).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining(`terminals trust ${root.publicHalf}`),
    });
  });
});

describe("docs/security.md", () => {
  it("has the times that hold", () => {
    const page = readFileSync(`${ROOT}docs/security.md`, "utf8").replaceAll(/\s+/g, " ");
    for (const sentence of [
      `a set is valid for ${SET_LIFETIME_DAYS} days`,
      `From ${RENEW_BEFORE_MS / DAY_MS} days before its end`,
      `The request is good for ${SIGN_WITHIN_MS / DAY_MS} days`,
    ])
      expect(page).toContain(sentence);
    expect(DEFAULT_LEAD_MS).toBe(HOUR_MS);
    expect(page).toContain("published for an hour before it signs");
  });
});

describe("what somebody has to do", () => {
  it("is logged when it begins, when it changes, and once a day, and is there for /readyz", async () => {
    const lines: { level: string; trouble: string }[] = [];
    const log = createLogger("warn", { write: (line) => void lines.push(JSON.parse(line)) });
    await found();
    const care = startKeySetCare({ ring, log, isRootHere: false, now });
    const look = (ms: number) => {
      at += ms;
      care.look();
      return lines.length;
    };
    expect([look(0), care.trouble()]).toEqual([0, undefined]);
    await ring.rotate();
    expect([look(HOUR_MS), look(HOUR_MS), look(DAY_MS - 2 * HOUR_MS), look(HOUR_MS)]).toEqual([1, 1, 1, 2]);
    expect(lines[0]).toMatchObject({ level: "warn", trouble: care.trouble() });
    expect(care.trouble()).toContain(
      "the key set waits for the root's signature since 2026-03-01T00:00:00.000Z",
    );
    await accept(await signed(await ask()));
    expect([look(HOUR_MS), care.trouble()]).toEqual([2, undefined]);
    const end = ring.trust()!.expiresAt.getTime();
    at = end - RENEW_BEFORE_MS;
    expect([look(0), look(1)]).toEqual([2, 3]);
    expect(care.trouble()).toContain("let the root sign the next one");
    at = end - 1;
    look(1);
    expect(care.trouble()).toContain("has expired at");
    care.stop();
    expect(keySetTrouble(null, at, true)).toContain("which is for evaluation only");
  });
});
