import { z } from "zod";

/** True for https, and for plain http on this very machine. */
const isIssuer = (text: string): boolean => {
  try {
    const { protocol, hostname, search, hash } = new URL(text);
    const local = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
    return (protocol === "https:" || (protocol === "http:" && local)) && search === "" && hash === "";
  } catch {
    return false;
  }
};

/** The OpenID Connect provider through which people may sign in. */
export const oidcSettings = {
  OIDC_ISSUER: z
    .string()
    .refine(isIssuer, "expected an https:// address without a query (http:// on this machine only)")
    .optional()
    .describe(
      "The OpenID Connect provider through which people may sign in. Unset: they sign in by password alone.",
    ),
  OIDC_CLIENT_ID: z.string().min(1).optional().describe("The platform's client id at that provider."),
  OIDC_CLIENT_SECRET: z
    .string()
    .min(1)
    .optional()
    .describe("The client's secret there. Unset: a public client, which uses PKCE alone."),
  OIDC_REDIRECT_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      "The address to which the provider sends people back: …/v1/auth/oidc/callback. Unset: that path at the address that they came by.",
    ),
  OIDC_SCOPES: z
    .string()
    .min(1)
    .default("openid profile")
    .describe("Scopes that the platform asks for, separated by spaces."),
  OIDC_CLAIM_ROLES: z
    .string()
    .min(1)
    .default("roles")
    .describe(
      "The claim that holds a person's roles. A dot leads into a nested claim, e.g. realm_access.roles.",
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
      'The grant that each value of that claim gives, as JSON: {"<value>": {"role", "tenantId", "regions", "tenants", "kinds"}}.',
    ),
};

export const oidcNeeds = [
  ["OIDC_ISSUER", "OIDC_CLIENT_ID"],
  ["OIDC_ISSUER", "OIDC_MAPPING"],
  ["OIDC_CLIENT_ID", "OIDC_ISSUER"],
  ["OIDC_MAPPING", "OIDC_ISSUER"],
] as const;
