import { parseArgs } from "node:util";
import { configSchema, loadConfig } from "./config.ts";
import { PlatformError } from "./errors.ts";
import { createLogger } from "./log.ts";
import { startPlatform, VERSION } from "./platform.ts";

const HELP = `smart-broadcast-iot ${VERSION}

Starts the platform: MQTT broker, ingest, database (embedded unless DATABASE_URL is set) and HTTP API.

Usage: npm start [-- --help | --version]

It is configured by environment variables:
${Object.entries(configSchema.shape)
  .map(([name, schema]) => `  ${name.padEnd(24)} ${schema.description ?? ""}`)
  .join("\n")}

Exit codes: 0 ended as asked, 1 failed, 2 the configuration or arguments are not valid.
`;

/** A second signal within this time is the same Ctrl-C, which npm and the terminal both deliver. */
const SAME_SIGNAL_MS = 500;

/** When the end takes longer than this, it is cut short. */
const STOP_DEADLINE_MS = 30_000;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { help: { type: "boolean", short: "h" }, version: { type: "boolean", short: "v" } },
  });
  if (values.help) return void process.stdout.write(HELP);
  if (values.version) return void process.stdout.write(`${VERSION}\n`);

  const config = loadConfig();
  const log = createLogger(config.LOG_LEVEL);
  process.on("unhandledRejection", (error) => {
    log.fatal({ err: error }, "unhandled rejection");
    process.exit(1);
  });

  const started = performance.now();
  // A signal during the start is kept until there is something to stop.
  let asked: { signal: string; at: number } | undefined;
  let stop: ((signal: string) => void) | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    if (asked && Date.now() - asked.at > SAME_SIGNAL_MS) {
      log.warn("asked twice: ending at once");
      process.exit(1);
    }
    asked ??= { signal, at: Date.now() };
    stop?.(signal);
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);

  // Whoever started this process with a channel is gone: nobody else would ever end it.
  process.on("disconnect", () => onSignal("SIGTERM"));

  const platform = await startPlatform(config, log);
  if (platform.adminKey.isNew) {
    // Printed once, to a person, and never through the log.
    process.stderr.write(
      `\nThe administrator's API key, shown this once and kept in ${platform.adminKey.file}:\n  ${platform.adminKey.key}\n\n`,
    );
  }
  log.info(
    {
      version: VERSION,
      mqtt: platform.mqttPort,
      mqttWebSocket: platform.mqttWsPort,
      http: platform.httpPort,
      startedInMs: Math.round(performance.now() - started),
    },
    "platform is ready",
  );
  // For whoever started this process with a channel, e.g. the demo and the crash tests.
  process.send?.({
    type: "ready",
    mqttPort: platform.mqttPort,
    mqttWsPort: platform.mqttWsPort,
    httpPort: platform.httpPort,
  });

  const reason = await Promise.race([
    platform.failed,
    new Promise<string>((resolve) => {
      stop = resolve;
      if (asked) resolve(asked.signal);
    }),
  ]);
  if (reason instanceof Error) log.fatal({ err: reason }, "the platform cannot go on");
  else log.info({ signal: reason }, "stopping");
  setTimeout(() => {
    log.error("the end took too long and was cut short");
    process.exit(1);
  }, STOP_DEADLINE_MS).unref();
  await platform.stop();
  log.info("stopped");
  process.exit(reason instanceof Error ? 1 : 0);
}

main().catch((error: unknown) => {
  if (error instanceof PlatformError && error.class === "config") {
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
  if (error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS")) {
    process.stderr.write(`${error.message}\nTry --help.\n`);
    process.exit(2);
  }
  createLogger("error").fatal({ err: error }, "the platform could not start");
  process.exit(1);
});
