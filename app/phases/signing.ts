import { mkdir } from "node:fs/promises";
import type { Config } from "../../base/config/index.ts";
import type { Logger } from "../../base/log.ts";
import {
  type KeyRing,
  openKeyRing,
  readRootKey,
  signHere,
  startKeySetCare,
} from "../../broadcast/signing/index.ts";
import { ALIVE_MS } from "../../cluster/membership.ts";
import { noteSigningKeys } from "../../store/processes/index.ts";
import { invalidConfig, signingFolder } from "../broadcast-files.ts";
import { partsOf } from "../role.ts";
import type { DispatchInside } from "./dispatch.ts";
import type { Start } from "./start.ts";

export type SigningInside = Pick<DispatchInside, "pools" | "cluster" | "elsewhere">;

interface SharedKeys extends Pick<KeyRing, "sign" | "publishedKeys"> {
  /** Set where the other processes sign by other keys: then this one signs none. */
  readonly trouble: string | undefined;
}

/** The keys that sign broadcasts. */
export interface Signing extends Pick<KeyRing, "sign" | "publishedKeys"> {
  /** False where this process signs none. */
  readonly signs: boolean;
  /** The work that an operator has to do about the keys. */
  trouble(): string | undefined;
}

/** @throws PlatformError `config_invalid` for keys that cannot be used */
export async function startSigning(start: Start, inside: SigningInside): Promise<Signing> {
  const { config, logOf, atEnd } = start;
  const log = logOf("broadcast");
  const ring = await openKeys(config, log);
  const { trouble, ...shared } = await shareKeys(start, ring, inside);
  const care = startKeySetCare({ ring, log, isRootHere: config.BROADCAST_ROOT_KEY !== undefined });
  atEnd(() => care.stop());
  return { ...shared, signs: trouble === undefined, trouble: () => trouble ?? care.trouble() };
}

/**
 * Signs by the keys that the other processes sign by, and by no others: terminals would refuse the orders of one of them.
 */
async function shareKeys(
  { config, logOf }: Start,
  ring: KeyRing,
  { pools, cluster, elsewhere }: SigningInside,
): Promise<SharedKeys> {
  const own = { sign: ring.sign, publishedKeys: ring.publishedKeys, trouble: undefined };
  const { api, duties } = partsOf(config.ROLE);
  if (!elsewhere || !(api || duties)) return own;
  const keyIds = ring.list().map(({ kid }) => kid);
  const other = await noteSigningKeys(pools.urgent, cluster.membership.processNo, keyIds, ALIVE_MS);
  if (other === undefined) return own;
  const trouble = `process '${other}' signs broadcasts by other keys, so this one signs none: give both the same BROADCAST_KEYS_DIR, and start this one again`;
  logOf("broadcast").error({ other }, trouble);
  const refuse = () => {
    throw invalidConfig("BROADCAST_KEYS_DIR", trouble);
  };
  return { sign: async () => refuse(), publishedKeys: refuse, trouble };
}

async function openKeys(config: Config, log: Logger): Promise<KeyRing> {
  const { BROADCAST_ISSUER: issuer, BROADCAST_ROOT_KEY: rootFile } = config;
  const folder = signingFolder(config);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const ring = await openKeyRing(folder, { log });
  const trust = ring.trust();
  if (trust && trust.issuer !== issuer) {
    throw invalidConfig(
      "BROADCAST_ISSUER",
      `it is '${issuer}', but the terminals have a key set of '${trust.issuer}': they accept no set of another issuer`,
    );
  }
  if (rootFile !== undefined) await signHere(ring, readRootKey(rootFile), { issuer });
  return ring;
}
