import { randomInt } from "node:crypto";
import { hashToken } from "./tokens.ts";

/**
 * Codes that a person reads from one screen and types at another: 8 of Crockford's 32 characters, 40 bits. I and L are
 * read as 1 and O as 0; U is none of them, so that no code is a word.
 */
const CHARACTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 8;
const FORM = new RegExp(`^[${CHARACTERS}]{${LENGTH}}$`);

export interface NewPairingCode {
  /** In two halves, as it is read out: `7KQ2-M9XD`. Shown once. */
  readonly code: string;
  readonly hash: Buffer;
}

export function createPairingCode(): NewPairingCode {
  const text = Array.from({ length: LENGTH }, () => CHARACTERS[randomInt(CHARACTERS.length)]).join("");
  return { code: `${text.slice(0, LENGTH / 2)}-${text.slice(LENGTH / 2)}`, hash: hashToken(text) };
}

/**
 * The hash of a code as it was typed: in any case, with or without hyphens and spaces. Undefined for a text that is no
 * code. A fast hash is enough for a secret of ten minutes: whoever reads the database meanwhile reads all that a display
 * shows.
 */
export function hashPairingCode(typed: string): Buffer | undefined {
  const text = typed.toUpperCase().replaceAll(/[\s-]/g, "").replaceAll(/[IL]/g, "1").replaceAll("O", "0");
  return FORM.test(text) ? hashToken(text) : undefined;
}
