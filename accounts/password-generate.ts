import { randomInt } from "node:crypto";

/** Without characters that are easily misread: 0 and o, 1 and l and i. */
const CHARACTERS = "abcdefghjkmnpqrstuvwxyz23456789";
const GROUPS = 4;
const GROUP_LENGTH = 5;

/** A first password for a person, e.g. `k7pm2-…`: 20 characters of 31, 99 bits, easy to read out and to type. */
export function generatePassword(): string {
  const group = () =>
    Array.from({ length: GROUP_LENGTH }, () => CHARACTERS[randomInt(CHARACTERS.length)]).join("");
  return Array.from({ length: GROUPS }, group).join("-");
}
