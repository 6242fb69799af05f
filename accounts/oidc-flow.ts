import { EncryptJWT, jwtDecrypt } from "jose";

/** The state that has to be kept while a person is at the identity provider. It travels in a cookie, sealed. */
export interface OidcFlow {
  readonly state: string;
  readonly nonce: string;
  /** PKCE. */
  readonly codeVerifier: string;
  readonly redirectUri: string;
  /** The path of ours to which the browser goes in the end. */
  readonly returnTo: string;
}

/** How long a person may take at the provider, in seconds. */
export const FLOW_SECONDS = 600;

const AUDIENCE = "oidc-flow";

/** Seals the state, so that it can be neither read nor changed on its way through the browser. */
export interface FlowSeal {
  seal(flow: OidcFlow): Promise<string>;
  /** Undefined for a text that was not sealed with this key, was changed, or is too old. */
  open(sealed: string): Promise<OidcFlow | undefined>;
}

/** @param key 256 bits, the same in all processes that serve the API together */
export function createFlowSeal(key: Uint8Array, now: () => number = Date.now): FlowSeal {
  return {
    seal: (flow) =>
      new EncryptJWT({ ...flow })
        .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
        .setAudience(AUDIENCE)
        .setExpirationTime(Math.floor(now() / 1000) + FLOW_SECONDS)
        .encrypt(key),
    async open(sealed) {
      try {
        const { payload } = await jwtDecrypt<OidcFlow>(sealed, key, {
          audience: AUDIENCE,
          requiredClaims: ["exp"],
          keyManagementAlgorithms: ["dir"],
          contentEncryptionAlgorithms: ["A256GCM"],
          currentDate: new Date(now()),
        });
        return payload;
      } catch {
        return undefined;
      }
    },
  };
}
