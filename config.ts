import { z } from "zod";
import { type Fault, PlatformError } from "./errors.ts";
import { LOG_LEVELS } from "./log.ts";

const port = (fallback: number, about: string) =>
  z.coerce.number().int().min(0).max(65_535).default(fallback).describe(about);

const days = (fallback: number, about: string) =>
  z.coerce.number().int().min(0).max(36_500).default(fallback).describe(about);

/** Every setting of the platform. This schema is the only place that names an environment variable. */
export const configSchema = z.object({
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "expected postgres://user:password@host:port/database")
    .optional()
    .describe(
      "PostgreSQL >= 15 with TimescaleDB >= 2.19. Unset: the embedded database, for evaluation only.",
    ),
  DATABASE_POOL_SIZE: z.coerce
    .number()
    .int()
    .min(4)
    .max(100)
    .default(10)
    .describe("Connections to the database server (the embedded database serves one statement at a time)."),
  DATA_DIR: z
    .string()
    .min(1)
    .default(".data")
    .describe("Where the embedded database, the first admin key and the demo's credentials are kept."),
  HOST: z.string().min(1).default("0.0.0.0").describe("The address that MQTT and HTTP listen on."),
  MQTT_PORT: port(1883, "MQTT 3.1.1 over TCP. 0: any free port."),
  MQTT_WS_PORT: port(8083, "MQTT 3.1.1 over WebSocket, path /mqtt. 0: any free port."),
  HTTP_PORT: port(8080, "The HTTP API. 0: any free port."),
  ADMIN_API_KEY: z
    .string()
    .min(16, "expected at least 16 characters")
    .optional()
    .describe("The administrator's API key. Unset: made on first start, printed once, kept in DATA_DIR."),
  DEVICE_RATE_LIMIT: z.coerce
    .number()
    .min(0)
    .max(100_000)
    .default(0)
    .describe("Messages per second and device, with a burst of ten seconds' worth. 0: no limit."),
  BATCH_MAX_READINGS: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(4000)
    .describe("The largest batch that is committed at once."),
  BATCH_LINGER_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(5)
    .describe("How long the first message of a batch may wait for company, in milliseconds."),
  SOURCE_MQTT_URL: z
    .string()
    .regex(/^(mqtts?|wss?):\/\//, "expected mqtt://, mqtts://, ws:// or wss://")
    .optional()
    .describe(
      "Another MQTT broker to take messages from as well, e.g. a cluster. It decides who may publish where.",
    ),
  SOURCE_MQTT_TOPICS: z
    .string()
    .default("$share/ingest/v1/#")
    .transform((list) => list.split(",").map((topic) => topic.trim()))
    .describe("What to subscribe to there, separated by commas."),
  SOURCE_MQTT_CLIENT_ID: z
    .string()
    .min(1)
    .default("sbi-ingest-1")
    .describe("The name of this process's session there: the same after a restart, another in each process."),
  RETENTION_READINGS_DAYS: days(1095, "Days that raw readings are kept. 0: for ever. Rollups stay."),
  RETENTION_EVENTS_DAYS: days(1095, "Days that events and replies are kept. 0: for ever."),
  RETENTION_REJECTED_DAYS: days(30, "Days that rejected messages are kept for replay. 0: for ever."),
  SEED: z
    .enum(["regions", "demo", "none"])
    .default("regions")
    .describe("What an empty database is filled with: Guizhou's regions; also the demo fleet; nothing."),
  LOG_LEVEL: z.enum(LOG_LEVELS).default("info").describe("How much is logged, as JSON lines."),
});

export type Config = z.infer<typeof configSchema>;

/**
 * Reads the configuration from the environment; an empty string counts as unset.
 * @throws PlatformError `config_invalid` that lists every problem at once.
 */
export function loadConfig(env: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = configSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults: Fault[] = parsed.error.issues.map((issue) => ({
    path: issue.path.join("."),
    message:
      issue.code === "invalid_type" && issue.expected === "number"
        ? `'${given[issue.path.join(".")]}', expected a number`
        : issue.message,
  }));
  const lines = faults.map((fault) => `  ${fault.path}: ${fault.message}`);
  throw new PlatformError("config_invalid", `The configuration is not valid:\n${lines.join("\n")}`, {
    faults,
  });
}

/** The text of `.env.example`: every setting with its meaning and default. */
export function envExample(): string {
  const blocks = Object.entries(configSchema.shape).map(([name, schema]) => {
    const fallback = schema.safeParse(undefined).data;
    const line = fallback === undefined ? `# ${name}=` : `# ${name}=${String(fallback)}`;
    return `# ${schema.description ?? ""}\n${line}\n`;
  });
  return `# Generated from config.ts by \`npm run env:example\`. Uncomment what you change.\n\n${blocks.join("\n")}`;
}
