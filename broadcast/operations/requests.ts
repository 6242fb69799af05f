import type { Client } from "../../store/database/index.ts";

/** The body of a step. */
export interface StepRequest {
  readonly reason?: string | undefined;
  /** A further condition, once the step itself may be taken; an error of it rolls everything back. */
  readonly confirm?: ((tx: Client) => Promise<void>) | undefined;
}

/** The body of a step towards the speakers. */
export interface SoundingRequest extends StepRequest {
  /** True when the caller knows that a later alert supersedes the broadcast, and wants it nevertheless. */
  readonly acknowledgeSuperseded?: boolean | undefined;
}

/** The body of a decision on the content of a broadcast. */
export interface DecisionRequest extends SoundingRequest {
  /** The revision that the caller has looked at. */
  readonly revision: number;
}
