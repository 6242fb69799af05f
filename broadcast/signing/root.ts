import { readFileSync, statSync } from "node:fs";
import { compactVerify, importJWK } from "jose";
import { z } from "zod";
import { PlatformError } from "../../base/errors.ts";
import { createPrivateFile } from "../../base/private-file.ts";
import { KEY_SET_TYPE, type KeySet, keySetSchema, publicHalfSchema } from "../contract/index.ts";
import { ED25519, ed25519PublicKey, generateKey, signWith } from "./algorithms/index.ts";

/**
 * A root vouches for the keys that sign orders. Its public half is given to terminals at their installation; its
 * private half stays off the server, so that an intruder on the server cannot make terminals trust other keys.
 */
export interface RootKey {
  /** The public half in base64url, by which the root is named. */
  readonly publicHalf: string;
  readonly secret: string;
}

const rootFileSchema = z.strictObject({
  version: z.literal(1),
  algorithm: z.literal(ED25519),
  createdAt: z.iso.datetime(),
  x: publicHalfSchema,
  d: publicHalfSchema,
});

/**
 * Makes a root and puts it into a file that its owner alone can read.
 * @returns its public half
 * @throws PlatformError `config_invalid` when there is a file already; it stays
 */
export async function createRootKey(path: string, createdAt = new Date()): Promise<string> {
  const { publicKey, secret } = await generateKey();
  const file = {
    version: 1,
    algorithm: ED25519,
    createdAt: createdAt.toISOString(),
    x: publicKey.x,
    d: secret,
  };
  if (await createPrivateFile(path, `${JSON.stringify(file, null, 1)}\n`)) return publicKey.x;
  throw new PlatformError(
    "config_invalid",
    `${path} is there already: a root is never overwritten, since terminals cannot be given another from afar`,
  );
}

/** @throws PlatformError `config_invalid` that names the file and the fault, and shows nothing of its content */
export function readRootKey(path: string): RootKey {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new PlatformError(
      "config_invalid",
      `The root key ${path} cannot be read: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
  const parsed = rootFileSchema.safeParse(parseJson(text));
  // No cause and no value: the text around the fault may be the private key.
  if (!parsed.success) throw new PlatformError("config_invalid", `${path} does not hold a root key`);
  return { publicHalf: parsed.data.x, secret: parsed.data.d };
}

/** True when others than the owner may read the file. */
export const isOpenToOthers = (path: string): boolean => (statSync(path).mode & 0o077) !== 0;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The set as a compact JWS; its `kid` is the root's public half. */
export const signKeySet = ({ publicHalf, secret }: RootKey, set: KeySet): Promise<string> =>
  signWith(
    {
      publicKey: ed25519PublicKey(publicHalf, publicHalf),
      secret,
    },
    set,
    KEY_SET_TYPE,
  );

/** The named signer is compared with the roots, whatever stands there. */
const headerSchema = z.looseObject({ typ: z.literal(KEY_SET_TYPE), kid: z.unknown().optional() });

const refuse = (why: string) => new PlatformError("invalid_request", `This is no key set to take: ${why}`);

/**
 * The payload of a set that one of these roots has signed.
 * @throws PlatformError `invalid_request` with the reason why it is not one
 */
export async function verifyKeySet(signed: string, roots: readonly string[]): Promise<KeySet> {
  const { data: header } = headerSchema.safeParse(
    parseJson(Buffer.from(signed.split(".")[0] ?? "", "base64url").toString()),
  );
  if (!header) throw refuse(`expected a JWS of type ${KEY_SET_TYPE}`);
  const root = roots.find((publicHalf) => publicHalf === header.kid);
  if (root === undefined) {
    throw refuse(`root ${String(header.kid)} has signed it, expected ${roots.join(" or ")}`);
  }
  let payload: Uint8Array;
  try {
    const key = await importJWK({ kty: "OKP", crv: "Ed25519", x: root }, ED25519);
    ({ payload } = await compactVerify(signed, key, { algorithms: [ED25519] }));
  } catch {
    throw refuse("its signature does not match");
  }
  const set = keySetSchema.safeParse(parseJson(Buffer.from(payload).toString()));
  if (set.success) return set.data;
  throw refuse(set.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));
}

const unverified = (signed: string) =>
  keySetSchema.safeParse(parseJson(Buffer.from(signed.split(".")[1] ?? "", "base64url").toString()));

/** True when it holds a set; the signer is not checked. */
export const holdsKeySet = (signed: string): boolean => unverified(signed).success;

/** The payload of the set in the platform's own file; it was verified before it came. */
export const readKeySet = (signed: string): KeySet => unverified(signed).data!;
