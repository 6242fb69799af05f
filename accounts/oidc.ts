import * as client from "openid-client";
import { PlatformError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { Pool } from "../store/database/index.ts";
import { recordExternalPerson } from "./external-people.ts";
import type { FailedSignIns } from "./failed-sign-ins.ts";
import type { KnownPrincipals } from "./known-principals.ts";
import type { CountLogin } from "./login-metrics.ts";
import { createFlowSeal } from "./oidc-flow.ts";
import { grantsFrom, type OidcMapping, valuesOfClaim } from "./oidc-mapping.ts";
import { provesSecondFactor } from "./provider-factor.ts";
import type { SignedIn, SignIn } from "./sign-in.ts";
import type { Visitor } from "./visitor.ts";

export interface ProviderSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined: a public client, which proves itself by PKCE alone. */
  readonly clientSecret: string | undefined;
  /** Undefined: the address that the browser used. */
  readonly redirectUrl: string | undefined;
  /** Separated by spaces. */
  readonly scopes: string;
  /** The claim that holds the roles. */
  readonly rolesClaim: string;
  readonly mapping: OidcMapping;
  /** Seals the cookie of a sign-in under way: 256 bits. */
  readonly flowKey: Uint8Array;
}

export interface ProviderOptions extends ProviderSettings {
  readonly pool: Pool;
  readonly directory: Pick<KnownPrincipals, "findPrincipal" | "refresh">;
  readonly signIn: SignIn;
  readonly log: Logger;
  readonly countLogin?: CountLogin | undefined;
  readonly failedSignIns?: Pick<FailedSignIns, "record"> | undefined;
}

/** An OpenID Connect provider, where people prove who they are. */
export interface IdentityProvider {
  readonly redirectUrl: string | undefined;
  /** The address to send the browser to, and the text that it must bring back in a cookie. */
  start(redirectUri: string, returnTo: string): Promise<{ readonly url: string; readonly flow: string }>;
  /**
   * Signs in the person whom the provider has sent back.
   * @param query of the address that the browser came back to
   * @throws PlatformError `provider_sign_in_failed`, `provider_unavailable`, or `forbidden` without any role here
   */
  finish(
    query: string,
    flow: string | undefined,
    visitor: Visitor,
  ): Promise<SignedIn & { readonly returnTo: string }>;
}

/** Signatures that an ID token may have: asymmetric ones. Never `none`, nor one that shares a secret. */
const ALGORITHMS: ReadonlySet<string> = new Set([
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
]);

/** For each request to the provider, in seconds. */
const TIMEOUT_SECONDS = 10;
/** How far the provider's clock may be off, in seconds. */
const CLOCK_TOLERANCE_SECONDS = 30;
/** After a provider did not answer, the platform waits so long before it asks again, in milliseconds. */
const RETRY_MS = 2_000;
const MAX_NAME = 100;

/** True when only this machine can listen in: the one case in which plain http will do. */
const isLoopback = (url: URL) => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);

/**
 * Signing in through a provider: authorization code flow with PKCE, state and nonce. The ID token's signature is
 * checked against the provider's keys, although it comes straight from it.
 */
export function createIdentityProvider(options: ProviderOptions): IdentityProvider {
  const { pool, directory, signIn, log, countLogin, failedSignIns, mapping, rolesClaim } = options;
  const seal = createFlowSeal(options.flowKey);
  const configuration = discoverLazily(options);

  async function identify(currentUrl: URL, flow: { state: string; nonce: string; codeVerifier: string }) {
    const config = await configuration();
    const tokens = await client.authorizationCodeGrant(config, currentUrl, {
      expectedState: flow.state,
      expectedNonce: flow.nonce,
      pkceCodeVerifier: flow.codeVerifier,
      idTokenExpected: true,
    });
    let claims: Record<string, unknown> & { sub: string } = tokens.claims()!;
    // Only the signed token counts: everything else from the provider is not about this sign-in.
    const secondFactor = provesSecondFactor(claims);
    const canAsk = config.serverMetadata().userinfo_endpoint !== undefined;
    if (valuesOfClaim(claims, rolesClaim) === undefined && canAsk) {
      // Many providers put more about a person here than into the ID token.
      claims = { ...(await client.fetchUserInfo(config, tokens.access_token, claims.sub)), ...claims };
    }
    return { claims, secondFactor };
  }

  async function signInAs({ claims, secondFactor }: Awaited<ReturnType<typeof identify>>, visitor: Visitor) {
    const given = grantsFrom(mapping, valuesOfClaim(claims, rolesClaim) ?? []);
    if (!given) {
      throw new PlatformError("forbidden", "The identity provider gives you no role on this platform");
    }
    const { address, requestId, callerRequestId = null } = visitor;
    const person = { issuer: options.issuer, subject: claims.sub, name: nameOf(claims), ...given };
    const id = await recordExternalPerson(pool, person, { address, requestId, callerRequestId });
    await directory.refresh();
    const principal = directory.findPrincipal(id);
    if (!principal) throw new PlatformError("provider_sign_in_failed", "Your tenant is disabled here");
    return signIn.open(principal, "cookie", { via: "provider", secondFactor }, visitor);
  }

  return {
    redirectUrl: options.redirectUrl,
    async start(redirectUri, returnTo) {
      const config = await configuration();
      const flow = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        codeVerifier: client.randomPKCECodeVerifier(),
        redirectUri,
        returnTo,
      };
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: options.scopes,
        state: flow.state,
        nonce: flow.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(flow.codeVerifier),
        code_challenge_method: "S256",
      });
      return { url: url.href, flow: await seal.seal(flow) };
    },
    async finish(query, sealed, visitor) {
      const flow = sealed === undefined ? undefined : await seal.open(sealed);
      if (!flow) {
        throw new PlatformError(
          "provider_sign_in_failed",
          "No sign-in was begun in this browser within the last ten minutes",
        );
      }
      const currentUrl = new URL(flow.redirectUri);
      currentUrl.search = query;
      try {
        const proved = await identify(currentUrl, flow).catch((error: unknown) => {
          throw asProblem(error, log);
        });
        return { ...(await signInAs(proved, visitor)), returnTo: flow.returnTo };
      } catch (error) {
        if (error instanceof PlatformError) {
          countLogin?.("failed", "provider");
          failedSignIns?.record({ person: undefined, via: "provider", code: error.code }, visitor);
        }
        throw error;
      }
    },
  };
}

/** Asks for the provider's metadata when it is first needed: the provider may be away when the platform starts. */
function discoverLazily(options: ProviderOptions): () => Promise<client.Configuration> {
  const { issuer, clientId, clientSecret, log } = options;
  let found: Promise<client.Configuration> | undefined;
  let failedAt = Number.NEGATIVE_INFINITY;

  async function discover(): Promise<client.Configuration> {
    const server = new URL(issuer);
    const auth = clientSecret === undefined ? client.None() : client.ClientSecretPost(clientSecret);
    const config = await client.discovery(
      server,
      clientId,
      { [client.clockTolerance]: CLOCK_TOLERANCE_SECONDS },
      auth,
      {
        timeout: TIMEOUT_SECONDS,
        execute: [
          client.enableNonRepudiationChecks,
          ...(isLoopback(server) ? [client.allowInsecureRequests] : []),
        ],
      },
    );
    const offered = config.serverMetadata().id_token_signing_alg_values_supported;
    // The library accepts every algorithm that the provider offers, so the unfit ones are struck out.
    if (offered) offered.splice(0, offered.length, ...offered.filter((alg) => ALGORITHMS.has(alg)));
    return config;
  }

  return () => {
    if (!found && performance.now() - failedAt < RETRY_MS) {
      return Promise.reject(new PlatformError("provider_unavailable"));
    }
    found ??= discover().catch((error: unknown) => {
      found = undefined;
      failedAt = performance.now();
      log.warn({ err: error, issuer }, "the identity provider's metadata could not be read");
      throw new PlatformError("provider_unavailable", undefined, { cause: error });
    });
    return found;
  };
}

/** The error for the caller; the log says more, but never a token. */
function asProblem(error: unknown, log: Logger): PlatformError {
  if (error instanceof PlatformError) return error;
  const { name, code, message } = error as Error & { code?: string };
  const away = code === "OAUTH_TIMEOUT" || (error instanceof TypeError && message === "fetch failed");
  log.warn({ reason: { name, code, message } }, "a sign-in through the identity provider failed");
  return away ? new PlatformError("provider_unavailable") : new PlatformError("provider_sign_in_failed");
}

/** The person's name to show; NUL and halves of surrogate pairs cannot be stored. */
function nameOf(claims: Record<string, unknown> & { sub: string }): string {
  const given = [claims.name, claims.preferred_username, claims.email, claims.sub].find(
    (name): name is string => typeof name === "string" && name.trim() !== "",
  )!;
  return [...given.replaceAll(/\p{Cc}|\p{Surrogate}/gu, " ").trim()].slice(0, MAX_NAME).join("") || "?";
}
