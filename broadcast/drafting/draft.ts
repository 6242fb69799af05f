import type { Fault } from "../../base/errors.ts";
import type { Broadcast, BroadcastContent } from "../../store/broadcast/index.ts";
import {
  type BroadcastMessage,
  findEventCode,
  MAX_LIFETIME_HOURS,
  messageSchema,
  type Target,
} from "../message/index.ts";
import { excludeFaults, ringFaults, sizeFaults } from "../targets/index.ts";
import type { Draft } from "./draft-schema.ts";
import { followUpWarnings } from "./filled-texts.ts";
import { readStoredMessage, type StoredMessage, type StoredMessageRow } from "./stored-message.ts";
import { modeFaults, type TextWarning, textWarnings } from "./text-checks.ts";

/** The message of a broadcast, from any stored form. */
export const draftOf = (row: StoredMessageRow): Draft => readStoredMessage(row).draft;

/**
 * The reasons why a stored draft cannot be submitted: missing parts, unreadable ones, and those that no command could
 * carry.
 */
export const missingIn = (row: StoredMessageRow, now: Date): Fault[] =>
  missingOfStored(readStoredMessage(row), now);

/** The same for a draft that was already read. */
export const missingOfStored = ({ draft, unread }: StoredMessage, now: Date): Fault[] => [
  ...unread,
  ...missingOf(draft, now),
  ...sizeFaults(draft),
];

/** Warnings about a broadcast's texts that do not fit it, for its author and the people who decide. */
export const warningsOf = (broadcast: StoredMessageRow & Pick<Broadcast, "template">): TextWarning[] =>
  warningsOfStored(readStoredMessage(broadcast), broadcast.template);

/** The same for a draft that was already read. */
export const warningsOfStored = (
  { draft }: StoredMessage,
  template: Broadcast["template"],
): TextWarning[] => [...textWarnings(draft, template?.filled), ...followUpWarnings(draft.texts, template)];

export const isEmptyTarget = ({ regions, polygons, circles }: Target): boolean =>
  regions.length + polygons.length + circles.length === 0;

/** 测试: for drills, trainings and tests of equipment. A terminal that shows an actual one would alarm people by it. */
const TEST_EVENT_CODE = "00000";

const HOUR_MS = 3_600_000;

/** The reasons why a draft cannot be submitted, each with its place. Empty: it is complete. */
export function missingOf(draft: Draft, now: Date): Fault[] {
  const faults: Fault[] = [];
  const miss = (path: string, message: string) => faults.push({ path, message });
  // The texts of an alert may be longer than a broadcast may read aloud, or unknown to us.
  for (const issue of messageSchema.safeParse(draft).error?.issues ?? []) {
    const path = `/${issue.path.join("/")}`;
    const found = issue.path.reduce<unknown>(
      (inner, key) => (inner as Record<PropertyKey, unknown>)?.[key],
      draft,
    );
    if (issue.code === "too_big" && typeof found === "string") {
      miss(path, `has ${found.length} characters, expected at most ${issue.maximum}`);
    } else {
      miss(path, issue.message.replace(/^Invalid input: (expected .+), received undefined$/, "missing, $1"));
    }
  }
  faults.push(...modeFaults(draft));
  if (draft.mode === "actual" && draft.eventCode === TEST_EVENT_CODE) {
    miss("/eventCode", `${TEST_EVENT_CODE} is for tests: expected the event that it is actually about`);
  }
  const shapesAreRead = !faults.some(({ path }) => path.startsWith("/target"));
  if (shapesAreRead) faults.push(...ringFaults(draft.target.polygons), ...excludeFaults(draft.target));
  const languages = draft.texts.map(({ language }) => language.toLowerCase());
  if (new Set(languages).size < languages.length) {
    miss("/texts", `two texts have the same language (${languages.join(", ")}): expected one of each`);
  }
  if (isEmptyTarget(draft.target)) {
    miss("/target", "empty: expected at least one region, polygon or circle");
  }
  const { startsAt, expiresAt } = draft;
  if (startsAt && expiresAt && startsAt >= expiresAt) {
    miss("/expiresAt", `${expiresAt.toISOString()} is not after startsAt, ${startsAt.toISOString()}`);
  }
  if (startsAt && startsAt.getTime() >= now.getTime() + MAX_LIFETIME_HOURS * HOUR_MS) {
    miss(
      "/startsAt",
      `expected a start within ${MAX_LIFETIME_HOURS} hours, which is how long a broadcast lives`,
    );
  }
  return faults;
}

/** The message once nothing is missing. */
export const completeMessage = (draft: Draft): BroadcastMessage => messageSchema.parse(draft);

/** A draft in its stored form. `regions` are those that it reaches into. */
export function contentOf(draft: Draft, regions: readonly string[]): BroadcastContent {
  const event = draft.eventCode === undefined ? undefined : findEventCode(draft.eventCode);
  return {
    message: draft,
    mode: draft.mode,
    class: draft.class,
    level: draft.level,
    eventCode: draft.eventCode ?? null,
    headline: draft.texts[0]?.headline ?? event?.zh ?? draft.eventCode ?? "-",
    regions,
    startsAt: draft.startsAt ?? null,
    expiresAt: draft.expiresAt ?? null,
  };
}
