import { compactVerify, importJWK } from "jose";
import { z } from "zod";
import {
  KEY_SET_TYPE,
  type KeySet,
  type KeySetFault,
  keySetSchema,
  publicHalfSchema,
  signedKeysSchema,
} from "../../broadcast/contract/index.ts";
import { CLOCK_SET_AFTER } from "./admit.ts";

/** The trust that a terminal must keep when its power is cut. */
export const trustMemorySchema = z.object({
  /** The roots that it was given. With others it begins anew: an installer has stood before it. */
  given: z.array(publicHalfSchema),
  /** The roots that count now. */
  roots: z.array(publicHalfSchema),
  /** The set that it took last; null: none yet. */
  signed: z.string().nullable(),
});
export type TrustMemory = Readonly<z.infer<typeof trustMemorySchema>>;

/** The trust of a terminal that was just given its roots. */
export const givenRoots = (roots: readonly string[]): TrustMemory => ({
  given: [...roots],
  roots: [...roots],
  signed: null,
});

export type KeySetJudgement =
  | { readonly trust: TrustMemory; readonly set: KeySet | undefined; readonly isNew: boolean }
  | { readonly fault: KeySetFault };

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const decode = (part: string): unknown => parseJson(Buffer.from(part, "base64url").toString());

/** The set that a terminal has taken; it was verified when it came. */
export function heldSet({ signed }: TrustMemory): KeySet | undefined {
  return signed === null ? undefined : keySetSchema.parse(decode(signed.split(".")[1]!));
}

/** Base64url has more than one way to write the same bytes; only the proper one is accepted. */
const isProper = (part: string) => Buffer.from(part, "base64url").toString("base64url") === part;

const headerSchema = z.looseObject({ typ: z.literal(KEY_SET_TYPE), kid: z.string() });

async function verify(signed: string, roots: readonly string[]): Promise<{ set: KeySet } | KeySetFault> {
  const parts = signed.split(".");
  if (parts.length !== 3 || !parts.every(isProper)) return "malformed";
  const header = headerSchema.safeParse(decode(parts[0]!));
  if (!header.success) return "malformed";
  const root = roots.find((publicHalf) => publicHalf === header.data.kid);
  if (root === undefined) return "unknown_root";
  try {
    const key = await importJWK({ kty: "OKP", crv: "Ed25519", x: root }, "EdDSA");
    await compactVerify(signed, key, { algorithms: ["EdDSA", "Ed25519"] });
  } catch {
    return "bad_signature";
  }
  const set = keySetSchema.safeParse(decode(parts[1]!));
  return set.success ? { set: set.data } : "malformed";
}

/** One step: may this set follow the one that is held? */
async function follow(trust: TrustMemory, signed: string): Promise<KeySetJudgement> {
  const held = heldSet(trust);
  // A root that no longer counts may have signed it; the terminal took it while the root did.
  if (held && signed === trust.signed) return { trust, set: held, isNew: false };
  const verified = await verify(signed, trust.roots);
  if (typeof verified === "string") return { fault: verified };
  const { set } = verified;
  if (held && set.issuer !== held.issuer) return { fault: "wrong_issuer" };
  if (held && set.version <= held.version) return { fault: "rollback" };
  return { trust: { ...trust, roots: set.roots ?? trust.roots, signed }, set, isNew: true };
}

/**
 * Judges the answer of `GET /v1/broadcasts/keys`: it gives another trust, or the reason to keep the present one.
 * @param at milliseconds since 1970 by its own clock; while that is not set, no expiry is judged
 */
export async function judgeKeySet(answer: unknown, trust: TrustMemory, at: number): Promise<KeySetJudgement> {
  const parsed = signedKeysSchema.safeParse(answer);
  if (!parsed.success) return { fault: "malformed" };
  const { signed, rootChanges } = parsed.data;
  if (typeof signed !== "string") return { fault: "not_signed" };
  let step = await follow(trust, signed);
  if ("fault" in step && step.fault === "unknown_root") {
    // It may have missed the set that named this root: the earlier sets are judged in their order, from its present
    // one.
    let reached = trust;
    for (const change of rootChanges) {
      const next = await follow(reached, change);
      if ("trust" in next) reached = next.trust;
    }
    step = await follow(reached, signed);
  }
  if ("fault" in step) return step;
  const isExpired = at >= CLOCK_SET_AFTER && Date.parse(step.set!.expiresAt) <= at;
  return isExpired ? { fault: "expired" } : step;
}
