import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CannotRun } from "./story.ts";

/** Files that a process has open besides its connections: code, database, log. */
export const OTHER_FILES = 200;

/**
 * Every connection is an open file on both sides. The limit is checked and not raised: that is up to the operator.
 * @param flag the option that makes it fewer
 * @throws CannotRun when it is too low
 */
export async function assertFiles(needed: number, flag: string): Promise<void> {
  // Node raises its soft limit to the hard one by itself.
  const { stdout } = await promisify(execFile)("sh", ["-c", "ulimit -Hn"]);
  const limit = Number(stdout.trim());
  if (!(limit < needed)) return;
  throw new CannotRun(
    `This story opens ${needed} files in one process, and the limit here is ${limit}. Raise it for this shell, ` +
      `ulimit -Hn ${needed} && ulimit -n ${needed}, or take fewer: ${flag} ${limit - OTHER_FILES}`,
  );
}
