import { MAX_LIFETIME_HOURS } from "../message/index.ts";

const HOUR_MS = 3_600_000;

/** How long a new key is only published: longer than a terminal keeps the keys that it has fetched. */
export const DEFAULT_LEAD_MS = HOUR_MS;

/** How long a key stays published after it signed for the last time: as long as a command of it may be obeyed. */
export const DEFAULT_OVERLAP_MS = (MAX_LIFETIME_HOURS + 1) * HOUR_MS;
