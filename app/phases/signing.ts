import type { Config } from "../../base/config/index.ts";
import { PlatformError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import { repeat, warnOfFailures } from "../../base/periodic.ts";
import {
  findKeyIds,
  type KeyRing,
  knownKeyIds,
  openKeyRing,
  readRootKey,
  signHere,
  startKeySetCare,
} from "../../broadcast/signing/index.ts";
import { invalidConfig, signingFolder } from "../broadcast-files.ts";
import type { DatabasePools } from "../database-pools.ts";
import { settleSigningKeys } from "../platform-keys.ts";
import { partsOf } from "../role.ts";
import type { Start } from "./start.ts";

export interface SigningInside {
  readonly pools: Pick<DatabasePools, "urgent">;
}

/** The keys that sign broadcasts. */
export interface Signing extends Pick<KeyRing, "sign" | "publishedKeys"> {
  /** Says why this process signs nothing at the moment; undefined where it signs. */
  refusal(): string | undefined;
  /** The work that an operator has to do about the keys. */
  trouble(): string | undefined;
}

/** How often a process asks whether its keys are the platform's. Milliseconds. */
const LOOK_EVERY_MS = 5_000;

/**
 * Signs by the keys of the platform, and by no others: terminals would refuse those orders. A process that has others, or
 * none, makes none, and begins to sign once it has been given them. Without the database it goes on as it was.
 * @throws PlatformError `config_invalid` for keys that cannot be used
 */
export async function startSigning(start: Start, { pools }: SigningInside): Promise<Signing> {
  const { config, logOf, atEnd } = start;
  const { api, duties } = partsOf(config.ROLE);
  // It releases nothing and never dispatches, and shows terminals no keys.
  if (!api && !duties) return signsNothing(`ROLE=${config.ROLE} signs no broadcasts`);
  const log = logOf("broadcast");
  const folder = signingFolder(config);
  let open: OpenKeys | undefined;
  let why: string | undefined;
  const look = async () => {
    const found = await settleSigningKeys(pools.urgent, {
      // An open file that is gone or damaged meanwhile silences no emergency.
      read: () => ({ folder, kids: open ? knownKeyIds(open.ring.list()) : findKeyIds(folder) }),
      make: () => openKeyRing(folder, { log }),
    });
    if (found === undefined) open ??= await openKeys(config, folder, log);
    if (found !== why) tellOf(log, found);
    why = found;
  };
  await look();
  const text = "could not ask whether the keys that sign broadcasts are the platform's; it goes on as it was";
  const looking = repeat(look, LOOK_EVERY_MS, { onFailure: warnOfFailures(log, text) });
  atEnd(() => looking.stop());
  atEnd(() => open?.care.stop());
  const ours = (detail?: string) => {
    if (open && why === undefined) return open.ring;
    throw new PlatformError("signing_keys_missing", detail ?? why);
  };
  return {
    sign: async (payload) => ours().sign(payload),
    // Anybody may ask, so it names no folder.
    publishedKeys: () =>
      ours("Ask another process of the platform; /readyz of this one says why").publishedKeys(),
    refusal: () => why,
    trouble: () => open?.care.trouble(),
  };
}

function tellOf(log: Logger, refusal: string | undefined): void {
  if (refusal === undefined) log.info("the keys here are the platform's: this process signs broadcasts");
  else log.error({ why: refusal }, "this process signs no broadcasts: its keys are not the platform's");
}

function signsNothing(why: string): Signing {
  const refuse = () => {
    throw new PlatformError("signing_keys_missing", why);
  };
  return {
    sign: async () => refuse(),
    publishedKeys: refuse,
    refusal: () => undefined,
    trouble: () => undefined,
  };
}

interface OpenKeys {
  readonly ring: KeyRing;
  readonly care: ReturnType<typeof startKeySetCare>;
}

async function openKeys(config: Config, folder: string, log: Logger): Promise<OpenKeys> {
  const { BROADCAST_ISSUER: issuer, BROADCAST_ROOT_KEY: rootFile } = config;
  const ring = await openKeyRing(folder, { log });
  const trust = ring.trust();
  if (trust && trust.issuer !== issuer) {
    throw invalidConfig(
      "BROADCAST_ISSUER",
      `it is '${issuer}', but the terminals have a key set of '${trust.issuer}': they accept no set of another issuer`,
    );
  }
  if (rootFile !== undefined) await signHere(ring, readRootKey(rootFile), { issuer });
  return { ring, care: startKeySetCare({ ring, log, isRootHere: rootFile !== undefined }) };
}
