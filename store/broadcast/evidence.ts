import { arrivalOf, assertIdentifier, type Db, inUnit, type KindTable } from "../database/index.ts";

/** A speaker's answer to a command. Times in milliseconds since 1970. */
export interface ReplyRow {
  readonly deviceNo: number;
  readonly commandId: string;
  readonly outcome: string;
  readonly observedAt: number;
  readonly receivedAt: number;
  readonly data: Record<string, unknown>;
}

/**
 * Every answer to these commands. There is no bound in time: the clock of a speaker may be far off.
 * @param deviceNos only of these speakers
 */
export async function readReplies(
  db: Db,
  commandIds: readonly string[],
  deviceNos?: readonly number[],
): Promise<ReplyRow[]> {
  const { rows } = await db.query<{
    device_no: number;
    command_id: string;
    outcome: string;
    observed_at: Date;
    received_at: Date;
    data: Record<string, unknown>;
  }>(
    `select device_no, command_id, outcome, observed_at, received_at, data
     from replies where command_id = any ($1::text[]) and ($2::int4[] is null or device_no = any ($2::int4[]))`,
    [commandIds, deviceNos ?? null],
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

/** The quantities that prove sound. */
const PROOF = ["amplifier_current", "sound_level", "play_state", "volume"] as const;

/** A reading of a speaker, as far as it can prove sound. */
export interface SpeakerReadingRow {
  readonly deviceNo: number;
  /** Milliseconds since 1970, by the speaker's clock. */
  readonly observedAt: number;
  /** By the platform's clock. */
  readonly receivedAt: number;
  readonly amplifierCurrent: number | undefined;
  readonly soundLevel: number | undefined;
  readonly playState: string | undefined;
  readonly volume: number | undefined;
}

/** When the speakers of a broadcast may have played it, by their own clocks. */
export interface PlayWindow {
  readonly broadcastNo: number;
  readonly from: Date;
  readonly to: Date;
}

/** The limits from which on a reading shows sound. */
export interface Loudness {
  /** Amperes. */
  readonly minCurrent: number;
  /** dB[SPL] */
  readonly minSoundLevel: number;
}

/**
 * Readings of speakers that are not proven yet, from the time when they may have played: those that show sound, and
 * those from while they said that they were playing. A quiet minute besides proves nothing, and there are a day's of
 * them.
 * @param speakers the tables of readings of each kind that sounds
 * @param deviceNos only of these speakers
 */
export async function readSpeakerReadings(
  db: Db,
  speakers: readonly KindTable[],
  windows: readonly PlayWindow[],
  loudness: Loudness,
  deviceNos?: readonly number[],
): Promise<SpeakerReadingRow[]> {
  const found: SpeakerReadingRow[] = [];
  for (const table of speakers) {
    for (const row of await readReadingsOfKind(db, table, windows, loudness, deviceNos)) found.push(row);
  }
  return found;
}

async function readReadingsOfKind(
  db: Db,
  speakers: KindTable,
  windows: readonly PlayWindow[],
  { minCurrent, minSoundLevel }: Loudness,
  deviceNos: readonly number[] | undefined,
): Promise<SpeakerReadingRow[]> {
  const value = (name: (typeof PROOF)[number]) => {
    const column = speakers.columns.find((candidate) => candidate.name === name);
    if (!column) throw new Error(`${speakers.table} has no column '${name}', by which sound is proven`);
    return inUnit(column, `r.${assertIdentifier(name)}`);
  };
  const metric = (name: (typeof PROOF)[number]) => `${value(name)} as ${name}`;
  const { rows } = await db.query<{
    device_no: number;
    observed_at: Date;
    received_at: Date;
    amplifier_current: number | null;
    sound_level: number | null;
    play_state: string | null;
    volume: number | null;
  }>(
    `select r.device_no, r.observed_at, ${arrivalOf("r")} as received_at, ${PROOF.map(metric).join(", ")}
     from (select t.device_no, min(w.starts) as starts, max(w.ends) as ends
           from unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[]) as w (broadcast_no, starts, ends)
           join broadcast_targets t using (broadcast_no)
           where t.state <> 'sounded' and ($8::int4[] is null or t.device_no = any ($8::int4[]))
           group by t.device_no) played
     join ${assertIdentifier(speakers.table)} r on r.device_no = played.device_no
       and r.observed_at >= played.starts and r.observed_at <= played.ends
     where r.observed_at >= $4::timestamptz and r.observed_at <= $5::timestamptz
       and (${value("amplifier_current")} >= $6::float8 or ${value("sound_level")} >= $7::float8
            or r.play_state = 'playing')
     order by r.device_no, r.observed_at`,
    [
      windows.map(({ broadcastNo }) => broadcastNo),
      windows.map(({ from }) => from.toISOString()),
      windows.map(({ to }) => to.toISOString()),
      // Repeated for the whole, because only plain comparisons exclude chunks.
      new Date(Math.min(...windows.map(({ from }) => from.getTime()))).toISOString(),
      new Date(Math.max(...windows.map(({ to }) => to.getTime()))).toISOString(),
      minCurrent,
      minSoundLevel,
      deviceNos ?? null,
    ],
  );
  return rows.map((row) => ({
    deviceNo: row.device_no,
    observedAt: row.observed_at.getTime(),
    receivedAt: row.received_at.getTime(),
    amplifierCurrent: row.amplifier_current ?? undefined,
    soundLevel: row.sound_level ?? undefined,
    playState: row.play_state ?? undefined,
    volume: row.volume ?? undefined,
  }));
}
