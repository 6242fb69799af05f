import type { People } from "../../accounts/people.ts";
import type { BroadcastDeps } from "../../broadcast/lifecycle/index.ts";
import type { PublishedKeys } from "../../broadcast/signing/index.ts";
import type { Pool } from "../../store/database/index.ts";
import type { Allow } from "../guard.ts";

export interface BroadcastsOptions {
  readonly broadcasts: BroadcastDeps;
  /** Connections for decisions and for the reads that they need: these do not wait behind other queries. */
  readonly urgentPool: Pool;
  /** The public keys that verify this platform's signatures. */
  readonly publishedKeys: () => PublishedKeys;
  readonly people: People;
  readonly allow: Allow;
}
