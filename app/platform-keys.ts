import { join } from "node:path";
import { KEY_FILE, signerOf } from "../broadcast/signing/index.ts";
import { findNewestJws } from "../store/broadcast/index.ts";
import type { Db, Pool } from "../store/database/index.ts";
import {
  enterSigningKeys,
  listFormerKeys,
  listSigningKeys,
  withSigningKeys,
} from "../store/processes/index.ts";

/** The keys of one folder. */
export interface FolderKeys {
  readonly folder: string;
  /** The ids of those that terminals may know, the newest last; undefined where there is no file. */
  readonly kids: readonly string[] | undefined;
}

/** The way to the keys of a folder. */
interface KeyFolder {
  /** Reads the folder, and changes nothing. */
  read(): FolderKeys;
  /** Makes the first key there. Left out: none is made. */
  make?(): Promise<unknown>;
}

/**
 * Says why the keys of a folder may not sign for the platform on this database; undefined when they may. The keys that
 * the platform signs by are entered by the first process of all, which also makes them where there are none, and by those
 * of a rotation that ended before it was entered. Nothing is made or entered for a folder that is refused.
 */
export async function settleSigningKeys(pool: Pool, { read, make }: KeyFolder): Promise<string | undefined> {
  const seen = await listSigningKeys(pool);
  const mine = read();
  if (seen.length > 0 && !mine.kids?.some((kid) => !seen.includes(kid))) return whyNotOurs(seen, mine);
  return withSigningKeys(pool, async (tx) => {
    const entered = await listSigningKeys(tx);
    const known = entered.length > 0 ? entered : await findTraces(tx);
    // Read again: another process may have made the file of a folder that both have.
    if (known.length === 0 && read().kids === undefined) await make?.();
    const own = read();
    const why = entered.length > 0 ? whyNotOurs(entered, own) : whyNotThoseOfBefore(known, own);
    if (why === undefined) await enterSigningKeys(tx, own.kids ?? []);
    return why;
  });
}

/**
 * The keys that an earlier version has signed by, which entered none: the one of the last order, or else those that its
 * processes have noted. A folder that has one of them is the platform's.
 */
export async function findTraces(db: Db): Promise<string[]> {
  const jws = await findNewestJws(db);
  const signer = jws === undefined ? undefined : signerOf(jws);
  return signer === undefined ? listFormerKeys(db) : [signer];
}

const REMEDY =
  "Give this process the folder that the others have (BROADCAST_KEYS_DIR), or put the file back from a backup. " +
  "If those keys are lost: npm run broadcast:keys -- adopt";

function whyNotOurs(known: readonly string[], { folder, kids }: FolderKeys): string | undefined {
  const path = join(folder, KEY_FILE);
  const newest = known.at(-1);
  if (kids === undefined) return `there is no ${path}, and the platform signs by key ${newest}. ${REMEDY}`;
  if (!known.some((kid) => kids.includes(kid))) {
    return `${path} has key ${kids.at(-1)}, and the platform signs by key ${newest}: expected the same keys. ${REMEDY}`;
  }
  const lacks = known.find((kid) => !kids.includes(kid));
  if (lacks === undefined) return undefined;
  return `${path} lacks key ${lacks} of the platform: it is a copy from before a rotation. ${REMEDY}`;
}

function whyNotThoseOfBefore(traces: readonly string[], own: FolderKeys): string | undefined {
  const { folder, kids } = own;
  if (traces.length === 0) return kids ? undefined : `there is no ${join(folder, KEY_FILE)}`;
  return traces.some((kid) => kids?.includes(kid)) ? undefined : whyNotOurs(traces, own);
}
