import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import fc from "fast-check";
import { CompactSign, importJWK } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { COMMAND_TYPE, commandIdOf, MAX_COMMAND_BYTES } from "../../../broadcast/contract/command.ts";
import type { KeyRing } from "../../../broadcast/signing/key-ring.ts";
import { createKeyCache, type KeyCache } from "../../../simulators/speaker/keys.ts";
import { createVerifier, type Verifier } from "../../../simulators/speaker/verify.ts";
import { command, openKeys, startOrder, stopOrder } from "./commands.ts";

let keys: Awaited<ReturnType<typeof openKeys>>;
let ring: KeyRing;
let cache: KeyCache;
let verifier: Verifier;
let at: number;
let isAway: boolean;

beforeAll(async () => {
  keys = await openKeys();
  ring = keys.ring;
});
afterAll(() => keys.close());
beforeEach(() => {
  at = 0;
  isAway = false;
  cache = createKeyCache({
    fetchKeys: async () => {
      if (isAway) throw new Error("nobody there");
      return JSON.parse(JSON.stringify(ring.jwks()));
    },
    now: () => at,
    refetchMs: 30_000,
  });
  verifier = createVerifier(cache);
});

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const envelope = (jws: string, commandId = "b-1.1") => Buffer.from(JSON.stringify({ commandId, jws }));
const jwsOf = async (order = startOrder()) =>
  JSON.parse((await command(ring, order)).toString()).jws as string;
const headerOf = (jws: string) => JSON.parse(Buffer.from(jws.split(".")[0]!, "base64url").toString());
const published = () => ring.jwks().keys.at(-1)!;

describe("a command of the platform", () => {
  it("verifies, and its order comes out as it was signed", async () => {
    for (const order of [startOrder({ mode: "drill", volume: 80 }), stopOrder()]) {
      expect(await verifier.check(await command(ring, order))).toEqual({
        commandId: commandIdOf(order),
        order,
      });
    }
  });

  it("is verified once, however many speakers of the process it goes to", async () => {
    const bytes = await command(ring, startOrder());
    const verdicts = await Promise.all(Array.from({ length: 500 }, () => verifier.check(bytes)));
    expect(verifier.verifications).toBe(1);
    expect(cache.fetches).toBe(1);
    expect(new Set(verdicts.map((verdict) => ("order" in verdict ? verdict.order : undefined))).size).toBe(1);
  });
});

describe("a forged command is refused", () => {
  const reason = async (bytes: Buffer) => {
    const verdict = await verifier.check(bytes);
    return "refused" in verdict ? verdict.refused : "taken";
  };

  it("as bad_signature, when another key signed it under the name of ours", async () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const input = `${encode({ alg: "EdDSA", kid: published().kid, typ: COMMAND_TYPE })}.${encode(startOrder())}`;
    const signature = sign(null, Buffer.from(input), privateKey).toString("base64url");
    expect(await reason(envelope(`${input}.${signature}`))).toBe("bad_signature");
  });

  it("as unknown_key, when another key signed it under its own name or none", async () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    for (const kid of [{ kid: "mine" }, {}]) {
      const header = { alg: "EdDSA", typ: COMMAND_TYPE, ...kid };
      const input = `${encode(header)}.${encode(startOrder())}`;
      const signature = sign(null, Buffer.from(input), privateKey).toString("base64url");
      expect(await reason(envelope(`${input}.${signature}`))).toBe("unknown_key");
    }
  });

  it("as unknown_key, when it brings its own key along", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const jwk = publicKey.export({ format: "jwk" });
    const input = `${encode({ alg: "EdDSA", kid: "mine", typ: COMMAND_TYPE, jwk })}.${encode(startOrder())}`;
    const signature = sign(null, Buffer.from(input), privateKey).toString("base64url");
    expect(await reason(envelope(`${input}.${signature}`))).toBe("unknown_key");
  });

  it.each(["none", "None", "NONE"])("as unsigned, when its algorithm is %s", async (alg) => {
    const input = `${encode({ alg, kid: published().kid, typ: COMMAND_TYPE })}.${encode(startOrder())}`;
    expect(await reason(envelope(`${input}.`))).toBe("unsigned");
    expect(await reason(envelope(`${input}.AAAA`))).toBe("unsigned");
  });

  it("as unsigned, when the signature was taken off", async () => {
    const jws = await jwsOf();
    expect(await reason(envelope(jws.slice(0, jws.lastIndexOf(".") + 1)))).toBe("unsigned");
  });

  it("as bad_signature, when the public key served as the secret of an HMAC", async () => {
    const { x, kid } = published();
    const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), Buffer.from(x, "base64url")]);
    const pem = `-----BEGIN PUBLIC KEY-----\n${spki.toString("base64")}\n-----END PUBLIC KEY-----\n`;
    for (const secret of [Buffer.from(x, "base64url"), Buffer.from(x), spki, Buffer.from(pem)]) {
      const input = `${encode({ alg: "HS256", kid, typ: COMMAND_TYPE })}.${encode(startOrder())}`;
      const mac = createHmac("sha256", secret).update(input).digest("base64url");
      expect(await reason(envelope(`${input}.${mac}`))).toBe("bad_signature");
    }
  });

  it("as bad_signature, when its content or its header was changed", async () => {
    const jws = await jwsOf();
    const [header, , signature] = jws.split(".");
    const louder = encode({ ...startOrder(), volume: 100 });
    expect(await reason(envelope(`${header}.${louder}.${signature}`))).toBe("bad_signature");
    const [, payload] = jws.split(".");
    const other = encode({ ...headerOf(jws), note: "x" });
    expect(await reason(envelope(`${other}.${payload}.${signature}`))).toBe("bad_signature");
  });

  it("whichever bit of it is turned", async () => {
    const jws = await jwsOf();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: jws.length - 1 }),
        fc.constantFrom(..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.={"),
        async (place, character) => {
          fc.pre(jws[place] !== character);
          const changed = jws.slice(0, place) + character + jws.slice(place + 1);
          // The last character of 64 bytes in base64url carries bits that mean nothing.
          const isSame = Buffer.from(changed.split(".")[2] ?? "", "base64url").equals(
            Buffer.from(jws.split(".")[2]!, "base64url"),
          );
          fc.pre(!(place === jws.length - 1 && isSame));
          expect(await reason(envelope(changed))).not.toBe("taken");
        },
      ),
      { numRuns: 200 },
    );
  });

  it("as malformed, when our key signed it for another purpose, or for none", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const own = createVerifier(
      createKeyCache({
        fetchKeys: async () => ({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k" }] }),
      }),
    );
    const signed = async (typ: Record<string, string>, payload: unknown = startOrder()) =>
      new CompactSign(Buffer.from(JSON.stringify(payload)))
        .setProtectedHeader({ alg: "EdDSA", kid: "k", ...typ })
        .sign(await importJWK(privateKey.export({ format: "jwk" }) as { kty: "OKP" }, "EdDSA"));
    const ask = async (jws: string, commandId?: string) => own.check(envelope(jws, commandId));
    expect(await ask(await signed({ typ: COMMAND_TYPE }))).toHaveProperty("order");
    for (const typ of [{ typ: "JWT" }, { typ: "at+jwt" }, {}] as Record<string, string>[]) {
      expect(await ask(await signed(typ))).toEqual({ commandId: "b-1.1", refused: "malformed" });
    }
    // Signed well, but no order: training, another type, a field more, a field less.
    const { area: _area, ...withoutArea } = startOrder();
    for (const payload of [
      { ...startOrder(), mode: "training" },
      { ...startOrder(), type: "reboot" },
      { ...startOrder(), extra: 1 },
      withoutArea,
      "start",
      null,
    ]) {
      const verdict = await ask(await signed({ typ: COMMAND_TYPE }, payload));
      expect(verdict).toEqual({ commandId: "b-1.1", refused: "malformed" });
    }
    // The envelope is not signed, so it may not rename what it carries.
    const jws = await signed({ typ: COMMAND_TYPE });
    for (const name of ["b-2.1", "b-1.2", "b-1.stop", "b-1"]) {
      expect(await ask(jws, name)).toEqual({ commandId: name, refused: "malformed" });
    }
  });

  it.each<[string, Buffer]>([
    ["nothing", Buffer.alloc(0)],
    ["no JSON", Buffer.from("start!")],
    ["half of a command", Buffer.from('{"commandId": "b-1.1", "jws": "eyJ')],
    ["an array", Buffer.from("[]")],
    ["null", Buffer.from("null")],
    ["a command without a JWS", Buffer.from('{"commandId": "b-1.1", "order": {"type": "start"}}')],
    ["a command without a name", Buffer.from('{"jws": "a.b.c"}')],
    ["bytes that are no text", Buffer.from([0xff, 0xfe, 0x00, 0x80])],
    ["deeply nested brackets", Buffer.from("[".repeat(60_000))],
    [
      "more than 64 KiB",
      Buffer.from(JSON.stringify({ commandId: "b-1.1", jws: "x".repeat(MAX_COMMAND_BYTES) })),
    ],
  ])("as malformed and without a name, when it is %s", async (_what, bytes) => {
    expect(await verifier.check(bytes)).toEqual({ commandId: "unreadable", refused: "malformed" });
  });

  it.each(["a", "a.b", "a.b.c", "a.b.c.d", "..", "e30.e30.e30"])(
    "as malformed, when its JWS is '%s'",
    async (jws) => {
      expect(await verifier.check(envelope(jws))).toEqual({ commandId: "b-1.1", refused: "malformed" });
    },
  );

  it("without an exception, whatever the bytes are", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        expect(await verifier.check(Buffer.from(bytes))).toHaveProperty("refused");
      }),
    );
  });
});

describe("the keys of the platform", () => {
  it("are fetched again for a key that is not known, but not for each message that names one", async () => {
    await verifier.check(await command(ring, startOrder()));
    const stranger = envelope(`${encode({ alg: "EdDSA", kid: "x", typ: COMMAND_TYPE })}.${encode({})}.AAAA`);
    for (let i = 0; i < 50; i++) await verifier.check(stranger);
    expect(cache.fetches).toBe(1);
    at = 30_000;
    for (let i = 0; i < 50; i++) await verifier.check(stranger);
    expect(cache.fetches).toBe(2);
  });

  it("take in a new key when it first signs", async () => {
    await verifier.check(await command(ring, startOrder()));
    await ring.rotate({ leadMs: 0 });
    at = 30_000;
    const order = startOrder({ id: "b-2" });
    expect(await verifier.check(await command(ring, order))).toHaveProperty("order");
    expect(cache.fetches).toBe(2);
  });

  it("are still good while the platform's web server is away", async () => {
    await cache.refresh();
    isAway = true;
    at = 3_600_000;
    expect(await verifier.check(await command(ring, startOrder()))).toHaveProperty("order");
    await cache.refresh();
    expect(await verifier.check(await command(ring, startOrder({ id: "b-2" })))).toHaveProperty("order");
  });

  it("lose one that is published no longer, and with it what it has signed, also what was verified before", async () => {
    const stolen = await command(ring, startOrder());
    expect(await verifier.check(stolen)).toHaveProperty("order");
    await ring.rotate({ leadMs: 0, overlapMs: 0 });
    at = 600_001;
    // The first look notices that the keys are old, and fetches without making the command wait.
    await verifier.check(stolen);
    await cache.refresh();
    expect(await verifier.check(stolen)).toEqual({ commandId: "b-1.1", refused: "unknown_key" });
  });

  it("leave out keys that this terminal cannot verify with", async () => {
    const odd = [{ kty: "EC", crv: "P-256", kid: "ec" }, { kty: "oct", k: "AAAA", kid: "mac" }, "x", null];
    const mixed = createKeyCache({ fetchKeys: async () => ({ keys: [...odd, ...ring.jwks().keys] }) });
    await mixed.refresh();
    expect(await mixed.find("ec")).toBeUndefined();
    expect(await mixed.find("mac")).toBeUndefined();
    expect(await mixed.find(published().kid)).toBeDefined();
  });

  it("survive an answer that is none, and say so", async () => {
    const told: string[] = [];
    const broken = createKeyCache({
      fetchKeys: async () => "<html>",
      onTrouble: (why) => void told.push(why),
    });
    expect(await broken.find("x")).toBeUndefined();
    expect(told).toEqual(["the answer is no JWKS"]);
  });
});
