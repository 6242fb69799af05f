import { PlatformError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import { repeat } from "../../base/periodic.ts";
import type { KeyRing, TrustInfo } from "./key-ring.ts";
import { type RootKey, signKeySet } from "./root.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** The lifetime of a set, from its signature on: a ceremony a year, and a month to be late. */
export const SET_LIFETIME_DAYS = 400;

/** From so long before its end on, the platform asks for a new set. */
export const RENEW_BEFORE_MS = 60 * DAY_MS;

/** While it lasts, the same trouble is logged once a day. */
const SAY_AGAIN_MS = DAY_MS;

/** The work that an operator has to do about the key set; undefined when all is well. */
export function keySetTrouble(trust: TrustInfo | null, at: number, isRootHere: boolean): string | undefined {
  const troubles = isRootHere
    ? ["the root key lies on this machine (BROADCAST_ROOT_KEY), which is for evaluation only"]
    : [];
  if (!trust) {
    troubles.push(
      "no root vouches for the keys that sign broadcasts: terminals obey any server that answers in the platform's place",
    );
  } else {
    const { waitingSince, expiresAt } = trust;
    const left = expiresAt.getTime() - at;
    if (waitingSince) {
      troubles.push(
        `the key set waits for the root's signature since ${waitingSince.toISOString()}, and the keys before it go on`,
      );
    }
    if (left <= 0) {
      troubles.push(`the key set has expired at ${expiresAt.toISOString()}: no new terminal takes it`);
    } else if (left < RENEW_BEFORE_MS) {
      troubles.push(`the key set expires at ${expiresAt.toISOString()}: let the root sign the next one`);
    }
  }
  return troubles.length === 0 ? undefined : troubles.join("; ");
}

export interface CareOptions {
  readonly ring: Pick<KeyRing, "trust">;
  readonly log: Logger;
  readonly isRootHere: boolean;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Looks after the key set while the platform runs. */
export interface KeySetCare {
  /** The work that an operator has to do, for `/readyz`. The platform can do its own work nevertheless. */
  trouble(): string | undefined;
  /** Logs it when it is new, and once a day for as long as it lasts. */
  look(): void;
  stop(): void;
}

export function startKeySetCare({ ring, log, isRootHere, now = Date.now }: CareOptions): KeySetCare {
  let told: string | undefined;
  let toldAt = 0;
  const trouble = () => keySetTrouble(ring.trust(), now(), isRootHere);
  const look = () => {
    const text = trouble();
    if (text === undefined || (text === told && now() - toldAt < SAY_AGAIN_MS)) {
      if (text === undefined) told = undefined;
      return;
    }
    told = text;
    toldAt = now();
    log.warn({ trouble: text }, "the keys of broadcasts need an operator: npm run broadcast:keys -- --help");
  };
  look();
  const looking = repeat(async () => look(), HOUR_MS);
  // A look is over at once: there is none to wait for.
  return { trouble, look, stop: () => void looking.stop() };
}

const MOST_ATTEMPTS = 5;

/**
 * Signs the waiting set with a root that lies on this machine: for evaluation, where nobody is to be held up. Several
 * processes may do so at once.
 * @throws PlatformError `config_invalid` when terminals trust other roots
 */
export async function signHere(
  ring: KeyRing,
  root: RootKey,
  { issuer, now = Date.now }: { issuer: string; now?: () => number },
): Promise<void> {
  const isDone = () => {
    const trust = ring.trust();
    return trust?.waitingSince === null && trust.expiresAt.getTime() - now() > RENEW_BEFORE_MS;
  };
  for (let attempt = 1; ; attempt++) {
    const roots = ring.trust()?.roots ?? [root.publicHalf];
    if (!roots.includes(root.publicHalf)) {
      throw new PlatformError(
        "config_invalid",
        `BROADCAST_ROOT_KEY is root ${root.publicHalf}, and terminals trust ${roots.join(" and ")}`,
      );
    }
    if (isDone()) return;
    // The minute covers the time between the request and its answer.
    const { version, keys } = await ring.request({ issuer, signWithinMs: MINUTE_MS });
    const signed = await signKeySet(root, makeSet({ issuer, version, keys }, now()));
    try {
      await ring.accept(signed, { issuer, root: root.publicHalf });
    } catch (error) {
      // Another process may have been quicker, with the same version.
      if (attempt === MOST_ATTEMPTS) throw error;
    }
  }
}

/** A set that is valid from now on. @param days its lifetime */
export function makeSet<T extends object>(content: T, at: number, days = SET_LIFETIME_DAYS) {
  return {
    ...content,
    issuedAt: new Date(at).toISOString(),
    expiresAt: new Date(at + days * DAY_MS).toISOString(),
  };
}
