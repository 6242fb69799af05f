import { compactVerify, errors } from "jose";
import { z } from "zod";
import {
  COMMAND_TYPE,
  commandIdOf,
  envelopeSchema,
  MAX_COMMAND_BYTES,
  type Order,
  orderSchema,
  type RefusalReason,
} from "../../broadcast/contract/index.ts";
import type { KeyCache } from "./keys.ts";

/** `EdDSA` is RFC 8037's name of Ed25519, `Ed25519` RFC 9864's. Nothing else is taken, least of all an HMAC. */
const ALGORITHMS = ["EdDSA", "Ed25519"];

/** Commands whose result is kept. A fleet hears few of them at a time, and all hear the same. */
const MOST_KEPT = 256;

/** The name of an unreadable command in the reply. */
const UNREADABLE = "unreadable";

export type Verdict =
  | { readonly commandId: string; readonly order: Order }
  | { readonly commandId: string; readonly refused: RefusalReason };

type Signed = { readonly order: Order } | { readonly refused: RefusalReason };

export interface Verifier {
  /** Checks that these bytes are a command of the platform; for whom and when it is, is another question. */
  check(bytes: Buffer): Promise<Verdict>;
  /** The number of signatures that were really verified. */
  readonly verifications: number;
}

const headerSchema = z.looseObject({
  alg: z.string(),
  kid: z.string().optional(),
  typ: z.literal(COMMAND_TYPE),
});

const refuse = (refused: RefusalReason) => ({ refused });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Verifies for all speakers of a process: the same JWS goes to each of them, and is verified once. */
export function createVerifier(keys: KeyCache): Verifier {
  let verifications = 0;
  const results = new Map<string, Promise<Signed>>();

  const verifySignature = async (
    jws: string,
    key: Awaited<ReturnType<KeyCache["find"]>>,
  ): Promise<Signed> => {
    verifications++;
    let payload: Uint8Array;
    try {
      ({ payload } = await compactVerify(jws, key!, { algorithms: ALGORITHMS }));
    } catch (error) {
      if (error instanceof errors.JWSInvalid) return refuse("malformed");
      return refuse("bad_signature");
    }
    // Signed by the platform and still no order: of a newer version, maybe. Better silent than wrong.
    const order = orderSchema.safeParse(parseJson(Buffer.from(payload).toString()));
    return order.success ? { order: order.data } : refuse("malformed");
  };

  const checkJws = async (jws: string): Promise<Signed> => {
    const parts = jws.split(".");
    if (parts.length !== 3) return refuse("malformed");
    const header = headerSchema.safeParse(parseJson(Buffer.from(parts[0]!, "base64url").toString()));
    if (!header.success) return refuse("malformed");
    if (header.data.alg.toLowerCase() === "none" || parts[2] === "") return refuse("unsigned");
    const key = header.data.kid === undefined ? undefined : await keys.find(header.data.kid);
    if (!key) return refuse("unknown_key");
    // Looked up only while the key is published: results of a key that is out are forgotten with it.
    let result = results.get(jws);
    if (!result) {
      result = verifySignature(jws, key);
      results.set(jws, result);
      if (results.size > MOST_KEPT) results.delete(results.keys().next().value!);
    }
    return result;
  };

  return {
    async check(bytes) {
      if (bytes.byteLength > MAX_COMMAND_BYTES) return { commandId: UNREADABLE, refused: "malformed" };
      const envelope = envelopeSchema.safeParse(parseJson(bytes.toString()));
      if (!envelope.success) return { commandId: UNREADABLE, refused: "malformed" };
      const { commandId, jws } = envelope.data;
      const signed = await checkJws(jws);
      if ("refused" in signed) return { commandId, refused: signed.refused };
      // The envelope is not signed, so it may not contradict the order.
      if (commandId !== commandIdOf(signed.order)) return { commandId, refused: "malformed" };
      return { commandId, order: signed.order };
    },
    get verifications() {
      return verifications;
    },
  };
}
