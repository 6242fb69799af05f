import type { KindLedgerJson } from "../../api/ledger.ts";

type Account = Omit<KindLedgerJson, "kind">;
const PARTS = ["stored", "duplicate", "rejected", "pending"] as const;

/** By how much received is more than what became of it. The page adds up for itself: nobody's word is taken for it. */
export const imbalanceOf = (account: Account): number =>
  account.received - PARTS.reduce((sum, part) => sum + account[part], 0);

/** One account of several kinds. */
export const sumOf = (accounts: readonly Account[]): Account => {
  const total = (part: keyof Account) => accounts.reduce((sum, account) => sum + account[part], 0);
  return {
    received: total("received"),
    stored: total("stored"),
    duplicate: total("duplicate"),
    rejected: total("rejected"),
    pending: total("pending"),
  };
};
