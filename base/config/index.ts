import { z } from "zod";
import { type Fault, PlatformError } from "../errors.ts";
import { broadcastSettings } from "./broadcast.ts";
import { capNeeds, capSettings } from "./cap.ts";
import { databaseNeeds, databaseSettings } from "./database.ts";
import { hj212Needs, hj212Settings } from "./hj212.ts";
import { httpNeeds, httpSettings } from "./http.ts";
import { ingestSettings } from "./ingest.ts";
import { instanceNeeds, instanceSettings } from "./instance.ts";
import { jt808Needs, jt808Settings } from "./jt808.ts";
import { mqttNeeds, mqttSettings } from "./mqtt.ts";
import { placeSettings } from "./place.ts";
import { proofSettings } from "./proofs.ts";
import { oidcNeeds, oidcSettings } from "./provider.ts";
import { retentionSettings } from "./retention.ts";
import { sessionSettings } from "./sessions.ts";
import { strangeNames } from "./setting-names.ts";
import { sourceNeeds, sourceSettings } from "./source.ts";
import { startSettings } from "./start.ts";

export { PROCESS_ROLES, type ProcessRole } from "./instance.ts";
export { sentenceOn } from "./setting-names.ts";

/**
 * Every setting of the platform, in the order of `.env.example`. This schema is the only place that names an
 * environment variable.
 */
export const configSchema = z.object({
  ...databaseSettings,
  ...placeSettings,
  ...mqttSettings,
  ...hj212Settings,
  ...jt808Settings,
  ...httpSettings,
  ...sessionSettings,
  ...oidcSettings,
  ...proofSettings,
  ...ingestSettings,
  ...sourceSettings,
  ...instanceSettings,
  ...broadcastSettings,
  ...capSettings,
  ...retentionSettings,
  ...startSettings,
});

/** Settings that make sense only with another one, in the order in which they are reported. */
const NEEDS: readonly (readonly [name: keyof Config, other: keyof Config, told?: string, unless?: string])[] =
  [
    ...mqttNeeds,
    ...hj212Needs,
    ...jt808Needs,
    ...httpNeeds,
    ...capNeeds,
    ...oidcNeeds,
    ...databaseNeeds,
    ...sourceNeeds,
    ...instanceNeeds,
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
  // Besides the schema, which looks at settings together only once each is right by itself.
  for (const [name, other, told = `needs ${other} as well`, unless] of NEEDS) {
    const isSet = given[name] !== undefined && given[name] !== unless;
    if (isSet && given[other] === undefined) faults.push({ path: name, message: told });
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
