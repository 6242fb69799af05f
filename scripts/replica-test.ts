import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { asksForHelp } from "../base/command-line.ts";
import { findTimescale, startReplicated } from "../test/helpers/replica.ts";

/**
 * `npm run test:replica`: the suite of the API with a replica behind every read that may go there. The primary waits for
 * the replica's replay before it answers a commit, because tests write past the API and read at once. What a replica
 * cannot do, such as a lock or a temporary table in a read, is "the replica gave up" in the output.
 */
const HELP = `Runs test/api against a TimescaleDB server and a streaming replica of it, which it starts in the folder of
scripts/ci/timescaledb-server.sh. Takes some minutes.

Usage: npm run test:replica [-- options and files for vitest]
`;

if (asksForHelp(process.argv.slice(2))) {
  console.log(HELP);
  process.exit(0);
}
const root = findTimescale();
if (root === undefined) {
  console.error(
    "There is no folder with a server: expected root, and that scripts/ci/timescaledb-server.sh has run",
  );
  process.exit(2);
}
const server = await startReplicated(root, [
  "synchronous_standby_names=*",
  "synchronous_commit=remote_apply",
  "max_connections=200",
]);
const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const given = process.argv.slice(2);
const child = spawn(process.execPath, [vitest, "run", ...(given.length > 0 ? given : ["test/api"])], {
  cwd: fileURLToPath(new URL("..", import.meta.url)),
  stdio: "inherit",
  env: { ...process.env, DATABASE_URL: server.primaryUrl, DATABASE_READ_URL: server.replicaUrl },
});
// Ctrl-C reaches vitest as well; wait for that.
process.on("SIGINT", () => {});
child.once("exit", async (code) => {
  await server.end();
  process.exit(code ?? 1);
});
