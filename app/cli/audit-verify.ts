import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { asksForHelp, readLine } from "../../base/command-line.ts";
import { loadConfig } from "../../base/config/index.ts";
import { PlatformError } from "../../base/errors.ts";
import { createLogger } from "../../base/log.ts";
import { UsageError, usageText } from "../../base/usage-error.ts";
import {
  type AuditHead,
  type AuditReport,
  auditHeadFile,
  formatHead,
  parseHead,
  readAuditForVerify,
  readAuditHead,
  verifyAudit,
} from "../../store/audit/index.ts";
import { isTransient, openPool } from "../../store/database/index.ts";
import { startEmbedded } from "../../store/embedded/index.ts";

const HELP = `Checks that nobody has changed, removed or put in a row of the audit, and names each one.

  npm run audit:verify
  npm run audit:verify -- --head 1234:5f0c…

Options
  --head <number>:<hash>   the last row at some moment, as the log or somebody's notes have it; may be repeated.
                           Only so is it found that rows at the end were removed. Without it, what the platform
                           has noted in DATA_DIR is used.
  -h, --help               this text

Environment
  DATABASE_URL             the server that has the audit. Unset: the embedded database in DATA_DIR, while no
                           platform runs on it.
  DATA_DIR                 where the platform notes the last row.

Exit codes: 0 all is as it was written; 1 something was tampered with; 2 it could not be checked.
`;

/** After this the embedded database counts as held by a platform: nobody wants to wait longer. */
const LOCK_WAIT_MS = 2000;

/** A chain that was made again gives thousands of faults that all say the same. */
const MAX_SHOWN = 200;

const log = createLogger("error", { write: (line) => process.stderr.write(line) });

const LINE = {
  name: "npm run audit:verify",
  input: {
    head: z
      .array(z.string())
      .transform((texts, context): AuditHead[] =>
        texts.flatMap((text) => {
          const head = parseHead(text);
          if (head) return [head];
          const message = `is '${text}': expected <number>:<64 hexadecimal digits>`;
          context.addIssue({ code: "custom", message });
          return [];
        }),
      )
      .default([]),
  },
};

/** Runs `work` on the database of the configuration, which is started for it when it is the embedded one. */
async function withDatabase<T>(
  serverUrl: string | undefined,
  dataDir: string,
  work: (url: string) => Promise<T>,
): Promise<T> {
  if (serverUrl !== undefined) return work(serverUrl);
  const folder = join(dataDir, "database");
  if (!existsSync(folder)) {
    throw new PlatformError(
      "config_invalid",
      `DATABASE_URL is not set and there is no database in ${folder}: set one of DATABASE_URL and DATA_DIR`,
    );
  }
  const database = await startEmbedded({ dataDir: folder, log, lockWaitMs: LOCK_WAIT_MS });
  try {
    return await work(database.url);
  } finally {
    await database.stop();
  }
}

async function verify(url: string, heads: readonly AuditHead[]): Promise<AuditReport> {
  const pool = openPool({ url, size: 1, applicationName: "sbi-audit-verify" }, () => {});
  try {
    return await verifyAudit(readAuditForVerify(pool), heads);
  } catch (error) {
    if ((error as { code?: string }).code !== "42P01") throw error;
    throw new PlatformError("config_invalid", "This database has no audit: no platform has run on it yet", {
      cause: error,
    });
  } finally {
    await pool.end();
  }
}

function print({ rows, head, faults }: AuditReport): void {
  console.log(`${rows} ${rows === 1 ? "row" : "rows"}${head ? `; the last one is ${formatHead(head)}` : ""}`);
  if (faults.length === 0) {
    console.log("The audit is as it was written.");
    return;
  }
  console.log(`The audit was tampered with; the first place is row ${faults[0]!.auditNo}:`);
  for (const { text } of faults.slice(0, MAX_SHOWN)) console.log(`  ${text}`);
  if (faults.length > MAX_SHOWN) console.log(`  and ${faults.length - MAX_SHOWN} more`);
}

async function main(): Promise<number> {
  try {
    const args = process.argv.slice(2);
    if (asksForHelp(args)) {
      console.log(HELP);
      return 0;
    }
    const { head: heads } = readLine(LINE, args);
    const { DATABASE_URL, DATA_DIR } = loadConfig();
    const noted = heads.length > 0 ? undefined : await readAuditHead(DATA_DIR);
    if (noted) console.log(`Compared with the head in ${auditHeadFile(DATA_DIR)}: ${formatHead(noted)}`);
    else if (heads.length > 0) console.log(`Compared with: ${heads.map(formatHead).join(", ")}`);
    else {
      console.log(
        `There is no head to compare with (${auditHeadFile(DATA_DIR)} does not exist, and no --head was given), so this check does not notice rows removed from the end`,
      );
    }
    const report = await withDatabase(DATABASE_URL, DATA_DIR, (url) => verify(url, noted ? [noted] : heads));
    print(report);
    return report.faults.length === 0 ? 0 : 1;
  } catch (error) {
    if (error instanceof UsageError) console.error(usageText(error, `${LINE.name} --`));
    else if (error instanceof PlatformError) console.error(error.message);
    else if (isTransient(error)) console.error(`The database cannot be reached: ${(error as Error).message}`);
    else console.error(error instanceof Error ? error.message : error);
    return 2;
  }
}

process.exitCode = await main();
