import type { Db } from "./database.ts";
import { assertIdentifier, inUnit, type KindTable } from "./kind-table.ts";

/** A speaker's answer to a command. Times in milliseconds since 1970. */
export interface ReplyRow {
  readonly deviceNo: number;
  readonly commandId: string;
  readonly outcome: string;
  readonly observedAt: number;
  readonly receivedAt: number;
  readonly data: Record<string, unknown>;
}

/** Every answer to these commands. Without a bound in time: the clock of a speaker may be far off. */
export async function readReplies(db: Db, commandIds: readonly string[]): Promise<ReplyRow[]> {
  const { rows } = await db.query<{
    device_no: number;
    command_id: string;
    outcome: string;
    observed_at: Date;
    received_at: Date;
    data: Record<string, unknown>;
  }>(
    `select device_no, command_id, outcome, observed_at, received_at, data
     from replies where command_id = any ($1::text[])`,
    [commandIds],
  );
  return rows.map((row) => ({
    deviceNo: row.device_no,
    commandId: row.command_id,
    outcome: row.outcome,
    observedAt: row.observed_at.getTime(),
    receivedAt: row.received_at.getTime(),
    data: row.data,
  }));
}

/** The metrics that prove sound. */
const PROOF = ["amplifier_current", "sound_level", "play_state", "volume"] as const;

/** What a speaker measured, as far as it can prove that it sounded. */
export interface SpeakerReadingRow {
  readonly deviceNo: number;
  /** Milliseconds since 1970. */
  readonly observedAt: number;
  readonly amplifierCurrent: number | undefined;
  readonly soundLevel: number | undefined;
  readonly playState: string | undefined;
  readonly volume: number | undefined;
}

/**
 * Readings of the speakers of these broadcasts that are not proven yet, from `since` on by their own clocks.
 * @param speakers where speakers' readings lie
 */
export async function readSpeakerReadings(
  db: Db,
  speakers: KindTable,
  broadcastNos: readonly number[],
  since: Date,
): Promise<SpeakerReadingRow[]> {
  const metric = (name: string) => {
    const column = speakers.columns.find((candidate) => candidate.name === name);
    if (!column) throw new Error(`${speakers.table} has no column '${name}', by which sound is proven`);
    return `${inUnit(column, `r.${assertIdentifier(name)}`)} as ${name}`;
  };
  const { rows } = await db.query<{
    device_no: number;
    observed_at: Date;
    amplifier_current: number | null;
    sound_level: number | null;
    play_state: string | null;
    volume: number | null;
  }>(
    `select r.device_no, r.observed_at, ${PROOF.map(metric).join(", ")}
     from ${assertIdentifier(speakers.table)} r
     where r.observed_at >= $2::timestamptz
       and r.device_no in (select t.device_no from broadcast_targets t
                           where t.broadcast_no = any ($1::bigint[]) and t.state <> 'sounded')
     order by r.device_no, r.observed_at`,
    [broadcastNos, since.toISOString()],
  );
  return rows.map((row) => ({
    deviceNo: row.device_no,
    observedAt: row.observed_at.getTime(),
    amplifierCurrent: row.amplifier_current ?? undefined,
    soundLevel: row.sound_level ?? undefined,
    playState: row.play_state ?? undefined,
    volume: row.volume ?? undefined,
  }));
}
