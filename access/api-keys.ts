import { randomInt } from "node:crypto";
import { createToken, hashToken } from "./tokens.ts";

/**
 * Keys of applications: `sbi_<prefix>_<secret>`. By the fixed beginning, scanners of leaked secrets recognize a key.
 * The prefix names the key in lists, in the audit and in the database, and is no secret.
 */
const START = "sbi_";
const PREFIX_LENGTH = 8;
const PREFIX_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
const FORM = /^sbi_[a-z0-9]{8}_[A-Za-z0-9_-]{43}$/;

export interface NewApiKey {
  /** Shown once. */
  readonly key: string;
  readonly prefix: string;
  /** SHA-256 of the whole key. */
  readonly hash: Buffer;
}

export function createApiKey(): NewApiKey {
  const prefix = Array.from(
    { length: PREFIX_LENGTH },
    () => PREFIX_CHARACTERS[randomInt(PREFIX_CHARACTERS.length)],
  ).join("");
  const key = `${START}${prefix}_${createToken()}`;
  return { key, prefix, hash: hashToken(key) };
}

/** The prefix of a text that has the form of a key; otherwise undefined. */
export const apiKeyPrefix = (text: string): string | undefined =>
  FORM.test(text) ? text.slice(START.length, START.length + PREFIX_LENGTH) : undefined;
