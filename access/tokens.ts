import { hash, randomBytes, timingSafeEqual } from "node:crypto";

/** 256 bits: out of reach of guessing, so a fast hash is enough to keep a token. */
const TOKEN_BYTES = 32;

/** Makes a device's token or an API key: 43 characters of base64url. It is shown once and kept as a hash. */
export function createToken(): string {
  return randomBytes(TOKEN_BYTES).toString("base64url");
}

/**
 * SHA-256 of a token, as `devices.token_hash` keeps it. Not for passwords that people choose. Every request and login
 * needs one: in one call it takes 0.7 us, as an object with `update` and `digest` 1.4.
 */
export function hashToken(token: string | Buffer): Buffer {
  return hash("sha256", token, "buffer");
}

/** True when `token` is the one that was hashed; it takes the same time wherever the two differ. */
export function tokenMatches(token: string | Buffer, hash: Uint8Array): boolean {
  const given = hashToken(token);
  return given.length === hash.length && timingSafeEqual(given, hash);
}
