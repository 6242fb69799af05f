import type { components } from "./schema.ts";

/** An account of items, of a device or of many. */
export type Account = Omit<components["schemas"]["KindLedger"], "kind">;

/** Where everything ends that was received. */
export const LEDGER_PARTS = ["stored", "duplicate", "rejected", "pending"] as const;

/** By how much received is more than what became of it. The page adds up for itself: nobody's word is taken for it. */
export const imbalanceOf = (account: Account): number =>
  account.received - LEDGER_PARTS.reduce((sum, part) => sum + account[part], 0);

/** One account of several. */
export const sumOfAccounts = (accounts: readonly Account[]): Account => {
  const total = (part: keyof Account) => accounts.reduce((sum, account) => sum + account[part], 0);
  return {
    received: total("received"),
    stored: total("stored"),
    duplicate: total("duplicate"),
    rejected: total("rejected"),
    pending: total("pending"),
  };
};
