import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isSameKey, publicOf, signOrder } from "../../../broadcast/signing/algorithms/index.ts";
import { KEY_FILE, readKeys, replaceKeys } from "../../../broadcast/signing/key-file.ts";
import { keySetRequestSchema } from "../../../broadcast/signing/key-set-request.ts";
import { readRootKey, signKeySet } from "../../../broadcast/signing/root.ts";

/** RFC 8037, appendix A: its key and the key's thumbprint. */
const KID = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
const X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const D = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const key = {
  kid: KID,
  algorithm: "EdDSA",
  createdAt: "2026-01-02T03:04:05.678Z",
  activeFrom: "2026-01-02T04:04:05.678Z",
  retireAt: null,
  x: X,
  d: D,
} as const;
const written = (file: unknown) => `${JSON.stringify(file, null, 1)}\n`;

let dir: string;
let path: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "sbi-algorithms-"));
  path = join(dir, KEY_FILE);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe("keys of an algorithm", () => {
  it("are read from a file and written again to the byte, in both versions", async () => {
    // A set that the same key has signed as a root: only that it holds a set is looked at.
    const set = { issuer: "i", version: 3, issuedAt: key.createdAt, expiresAt: key.createdAt, keys: [] };
    const trust = {
      roots: [X],
      signed: await signKeySet({ publicHalf: X, secret: D }, set),
      rootChanges: ["earlier"],
      lastVersion: 4,
      waiting: { since: key.createdAt, leadMs: 1, overlapMs: 2, stolen: false },
    };
    const retired = { ...key, kid: "old", retireAt: "2026-02-02T03:04:05.678Z", d: null };
    for (const file of [
      { version: 1, keys: [retired, key] },
      {
        version: 2,
        keys: [
          { ...retired, listed: true },
          { ...key, listed: false },
        ],
        trust,
      },
    ]) {
      await writeFile(path, written(file));
      await replaceKeys(path, readKeys(path)!);
      expect(await readFile(path, "utf8")).toBe(written(file));
    }
  });

  it("publish and sign what they always have", async () => {
    expect(JSON.stringify(publicOf(key))).toBe(
      `{"kty":"OKP","crv":"Ed25519","x":"${X}","kid":"${KID}","alg":"EdDSA","use":"sig"}`,
    );
    expect(await signOrder(key, D, { type: "stop" })).toBe(
      [
        "eyJhbGciOiJFZERTQSIsImtpZCI6ImtQcktfcW14VldhWVZBOXd3QkY2SXVvM3ZWeno3VHhIQ1R3WEJ5Z3JTNGsiLCJ0eXAiOiJzYmktY29tbWFuZCtqd3QifQ",
        "eyJ0eXBlIjoic3RvcCJ9",
        "rN5qeRLZ4PvZZ_WlOnmBTIhL3z8ADm9g8_wUa-iR3nyUYJ3QYNuPAAizTpS0PuXjl1k54HhECEOTyaCbgZcLBg",
      ].join("."),
    );
  });

  it("are known again in a set by their public part, whatever else it says", () => {
    expect(isSameKey(key, { kty: "OKP", x: X, alg: "Ed25519" })).toBe(true);
    expect(isSameKey(key, { ...publicOf(key), x: D })).toBe(false);
    expect(isSameKey(key, {})).toBe(false);
  });

  it("are asked for with nothing beside what their algorithm publishes", () => {
    const request = (listed: object) => ({
      type: "sbi-keyset-request",
      issuer: "i",
      version: 1,
      createdAt: key.createdAt,
      keys: [listed],
    });
    expect(keySetRequestSchema.safeParse(request(publicOf(key))).success).toBe(true);
    expect(keySetRequestSchema.safeParse(request({ ...publicOf(key), d: D })).success).toBe(false);
    expect(keySetRequestSchema.safeParse(request({ ...publicOf(key), crv: "SM2" })).success).toBe(false);
  });

  it("are refused where nobody here knows the algorithm, without a word of what is in the file", async () => {
    await writeFile(path, written({ version: 1, keys: [{ ...key, algorithm: "SM2" }] }));
    expect(() => readKeys(path)).toThrow(/does not hold signing keys \(keys\.0\.algorithm/);
    await writeFile(path, written({ version: 1, algorithm: "SM2", createdAt: key.createdAt, x: X, d: D }));
    expect(() => readRootKey(path)).toThrow(/does not hold a root key/);
  });
});
