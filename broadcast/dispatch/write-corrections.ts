import { type AuditEntry, appendAudit, PLATFORM_ACTOR } from "../../store/audit/index.ts";
import {
  type Broadcast,
  countTargets,
  insertHistory,
  lockBroadcasts,
  lockTargets,
  type TargetState,
  type TargetVerdict,
  writeTargetChanges,
} from "../../store/broadcast/index.ts";
import type { Client } from "../../store/database/index.ts";
import { nextState, type State, takeStep } from "../lifecycle/index.ts";
import { type ProofRules, toHistoryCounts } from "../proof/index.ts";
import type { Fence } from "./fence.ts";
import { OVER_STATES } from "./on-air.ts";
import type { OnAir, OnAirTarget } from "./target.ts";

/**
 * Limits of a row of history: speakers named for each kind of correction, and kinds: reasons are the speakers' own
 * words.
 */
export const MAX_NAMED = 20;
const MAX_KINDS = 20;

/** Targets that went from one verdict to another, for the history. */
export interface VerdictCorrection {
  readonly from: TargetState;
  readonly reason: string | null;
  readonly to: TargetState;
  readonly toReason: string | null;
  /**
   * Only where the answer is another one now, for a target that has not sounded to its end: true if people heard a
   * part.
   */
  readonly partlyHeard?: boolean;
  readonly count: number;
  /** The first of them. */
  readonly deviceIds: readonly string[];
}

/**
 * Writes the changed targets of a broadcast that has ended, and adds a row to its history where verdicts have changed,
 * one for all of them. A broadcast that no one seemed to have heard is completed by the first speaker that is proven.
 * @returns the broadcast's state afterwards, and how many verdicts were corrected
 */
export function writeCorrections(
  fence: Fence,
  broadcast: OnAir,
  targets: readonly OnAirTarget[],
  rules: ProofRules,
  now: Date,
): Promise<{ readonly state: State; readonly corrected: number }> {
  const { broadcastNo } = broadcast;
  return fence.transaction(async (tx) => {
    const [stored] = await lockBroadcasts(tx, [broadcastNo]);
    if (!stored) throw new Error(`Broadcast ${broadcastNo} is gone`);
    const numbers = targets.map(({ deviceNo }) => deviceNo);
    const before = await lockTargets(tx, broadcastNo, numbers);
    await writeTargetChanges(
      tx,
      targets.map((target) => target.change(rules)),
    );
    // As the database took them: it may have dropped a verdict because another process knew better.
    const after = await lockTargets(tx, broadcastNo, numbers);
    const ids = new Map(targets.map(({ deviceNo, deviceId }) => [deviceNo, deviceId]));
    const corrections = sumUp(ids, before, after);
    const corrected = corrections.reduce((sum, { count }) => sum + count, 0);
    // Opened again meanwhile: changes to its speakers are no corrections.
    if (corrected === 0 || !OVER_STATES.has(stored.state)) return { state: stored.state, corrected: 0 };
    const counts = await countTargets(tx, broadcastNo);
    const most = [...corrections].sort((a, b) => b.count - a.count).slice(0, MAX_KINDS);
    const audit = await noteCorrections(
      tx,
      stored,
      counts.sounded > 0,
      { corrected, corrections: most, targets: toHistoryCounts(counts) },
      now,
    );
    await appendAudit(tx, audit.entry);
    return { state: audit.state, corrected };
  });
}

async function noteCorrections(
  tx: Client,
  stored: Broadcast,
  wasHeard: boolean,
  details: Readonly<Record<string, unknown>>,
  now: Date,
): Promise<{ readonly state: State; readonly entry: AuditEntry }> {
  const actor = PLATFORM_ACTOR;
  if (wasHeard && nextState(stored.state, "correct") !== undefined) {
    const step = await takeStep(tx, stored, "correct", { actor, now, details });
    return { state: step.broadcast.state, entry: step.audit };
  }
  const { broadcastNo, id, state } = stored;
  await insertHistory(tx, { broadcastNo, action: "correct", from: state, to: state, actor, details });
  const object = { type: "broadcast", id };
  return { state, entry: { actor, action: "broadcast.correct", object, after: { state, ...details } } };
}

function sumUp(
  ids: ReadonlyMap<number, string>,
  before: readonly TargetVerdict[],
  after: readonly TargetVerdict[],
): VerdictCorrection[] {
  const kinds = new Map<string, VerdictCorrection & { count: number; deviceIds: string[] }>();
  const now = new Map(after.map((target) => [target.deviceNo, target]));
  for (const old of before) {
    const { state: to, reason: toReason, partlyHeard } = now.get(old.deviceNo) ?? old;
    const isHeardAnew = to !== "sounded" && partlyHeard !== old.partlyHeard;
    if (old.state === to && old.reason === toReason && !isHeardAnew) continue;
    const key = JSON.stringify([old.state, old.reason, to, toReason, isHeardAnew && partlyHeard]);
    const kind = kinds.get(key) ?? {
      from: old.state,
      reason: old.reason,
      to,
      toReason,
      ...(isHeardAnew ? { partlyHeard } : {}),
      count: 0,
      deviceIds: [],
    };
    kinds.set(key, kind);
    kind.count++;
    if (kind.deviceIds.length < MAX_NAMED) kind.deviceIds.push(ids.get(old.deviceNo)!);
  }
  return [...kinds.values()];
}
