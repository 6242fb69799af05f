import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { asksForHelp, readLine } from "../base/command-line.ts";
import { UsageError, usageText } from "../base/usage-error.ts";
import { CREDENTIALS_FILE } from "../seeds/demo-fleet.ts";
import { openClusterStage } from "../test/e2e/cluster-story.ts";
import { findRabbitmq } from "../test/helpers/rabbitmq-node.ts";
import { createServerDatabase } from "../test/helpers/server-databases.ts";

const NAME = "npm run cluster";

const HELP = `Three processes of one platform behind a RabbitMQ node, without containers, for a look: all on 127.0.0.1, on free
ports, with the devices of the demo registered. It says how each process is killed or paused, to see what the others do
then. Ctrl-C ends everything and removes it.

Usage: ${NAME} [-- --help]

The database is made on the server at DATABASE_URL. Without that, and as root on Debian, it is made on Debian 13's
TimescaleDB in a chroot; RabbitMQ comes from there too, where version 4 is not installed.

Exit codes: 0 ended as asked, 1 failed, 2 the arguments are not valid, or something is missing on this machine.
`;

const script = (name: string) => fileURLToPath(new URL(`ci/${name}`, import.meta.url));

/** Ctrl-C reaches every process of the terminal's group; this one has to see the others end. */
const asked = new Promise<void>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => resolve());
});

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  if (asksForHelp(args)) {
    process.stdout.write(HELP);
    return 0;
  }
  readLine({ name: NAME, input: {} }, args);
  const server = process.env.DATABASE_URL;
  if (!server) {
    const again = [process.execPath, "--import", "tsx", fileURLToPath(import.meta.url)];
    return spawnSync(script("timescaledb-server.sh"), again, { stdio: "inherit" }).status ?? 1;
  }
  if (!findRabbitmq()) spawnSync(script("rabbitmq.sh"), { stdio: "inherit" });
  const rabbitmq = findRabbitmq();
  if (!rabbitmq) {
    process.stderr.write(
      "There is no RabbitMQ 4 on this machine: expected Debian 13's package rabbitmq-server\n",
    );
    return 2;
  }
  const database = await createServerDatabase(server, randomBytes(4).toString("hex"));
  try {
    await show(database.url, rabbitmq);
  } finally {
    await database.drop();
  }
  return 0;
}

async function show(databaseUrl: string, rabbitmq: string): Promise<void> {
  process.stdout.write(
    "Starting RabbitMQ and three processes; the first start also registers the devices of the demo.\n",
  );
  const key = randomBytes(24).toString("hex");
  const stage = await openClusterStage({
    databaseUrl,
    rabbitmq,
    seed: "demo",
    env: { ADMIN_API_KEY: key },
  });
  const { node, processes, folder } = stage;
  const [first] = processes;
  const mqtt = `mqtt://127.0.0.1:${node.mqttPort}`;
  const http = `http://127.0.0.1:${first!.httpPort}`;
  process.stdout.write(`
One platform, three processes:
${processes.map(({ httpPort, pid }, n) => `  ${"abc"[n]}  http://127.0.0.1:${httpPort}  (kill -9 ${pid}, kill -STOP ${pid})`).join("\n")}
RabbitMQ, to which devices connect:
  ${mqtt}
  ${node.managementUrl}
The administrator's API key:
  ${key}
Devices that report:
  npm run simulate -- --mqtt ${mqtt} --http ${http} --key ${key} --credentials ${join(folder, "a", CREDENTIALS_FILE)} --speed-up 10
Ctrl-C ends all of it.
`);
  await asked;
  await stage.end("SIGTERM");
}

process.exitCode = await main().catch((error: unknown) => {
  const isUsage = error instanceof UsageError;
  process.stderr.write(`${isUsage ? usageText(error, `${NAME} --`) : String(error)}\n`);
  return isUsage ? 2 : 1;
});
