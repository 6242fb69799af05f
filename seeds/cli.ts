import { z } from "zod";
import { asksForHelp, readLine } from "../base/command-line.ts";
import { loadConfig } from "../base/config/index.ts";
import { PlatformError } from "../base/errors.ts";
import { createLogger } from "../base/log.ts";
import { UsageError, usageText } from "../base/usage-error.ts";
import { isTransient, openPool } from "../store/database/index.ts";
import { migrate } from "../store/schema/index.ts";
import { seedDemoAccess } from "./demo-access.ts";
import { seedDemoFleet } from "./demo-fleet.ts";
import { seedRegions } from "./regions.ts";

const HELP = `Fills a TimescaleDB server with what the platform starts from. Running it again does no harm.

  npm run seed -- regions   the five-level tree of Guizhou: 19,572 regions
  npm run seed -- demo      the regions and the demo fleet of one county: 4 gateways, 2,000 gas meters,
                            60 speakers and 40 cameras; their tokens go to DATA_DIR/demo-credentials.json.
                            Also people and applications of three tenants; their passwords and keys go to
                            DATA_DIR/demo-access.json

Options
  -h, --help                this text

Environment
  DATABASE_URL              the server; needed. The embedded database has one owner, the platform, which
                            seeds it on start: SEED=regions or SEED=demo with \`npm start\`.
  DATA_DIR                  where the two files go; default .data
  LOG_LEVEL                 default info
`;

const LINE = {
  name: "npm run seed",
  operands: ["what"] as const,
  input: {
    what: z.enum(["regions", "demo"], {
      error: ({ input }) => `is '${String(input)}', expected 'regions' or 'demo'`,
    }),
  },
};

async function run(command: "regions" | "demo"): Promise<void> {
  const config = loadConfig();
  if (config.DATABASE_URL === undefined) {
    throw new PlatformError(
      "config_invalid",
      "DATABASE_URL is not set. This command fills a database server; the embedded database is seeded by the platform itself: SEED=demo npm start",
    );
  }
  const log = createLogger(config.LOG_LEVEL);
  const pool = openPool({ url: config.DATABASE_URL, size: 2, applicationName: "sbi-seed" }, (err) =>
    log.warn({ err }, "an idle database connection broke"),
  );
  try {
    await migrate(pool, log);
    const regions = await seedRegions(pool, {
      log,
      onProgress: (done, total) => log.debug({ done, total }, "seeding regions"),
    });
    console.log(`Regions: ${regions.total} in all, ${regions.inserted} new, ${regions.updated} changed`);
    if (command === "demo") {
      const access = await seedDemoAccess(pool, { dataDir: config.DATA_DIR, log });
      console.log(
        `Demo people and applications: ${access.created} new, ${access.renewed} with a new password or key`,
      );
      console.log(`Passwords and keys: ${access.path}`);
      const fleet = await seedDemoFleet(pool, { dataDir: config.DATA_DIR, log });
      console.log(
        `Demo fleet: ${fleet.devices} devices, ${fleet.created} new, ${fleet.renewed} with a new token`,
      );
      console.log(`Credentials: ${fleet.credentialsPath}`);
    }
  } finally {
    await pool.end();
  }
}

/** 0: done. 1: the database or a file refused. 2: the command or the configuration is wrong. */
async function main(): Promise<number> {
  try {
    const args = process.argv.slice(2);
    if (asksForHelp(args)) console.log(HELP);
    else await run(readLine(LINE, args).what);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(usageText(error, `${LINE.name} --`));
      return 2;
    }
    if (error instanceof PlatformError) {
      console.error(error.message);
      return error.class === "config" ? 2 : 1;
    }
    if (isTransient(error)) console.error(`The database cannot be reached: ${(error as Error).message}`);
    else console.error(error);
    return 1;
  }
}

process.exitCode = await main();
