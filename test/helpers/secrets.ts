import { isSecretName } from "../../base/log.ts";

/**
 * The secrets that were handed out in this test file: devices' tokens, keys, passwords, cookies. Each harness looks
 * for them in everything that was logged before it ends, so that the whole suite is a test of the log.
 */
const secrets = new Set<string>();
/** The secrets that every file begins with. */
const LASTING: string[] = [];

/** Shorter ones turn up by chance. */
const MIN_LENGTH = 8;

/** Remembers a secret that all files share. @returns the same */
export function keepSecretForAll(secret: string): string {
  LASTING.push(secret);
  return keepSecret(secret);
}

/** Forgets the secrets of the file before: test files share a process. */
export function forgetSecrets(): void {
  secrets.clear();
  for (const secret of LASTING) secrets.add(secret);
}

/** Remembers a secret. @returns the same */
export function keepSecret(secret: string): string {
  if (secret.length >= MIN_LENGTH) secrets.add(secret);
  return secret;
}

/** Remembers every text in a JSON body, of a request or of an answer, whose field has the name of a secret. */
export function keepSecretsOf(body: unknown): void {
  if (typeof body !== "object" || body === null) return;
  for (const [name, value] of Object.entries(body)) {
    if (typeof value === "string" && isSecretName(name) && !name.startsWith("$")) keepSecret(value);
    else keepSecretsOf(value);
  }
}

/** Remembers the values of cookies that an answer sets. */
export function keepCookiesOf(header: string | readonly string[] | number | undefined): void {
  for (const cookie of [header ?? []].flat()) {
    const value = /^[^=]+=([^;]*)/.exec(String(cookie))?.[1];
    if (value) keepSecret(value);
  }
}

/** @throws Error with the line that holds a secret, which is not repeated in it */
export function assertNoSecretIn(lines: Iterable<string>): void {
  for (const line of lines) {
    for (const secret of secrets) {
      if (line.includes(secret)) {
        throw new Error(`A secret was logged: ${line.replaceAll(secret, "<here it stood>").slice(0, 2000)}`);
      }
    }
  }
}
