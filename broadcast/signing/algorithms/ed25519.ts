import { CompactSign, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from "jose";
import { z } from "zod";
import { COMMAND_TYPE, orderKeySchema } from "../../contract/index.ts";
import type { PublicJwk } from "../signer.ts";
import { type Algorithm, type KeyParts, type SignedType, storedKey } from "./algorithm.ts";

/**
 * Ed25519 is written `EdDSA` here, after RFC 8037, because that is what terminals' libraries know. RFC 9864 has since
 * named it `Ed25519`; jose 6 takes both for the same key, and so must a terminal.
 */
export const ED25519 = "EdDSA";

export interface KeyPair {
  readonly publicKey: PublicJwk;
  /** The JWK's `d`, base64url: 32 bytes. */
  readonly secret: string;
}

/** The parts of a key as they are stored. */
interface Ed25519Key extends KeyParts {
  readonly algorithm: typeof ED25519;
  readonly x: string;
}

const base64url32 = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "expected 32 bytes in base64url");

/** A key in the key file. */
export const ed25519Stored = storedKey(ED25519, { x: base64url32, d: base64url32.nullable() });

/** A key in a set, and in a request to the root. */
export const ed25519Listed = orderKeySchema;

/** Makes a key; its id is its thumbprint (RFC 7638). */
export async function generateKey(): Promise<KeyPair> {
  const { privateKey } = await generateKeyPair(ED25519, { crv: "Ed25519", extractable: true });
  const { x, d } = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint({ kty: "OKP", crv: "Ed25519", x: x! });
  return { publicKey: ed25519PublicKey(kid, x!), secret: d! };
}

/** The public key of this id, as it is published. */
export const ed25519PublicKey = (kid: string, x: string): PublicJwk => ({
  kty: "OKP",
  crv: "Ed25519",
  x,
  kid,
  alg: ED25519,
  use: "sig",
});

/** A compact JWS over the payload as JSON. */
export async function signWith(
  { publicKey, secret }: KeyPair,
  payload: object,
  typ: SignedType = COMMAND_TYPE,
): Promise<string> {
  const key = await importJWK({ ...publicKey, d: secret }, ED25519);
  return new CompactSign(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({ alg: ED25519, kid: publicKey.kid, typ })
    .sign(key);
}

export const ed25519: Algorithm<Ed25519Key> = {
  name: ED25519,
  async generate() {
    const { publicKey, secret } = await generateKey();
    return { algorithm: ED25519, kid: publicKey.kid, x: publicKey.x, d: secret };
  },
  publicOf: ({ kid, x }) => ed25519PublicKey(kid, x),
  isSame: ({ x }, listed) => listed.x === x,
  sign: ({ kid, x }, secret, payload, typ) =>
    signWith({ publicKey: ed25519PublicKey(kid, x), secret }, payload, typ),
};
