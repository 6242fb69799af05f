/** Where a call of somebody who is not known yet comes from. */
export interface Visitor {
  readonly address: string;
  readonly userAgent: string | undefined;
  readonly requestId: string;
  /** What the caller calls the request. */
  readonly callerRequestId?: string | null;
}
