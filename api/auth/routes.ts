import type { FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { FLOW_SECONDS } from "../../accounts/oidc-flow.ts";
import type { People } from "../../accounts/people.ts";
import { PlatformError } from "../../base/errors.ts";
import type { Allow } from "../guard.ts";
import { problems } from "../problem.ts";
import { clearCookie, ownOriginOf, readCookie, setCookie } from "../sessions/cookie.ts";
import { presentOpened, visitorOf } from "../sessions/present.ts";
import { startQuery } from "./schema.ts";

export interface AuthOptions {
  readonly people: Pick<People, "provider">;
  readonly allow: Allow;
}

const FLOW_COOKIE = "sbi_oidc";

/**
 * The browser comes here from another site, and would not send a Strict cookie to the target of a redirect. A page that
 * goes on by itself makes a request of our own site.
 */
const onward = (path: string) => `<!doctype html>
<meta charset="utf-8">
<meta http-equiv="refresh" content="0;url=${path.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}">
<title>Signed in</title>
<p><a href="${path.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}">Signed in</a></p>
`;

/** Signing in through an OpenID Connect provider. */
export const authRoutes: FastifyPluginAsyncZod<AuthOptions> = async (app, { people, allow }) => {
  const provider = () => {
    if (people.provider) return people.provider;
    throw new PlatformError("not_found", "Signing in through an identity provider is not set up here");
  };

  const redirectUriOf = (request: FastifyRequest, configured: string | undefined) => {
    if (configured !== undefined) return configured;
    const origin = ownOriginOf(request);
    if (origin === undefined) throw new PlatformError("invalid_request", "Expected a header 'Host'");
    return `${origin}/v1/auth/oidc/callback`;
  };

  app.get(
    "/auth/oidc/start",
    {
      onRequest: allow.anybody,
      schema: {
        operationId: "startProviderSignIn",
        tags: ["sessions"],
        summary: "Sign in through the identity provider",
        description: "For browsers: leads to the provider, which leads back to the callback.",
        security: [],
        querystring: startQuery,
        response: {
          302: z.undefined().describe("To the provider."),
          ...problems("not_found", "provider_unavailable"),
        },
      },
    },
    async (request, reply) => {
      const { start, redirectUrl } = provider();
      const { url, flow } = await start(redirectUriOf(request, redirectUrl), request.query.returnTo);
      // Lax, because the way back begins at the provider's site.
      setCookie(request, reply, {
        name: FLOW_COOKIE,
        value: flow,
        sameSite: "lax",
        maxAgeMs: FLOW_SECONDS * 1000,
      });
      return reply.header("cache-control", "no-store").redirect(url, 302);
    },
  );

  app.get(
    "/auth/oidc/callback",
    {
      onRequest: allow.anybody,
      schema: {
        operationId: "finishProviderSignIn",
        tags: ["sessions"],
        summary: "The callback to which the identity provider sends the browser back",
        description: "Sets the session's cookie and goes on to where the sign-in was begun.",
        security: [],
        response: {
          200: {
            description: "Signed in.",
            content: { "text/html": { schema: z.string() } },
          },
          ...problems("not_found", "provider_sign_in_failed", "provider_unavailable"),
        },
      },
    },
    async (request, reply) => {
      const { finish } = provider();
      const flow = readCookie(request, FLOW_COOKIE);
      // Used up, whatever comes of it.
      clearCookie(request, reply, FLOW_COOKIE);
      const query = request.raw.url?.split("?")[1] ?? "";
      const { returnTo, ...opened } = await finish(query, flow, visitorOf(request));
      presentOpened(request, reply, opened);
      return reply.header("content-type", "text/html; charset=utf-8").send(onward(returnTo));
    },
  );
};
