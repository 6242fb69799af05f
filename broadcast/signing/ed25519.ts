import { CompactSign, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from "jose";
import { COMMAND_TYPE } from "../command.ts";
import type { PublicJwk } from "./signer.ts";

/**
 * Ed25519 is written `EdDSA` here, after RFC 8037, because that is what terminals' libraries know. RFC 9864 has since
 * named it `Ed25519`; jose 6 takes both for the same key, and so must a terminal.
 */
export const ALGORITHM = "EdDSA";

export interface KeyPair {
  readonly publicKey: PublicJwk;
  /** The JWK's `d`, base64url: 32 bytes. */
  readonly secret: string;
}

/** Makes a key; its id is its thumbprint (RFC 7638), so that one id never means two keys. */
export async function generateKey(): Promise<KeyPair> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { crv: "Ed25519", extractable: true });
  const { x, d } = await exportJWK(privateKey);
  const base = { kty: "OKP", crv: "Ed25519", x: x! };
  const kid = await calculateJwkThumbprint(base);
  return { publicKey: { ...base, kid, alg: ALGORITHM, use: "sig" }, secret: d! };
}

/** A compact JWS over the payload as JSON. */
export async function signWith(
  { publicKey, secret }: KeyPair,
  payload: object,
  typ = COMMAND_TYPE,
): Promise<string> {
  const key = await importJWK({ ...publicKey, d: secret }, ALGORITHM);
  return new CompactSign(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({ alg: ALGORITHM, kid: publicKey.kid, typ })
    .sign(key);
}
