import { z } from "zod";

/**
 * The answer of `GET /v1/broadcasts/keys`, and the part of it that a terminal with a root takes: a key set that a root
 * has signed. See docs/terminals.md, "Keys", for the whole contract.
 */

/** The `typ` of a signed key set: neither an order nor a token of another purpose can pass for one. */
export const KEY_SET_TYPE = "sbi-keyset+jwt";

/** 32 bytes in base64url: the public half of an Ed25519 key, as a JWK's `x`. A root is named by it everywhere. */
export const publicHalfSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, "expected the public half of an Ed25519 key: 43 characters of base64url");

const moment = z.iso.datetime({ offset: true });

/** A key that signs orders. A terminal passes over keys of types that it does not know. */
export const orderKeySchema = z.looseObject({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: publicHalfSchema,
  kid: z.string().min(1).max(100),
  alg: z.enum(["EdDSA", "Ed25519"]).optional(),
  /** From this moment on no order signed by this key is obeyed; absent: as long as it is in the set. */
  notAfter: moment.optional(),
});

/** At most so many keys and roots are in a set: a terminal has to hold them all. */
export const MAX_KEYS = 16;
export const MAX_ROOTS = 4;

/** How often the roots can change before terminals have to be given others by hand. */
export const MAX_ROOT_CHANGES = 64;

/** The largest answer in bytes: a false server may send without an end. */
export const MAX_KEYS_BYTES = 256 * 1024;

/** The payload of a signed key set. */
export const keySetSchema = z.looseObject({
  /** The platform of these keys; a terminal that has a set of one platform takes none of another. */
  issuer: z.string().min(1).max(100),
  /** Rises with each set. A terminal takes no lower one than it has, nor another one of the same version. */
  version: z.int().min(1),
  issuedAt: moment,
  /** A set that has expired is not taken; one that was taken before stays in use. */
  expiresAt: moment,
  keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })).max(MAX_KEYS),
  /** The roots that count once this set is taken, all of them; absent: those that counted before. */
  roots: z.array(publicHalfSchema).min(1).max(MAX_ROOTS).optional(),
});
export type KeySet = z.infer<typeof keySetSchema>;

/** The part of the answer that a terminal with a root reads; `keys` beside it is for those without one. */
export const signedKeysSchema = z.looseObject({
  /** A compact JWS of type `KEY_SET_TYPE`; null where the platform has no root. */
  signed: z.string().nullable().optional(),
  /** Earlier sets that named roots, the oldest first, for terminals that missed them. */
  rootChanges: z.array(z.string()).max(MAX_ROOT_CHANGES).default([]),
});

/** The reasons why a terminal refuses a key set: the `detail` of its event `verification_failed` with `bad_key_set`. */
export const KEY_SET_FAULTS = [
  /** The answer holds no signed set. */
  "not_signed",
  /** It is no compact JWS of type `KEY_SET_TYPE`, or does not hold a key set. */
  "malformed",
  /** None of the roots that count here has signed it. */
  "unknown_root",
  /** The signature does not match, or `alg` is another. */
  "bad_signature",
  /** It belongs to another platform. */
  "wrong_issuer",
  /** A lower version than the one that is held, or another set of the same version. */
  "rollback",
  /** Its `expiresAt` has come. */
  "expired",
] as const;
export type KeySetFault = (typeof KEY_SET_FAULTS)[number];

/** The `reason` of that event. */
export const BAD_KEY_SET = "bad_key_set";
