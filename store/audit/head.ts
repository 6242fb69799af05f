import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "../../base/log.ts";
import { repeat } from "../../base/periodic.ts";
import { writePrivateFile } from "../../base/private-file.ts";
import type { Db } from "../database/index.ts";
import { type AuditHead, formatHead, parseHead } from "./verify.ts";

/** The file in the data directory that has the number and hash of the audit's last row. */
export const auditHeadFile = (dataDir: string): string => join(dataDir, "audit-head");

/**
 * The head that is kept in the data directory; undefined when there is none.
 * @throws Error when the file holds something else
 */
export async function readAuditHead(dataDir: string): Promise<AuditHead | undefined> {
  const file = auditHeadFile(dataDir);
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const head = parseHead(text);
  if (!head) throw new Error(`${file} does not hold a head: expected '<number>:<64 hexadecimal digits>'`);
  return head;
}

interface HeadRow {
  audit_no: string;
  hash: string;
  /** Of the row whose number was asked for; null when there is no such row. */
  kept_hash: string | null;
}

export interface AuditHeadOptions {
  /** The data directory. */
  readonly dataDir: string;
  readonly log: Logger;
  readonly everyMs?: number;
  readonly now?: () => number;
}

const EVERY_MS = 1000;
const DAY_MS = 86_400_000;

/**
 * Notes the audit's last row outside of the database, at most once a second, and in the log once a day: an attacker who
 * removes rows at the end, or makes the whole chain again, has to reach that file and the places that the log goes to
 * as well. When the database no longer has the noted row, the file is left as it is, for evidence.
 */
export function startAuditHead(db: Db, options: AuditHeadOptions): { stop(): Promise<void> } {
  const { dataDir, log, now = Date.now } = options;
  const file = auditHeadFile(dataDir);
  let kept: AuditHead | undefined;
  let known = false;
  let broken = false;
  let loggedAt = Number.NEGATIVE_INFINITY;
  let stopped = false;
  let failing = false;

  async function note(): Promise<void> {
    if (!known) {
      kept = await readAuditHead(dataDir);
      known = true;
    }
    const { rows } = await db.query<HeadRow>(
      `select audit_no::text, encode(hash, 'hex') as hash,
              (select encode(hash, 'hex') from audit where audit_no = $1::bigint) as kept_hash
       from audit order by audit.audit_no desc limit 1`,
      [kept === undefined ? null : String(kept.auditNo)],
    );
    const row = rows[0];
    if (kept && row?.kept_hash !== kept.hash) {
      if (!broken) {
        log.error(
          { kept: formatHead(kept), file, last: row ? `${row.audit_no}:${row.hash}` : null },
          "the audit does not have the row that was noted as its last: rows were removed or written again, or this data directory belongs to another database. Run audit:verify; the platform leaves the file as it is until an operator moves it away",
        );
      }
      broken = true;
      return;
    }
    if (!row) return;
    const head = { auditNo: BigInt(row.audit_no), hash: row.hash };
    if (head.auditNo !== kept?.auditNo) {
      await writePrivateFile(file, `${formatHead(head)}\n`);
      kept = head;
    }
    if (now() - loggedAt >= DAY_MS) {
      loggedAt = now();
      log.info({ head: formatHead(head) }, "head of the audit");
    }
  }

  // Requests that need the database at once report that it is away; here the first failure is enough.
  const attempt = () =>
    note().then(
      () => {
        failing = false;
      },
      (error: unknown) => {
        if (!failing && !stopped) log.warn({ err: error }, "the head of the audit could not be noted");
        failing = true;
      },
    );
  const noting = repeat(async () => broken || attempt(), options.everyMs ?? EVERY_MS, { atOnce: true });
  return {
    async stop() {
      await noting.stop();
      stopped = true;
      // Notes the rows since the last tick.
      if (!broken && !failing) await attempt();
    },
  };
}
