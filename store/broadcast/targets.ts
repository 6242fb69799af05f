import {
  arrayOf,
  type Client,
  type Db,
  Float8Column,
  Int4Column,
  type Limits,
  limitsCondition,
  limitsParameter,
  NO_LIMITS,
  TextColumn,
  TimestampColumn,
} from "../database/index.ts";

/** States of one speaker of one broadcast. The first four are open, the others final. */
export const TARGET_STATES = [
  "waiting",
  "handed_over",
  "acknowledged",
  "started",
  "sounded",
  "refused",
  "failed",
  "offline",
  "cancelled",
] as const;
export type TargetState = (typeof TARGET_STATES)[number];

/** States in which a target is not resolved yet. The partial index `broadcast_targets_open` has the same list. */
export const OPEN_TARGET_STATES = ["waiting", "handed_over", "acknowledged", "started"] as const;

const OPEN = OPEN_TARGET_STATES.map((state) => `'${state}'`).join(", ");

/** A speaker as it stands at release. */
export interface NewTarget {
  readonly deviceNo: number;
  readonly regionCode: string;
}

/** Writes all targets of a broadcast: before the first command leaves, in the transaction that releases it. */
export async function insertTargets(
  db: Db,
  broadcastNo: number,
  targets: readonly NewTarget[],
): Promise<void> {
  await db.query({
    name: "insert_broadcast_targets",
    text: `insert into broadcast_targets (broadcast_no, device_no, region_code)
           select $1::bigint, device_no, region_code from unnest($2::int4[], $3::text[]) as input (device_no, region_code)`,
    values: [
      broadcastNo,
      arrayOf(new Int4Column(), targets, ({ deviceNo }) => deviceNo),
      arrayOf(new TextColumn(), targets, ({ regionCode }) => regionCode),
    ],
  });
}

/** True when a broadcast was released to a speaker that is none of these. */
export async function hasTargetBeside(
  db: Db,
  broadcastNo: number,
  deviceNos: readonly number[],
): Promise<boolean> {
  const { rows } = await db.query<{ found: boolean }>(
    `select exists (
       select device_no from broadcast_targets where broadcast_no = $1::bigint
       except select unnest($2::int4[])) as found`,
    [broadcastNo, deviceNos],
  );
  return rows[0]!.found;
}

/** How the command of an attempt left. */
export interface HandOver {
  readonly attempt: number;
  readonly sends: number;
  /** Milliseconds since 1970; null when it never left. */
  readonly handedOverAt: number | null;
}

/** As the column `earlier` has it. */
export type StoredHandOver = Omit<HandOver, "handedOverAt"> & { readonly handedOverAt: string | null };

export const toHandOver = ({ attempt, sends, handedOverAt }: StoredHandOver): HandOver => ({
  attempt,
  sends,
  handedOverAt: handedOverAt === null ? null : Date.parse(handedOverAt),
});

/** A target as dispatch takes it up. Times in milliseconds since 1970. */
export interface TargetRow {
  readonly broadcastNo: number;
  readonly deviceNo: number;
  readonly deviceId: string;
  /** The region where it stood at the release. */
  readonly regionCode: string;
  readonly state: TargetState;
  readonly reason: string | null;
  readonly attempt: number;
  readonly sends: number;
  readonly handedOverAt: number | null;
  readonly partlyHeard: boolean;
  /** True when a reading was evidence in the attempt that it reports. */
  readonly hasEvidence: boolean;
  /** Of the attempts before. */
  readonly earlier: readonly HandOver[];
}

/** Every target of these broadcasts. A deleted device stays a target: it is offline until the end. */
export async function readTargets(db: Db, broadcastNos: readonly number[]): Promise<TargetRow[]> {
  const { rows } = await db.query<{
    broadcast_no: number;
    device_no: number;
    id: string;
    region_code: string;
    state: TargetState;
    reason: string | null;
    attempt: number;
    sends: number;
    handed_over_at: Date | null;
    partly_heard: boolean;
    has_evidence: boolean;
    earlier: StoredHandOver[];
  }>(
    `select t.broadcast_no, t.device_no, d.id, t.region_code, t.state, t.reason, t.attempt, t.sends, t.handed_over_at,
       t.partly_heard, t.evidence_at is not null as has_evidence, t.earlier
     from broadcast_targets t join devices d using (device_no)
     where t.broadcast_no = any ($1::bigint[])
     order by t.broadcast_no, t.device_no`,
    [broadcastNos],
  );
  return rows.map((row) => ({
    broadcastNo: row.broadcast_no,
    deviceNo: row.device_no,
    deviceId: row.id,
    regionCode: row.region_code,
    state: row.state,
    reason: row.reason,
    attempt: row.attempt,
    sends: row.sends,
    handedOverAt: row.handed_over_at?.getTime() ?? null,
    partlyHeard: row.partly_heard,
    hasEvidence: row.has_evidence,
    earlier: row.earlier.map(toHandOver),
  }));
}

/** The regions in which the targets of a broadcast stood at its release. */
export async function readTargetRegions(db: Db, broadcastNo: number): Promise<string[]> {
  const { rows } = await db.query<{ region_code: string }>(
    "select distinct region_code from broadcast_targets where broadcast_no = $1::bigint order by 1",
    [broadcastNo],
  );
  return rows.map(({ region_code: regionCode }) => regionCode);
}

/** A change of a target. Times in milliseconds since 1970. */
export interface TargetChange {
  readonly broadcastNo: number;
  readonly deviceNo: number;
  /** The last one that was ordered; `sends` and `handedOverAt` belong to it. */
  readonly attempt: number;
  readonly state: TargetState;
  readonly reason: string | null;
  readonly sends: number;
  readonly handedOverAt: number | null;
  /** The attempt to which all following fields belong. */
  readonly reportedAttempt: number;
  readonly acknowledgedAt: number | null;
  readonly startedAt: number | null;
  readonly evidenceAt: number | null;
  readonly evidenceCurrent: number | null;
  readonly evidenceSoundLevel: number | null;
  readonly endedAt: number | null;
  readonly secondsPlayed: number | null;
  /** True when it played a part, in this attempt or an earlier one. */
  readonly partlyHeard: boolean;
}

/**
 * Writes many changes in one statement; a repetition changes nothing more. A change of an attempt that another one has
 * followed is dropped. A cancelled target stays so, unless it turns out to have sounded, and a target that has sounded
 * stays so, whichever process writes later: another process may know less.
 */
export async function writeTargetChanges(db: Db, changes: readonly TargetChange[]): Promise<void> {
  if (changes.length === 0) return;
  await db.query({
    name: "write_broadcast_target_changes",
    text: `
      update broadcast_targets t set
        state = c.state, reason = c.reason, sends = c.sends, handed_over_at = c.handed_over_at,
        acknowledged_at = c.acknowledged_at, started_at = c.started_at, evidence_at = c.evidence_at,
        evidence_current = c.evidence_current, evidence_sound_level = c.evidence_sound_level,
        ended_at = c.ended_at, seconds_played = c.seconds_played, reported_attempt = c.reported_attempt,
        partly_heard = c.partly_heard
      from unnest($1::int4[], $2::int4[], $3::int4[], $4::text[], $5::text[], $6::int4[], $7::timestamptz[],
                  $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::float8[], $12::float8[],
                  $13::timestamptz[], $14::float8[], $15::int4[], $16::boolean[])
        as c (broadcast_no, device_no, attempt, state, reason, sends, handed_over_at, acknowledged_at, started_at,
              evidence_at, evidence_current, evidence_sound_level, ended_at, seconds_played, reported_attempt,
              partly_heard)
      where t.broadcast_no = c.broadcast_no::bigint and t.device_no = c.device_no and t.attempt = c.attempt
        and (t.state not in ('cancelled', 'sounded') or c.state in (t.state, 'sounded'))`,
    values: [
      arrayOf(new Int4Column(), changes, (change) => change.broadcastNo),
      arrayOf(new Int4Column(), changes, (change) => change.deviceNo),
      arrayOf(new Int4Column(), changes, (change) => change.attempt),
      arrayOf(new TextColumn(), changes, (change) => change.state),
      arrayOf(new TextColumn(), changes, (change) => change.reason),
      arrayOf(new Int4Column(), changes, (change) => change.sends),
      arrayOf(new TimestampColumn(), changes, (change) => change.handedOverAt),
      arrayOf(new TimestampColumn(), changes, (change) => change.acknowledgedAt),
      arrayOf(new TimestampColumn(), changes, (change) => change.startedAt),
      arrayOf(new TimestampColumn(), changes, (change) => change.evidenceAt),
      arrayOf(new Float8Column(), changes, (change) => change.evidenceCurrent),
      arrayOf(new Float8Column(), changes, (change) => change.evidenceSoundLevel),
      arrayOf(new TimestampColumn(), changes, (change) => change.endedAt),
      arrayOf(new Float8Column(), changes, (change) => change.secondsPlayed),
      arrayOf(new Int4Column(), changes, (change) => change.reportedAttempt),
      changes.map((change) => change.partlyHeard),
    ],
  });
}

/** The state of a target in the database. */
export interface TargetVerdict {
  readonly deviceNo: number;
  readonly state: TargetState;
  readonly reason: string | null;
  readonly partlyHeard: boolean;
}

/** Locks these targets until the end of the transaction, and reads them. */
export async function lockTargets(
  tx: Client,
  broadcastNo: number,
  deviceNos: readonly number[],
): Promise<TargetVerdict[]> {
  const { rows } = await tx.query<TargetVerdict>(
    `select device_no as "deviceNo", state, reason, partly_heard as "partlyHeard" from broadcast_targets
     where broadcast_no = $1 and device_no = any ($2::int4[]) order by device_no for update`,
    [broadcastNo, deviceNos],
  );
  return rows;
}

/** Ends all open targets of a broadcast as cancelled. @returns how many */
export async function cancelTargets(db: Db, broadcastNo: number): Promise<number> {
  const { rowCount } = await db.query(
    `update broadcast_targets set state = 'cancelled', reason = null
     where broadcast_no = $1 and state in (${OPEN})`,
    [broadcastNo],
  );
  return rowCount ?? 0;
}

/**
 * Refusals that another attempt can overcome: a clock that is set again, a key that is fetched meanwhile, a command
 * that came in pieces, an amplifier that was busy. `wrong_area`, `cancelled` and `replayed` would come back the same.
 */
const RETRIED_REFUSALS = [
  "malformed",
  "unsigned",
  "unknown_key",
  "bad_signature",
  "not_yet_valid",
  "expired",
  "preempted",
  "clock_unset",
] as const;

/** A target that another attempt may reach; `$parameter` is `RETRIED_REFUSALS`. */
const retryable = (parameter: number) =>
  `(state = 'failed' or (state = 'refused' and reason = any ($${parameter}::text[])))`;

/** How many targets another attempt would set back. */
export async function countRetryable(db: Db, broadcastNo: number): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::int as n from broadcast_targets where broadcast_no = $1 and ${retryable(2)}`,
    [broadcastNo, RETRIED_REFUSALS],
  );
  return rows[0]!.n;
}

/** Reasons why a speaker that said that it had ended does not count as heard. */
const UNPROVEN_REASONS = ["no_sound", "muted", "cut_short", "no_length", "not_started"];

/** The targets that were set back for another attempt. */
export interface Reopened {
  readonly targets: number;
  /** Device ids of the speakers among them that had said that they ended, and are not proven to have sounded. */
  readonly unheard: readonly string[];
}

/**
 * Sets the targets that failed, or refused for a reason that may have passed, back to waiting for another attempt. A
 * target that sounded is never tried again, and an open one goes on with its attempt. The row keeps how the command of
 * the former attempt left, since proof of it may still come, and that a part was heard.
 */
export async function reopenTargets(db: Db, broadcastNo: number, attempt: number): Promise<Reopened> {
  const { rows } = await db.query<Reopened>(
    `with former as (
       select device_no, ended_at is not null and reason = any ($4::text[]) as unheard from broadcast_targets
       where broadcast_no = $1 and attempt < $2 and ${retryable(3)}
       for update
     ), reopened as (
     update broadcast_targets t set
       earlier = t.earlier || jsonb_build_object('attempt', t.attempt, 'sends', t.sends, 'handedOverAt', t.handed_over_at),
       state = 'waiting', reason = null, attempt = $2, reported_attempt = $2, sends = 0, handed_over_at = null, acknowledged_at = null,
       started_at = null, evidence_at = null, evidence_current = null, evidence_sound_level = null, ended_at = null,
       seconds_played = null
     from former
     where t.broadcast_no = $1 and t.device_no = former.device_no
     returning t.device_no, former.unheard
     )
     select count(*)::int as targets,
       coalesce(array_agg(d.id order by d.device_no) filter (where unheard), '{}') as unheard
     from reopened join devices d using (device_no)`,
    [broadcastNo, attempt, RETRIED_REFUSALS, UNPROVEN_REASONS],
  );
  return rows[0]!;
}

/** The number of targets in each state. */
export async function countTargets(db: Db, broadcastNo: number): Promise<TargetCounts> {
  return (await countTargetsOf(db, [broadcastNo])).get(broadcastNo)!;
}

export type TargetCounts = Record<TargetState, number>;

const noTargets = () => Object.fromEntries(TARGET_STATES.map((state) => [state, 0])) as TargetCounts;

/** The same for many broadcasts in one query, for the targets within limits. */
export async function countTargetsOf(
  db: Db,
  broadcastNos: readonly number[],
  limits: Limits = NO_LIMITS,
): Promise<Map<number, TargetCounts>> {
  const counts = new Map(broadcastNos.map((broadcastNo) => [broadcastNo, noTargets()]));
  if (broadcastNos.length === 0) return counts;
  const parameter = limitsParameter(limits);
  const { rows } = await db.query<{ broadcast_no: number; state: TargetState; n: number }>(
    `select t.broadcast_no, t.state, count(*)::int as n from broadcast_targets t
     ${parameter === null ? "" : "join devices d using (device_no)"}
     where t.broadcast_no = any ($1::bigint[]) ${parameter === null ? "" : `and ${limitsCondition("d", 2)}`}
     group by t.broadcast_no, t.state`,
    parameter === null ? [broadcastNos] : [broadcastNos, parameter],
  );
  for (const { broadcast_no, state, n } of rows) counts.get(broadcast_no)![state] = n;
  return counts;
}

/** The same for these devices, speaker by speaker: faster where they are few, and targets many. */
export async function countTargetsOfDevices(
  db: Db,
  broadcastNos: readonly number[],
  deviceNos: readonly number[],
): Promise<Map<number, TargetCounts>> {
  const counts = new Map(broadcastNos.map((broadcastNo) => [broadcastNo, noTargets()]));
  const { rows } = await db.query<{ broadcast_no: number; state: TargetState; n: number }>(
    `select t.broadcast_no, t.state, count(*)::int as n
     from unnest($2::int4[]) as mine (device_no)
     -- offset 0: as it is written, by the index of devices.
     cross join lateral (
       select t.broadcast_no, t.state from broadcast_targets t
       where t.device_no = mine.device_no and t.broadcast_no = any ($1::bigint[])
       offset 0) t
     group by t.broadcast_no, t.state`,
    [broadcastNos, deviceNos],
  );
  for (const { broadcast_no, state, n } of rows) counts.get(broadcast_no)![state] = n;
  return counts;
}
