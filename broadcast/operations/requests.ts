import type { Client } from "../../store/database/index.ts";

/** What comes with a step. */
export interface StepRequest {
  readonly reason?: string | undefined;
  /** What else has to hold, once the step itself may be taken; what it throws takes everything back. */
  readonly confirm?: ((tx: Client) => Promise<void>) | undefined;
}

/** What comes with a step towards the speakers. */
export interface SoundingRequest extends StepRequest {
  /** The caller knows that a later alert supersedes the broadcast, and wants it nevertheless. */
  readonly acknowledgeSuperseded?: boolean | undefined;
}

/** What comes with a decision on what a broadcast says. */
export interface DecisionRequest extends SoundingRequest {
  /** The revision that the caller has looked at. */
  readonly revision: number;
}
