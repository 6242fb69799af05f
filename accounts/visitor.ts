/** The origin of a call from a caller who is not known yet. */
export interface Visitor {
  readonly address: string;
  readonly userAgent: string | undefined;
  readonly requestId: string;
  /** The caller's own id of the request. */
  readonly callerRequestId?: string | null;
  /** The secret in the cookie that the browser has so far. */
  readonly cookie?: string | undefined;
}
