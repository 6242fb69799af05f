import { generatePassword } from "../../../accounts/password-generate.ts";
import { checkPassword, PASSWORD_LENGTH } from "../../../accounts/password-rules.ts";
import { PlatformError } from "../../../base/errors.ts";
import { UsageError } from "../../../base/usage-error.ts";
import { readHidden, type TextTerminal } from "./terminal.ts";

export interface PasswordChoice {
  readonly "password-stdin"?: boolean | undefined;
  readonly generate?: boolean | undefined;
}

/** In bytes; UTF-8 takes at most four a character. */
const MAX_BYTES = 4 * PASSWORD_LENGTH.max + 2;

/**
 * A password: from stdin, made here, or typed twice without being shown.
 * @throws UsageError when it cannot be asked for; PlatformError `invalid_request` when it is not fit, or was typed in
 * two ways
 */
export async function choosePassword(
  choice: PasswordChoice,
  owner: { readonly id: string; readonly name: string },
  terminal: TextTerminal,
): Promise<{ readonly password: string; readonly made: boolean }> {
  if (choice["password-stdin"] && choice.generate)
    throw new UsageError("Expected one of --password-stdin and --generate");
  if (choice.generate) return { password: generatePassword(), made: true };
  const password = choice["password-stdin"] ? await readAll(terminal.input) : await ask(owner, terminal);
  checkPassword(password, owner);
  return { password, made: false };
}

/** One line; its end belongs to the shell that wrote it, not to the password. */
async function readAll(input: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of input) {
    chunks.push(Buffer.from(chunk));
    length += chunks.at(-1)!.length;
    if (length > MAX_BYTES)
      throw new UsageError(`--password-stdin: expected at most ${PASSWORD_LENGTH.max} characters`);
  }
  const text = Buffer.concat(chunks)
    .toString("utf8")
    .replace(/\r?\n$/, "");
  if (/[\r\n]/.test(text)) throw new UsageError("--password-stdin: expected one line");
  return text;
}

async function ask({ id }: { id: string }, terminal: TextTerminal): Promise<string> {
  if (!terminal.input.isTTY || !terminal.input.setRawMode)
    throw new UsageError(
      "There is no terminal to ask for a password: expected --password-stdin or --generate",
    );
  const first = await readHidden(`Password for ${id}: `, terminal);
  if ((await readHidden("Once more: ", terminal)) !== first)
    throw new PlatformError("invalid_request", "The two passwords differ");
  return first;
}
