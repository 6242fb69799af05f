import { z } from "zod";
import type { COMMAND_TYPE, KEY_SET_TYPE } from "../../contract/index.ts";
import type { PublicJwk } from "../signer.ts";

/** The parts of every key in a key file, whatever its algorithm; the parts of the key itself stand beside them. */
export interface KeyParts {
  /** The tag: the `alg` of its signatures. */
  readonly algorithm: string;
  readonly kid: string;
  /** The private part; null once the key is retired. */
  readonly d: string | null;
}

/** The payloads that can be signed: an order, or a set of keys. */
export type SignedType = typeof COMMAND_TYPE | typeof KEY_SET_TYPE;

/** An algorithm by which orders are signed: how its keys are made, kept, published and used. */
export interface Algorithm<Key extends KeyParts> {
  readonly name: Key["algorithm"];
  /** Makes a key. Its id is its thumbprint (RFC 7638), so that one id never means two keys. */
  generate(): Promise<Key>;
  /** The published form of the key, which the root is also asked to sign. */
  publicOf(key: Key): PublicJwk;
  /** True when a key in a set that the root has signed is this one. */
  isSame(key: Key, listed: Readonly<Record<string, unknown>>): boolean;
  /** A compact JWS over the payload as JSON. */
  sign(key: Key, secret: string, payload: object, typ: SignedType): Promise<string>;
}

const moment = z.iso.datetime();

/** A key with its times as it lies in the key file, in this order of fields. */
export const storedKey = <Name extends string, Parts extends z.ZodRawShape>(name: Name, parts: Parts) =>
  z.strictObject({
    kid: z.string().min(1).max(100),
    algorithm: z.literal(name),
    createdAt: moment,
    /** Signs from this moment on, until the next key does. Published from `createdAt`. */
    activeFrom: moment,
    /** Not published any more from this moment on; null while no other key has followed. */
    retireAt: moment.nullable(),
    ...parts,
  });
