import { z } from "zod";
import { type Fault, PlatformError } from "../errors.ts";
import { LOG_LEVELS } from "../log.ts";
import { ADMIN_KEY_TOO_SHORT, isIssuer, isOrigin, isProxy } from "./checks.ts";
import { strangeNames } from "./setting-names.ts";

export { sentenceOn } from "./setting-names.ts";

const port = (fallback: number, about: string) =>
  z.coerce.number().int().min(0).max(65_535).default(fallback).describe(about);

const days = (fallback: number, about: string) =>
  z.coerce.number().int().min(0).max(36_500).default(fallback).describe(about);

/** A port of a listener that can be left out. */
const portOrOff = (fallback: number, about: string) =>
  z
    .union([z.literal("off"), z.coerce.number().int().min(0).max(65_535)], {
      error: ({ input }) => `'${String(input)}', expected a port (0 to 65535) or off`,
    })
    .default(fallback)
    .describe(about);

const connections = (about: string) =>
  z.coerce.number().int().min(0).max(10_000_000).default(0).describe(about);

/** A list of names with commas between, of those that there are; each that is none is told. */
const names = <const T extends readonly string[]>(known: T) =>
  z
    .string()
    .transform((list, context): T[number][] => {
      const given = list.split(",").map((name) => name.trim());
      for (const name of given) {
        if (known.includes(name)) continue;
        context.addIssue({ code: "custom", message: `'${name}', expected some of ${known.join(", ")}` });
      }
      return known.filter((name) => given.includes(name));
    })
    .optional();

/** The roles and the steps of `access/`, which this file must not import: a test compares. */
const ROLES = [
  "viewer",
  "operator",
  "dispatcher",
  "duty-officer",
  "approver",
  "auditor",
  "administrator",
] as const;
const DECIDING_STEPS = [
  "submit",
  "approve",
  "return",
  "reject",
  "release",
  "cancel",
  "retry",
  "review",
] as const;

/** Every setting of the platform. This schema is the only place that names an environment variable. */
export const configSchema = z.object({
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "expected postgres://user:password@host:port/database")
    .optional()
    .describe(
      "PostgreSQL >= 15 with TimescaleDB >= 2.19. Unset: the embedded database, for evaluation only.",
    ),
  DATABASE_OWNER_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "expected postgres://user:password@host:port/database")
    .optional()
    .describe(
      "The same database as the owner of its tables. Then the role of DATABASE_URL needs no rights but those that it is given at each start, and cannot change the audit.",
    ),
  DATABASE_POOL_SIZE: z.coerce
    .number()
    .int()
    .min(4)
    .max(100)
    .default(10)
    .describe("Connections to the database server (the embedded database serves one statement at a time)."),
  DATABASE_URGENT_POOL_SIZE: z.coerce
    .number()
    .int()
    .min(2)
    .max(100)
    .default(6)
    .describe(
      "Further connections to it, for signing in and for decisions about broadcasts alone, however busy the others are.",
    ),
  DATA_DIR: z
    .string()
    .min(1)
    .default(".data")
    .describe("Where the embedded database, the first admin key and the demo's credentials are kept."),
  HOST: z.string().min(1).default("0.0.0.0").describe("The address that MQTT and HTTP listen on."),
  MQTT_PORT: portOrOff(1883, "MQTT 3.1.1 over TCP. 0: any free port; off: not at all."),
  MQTT_WS_PORT: portOrOff(
    8083,
    "MQTT 3.1.1 over WebSocket, path /mqtt. 0: any free port; off: not at all. For TLS, put a proxy before it.",
  ),
  MQTT_TLS_PORT: port(
    8883,
    "MQTT 3.1.1 over TLS, once MQTT_TLS_CERT and MQTT_TLS_KEY are set. 0: any free port.",
  ),
  MQTT_TLS_CERT: z
    .string()
    .optional()
    .describe("File with the certificate, then the intermediate ones, in PEM. Read again when it changes."),
  MQTT_TLS_KEY: z.string().optional().describe("File with the key of that certificate, in PEM."),
  MQTT_TLS_CA: z
    .string()
    .optional()
    .describe(
      "File with the CA that signs the certificates of devices, in PEM. A device whose certificate has its id as common name needs no token.",
    ),
  MQTT_TLS_CRL: z
    .string()
    .optional()
    .describe(
      "File with the CA's list of revoked certificates, in PEM. Once it is out of date, none is taken.",
    ),
  MQTT_MAX_CONNECTIONS: connections("MQTT connections at once. 0: no limit."),
  MQTT_MAX_CONNECTIONS_PER_ADDRESS: connections(
    "MQTT connections at once from one IPv4 address or IPv6 /64. 0: no limit. Gateways, NAT and proxies share one.",
  ),
  HTTP_PORT: port(8080, "The HTTP API. 0: any free port."),
  HTTP_RATE_LIMIT: z.coerce
    .number()
    .int()
    .min(0)
    .max(10_000_000)
    .default(6000)
    .describe("HTTP requests per minute that a person or an application may make. 0: no limit."),
  HTTP_RATE_LIMIT_ANONYMOUS: z.coerce
    .number()
    .int()
    .min(0)
    .max(10_000_000)
    .default(600)
    .describe("HTTP requests per minute and address from whoever is not signed in. 0: no limit."),
  HTTP_MAX_STREAMS: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(50)
    .describe("Live event streams that a person or an application may have open at once."),
  CORS_ORIGINS: z
    .string()
    .transform((list) => list.split(",").map((origin) => origin.trim()))
    .refine(
      (origins) => origins.every(isOrigin),
      "expected origins such as https://console.example.org, separated by commas, without a path",
    )
    .optional()
    .describe(
      "Web pages of which origins may call the API, separated by commas. Unset: those of none other.",
    ),
  TRUST_PROXY: z
    .string()
    .transform((list) => list.split(",").map((address) => address.trim()))
    .refine(
      (addresses) => addresses.every(isProxy),
      "expected addresses or networks such as 10.0.0.5 or 10.0.0.0/8, or loopback, separated by commas",
    )
    .optional()
    .describe(
      "Proxies whose X-Forwarded-For, -Proto and -Host are believed: addresses and networks, separated by commas. Unset: nobody's.",
    ),
  SESSION_MAX_HOURS: z.coerce
    .number()
    .min(0.1)
    .max(720)
    .default(12)
    .describe("Hours after which a person has to sign in again."),
  SESSION_IDLE_MINUTES: z.coerce
    .number()
    .min(2)
    .max(43_200)
    .default(60)
    .describe("Minutes without a request after which a person has to sign in again."),
  PRIVILEGED_GRANT_DELAY_HOURS: z.coerce
    .number()
    .min(0)
    .max(720)
    .default(24)
    .describe(
      "Hours that approvers and duty officers wait who were made, granted or reset over HTTP, unless another administrator confirms. 0: at once, for evaluation: then one administrator alone can sound every speaker.",
    ),
  OIDC_ISSUER: z
    .string()
    .refine(isIssuer, "expected an https:// address without a query (http:// on this machine only)")
    .optional()
    .describe("The OpenID Connect provider through which people may sign in. Unset: by password alone."),
  OIDC_CLIENT_ID: z.string().min(1).optional().describe("The platform's client id at that provider."),
  OIDC_CLIENT_SECRET: z
    .string()
    .min(1)
    .optional()
    .describe("The client's secret there. Unset: a public client, by PKCE alone."),
  OIDC_REDIRECT_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      "Where the provider sends people back to: …/v1/auth/oidc/callback. Unset: at the address that they came by.",
    ),
  OIDC_SCOPES: z
    .string()
    .min(1)
    .default("openid profile")
    .describe("Scopes to ask for, with spaces between."),
  OIDC_CLAIM_ROLES: z
    .string()
    .min(1)
    .default("roles")
    .describe(
      "The claim that holds somebody's roles; with dots for one inside another, e.g. realm_access.roles.",
    ),
  OIDC_MAPPING: z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: "custom", message: "expected JSON" });
        return z.NEVER;
      }
    })
    .optional()
    .describe(
      'What each value of that claim gives, as JSON: {"<value>": {"role", "tenantId", "regions", "tenants", "kinds"}}.',
    ),
  REQUIRE_TOTP_FOR: names(ROLES).describe(
    "Roles whose steps on broadcasts need a session that was opened with a second factor, separated by commas. Unset: none.",
  ),
  STEP_UP: names(DECIDING_STEPS).describe(
    "Steps on broadcasts that need a fresh code with the step, separated by commas: submit, approve, return, reject, release, cancel, retry, review. Unset: none.",
  ),
  ADMIN_API_KEY: z
    .string()
    .min(32, ADMIN_KEY_TOO_SHORT)
    .optional()
    .describe(
      "The administrator's API key, at least 32 characters. Unset: made on first start, printed once, kept in DATA_DIR.",
    ),
  DEVICE_RATE_LIMIT: z.coerce
    .number()
    .min(0)
    .max(100_000)
    .default(0)
    .describe("Messages per second and device, with a burst of ten seconds' worth. 0: no limit."),
  DEVICE_ITEM_LIMIT: z.coerce
    .number()
    .min(0)
    .max(1_000_000)
    .default(0)
    .describe(
      "Items (readings, events, replies) per second and device, with a burst of ten seconds' worth; a gateway's are those of all devices behind it. 0: no limit.",
    ),
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
  INSTANCE_ID: z
    .string()
    .regex(/^[\w.-]{1,64}$/, "expected 1 to 64 letters, digits, _, . and -")
    .default("1")
    .describe(
      "The name of this process among several on one database: the same after a restart, another in each process.",
    ),
  BROADCAST_ISSUER: z
    .string()
    .regex(/^[^\s,<>&]{1,100}$/, "expected 1 to 100 characters without space, comma, <, > and &")
    .default("smart-broadcast-iot")
    .describe("This platform's name in the orders that it signs, and as the sender of its CAP alerts."),
  BROADCAST_ROOT_KEY: z
    .string()
    .optional()
    .describe(
      "File with the root key that signs the set of broadcast keys here and at once. For evaluation only: a root belongs off the server.",
    ),
  BROADCAST_PROPOSALS: z
    .string()
    .default("gas-meter:leak=12P09/2,camera:sos=14000/2")
    .transform((list) => (list.trim() === "none" ? [] : list.split(",").map((rule) => rule.trim())))
    .describe(
      "Which alarms propose a draft, separated by commas: kind:rule=event code/level. none: no alarm does.",
    ),
  CAP_SIGNING_KEY: z
    .string()
    .optional()
    .describe(
      "File with the private key (PEM, RSA or EC) that signs exported CAP alerts. Unset: not signed.",
    ),
  CAP_SIGNING_CERT: z.string().optional().describe("File with the certificate of that key (PEM)."),
  CAP_TRUSTED_CERTS: z
    .string()
    .optional()
    .describe(
      "Directory with a folder a CAP sender, named after it, of the certificates (*.pem) that may sign its alerts.",
    ),
  RETENTION_READINGS_DAYS: days(
    1095,
    "Days that raw readings are kept, and may come late. 0: for ever. Days stay.",
  ),
  RETENTION_EVENTS_DAYS: days(1095, "Days that events and replies are kept. 0: for ever."),
  RETENTION_REJECTED_DAYS: days(30, "Days that rejected messages are kept for replay. 0: for ever."),
  RETENTION_ALERTS_DAYS: days(
    1095,
    "Days that CAP alerts are kept as they came of which nothing was released. 0: for ever.",
  ),
  SEED: z
    .enum(["regions", "demo", "none"])
    .default("regions")
    .describe("What an empty database is filled with: Guizhou's regions; also the demo fleet; nothing."),
  LOG_LEVEL: z.enum(LOG_LEVELS).default("info").describe("How much is logged, as JSON lines."),
});

/** Settings that mean something only with another one. */
const NEEDS: readonly (readonly [name: keyof Config, other: keyof Config])[] = [
  ["MQTT_TLS_CERT", "MQTT_TLS_KEY"],
  ["MQTT_TLS_KEY", "MQTT_TLS_CERT"],
  ["MQTT_TLS_CA", "MQTT_TLS_CERT"],
  ["MQTT_TLS_CRL", "MQTT_TLS_CA"],
  ["CAP_SIGNING_KEY", "CAP_SIGNING_CERT"],
  ["CAP_SIGNING_CERT", "CAP_SIGNING_KEY"],
  ["OIDC_ISSUER", "OIDC_CLIENT_ID"],
  ["OIDC_ISSUER", "OIDC_MAPPING"],
  ["OIDC_CLIENT_ID", "OIDC_ISSUER"],
  ["OIDC_MAPPING", "OIDC_ISSUER"],
];

export type Config = z.infer<typeof configSchema>;

/** Names that are no setting and may have been meant for one. */
export const strangeSettings = (env: Record<string, string | undefined> = process.env) =>
  strangeNames(env, Object.keys(configSchema.shape));

/**
 * Reads the configuration from the environment; an empty string counts as unset.
 * @throws PlatformError `config_invalid` that lists every problem at once.
 */
export function loadConfig(env: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = configSchema.safeParse(given);
  const faults: Fault[] = (parsed.error?.issues ?? []).map((issue) => ({
    path: issue.path.join("."),
    message:
      issue.code === "invalid_type" && issue.expected === "number"
        ? `'${given[issue.path.join(".")]}', expected a number`
        : issue.message,
  }));
  // Beside the schema, which looks at settings together only once each is right by itself.
  for (const [name, other] of NEEDS) {
    if (given[name] !== undefined && given[other] === undefined)
      faults.push({ path: name, message: `needs ${other} as well` });
  }
  if (given.DATABASE_OWNER_URL !== undefined && given.DATABASE_URL === undefined) {
    const message = "is set and DATABASE_URL is not: expected both, or neither for the embedded database";
    faults.push({ path: "DATABASE_OWNER_URL", message });
  }
  for (const { name, meant, isMisspelt } of strangeSettings(env)) {
    if (isMisspelt) faults.push({ path: name, message: `is no setting: expected ${meant.join(" or ")}` });
  }
  if (parsed.success && faults.length === 0) return parsed.data;
  const lines = faults.map((fault) => `  ${fault.path}: ${fault.message}`);
  throw new PlatformError("config_invalid", `The configuration is not valid:\n${lines.join("\n")}`, {
    faults,
  });
}
