/**
 * The rules that say when a reading is late, and when readings are kept as a part of their day (`kept-days.ts`). Both
 * stand here, because only together they let no reading fall between:
 *
 * - An insert is checked right before it is sent. A reading of a span of three hours that ended more than half an
 *   hour ago is late, and the statement that stores it logs its device and day as changed.
 * - A span is kept one hour after its end, and not before every transaction has ended that was writing then.
 *
 * So an insert that is not logged was sent at most half an hour after its span, has half an hour to begin (a connection
 * is waited for 10 s, a statement runs 30 s), and when it takes longer to commit, the keeper waits for it. An insert
 * that commits after its span was kept is logged. The clocks of platforms and database may differ by up to half an
 * hour.
 */
const SPAN_MS = 3 * 3_600_000;
const LATE_AFTER_MS = 30 * 60_000;
const KEPT_AFTER_MS = 60 * 60_000;

const DAY_MS = 24 * 3_600_000;
/** Spans and days begin at midnight in Asia/Shanghai, which has no daylight saving time. */
const OFFSET_MS = 8 * 3_600_000;

/** The beginning of the day that holds the moment, in milliseconds since 1970. */
export const dayStart = (at: number): number => Math.floor((at + OFFSET_MS) / DAY_MS) * DAY_MS - OFFSET_MS;

/** The beginning of the span that holds the moment, in milliseconds since 1970. */
export const spanOf = (at: number): number => Math.floor((at + OFFSET_MS) / SPAN_MS) * SPAN_MS - OFFSET_MS;

/** Readings that were observed before this are late now. */
export const lateBefore = (now: number): number => spanOf(now - LATE_AFTER_MS);

/**
 * Readings that were observed before this may be kept, once no transaction writes that did so at `now` less an hour.
 */
export const keptBefore = (now: number): number => spanOf(now - KEPT_AFTER_MS);
