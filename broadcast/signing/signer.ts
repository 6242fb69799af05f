/** What the rest of broadcasting knows of signing. Algorithms are behind this. */
export interface Signer {
  /** Signs with the key that is active now. The result is a compact JWS (RFC 7515) of type `COMMAND_TYPE`. */
  sign(payload: object): Promise<string>;
  /** What terminals verify with, for `GET /v1/broadcasts/keys`. */
  publicKeys(): Jwks;
}

/** A public key on the wire (RFC 7517, RFC 8037). */
export interface PublicJwk {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly kid: string;
  readonly alg: string;
  readonly use: "sig";
}

/** The keys that are valid now (RFC 7517). */
export interface Jwks {
  readonly keys: readonly PublicJwk[];
}

/** What `GET /v1/broadcasts/keys` answers. */
export interface PublishedKeys extends Jwks {
  /** The same keys in a set that the root has signed; null where there is no root. */
  readonly signed: string | null;
  /** Earlier sets that named roots, the oldest first. */
  readonly rootChanges: readonly string[];
}
