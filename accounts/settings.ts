import { hkdfSync } from "node:crypto";
import { ROLES } from "../access/roles.ts";
import { DECIDING_STEPS } from "../access/steps.ts";
import type { Config } from "../config.ts";
import { type Fault, PlatformError } from "../errors.ts";
import type { ProviderSettings } from "./oidc.ts";
import { parseOidcMapping } from "./oidc-mapping.ts";
import type { SecondFactorRules } from "./second-factor.ts";

/**
 * How to reach the identity provider; undefined when none is set.
 * @param adminKey the cookie of a sign-in under way is sealed with a key made from it, so that all processes that
 * serve the API together can open it
 * @throws PlatformError `config_invalid` when the provider is set by half, or its mapping is not valid
 */
export function providerSettings(config: Config, adminKey: string): ProviderSettings | undefined {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_MAPPING: mapping } = config;
  if (issuer === undefined) {
    if (clientId === undefined && mapping === undefined) return undefined;
    throw incomplete(["OIDC_ISSUER"]);
  }
  if (clientId === undefined || mapping === undefined) {
    const given = { OIDC_CLIENT_ID: clientId, OIDC_MAPPING: mapping };
    throw incomplete(Object.entries(given).flatMap(([name, value]) => (value === undefined ? name : [])));
  }
  return {
    issuer,
    clientId,
    clientSecret: config.OIDC_CLIENT_SECRET,
    redirectUrl: config.OIDC_REDIRECT_URL,
    scopes: config.OIDC_SCOPES,
    rolesClaim: config.OIDC_CLAIM_ROLES,
    mapping: parseOidcMapping(mapping),
    flowKey: new Uint8Array(hkdfSync("sha256", adminKey, "", "oidc-flow", 32)),
  };
}

/**
 * Where a second factor is asked for.
 * @throws PlatformError `config_invalid` with each name that is no role, or no step
 */
export function secondFactorRules(config: Pick<Config, "REQUIRE_TOTP_FOR" | "STEP_UP">): SecondFactorRules {
  const faults: Fault[] = [];
  const known = <T extends string>(setting: keyof typeof config, names: readonly T[]): Set<T> => {
    const given = config[setting] ?? [];
    for (const name of given) {
      if ((names as readonly string[]).includes(name)) continue;
      faults.push({ path: setting, message: `'${name}', expected some of ${names.join(", ")}` });
    }
    return new Set(names.filter((name) => given.includes(name)));
  };
  const rules = {
    requiredFor: known("REQUIRE_TOTP_FOR", ROLES),
    stepUp: known("STEP_UP", DECIDING_STEPS),
  };
  if (faults.length > 0) throw invalid(faults);
  return rules;
}

function incomplete(missing: string[]): PlatformError {
  const faults: Fault[] = missing.map((path) => ({
    path,
    message: "missing, to sign in through a provider",
  }));
  return invalid(faults);
}

function invalid(faults: Fault[]): PlatformError {
  const lines = faults.map((fault) => `  ${fault.path}: ${fault.message}`);
  return new PlatformError("config_invalid", `The configuration is not valid:\n${lines.join("\n")}`, {
    faults,
  });
}
