import { describe, expect, it } from "vitest";
import { ROLES } from "../../access/roles.ts";
import { DECIDING_STEPS } from "../../access/steps.ts";
import { provesSecondFactor } from "../../accounts/provider-factor.ts";
import { providerSettings, secondFactorRules } from "../../accounts/settings.ts";
import { loadConfig } from "../../base/config/index.ts";

const MAPPING = JSON.stringify({ a: { role: "viewer", tenantId: "x", regions: "all", tenants: "all" } });
const whole = { OIDC_ISSUER: "https://id.example", OIDC_CLIENT_ID: "platform", OIDC_MAPPING: MAPPING };
const settingsOf = (env: Record<string, string>) => providerSettings(loadConfig(env), "the-admin-key");

describe("the settings of an identity provider", () => {
  it("are none where none is set", () => {
    expect(settingsOf({})).toBeUndefined();
  });

  it("are taken as a whole, with the same sealing key in every process that has the same admin key", () => {
    const settings = settingsOf(whole)!;
    expect(settings).toMatchObject({
      issuer: "https://id.example",
      scopes: "openid profile",
      rolesClaim: "roles",
    });
    expect(settings.mapping.get("a")).toMatchObject([{ role: "viewer", kinds: "all" }]);
    expect(settings.flowKey).toHaveLength(32);
    expect(settingsOf(whole)!.flowKey).toEqual(settings.flowKey);
    expect(providerSettings(loadConfig(whole), "another-key")!.flowKey).not.toEqual(settings.flowKey);
  });

  it.each(["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_MAPPING"] as const)("are refused without %s", (missing) => {
    const { [missing]: _left, ...rest } = whole;
    expect(() => settingsOf(rest)).toThrow(
      expect.objectContaining({ code: "config_invalid", message: expect.stringContaining(missing) }),
    );
  });

  it.each([
    ["OIDC_ISSUER", "http://id.example", /https/],
    ["OIDC_ISSUER", "https://id.example?x=1", /without a query/],
    ["OIDC_ISSUER", "nonsense", /https/],
    ["OIDC_MAPPING", "{", /expected JSON/],
    ["OIDC_REDIRECT_URL", "ftp://x", /./],
    ["TRUST_PROXY", "10.0.0.0/33", /expected addresses/],
    ["TRUST_PROXY", "proxy.example", /expected addresses/],
    ["TRUST_PROXY", "10.0.0.1,", /expected addresses/],
    ["SESSION_MAX_HOURS", "0", /./],
    ["SESSION_IDLE_MINUTES", "a", /expected a number/],
  ])("%s=%s is not valid", (name, value, message) => {
    expect(() => loadConfig({ [name]: value })).toThrow(
      expect.objectContaining({ code: "config_invalid", message: expect.stringMatching(message) }),
    );
  });

  it.each(["10.0.0.5", "10.0.0.0/8,::1", "loopback, fd00::/8"])("TRUST_PROXY=%s is valid", (value) => {
    expect(loadConfig({ TRUST_PROXY: value }).TRUST_PROXY).toEqual(
      value.split(",").map((part) => part.trim()),
    );
  });

  it("may name a provider on this machine without TLS", () => {
    expect(loadConfig({ ...whole, OIDC_ISSUER: "http://127.0.0.1:9000" }).OIDC_ISSUER).toBe(
      "http://127.0.0.1:9000",
    );
  });
});

describe("where a second factor is asked for", () => {
  const rulesOf = (env: Record<string, string>) => secondFactorRules(loadConfig(env));

  it("is nowhere unless it is set", () => {
    expect(rulesOf({})).toEqual({ requiredFor: new Set(), stepUp: new Set() });
  });

  it("is a list of roles, and one of steps", () => {
    expect(rulesOf({ REQUIRE_TOTP_FOR: "approver, duty-officer", STEP_UP: "approve,release" })).toEqual({
      requiredFor: new Set(["approver", "duty-officer"]),
      stepUp: new Set(["approve", "release"]),
    });
  });

  it("is refused with every name that is none, those that there are, and whatever else is wrong", () => {
    const settings = {
      REQUIRE_TOTP_FOR: "aprover,viewer",
      STEP_UP: "approve,change,",
      HTTP_PORT: "a",
      MQTT_TLS_CERT: "x",
      OIDC_CLIENT_ID: "x",
    };
    expect(() => loadConfig(settings)).toThrow(
      expect.objectContaining({
        code: "config_invalid",
        faults: [
          { path: "HTTP_PORT", message: "'a', expected a number" },
          {
            path: "REQUIRE_TOTP_FOR",
            message: expect.stringMatching(/'aprover', expected some of viewer, .*approver/),
          },
          { path: "STEP_UP", message: expect.stringMatching(/'change', expected some of submit, approve/) },
          { path: "STEP_UP", message: expect.stringMatching(/'', expected/) },
          { path: "MQTT_TLS_CERT", message: "needs MQTT_TLS_KEY as well" },
          { path: "OIDC_CLIENT_ID", message: "needs OIDC_ISSUER as well" },
        ],
      }),
    );
  });

  it("knows every role and step that there is", () => {
    const all = { REQUIRE_TOTP_FOR: ROLES.join(","), STEP_UP: DECIDING_STEPS.join(",") };
    expect(rulesOf(all)).toEqual({ requiredFor: new Set(ROLES), stepUp: new Set(DECIDING_STEPS) });
    expect(() => loadConfig({ REQUIRE_TOTP_FOR: "x", STEP_UP: "x" })).toThrow(
      `'x', expected some of ${ROLES.join(", ")}\n  STEP_UP: 'x', expected some of ${DECIDING_STEPS.join(", ")}`,
    );
  });
});

describe("what a provider says of a sign-in", () => {
  it.each([
    [{ amr: ["pwd", "otp"] }, true],
    [{ amr: ["mfa"] }, true],
    [{ amr: ["hwk"] }, true],
    [{ acr: "https://refeds.org/profile/mfa" }, true],
    [{ acr: "phrh", amr: [] }, true],
    [{ amr: ["pwd"] }, false],
    [{ amr: "otp" }, false],
    [{ acr: "1" }, false],
    [{ acr: ["mfa"] }, false],
    [{}, false],
  ])("%j proves a second factor: %s", (claims, proves) => {
    expect(provesSecondFactor(claims)).toBe(proves);
  });
});
