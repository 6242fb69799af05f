import { hkdfSync } from "node:crypto";
import type { Config } from "../base/config/index.ts";
import type { ProviderSettings } from "./oidc.ts";
import { parseOidcMapping } from "./oidc-mapping.ts";
import type { SecondFactorRules } from "./second-factor.ts";

/**
 * The settings of the identity provider; undefined when none is set.
 * @param adminKey seals the cookie of a sign-in under way, so that all processes that serve the API together can open
 * it
 * @throws PlatformError `config_invalid` when its mapping is not valid
 */
export function providerSettings(config: Config, adminKey: string): ProviderSettings | undefined {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_MAPPING: mapping } = config;
  // `loadConfig` has refused settings that are only half set.
  if (issuer === undefined || clientId === undefined || mapping === undefined) return undefined;
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

/** The rules of the second factor from the settings. */
export const secondFactorRules = (
  config: Pick<Config, "REQUIRE_TOTP_FOR" | "STEP_UP">,
): SecondFactorRules => ({
  requiredFor: new Set(config.REQUIRE_TOTP_FOR),
  stepUp: new Set(config.STEP_UP),
});
