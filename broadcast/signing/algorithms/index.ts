import { z } from "zod";
import { COMMAND_TYPE } from "../../contract/index.ts";
import type { PublicJwk } from "../signer.ts";
import type { Algorithm } from "./algorithm.ts";
import { ed25519, ed25519Listed, ed25519Stored } from "./ed25519.ts";

export { ED25519, ed25519PublicKey, generateKey, signWith } from "./ed25519.ts";

/** Every algorithm, with its key as the key file has it and as a set has it. Another one is a line here. */
const ALGORITHMS = [{ algorithm: ed25519, stored: ed25519Stored, listed: ed25519Listed }] as const;

/** The algorithm of new keys. Keys of others go on signing until one of these has followed. */
const FOR_NEW_KEYS = ed25519;

type Known = (typeof ALGORITHMS)[number];

/** A key as the key file has it, tagged by its `algorithm`. */
export type StoredOrderKey = z.infer<Known["stored"]>;
/** The parts of it that its algorithm has made. */
export type NewOrderKey = Omit<StoredOrderKey, "createdAt" | "activeFrom" | "retireAt">;

type AtLeastOne<T> = [T, ...T[]];
const storedSchemas = ALGORITHMS.map(({ stored }) => stored) as AtLeastOne<Known["stored"]>;
const listedSchemas = ALGORITHMS.map(({ listed }) => listed.strict().extend({ use: z.literal("sig") }));

/** A key in a key file of version 1. */
export const signingKeySchema = z.discriminatedUnion("algorithm", storedSchemas);

const withListed = (stored: Known["stored"]) =>
  stored.extend({
    /**
     * True when terminals take it: it is in the set that the root has signed. Without a root it is true for every key.
     */
    listed: z.boolean(),
  });

/** In one of version 2. */
export const listedKeySchema = z.discriminatedUnion(
  "algorithm",
  storedSchemas.map(withListed) as AtLeastOne<ReturnType<typeof withListed>>,
);

/** A key in a request to the root. */
export const requestedKeySchema = z.union(listedSchemas);

const algorithmOf = ({ algorithm }: Pick<StoredOrderKey, "algorithm">): Algorithm<NewOrderKey> =>
  // The schema of the file lets no other name in.
  ALGORITHMS.find((known) => known.algorithm.name === algorithm)!.algorithm;

/** Makes a key by the algorithm for new ones. */
export const makeKey = (): Promise<NewOrderKey> => FOR_NEW_KEYS.generate();

export const publicOf = (key: NewOrderKey): PublicJwk => algorithmOf(key).publicOf(key);

/** True when a key in a set that the root has signed is this one. */
export const isSameKey = (key: NewOrderKey, listed: Readonly<Record<string, unknown>>): boolean =>
  algorithmOf(key).isSame(key, listed);

/** An order, signed by this key. */
export const signOrder = (key: NewOrderKey, secret: string, order: object): Promise<string> =>
  algorithmOf(key).sign(key, secret, order, COMMAND_TYPE);
