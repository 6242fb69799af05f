import type { LedgerJson } from "../../api/device-records.ts";

/** Both sides of the account of what a device sent, and by how much they differ. */
export interface Equation {
  readonly equal: boolean;
  readonly difference: number;
}

/** Adds up for itself: the page does not take the platform's word for it. */
export function equationOf({ received, stored, duplicate, rejected, pending }: LedgerJson): Equation {
  const difference = received - (stored + duplicate + rejected + pending);
  return { equal: difference === 0, difference };
}
