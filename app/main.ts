import { asksForHelp, readLine } from "../base/command-line.ts";
import { flagOption } from "../base/command-options.ts";
import { configSchema, loadConfig, sentenceOn, strangeSettings } from "../base/config/index.ts";
import { PlatformError } from "../base/errors.ts";
import { createLogger, type Logger } from "../base/log.ts";
import { onParentGone } from "../base/parent.ts";
import { UsageError, usageText } from "../base/usage-error.ts";
import { loadAdminKey } from "./admin-key.ts";
import { checkSettings, startPlatform } from "./platform.ts";
import { VERSION } from "./version.ts";

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

const LINE = { name: "npm start", input: { version: flagOption().meta({ short: "v" }) } };

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (asksForHelp(args)) return void process.stdout.write(HELP);
  if (readLine(LINE, args).version) return void process.stdout.write(`${VERSION}\n`);

  const config = loadConfig();
  await checkSettings(config);
  const log = createLogger(config.LOG_LEVEL);
  process.on("unhandledRejection", (error) => {
    log.fatal({ err: error }, "unhandled rejection");
    process.exit(1);
  });

  for (const strange of strangeSettings()) log.warn({ name: strange.name }, sentenceOn(strange));

  const started = performance.now();
  const asked = new AbortController();
  let askedAt = 0;
  const onSignal = (signal: NodeJS.Signals) => {
    if (asked.signal.aborted) {
      if (Date.now() - askedAt < SAME_SIGNAL_MS) return;
      log.warn("asked twice: ending at once");
      process.exit(1);
    }
    askedAt = Date.now();
    log.info({ signal }, "stopping");
    limitTheEnd(log);
    asked.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);

  onParentGone(() => onSignal("SIGTERM"));

  const adminKey = await loadAdminKey(config.ADMIN_API_KEY, config.DATA_DIR);
  if (adminKey.isNew) {
    // Printed once, to a person, and never through the log; before the start, which may fail.
    process.stderr.write(
      `\nThe administrator's API key, shown this once and kept in ${adminKey.file}:\n  ${adminKey.key}\n\n`,
    );
  }
  const platform = await startPlatform(config, log, asked.signal).catch((error: unknown) => {
    if (!asked.signal.aborted) throw error;
    log.info("stopped during the start");
    process.exit(0);
  });
  log.info(
    {
      version: VERSION,
      mqtt: platform.mqttPort || "off",
      mqttWebSocket: platform.mqttWsPort || "off",
      mqttTls: platform.mqttTlsPort || "off",
      [config.HTTP_TLS_CERT === undefined ? "http" : "https"]: platform.httpPort,
      startedInMs: Math.round(performance.now() - started),
    },
    "platform is ready",
  );
  // For a process that started this one with a channel, e.g. the demo and the crash tests.
  process.send?.({
    type: "ready",
    mqttPort: platform.mqttPort,
    mqttWsPort: platform.mqttWsPort,
    httpPort: platform.httpPort,
  });

  const reason = await Promise.race([
    platform.failed,
    new Promise<undefined>((resolve) => {
      if (asked.signal.aborted) resolve(undefined);
      asked.signal.addEventListener("abort", () => resolve(undefined));
    }),
  ]);
  if (reason) {
    log.fatal({ err: reason }, "the platform cannot go on");
    limitTheEnd(log);
  }
  await platform.stop();
  log.info("stopped");
  process.exit(reason ? 1 : 0);
}

function limitTheEnd(log: Logger): void {
  setTimeout(() => {
    log.error("the end took too long and was cut short");
    process.exit(1);
  }, STOP_DEADLINE_MS).unref();
}

main().catch((error: unknown) => {
  // An error that an operator can do something about is a sentence; others need their stack.
  if (error instanceof PlatformError && error.class !== "bug") {
    process.stderr.write(`${error.message}\n`);
    process.exit(error.class === "config" ? 2 : 1);
  }
  if (error instanceof UsageError) {
    process.stderr.write(`${usageText(error, `${LINE.name} --`)}\n`);
    process.exit(2);
  }
  createLogger("error").fatal({ err: error }, "the platform could not start");
  process.exit(1);
});
