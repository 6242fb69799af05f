import type { Db } from "../database/index.ts";

/**
 * The part of a broadcast that dispatch needs while it is on the air, while its speakers have yet to be stopped, or
 * after its end while it may still be corrected.
 */
export interface OpenBroadcast {
  readonly broadcastNo: number;
  readonly id: string;
  readonly state: string;
  readonly mode: "actual" | "drill" | "training";
  readonly class: "emergency" | "daily";
  readonly level: number;
  readonly headline: string;
  readonly regions: readonly string[];
  /** The whole content, as broadcast/message/message.ts has it. */
  readonly message: Readonly<Record<string, unknown>>;
  readonly attempt: number;
  readonly releasedAt: Date;
  readonly startsAt: Date | null;
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
}

/** True for one that speakers are to play, or to stop, at the moment $1. */
const IS_ON_AIR = `(state in ('dispatching', 'playing') or (state = 'cancelled' and expires_at > $1::timestamptz))`;

/** True for one of which speakers may ever have heard. */
const WAS_RELEASED = "released_at is not null and expires_at is not null";

/**
 * Broadcasts that are being dispatched or played, cancelled ones of which a speaker could still hold a command, and
 * those that have ended since a moment.
 * @param broadcastNo only this one
 */
export async function readOpenBroadcasts(
  db: Db,
  now: Date,
  endedSince: Date,
  broadcastNo?: number,
): Promise<OpenBroadcast[]> {
  const { rows } = await db.query<{
    broadcast_no: number;
    id: string;
    state: string;
    mode: "actual" | "drill" | "training";
    class: "emergency" | "daily";
    level: number;
    headline: string;
    regions: string[];
    message: Record<string, unknown>;
    attempt: number;
    released_at: Date;
    starts_at: Date | null;
    expires_at: Date;
    ended_at: Date | null;
  }>(
    `select broadcast_no, id, state, mode, class, level, headline, regions, message, attempt, released_at, starts_at, expires_at,
            ended_at
     from broadcasts
     where (${IS_ON_AIR}
            or (state in ('completed', 'failed', 'expired', 'cancelled') and ended_at > $2::timestamptz))
       and ${WAS_RELEASED}
       and ($3::bigint is null or broadcast_no = $3::bigint)
     order by broadcast_no`,
    [now.toISOString(), endedSince.toISOString(), broadcastNo ?? null],
  );
  return rows.map((row) => ({
    broadcastNo: row.broadcast_no,
    id: row.id,
    state: row.state,
    mode: row.mode,
    class: row.class,
    level: row.level,
    headline: row.headline,
    regions: row.regions,
    message: row.message,
    attempt: row.attempt,
    releasedAt: row.released_at,
    startsAt: row.starts_at,
    expiresAt: row.expires_at,
    endedAt: row.ended_at,
  }));
}

/** The state of each broadcast that speakers are to play, or to stop, at a moment. */
export async function listOnAir(
  db: Db,
  now: Date,
): Promise<Pick<OpenBroadcast, "broadcastNo" | "state" | "attempt">[]> {
  const { rows } = await db.query<{ broadcast_no: number; state: string; attempt: number }>({
    name: "list_on_air",
    text: `select broadcast_no, state, attempt from broadcasts
           where ${IS_ON_AIR} and ${WAS_RELEASED}
           order by broadcast_no`,
    values: [now.toISOString()],
  });
  return rows.map(({ broadcast_no: broadcastNo, state, attempt }) => ({ broadcastNo, state, attempt }));
}
