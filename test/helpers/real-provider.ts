import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair } from "jose";
// @ts-expect-error: the package has no types
import Provider from "oidc-provider";

export interface ProviderClaims {
  readonly name?: string;
  readonly roles?: unknown;
}

export interface RealProviderOptions {
  readonly redirectUri: string;
  /** The accounts there, by login, with the provider's claims about them. */
  readonly accounts: Readonly<Record<string, ProviderClaims>>;
  /** True when claims are in the ID token; otherwise they have to be asked for. */
  readonly claimsInIdToken?: boolean;
}

export const CLIENT = { id: "platform", secret: "a-secret-of-the-client-that-is-long" };

/** The npm package `oidc-provider`, a certified implementation, on a free port. */
export async function startRealProvider({
  redirectUri,
  accounts,
  claimsInIdToken = false,
}: RealProviderOptions) {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: "client_secret_post",
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), use: "sig", alg: "RS256", kid: "one" }] },
    cookies: { keys: ["only-a-test"] },
    claims: { openid: ["sub"], profile: ["name", "roles"] },
    conformIdTokenClaims: !claimsInIdToken,
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
      Grant: 600,
    },
    features: { devInteractions: { enabled: true } },
    findAccount: async (_ctx: unknown, id: string) =>
      accounts[id] && { accountId: id, claims: async () => ({ sub: id, ...accounts[id] }) },
  });
  server.on("request", provider.callback());
  return {
    issuer,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/**
 * The part of a browser and a person at the provider: follows redirects, fills in the two forms.
 * @returns the address to which the provider sends the browser back
 */
export async function signInAtProvider(start: string, login: string, comesBackTo: string): Promise<string> {
  const jar = new Map<string, string>();
  let url = start;
  let form: URLSearchParams | undefined;
  for (let steps = 0; steps < 20; steps++) {
    const response = await fetch(url, {
      redirect: "manual",
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") },
      ...(form ? { method: "POST", body: form } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!;
      if (value === "") jar.delete(name!);
      else jar.set(name!, value!);
    }
    const text = await response.text();
    const location = response.headers.get("location");
    if (location) {
      url = new URL(location, url).href;
      form = undefined;
      if (url.startsWith(comesBackTo)) return url;
      continue;
    }
    const action = /<form[^>]* action="([^"]+)"/.exec(text)?.[1];
    const prompt = /name="prompt" value="([^"]+)"/.exec(text)?.[1];
    if (!action || !prompt) throw new Error(`The provider answers ${response.status}: ${text.slice(0, 500)}`);
    url = new URL(action, url).href;
    form = new URLSearchParams({ prompt, ...(prompt === "login" ? { login, password: "any" } : {}) });
  }
  throw new Error("The provider leads in circles");
}
