import { PlatformError } from "../../base/errors.ts";
import { appendAudit } from "../../store/audit/index.ts";
import { type Broadcast, lockBroadcasts } from "../../store/broadcast/index.ts";
import { withTransaction } from "../../store/database/index.ts";
import {
  allClearTexts,
  correctionTexts,
  type Draft,
  draftOf,
  extensionTexts,
  type FollowedBroadcast,
  type FollowUp,
  isFollowUp,
  quotesHeadline,
  rememberFilled,
} from "../drafting/index.ts";
import { type BroadcastCaller, type BroadcastDeps, getBroadcast } from "../lifecycle/index.ts";
import { DEFAULT_LIFETIME_HOURS, describeReached, type Level, MAX_LIFETIME_HOURS } from "../message/index.ts";
import { storeDraft } from "./drafts.ts";
import { findReplaced } from "./replaces.ts";

export interface FollowUpRequest {
  readonly type: FollowUp;
  /** The end of the follow-up itself. */
  readonly expiresAt?: Date | undefined;
}

/**
 * Makes a draft that takes back, corrects or prolongs a broadcast, for the same speakers and of the same mode and
 * level. It takes the place of the broadcast once it is released, whether that is still on the air or has ended.
 * @throws PlatformError `broadcast_not_found`; `broadcast_state` for one that nobody can have heard; `forbidden` when
 * it reaches beyond the caller's limits; `invalid_request` for an expiry that extends nothing
 */
export async function createFollowUp(
  deps: BroadcastDeps,
  caller: BroadcastCaller,
  id: string,
  request: FollowUpRequest,
): Promise<Broadcast> {
  const { broadcastNo } = await getBroadcast(deps.pool, caller, id);
  const draft = await withTransaction(deps.pool, async (tx) => {
    const original = (await lockBroadcasts(tx, [broadcastNo]))[0]!;
    assertWasAired(original);
    assertMayFollow(original, request, deps.now());
    const replaces = await findReplaced(tx, caller, { mode: original.mode }, [id]);
    const now = deps.now();
    const message = draftOf(original);
    const followed: FollowedBroadcast = {
      ...message,
      level: message.level as Level,
      eventCode: message.eventCode,
      place: await describeReached(tx, message.target, original.regions),
      at: original.releasedAt ?? original.createdAt,
      isFollowUp: isFollowUp(original.template),
      isAllClear: message.responseTypes.includes("AllClear"),
    };
    const draft = followUpOf(message, followed, original, request, now);
    const stored = await storeDraft(tx, deps, caller.actor, draft, {
      action: "create",
      replaces,
      // A correction and an extension repeat words that a person has written, and so do some all-clears.
      authors: request.type === "all_clear" && !quotesHeadline(followed) ? [] : original.authors,
      template: {
        source: "built-in",
        id: request.type,
        version: null,
        filled: rememberFilled(draft.texts, followed),
      },
    });
    await appendAudit(tx, stored.audit);
    return stored.broadcast;
  });
  deps.onChanged(draft);
  return draft;
}

/** A training has no release; it can only be complete. */
function assertWasAired({ id, state, mode, releasedAt }: Broadcast): void {
  if (releasedAt !== null || (mode === "training" && state === "completed")) return;
  throw new PlatformError(
    "broadcast_state",
    `${id} is '${state}' and was never released: nobody has heard it. Change it, or cancel it`,
  );
}

/**
 * @throws PlatformError `broadcast_state` for an all-clear that is to be lifted or prolonged; `invalid_request` for an
 * expiry that has passed
 */
function assertMayFollow(original: Broadcast, { type, expiresAt }: FollowUpRequest, now: Date): void {
  if (type !== "correction" && draftOf(original).responseTypes.includes("AllClear")) {
    const message = `${original.id} is an all-clear: there is no warning in it to lift or to extend. Correct it, or write a new warning`;
    throw new PlatformError("broadcast_state", message);
  }
  if (expiresAt === undefined || expiresAt > now) return;
  const message = `${expiresAt.toISOString()} has passed: no speaker would play it`;
  throw new PlatformError("invalid_request", `body/expiresAt: ${message}`, {
    faults: [{ path: "/expiresAt", message }],
  });
}

function followUpOf(
  { startsAt: _begun, expiresAt: _over, cap, ...rest }: Draft,
  followed: FollowedBroadcast,
  original: Broadcast,
  { type, expiresAt }: FollowUpRequest,
  now: Date,
): Draft {
  // The other content of an imported alert holds as long as the texts do; its note was about that alert alone.
  const { note: _note, ...extras } = cap ?? {};
  const message = cap === undefined ? rest : { ...rest, cap: extras as NonNullable<Draft["cap"]> };
  switch (type) {
    case "all_clear":
      return {
        ...rest,
        texts: allClearTexts(followed),
        responseTypes: ["AllClear"],
        urgency: "Past",
        certainty: "Observed",
        ...(expiresAt === undefined ? {} : { expiresAt }),
      };
    case "correction": {
      const over =
        expiresAt ?? (original.expiresAt && original.expiresAt > now ? original.expiresAt : undefined);
      return {
        ...message,
        texts: correctionTexts(followed),
        ...(over === undefined ? {} : { expiresAt: over }),
      };
    }
    case "extension": {
      const until = extendedUntil(original, expiresAt, now);
      return { ...message, texts: extensionTexts(followed, until), expiresAt: until };
    }
  }
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** As asked, or a day longer; in full minutes, because it is said aloud. */
function extendedUntil({ expiresAt: former }: Broadcast, asked: Date | undefined, now: Date): Date {
  const ceiling = now.getTime() + MAX_LIFETIME_HOURS * HOUR_MS;
  const from = Math.max(now.getTime(), former?.getTime() ?? 0);
  const longer = Math.min(from + DEFAULT_LIFETIME_HOURS * HOUR_MS, ceiling);
  const until = asked ?? new Date(Math.floor(longer / MINUTE_MS) * MINUTE_MS);
  if (until.getTime() > from && until.getTime() <= ceiling) return until;
  const message = `${until.toISOString()} extends nothing: expected a moment after ${new Date(from).toISOString()}, and at most ${MAX_LIFETIME_HOURS} hours from now`;
  throw new PlatformError("invalid_request", `body/expiresAt: ${message}`, {
    faults: [{ path: "/expiresAt", message }],
  });
}
