import { z } from "zod";

const days = (fallback: number, about: string) =>
  z.coerce.number().int().min(0).max(36_500).default(fallback).describe(about);

/** How many days the platform keeps received data. */
export const retentionSettings = {
  RETENTION_READINGS_DAYS: days(
    1095,
    "Days that raw readings are kept and late ones accepted. 0: for ever. Sums by day stay.",
  ),
  RETENTION_EVENTS_DAYS: days(1095, "Days that events and replies are kept. 0: for ever."),
  RETENTION_REJECTED_DAYS: days(30, "Days that rejected messages are kept for replay. 0: for ever."),
  RETENTION_ALERTS_DAYS: days(
    1095,
    "Days that a CAP alert is kept as it came if no broadcast made of it was released. 0: for ever.",
  ),
};
