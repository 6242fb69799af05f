/** The interface of signing for the rest of broadcasting. It hides the algorithms. */
export interface Signer {
  /** Signs with the key that is active now. The result is a compact JWS (RFC 7515) of type `COMMAND_TYPE`. */
  sign(payload: object): Promise<string>;
  /** The keys with which terminals verify, for `GET /v1/broadcasts/keys`. */
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

/** The answer of `GET /v1/broadcasts/keys`. */
export interface PublishedKeys extends Jwks {
  /** The same keys in a set that the root has signed; null where there is no root. */
  readonly signed: string | null;
  /** Earlier sets that named roots, the oldest first. */
  readonly rootChanges: readonly string[];
}
