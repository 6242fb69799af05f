import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { COMMAND_TYPE } from "../../../broadcast/contract/command.ts";
import { KEY_SET_TYPE, type KeySet, type KeySetFault } from "../../../broadcast/contract/key-set.ts";
import { generateKey, type KeyPair, signWith } from "../../../broadcast/signing/algorithms/ed25519.ts";
import { createRootKey, type RootKey, readRootKey, signKeySet } from "../../../broadcast/signing/root.ts";
import { createKeyCache, type KeyCache, type KeyNews } from "../../../simulators/speaker/keys.ts";
import { fleetMemorySchema, packMemories } from "../../../simulators/speaker/memory.ts";
import { givenRoots, judgeKeySet, type TrustMemory } from "../../../simulators/speaker/trust.ts";
import { createVerifier } from "../../../simulators/speaker/verify.ts";
import { START, startOrder } from "./commands.ts";

/** A terminal that was given a root, and whoever stands between it and its platform. */
let dir: string;
let root: RootKey;
let spare: RootKey;
let stranger: RootKey;
let key: KeyPair;
let next: KeyPair;
let thief: KeyPair;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "sbi-trust-"));
  const made = await Promise.all(
    ["root", "spare", "stranger"].map(async (name) => {
      const path = join(dir, `${name}.json`);
      await createRootKey(path);
      return readRootKey(path);
    }),
  );
  [root, spare, stranger] = made as [RootKey, RootKey, RootKey];
  [key, next, thief] = (await Promise.all([1, 2, 3].map(() => generateKey()))) as [KeyPair, KeyPair, KeyPair];
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const DAY_MS = 86_400_000;
let at: number;
/** What is answered, as if by the platform. */
let answer: unknown;
let news: KeyNews[];
let kept: (string | null)[];
let cache: KeyCache;

const setOf = (version: number, keys: readonly KeyPair[], changes: Partial<KeySet> = {}): KeySet => ({
  issuer: "sbi-test",
  version,
  issuedAt: new Date(START).toISOString(),
  expiresAt: new Date(START + 400 * DAY_MS).toISOString(),
  keys: keys.map(({ publicKey }) => ({ ...publicKey })),
  ...changes,
});
const jwks = (...keys: KeyPair[]) => ({ keys: keys.map(({ publicKey }) => publicKey) });
const answerWith = async (set: KeySet, by: RootKey = root, rootChanges: string[] = []) => {
  answer = { ...jwks(thief), signed: await signKeySet(by, set), rootChanges };
};
const open = (trust?: TrustMemory, roots: readonly string[] = [root.publicHalf]) => {
  cache = createKeyCache({
    fetchKeys: async () => {
      if (answer === undefined) throw new Error("nobody there");
      return JSON.parse(JSON.stringify(answer));
    },
    roots,
    trust,
    now: () => at,
    refetchMs: 0,
    onNews: (some) => void news.push(some),
    onTrust: () => void kept.push(cache.trust()!.signed),
  });
  return cache;
};
/** Switches the terminal off and on: what it knew comes back from where it is kept, as text. */
const restart = () => {
  const { trust } = fleetMemorySchema.parse(JSON.parse(JSON.stringify(packMemories([], cache.trust()))));
  return open(trust);
};
const believes = async (pair: KeyPair) => (await cache.find(pair.publicKey.kid)) !== undefined;
const refusedAs = async (...faults: KeySetFault[]) => {
  await cache.refresh();
  expect(news.splice(0)).toEqual(faults.map((fault) => ({ fault })));
};
const taken = async (...versions: number[]) => {
  await cache.refresh();
  expect(news.splice(0)).toEqual(versions.map((version) => ({ version })));
};

beforeEach(async () => {
  at = START;
  news = [];
  kept = [];
  await answerWith(setOf(3, [key]));
  open();
});

describe("a terminal that was given a root", () => {
  it("has a set on its disk, however long that takes, before it uses a key of it", async () => {
    const order: string[] = [];
    const slow = createKeyCache({
      fetchKeys: async () => JSON.parse(JSON.stringify(answer)),
      roots: [root.publicHalf],
      now: () => at,
      onNews: () => void order.push("used"),
      async onTrust() {
        for (let turn = 0; turn < 1000; turn++) await new Promise((resolve) => setImmediate(resolve));
        order.push("kept");
      },
    });
    await slow.refresh();
    await slow.find(key.publicKey.kid);
    expect(order).toEqual(["kept", "used"]);
  });

  it("takes what that root has signed, never the bare keys beside it, and keeps it before it uses it", async () => {
    await taken(3);
    expect(kept).toEqual([(answer as { signed: string }).signed]);
    expect([await believes(key), await believes(thief)]).toEqual([true, false]);
    // The same again is no news.
    await taken();
    expect(kept).toHaveLength(1);
  });

  it("takes a higher version, whatever lies between, and forgets the keys that it does not hold", async () => {
    await taken(3);
    await answerWith(setOf(7, [next]));
    await taken(7);
    expect([await believes(key), await believes(next)]).toEqual([false, true]);
  });

  it("uses a key until its last moment", async () => {
    const notAfter = new Date(START + DAY_MS).toISOString();
    await answerWith(setOf(4, [], { keys: [{ ...key.publicKey, notAfter }, { ...next.publicKey }] }));
    await taken(4);
    at = START + DAY_MS - 1;
    expect(await believes(key)).toBe(true);
    at = START + DAY_MS;
    expect([await believes(key), await believes(next)]).toEqual([false, true]);
  });

  it("verifies after a power cut although nothing answers", async () => {
    await taken(3);
    answer = undefined;
    restart();
    expect([await believes(key), await believes(thief)]).toEqual([true, false]);
  });

  it("asks before it verifies after a power cut: a key may have been taken out meanwhile", async () => {
    await taken(3);
    await answerWith(setOf(4, [next]));
    restart();
    expect([await believes(key), await believes(next)]).toEqual([false, true]);
  });

  it("passes over keys of types that it does not know", async () => {
    const sm2 = { kty: "EC", crv: "SM2", kid: "sm2" };
    await answerWith(setOf(4, [], { keys: [sm2, { ...key.publicKey }] }));
    await taken(4);
    expect([await believes(key), await cache.find("sm2")]).toEqual([true, undefined]);
  });
});

describe("a key set is refused, told once and changes nothing", () => {
  /** What each makes of the signed set that the terminal has. */
  const cases: [string, KeySetFault, () => Promise<unknown>][] = [
    ["that is not signed", "not_signed", async () => jwks(thief)],
    ["whose signature is null", "not_signed", async () => ({ ...jwks(thief), signed: null })],
    ["that is a text", "malformed", async () => "<html>"],
    ["that is no JWS", "malformed", async () => ({ signed: "a.b.c" })],
    [
      "by a root that it was not given",
      "unknown_root",
      async () => ({ signed: await signKeySet(stranger, setOf(99, [thief])) }),
    ],
    [
      "by an order's key",
      "unknown_root",
      async () => ({
        signed: await signKeySet({ publicHalf: key.publicKey.x, secret: key.secret }, setOf(99, [thief])),
      }),
    ],
    [
      "by another root in the name of its own",
      "bad_signature",
      async () => {
        const publicKey = { ...key.publicKey, x: stranger.publicHalf, kid: root.publicHalf };
        return {
          signed: await signWith({ publicKey, secret: stranger.secret }, setOf(99, [thief]), KEY_SET_TYPE),
        };
      },
    ],
    [
      "that the root has signed as something else",
      "malformed",
      async () => {
        const publicKey = { ...key.publicKey, x: root.publicHalf, kid: root.publicHalf };
        return {
          signed: await signWith({ publicKey, secret: root.secret }, setOf(99, [thief]), COMMAND_TYPE),
        };
      },
    ],
    [
      "without a version",
      "malformed",
      async () => {
        const { version: _version, ...rest } = setOf(99, [thief]);
        return { signed: await signKeySet(root, rest as KeySet) };
      },
    ],
    ["of a lower version", "rollback", async () => ({ signed: await signKeySet(root, setOf(2, [thief])) })],
    [
      "of the same version with other keys",
      "rollback",
      async () => ({ signed: await signKeySet(root, setOf(3, [thief])) }),
    ],
    [
      "of another platform",
      "wrong_issuer",
      async () => ({ signed: await signKeySet(root, setOf(99, [thief], { issuer: "elsewhere" })) }),
    ],
    [
      "that has expired",
      "expired",
      async () => ({
        signed: await signKeySet(root, setOf(99, [thief], { expiresAt: new Date(START).toISOString() })),
      }),
    ],
  ];

  it.each(cases)("%s: %s", async (_what, fault, make) => {
    await taken(3);
    const before = cache.trust();
    answer = await make();
    await refusedAs(fault);
    await refusedAs();
    // Also after a power cut: the version and the roots are kept.
    restart();
    await refusedAs(fault);
    expect(cache.trust()).toEqual(before);
    expect([await believes(key), await believes(thief)]).toEqual([true, false]);
    await answerWith(setOf(10, [next]));
    await taken(10);
    answer = await make();
    await refusedAs(fault);
  });

  it("whichever character of it is changed", async () => {
    await taken(3);
    const trust = givenRoots([root.publicHalf]);
    const signed = await signKeySet(root, setOf(9, [thief]));
    expect(await judgeKeySet({ signed }, trust, at)).toMatchObject({ isNew: true });
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.={";
    const unrefused: string[] = [];
    for (let place = 0; place < signed.length; place++) {
      // Three of the others in each place, and each of them for the last one, of which only some bits count.
      const isLast = place === signed.length - 1;
      for (let step = 1; step < alphabet.length; step += isLast ? 1 : 23) {
        const other = alphabet[(alphabet.indexOf(signed[place]!) + step) % alphabet.length]!;
        const changed = signed.slice(0, place) + other + signed.slice(place + 1);
        const judged = await judgeKeySet({ signed: changed }, trust, at);
        if (!("fault" in judged)) unrefused.push(changed);
      }
    }
    for (let length = 0; length < signed.length; length += 7) {
      const judged = await judgeKeySet({ signed: signed.slice(0, length) }, trust, at);
      if (!("fault" in judged)) unrefused.push(signed.slice(0, length));
    }
    expect(unrefused).toEqual([]);
  });

  it("as a fresh terminal, too, which then obeys nobody", async () => {
    for (const [, fault, make] of cases.filter(
      ([, fault]) => !["rollback", "wrong_issuer"].includes(fault),
    )) {
      open();
      answer = await make();
      await refusedAs(fault);
      expect([await believes(key), await believes(thief)]).toEqual([false, false]);
    }
  });
});

describe("a set that expires", () => {
  it("stays in use, and is told of once, also when nothing answers", async () => {
    await taken(3);
    at = START + 400 * DAY_MS;
    await refusedAs("expired");
    await refusedAs();
    expect(await believes(key)).toBe(true);
    answer = undefined;
    restart();
    await refusedAs("expired");
    expect(await believes(key)).toBe(true);
    await answerWith(setOf(4, [next], { expiresAt: new Date(at + DAY_MS).toISOString() }));
    await taken(4);
  });

  it("is judged by nobody whose clock was never set", async () => {
    at = Date.UTC(1970, 0, 2);
    await answerWith(setOf(9, [key], { expiresAt: new Date(1000).toISOString() }));
    await taken(9);
  });
});

describe("the roots of a terminal", () => {
  it("follow a set that names others, and outlive a power cut", async () => {
    await answerWith(setOf(4, [key], { roots: [root.publicHalf, spare.publicHalf] }));
    await taken(4);
    restart();
    await answerWith(setOf(5, [key], { roots: [spare.publicHalf] }), spare);
    await taken(5);
    await answerWith(setOf(6, [thief]));
    await refusedAs("unknown_root");
    restart();
    await refusedAs("unknown_root");
    await answerWith(setOf(7, [next]), spare);
    await taken(7);
  });

  it("are found by a terminal that missed the sets that named them", async () => {
    await taken(3);
    const soon = new Date(START + DAY_MS).toISOString();
    const changes = [
      await signKeySet(root, setOf(2, [thief], { roots: [stranger.publicHalf] })),
      await signKeySet(root, setOf(4, [key], { roots: [spare.publicHalf], expiresAt: soon })),
      await signKeySet(spare, setOf(6, [key], { roots: [stranger.publicHalf], expiresAt: soon })),
    ];
    at = START + 2 * DAY_MS;
    await answerWith(setOf(8, [next]), stranger, changes);
    await taken(8);
    expect(cache.trust()).toMatchObject({ given: [root.publicHalf], roots: [stranger.publicHalf] });
    expect(await believes(next)).toBe(true);
  });

  it("stay as they are when what they lead to is no good", async () => {
    await taken(3);
    const before = cache.trust();
    const step = await signKeySet(root, setOf(4, [key], { roots: [spare.publicHalf] }));
    await answerWith(setOf(5, [thief]), stranger, [step]);
    await refusedAs("unknown_root");
    await answerWith(setOf(2, [thief]), spare, [step]);
    await refusedAs("rollback");
    await answerWith(setOf(5, [thief], { expiresAt: new Date(START).toISOString() }), spare, [step]);
    await refusedAs("expired");
    expect(cache.trust()).toEqual(before);
  });

  it("begin anew when somebody gives it others", async () => {
    await taken(3);
    const memory = cache.trust();
    await answerWith(setOf(1, [next], { issuer: "moved" }), spare);
    open(memory, [spare.publicHalf]);
    await taken(1);
    expect(await believes(key)).toBe(false);
  });

  it("sign no orders", async () => {
    await taken(3);
    const publicKey = { ...key.publicKey, x: root.publicHalf, kid: root.publicHalf };
    const jws = await signWith({ publicKey, secret: root.secret }, startOrder());
    const verdict = await createVerifier(cache).check(
      Buffer.from(JSON.stringify({ commandId: "b-1.1", jws })),
    );
    expect(verdict).toEqual({ commandId: "b-1.1", refused: "unknown_key" });
  });
});
