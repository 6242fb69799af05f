import type { Limits } from "../../access/limits.ts";
import { type ErrorCode, type Fault, PlatformError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import type { AuditActor } from "../../store/audit/index.ts";
import { type Broadcast, findBroadcast, findRevision } from "../../store/broadcast/index.ts";
import type { Db, Pool } from "../../store/database/index.ts";
import { countTargetsWithin } from "../../store/devices/index.ts";
import type { AlertJudge, FairTurns } from "../cap/index.ts";
import type { Order } from "../contract/index.ts";
import { missingOfStored, readStoredMessage } from "../drafting/index.ts";
import { type Aim, judgeRings, sizeFaults } from "../targets/index.ts";
import { differences } from "./differences.ts";
import { broadcastReach } from "./visibility.ts";

/** The services that the operations on broadcasts use. */
export interface BroadcastDeps {
  readonly pool: Pool;
  readonly log: Logger;
  /** Signs orders; the key ring in practice. */
  readonly keys: { sign(order: Order): Promise<string> };
  /** Hands commands to speakers once everything is committed. */
  readonly dispatcher: BroadcastDispatcher;
  /** Names this platform in orders and as the sender of its alerts. */
  readonly issuer: string;
  /**
   * Judges alerts, by the certificates that may sign those of each sender: no sender speaks, or cancels, for another.
   */
  readonly judge: Pick<AlertJudge, "judge">;
  /** The line of judged alerts that wait to be taken. */
  readonly imports: FairTurns;
  /** Signs exported alerts. */
  readonly alertSigning?: { readonly privateKeyPem: string; readonly certificatePem: string } | undefined;
  /** Called for every committed change, for live listeners. Never throws. */
  readonly onChanged: (broadcast: Broadcast) => void;
  readonly now: () => Date;
}

/**
 * The progress of a stop. `on_its_way`: no speaker is sent the broadcast any more, and all that listen are told to stop.
 * `on_record`: none has said so yet, or not all speakers can be told: a process that has some may be cut off.
 */
export interface StopProgress {
  readonly stop: "on_its_way" | "on_record";
  /** Speakers that may play it, and of which nobody knows whether the order reaches them; null where none has counted. */
  readonly unsure: number | null;
}

/** The part of `dispatch/` that the service uses. */
export interface BroadcastDispatcher {
  begin(broadcastNo: number): void | Promise<void>;
  cancel(broadcastNo: number): StopProgress | Promise<StopProgress>;
  retry(broadcastNo: number): unknown;
}

/** The caller of an operation. */
export interface BroadcastCaller {
  readonly actor: AuditActor;
  /** The area in which the caller may take the requested step. */
  readonly limits: Limits;
  /** The area in which the caller may read broadcasts. */
  readonly sees: Limits;
  /**
   * The area in which the caller may cancel broadcasts: an alert that no trusted sender signed withdraws no more than
   * that.
   */
  readonly cancels: Limits;
}

/** @throws PlatformError `broadcast_not_found`, also for one that the caller does not see */
export async function getBroadcast(
  db: Db,
  caller: Pick<BroadcastCaller, "actor" | "sees">,
  id: string,
): Promise<Broadcast> {
  const broadcast = await findBroadcast(db, id, broadcastReach(caller.sees, caller.actor.tenantId));
  if (!broadcast) throw new PlatformError("broadcast_not_found", `There is no broadcast '${id}'`);
  return broadcast;
}

/** The content of a revision: everything that a decision is about. */
const decidedOn = ({ message, replaces }: Pick<Broadcast, "message" | "replaces">) => ({
  ...message,
  replaces,
});

/**
 * @throws PlatformError `broadcast_changed` with the differences, when the caller has looked at another revision than
 * the present one
 */
export async function assertRevision(db: Db, broadcast: Broadcast, revision: number): Promise<void> {
  if (revision === broadcast.revision) return;
  const read = await findRevision(db, broadcast.broadcastNo, revision);
  throw new PlatformError(
    "broadcast_changed",
    `The broadcast is at revision ${broadcast.revision}, and you looked at ${revision}: read it again`,
    { changes: read ? differences(decidedOn(read), decidedOn(broadcast)) : [] },
  );
}

const MAX_NAMED = 10;

/**
 * The refusal names only the regions of the broadcast itself: neither how many speakers of others it reaches nor where
 * they stand.
 * @param advice what else the caller may do
 */
function beyond(regions: readonly string[], advice = ""): PlatformError {
  const more = regions.length > MAX_NAMED ? " and others" : "";
  const named = regions.length > 0 ? `: it lies over ${regions.slice(0, MAX_NAMED).join(", ")}${more}` : "";
  return new PlatformError(
    "forbidden",
    `The broadcast reaches beyond the regions and speakers for which you may do this${named}${advice}`,
  );
}

const HOW_TO_NARROW =
  ". Narrow it to your own: by a draft for these alone or, of an imported alert, by a cut (POST …/cut); or leave these regions out of a shape (target.exclude)";

/**
 * @throws PlatformError `forbidden` unless every region that a target names or covers the place of, and every speaker
 * that it means, lies within the caller's limits
 */
export async function assertAimWithin(aim: Aim, { limits }: BroadcastCaller): Promise<void> {
  if (await aim.isWithin(limits)) return;
  throw beyond(await aim.regionsBeyond(limits), HOW_TO_NARROW);
}

/**
 * The same for a released broadcast, by the targets of its release: a caller who could release it can still end it,
 * also when a place has become known since, or a speaker has moved.
 * @param where `now`: the present places of the speakers, for a broadcast that sounds again
 */
export async function assertTargetsWithin(
  db: Db,
  broadcastNo: number,
  aim: Aim,
  { limits }: BroadcastCaller,
  where: "now" | "then or now" = "then or now",
): Promise<void> {
  const regions = await aim.regionsNamedBeyond(limits);
  if (regions.length > 0) throw beyond(regions);
  const { all, within } = await countTargetsWithin(db, broadcastNo, limits, where);
  if (within < all) throw beyond([]);
}

/**
 * @throws PlatformError `broadcast_incomplete` with every missing part of a broadcast, a speaker included;
 * `command_too_large` for a complete one that is longer than a command
 */
export async function assertComplete(broadcast: Broadcast, now: Date, aim: Aim): Promise<void> {
  const stored = readStoredMessage(broadcast);
  await judgeRings(stored.draft.target.polygons);
  const faults = missingOfStored(stored, now);
  const tooLong = sizeFaults(stored.draft);
  if (tooLong.length > 0 && faults.length === tooLong.length) {
    throw refusalOf("command_too_large", "The broadcast does not fit into one command", tooLong);
  }
  const isAimed = !faults.some(({ path }) => path.startsWith("/target"));
  if (isAimed && (await aim.isEmpty())) {
    faults.push({ path: "/target", message: "there is no speaker in it" });
  }
  if (faults.length > 0) throw refusalOf("broadcast_incomplete", "The broadcast is not complete", faults);
}

const refusalOf = (code: ErrorCode, what: string, faults: Fault[]) =>
  new PlatformError(code, `${what}: ${faults.map(({ path, message }) => `${path} ${message}`).join("; ")}`, {
    faults,
  });
