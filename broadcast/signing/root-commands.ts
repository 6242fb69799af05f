import { readFile } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { PlatformError } from "../../base/errors.ts";
import { writePrivateFile } from "../../base/private-file.ts";
import { UsageError } from "../../base/usage-error.ts";
import { type KeySet, MAX_ROOTS, publicHalfSchema } from "../contract/index.ts";
import { makeSet, SET_LIFETIME_DAYS } from "./key-set-care.ts";
import { checkOf, type KeySetRequest, keySetRequestSchema } from "./key-set-request.ts";
import { createRootKey, isOpenToOthers, readRootKey, signKeySet } from "./root.ts";

/** Commands for a root: on a machine of its own, without the platform's settings, files and database. */

export interface RootArguments {
  readonly key?: string | undefined;
  readonly out?: string | undefined;
  readonly days?: string | undefined;
  readonly roots?: string | undefined;
}

const MOST_DAYS = 3660;

/** @returns the text to print */
export async function runRootCommand(
  words: readonly string[],
  given: RootArguments,
  dataDir: string,
): Promise<string> {
  const [verb, file, ...more] = words;
  if (more.length > 0)
    throw new UsageError(`Expected no more than '${verb} ${file}', found ${more.join(" ")}`);
  if (verb === "create" && file === undefined) return create(required("out", given.out), dataDir);
  if (verb === "show" && file === undefined) return `${readRootKey(required("key", given.key)).publicHalf}\n`;
  if (verb === "sign" && file !== undefined) return sign(file, given);
  throw new UsageError(
    `Expected 'root create', 'root show' or 'root sign FILE', found ${["root", ...words].join(" ")}`,
  );
}

function required(name: string, value: string | undefined): string {
  if (value === undefined) throw new UsageError(`Expected --${name} FILE`);
  return value;
}

async function create(path: string, dataDir: string): Promise<string> {
  if (resolve(path).startsWith(resolve(dataDir) + sep)) {
    throw new UsageError(
      `--out is '${path}', in DATA_DIR, where it is no safer than the keys that it vouches for: expected another place`,
    );
  }
  const publicHalf = await createRootKey(path);
  return `Made a root. Its private half is in ${path}: keep it off the server, and a copy in another place.
Its public half, which is given to each terminal at its installation:

  ${publicHalf}
`;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** @throws PlatformError `invalid_request` when it is no request */
async function readRequest(path: string): Promise<KeySetRequest> {
  const text = await readText(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const request = keySetRequestSchema.safeParse(value);
  if (request.success) return request.data;
  throw new PlatformError("invalid_request", `${path} is no request for a key set`);
}

/** The signed set of a file. */
export const readSigned = async (path: string): Promise<string> => (await readText(path)).trim();

async function sign(path: string, { key, out, days, roots }: RootArguments): Promise<string> {
  const keyFile = required("key", key);
  const request = await readRequest(path);
  const root = readRootKey(keyFile);
  const named = roots?.split(",").map((text) => readPublicHalf("roots", text.trim()));
  if (named && named.length > MAX_ROOTS)
    throw new UsageError(`--roots names ${named.length}, expected at most ${MAX_ROOTS}`);
  const { issuer, version, keys } = request;
  const set: KeySet = makeSet(
    { issuer, version, keys, ...(named ? { roots: named } : {}) },
    Date.now(),
    readDays(days),
  );
  const target = out ?? `${path.replace(/\.json$/, "")}.signed`;
  await writePrivateFile(target, `${await signKeySet(root, set)}\n`);
  const warning = isOpenToOthers(keyFile) ? `\nOthers can read ${keyFile}: chmod 600 it.` : "";
  return `${describeRequest(request)}
Signed by root ${root.publicHalf}, valid until ${set.expiresAt}, in ${target}.${
    named ? `\nFrom this set on terminals trust ${named.join(" and ")}, and no other root.` : ""
  }${warning}
On the platform's machine: npm run broadcast:keys -- accept ${target}
`;
}

function readDays(text: string | undefined): number {
  const days = text === undefined ? SET_LIFETIME_DAYS : Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= MOST_DAYS) return days;
  throw new UsageError(`--days is '${text}', expected whole days from 1 to ${MOST_DAYS}`);
}

/** @throws UsageError when it is not the public half of a root */
export function readPublicHalf(option: string, text: string): string {
  const parsed = publicHalfSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new UsageError(`--${option} is '${text}', ${parsed.error.issues[0]!.message}`);
}

/** For two people to compare: one who made the request and one who signs it. */
export function describeRequest(request: KeySetRequest): string {
  const keys = request.keys.map(
    ({ kid, notAfter }) => `  ${kid}${notAfter === undefined ? "" : `  until ${notAfter}`}`,
  );
  return `Key set ${request.version} of ${request.issuer}, asked for at ${request.createdAt}:
${keys.join("\n")}
Check: ${checkOf(request)}`;
}
