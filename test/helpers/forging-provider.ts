import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";

export type Claims = JWTPayload & Record<string, unknown>;

/** A provider whose ID tokens a test makes as it likes: it calls `answer` for each. */
export async function startForgingProvider(clientId: string) {
  const keys = await generateKeyPair("RS256", { extractable: true });
  const publicJwk = { ...(await exportJWK(keys.publicKey)), use: "sig", alg: "RS256", kid: "one" };
  let answer: (() => Promise<unknown>) | undefined;
  let away = false;
  const server = createServer((request, response) => {
    if (away) return void request.socket.destroy();
    void (async () => {
      const path = request.url!.split("?")[0];
      const body =
        path === "/.well-known/openid-configuration"
          ? {
              issuer,
              authorization_endpoint: `${issuer}/auth`,
              token_endpoint: `${issuer}/token`,
              jwks_uri: `${issuer}/jwks`,
              response_types_supported: ["code"],
              subject_types_supported: ["public"],
              // As careless as a provider can be.
              id_token_signing_alg_values_supported: ["RS256", "HS256", "none"],
            }
          : path === "/jwks"
            ? { keys: [publicJwk] }
            : path === "/token"
              ? { access_token: "access", token_type: "Bearer", id_token: await answer?.() }
              : undefined;
      response.writeHead(body ? 200 : 404, { "content-type": "application/json" });
      response.end(JSON.stringify(body ?? {}));
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const now = () => Math.floor(Date.now() / 1000);
  return {
    issuer,
    keys,
    publicJwk,
    /** The claims of a right ID token. */
    claims: (nonce: string): Claims => ({
      iss: issuer,
      aud: clientId,
      sub: "somebody",
      name: "Somebody",
      roles: ["duty"],
      nonce,
      iat: now(),
      exp: now() + 300,
    }),
    sign: (
      claims: Claims,
      key = keys.privateKey,
      header: { alg: string; kid?: string } = { alg: "RS256", kid: "one" },
    ) => new SignJWT(claims).setProtectedHeader(header).sign(key),
    /** True: it breaks off every connection. */
    goAway(isAway: boolean) {
      away = isAway;
    },
    answerWith(make: () => Promise<unknown>) {
      answer = make;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
