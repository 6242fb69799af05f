import {
  type Db,
  decodeCursor,
  encodeCursor,
  type Limits,
  limitsParameter,
  type Page,
  toPage,
} from "../database/index.ts";
import { lengthOf } from "../places/index.ts";
import { TARGETS } from "./coverage.ts";
import { type StoredHandOver, type TargetState, toHandOver } from "./targets.ts";

/** One speaker of a broadcast, for lists and reports. */
export interface TargetReport {
  readonly deviceId: string;
  readonly name: string | null;
  readonly regionCode: string;
  readonly villageName: string | null;
  readonly townshipName: string | null;
  readonly countyName: string | null;
  readonly state: TargetState;
  readonly reason: string | null;
  /** The last one that was ordered. */
  readonly attempt: number;
  /**
   * The attempt to which all following fields belong: the proven one, also when another had been ordered meanwhile.
   * Null for rows from before the platform recorded this, which may mix several.
   */
  readonly reportedAttempt: number | null;
  readonly sends: number;
  readonly handedOverAt: Date | null;
  readonly acknowledgedAt: Date | null;
  readonly startedAt: Date | null;
  readonly evidenceAt: Date | null;
  /** Amperes. */
  readonly evidenceCurrent: number | null;
  /** dB[SPL] */
  readonly evidenceSoundLevel: number | null;
  readonly endedAt: Date | null;
  readonly secondsPlayed: number | null;
}

export interface TargetFilter {
  readonly states?: readonly TargetState[] | undefined;
  readonly reason?: string | undefined;
  /** A region and everything inside. */
  readonly region?: string | undefined;
}

/** The position where a list of targets goes on: they are in the order of regions, then devices. */
type TargetPosition = readonly [regionCode: string, deviceNo: number];

interface TargetReportRow {
  device_no: number;
  id: string;
  name: string | null;
  region_code: string;
  village: string | null;
  township: string | null;
  county: string | null;
  state: TargetState;
  reason: string | null;
  attempt: number;
  reported_attempt: number | null;
  earlier: StoredHandOver[];
  sends: number;
  handed_over_at: Date | null;
  acknowledged_at: Date | null;
  started_at: Date | null;
  evidence_at: Date | null;
  evidence_current: number | null;
  evidence_sound_level: number | null;
  ended_at: Date | null;
  seconds_played: number | null;
}

/** Targets within the limits, in the order of regions, `limit` from a position on. */
async function selectTargetReports(
  db: Db,
  broadcastNo: number,
  filter: TargetFilter,
  limits: Limits,
  page: { readonly limit: number; readonly after?: TargetPosition | undefined },
): Promise<{ readonly report: TargetReport; readonly position: TargetPosition }[]> {
  const { rows } = await db.query<TargetReportRow>(
    `select t.*, d.id, d.name, village.name as village, township.name as township, county.name as county
     from (
       select t.* from ${TARGETS}
         and ($3::text[] is null or t.state = any ($3::text[]))
         and ($4::text is null or t.reason = $4::text)
         and ($5::text is null or t.region_code like $5::text || '%')
         and ($6::text is null or (t.region_code, t.device_no) > ($6::text, $7::bigint))
       order by t.region_code, t.device_no
       limit $8::int) t
     join devices d using (device_no)
     left join regions village on village.code = t.region_code and village.level = 5
     left join regions township on township.code = left(t.region_code, ${lengthOf("township")}) and township.level = 4
     left join regions county on county.code = left(t.region_code, ${lengthOf("county")}) and county.level = 3
     order by t.region_code, t.device_no`,
    [
      broadcastNo,
      limitsParameter(limits),
      filter.states ?? null,
      filter.reason ?? null,
      filter.region ?? null,
      page.after?.[0] ?? null,
      page.after?.[1] ?? null,
      page.limit,
    ],
  );
  return rows.map((row) => ({ report: toReport(row), position: [row.region_code, row.device_no] }));
}

/** How the command left of the attempt that the row reports. */
function handOverOf(row: TargetReportRow): Pick<TargetReport, "sends" | "handedOverAt"> {
  const last = { sends: row.sends, handedOverAt: row.handed_over_at };
  if (row.reported_attempt === null || row.reported_attempt === row.attempt) return last;
  const stored = row.earlier.find(({ attempt }) => attempt === row.reported_attempt);
  if (!stored) return { sends: 0, handedOverAt: null };
  const { sends, handedOverAt } = toHandOver(stored);
  return { sends, handedOverAt: handedOverAt === null ? null : new Date(handedOverAt) };
}

const toReport = (row: TargetReportRow): TargetReport => ({
  deviceId: row.id,
  name: row.name,
  regionCode: row.region_code,
  villageName: row.village,
  townshipName: row.township,
  countyName: row.county,
  state: row.state,
  reason: row.reason,
  attempt: row.attempt,
  reportedAttempt: row.reported_attempt,
  ...handOverOf(row),
  acknowledgedAt: row.acknowledged_at,
  startedAt: row.started_at,
  evidenceAt: row.evidence_at,
  evidenceCurrent: row.evidence_current,
  evidenceSoundLevel: row.evidence_sound_level,
  endedAt: row.ended_at,
  secondsPlayed: row.seconds_played,
});

/** A page of the targets of a broadcast, in the order of regions. */
export async function listTargets(
  db: Db,
  broadcastNo: number,
  filter: TargetFilter,
  limits: Limits,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<TargetReport>> {
  const after = decodeCursor("targets", ["text", "integer"], page.cursor);
  const rows = await selectTargetReports(db, broadcastNo, filter, limits, {
    limit: page.limit + 1,
    after: after as TargetPosition | undefined,
  });
  return toPage(
    rows,
    page.limit,
    ({ report }) => report,
    ({ position }) => encodeCursor("targets", [...position]),
  );
}

/** All of them in pages, so that a report of a province does not sit in memory. */
export async function* readTargetReports(
  db: Db,
  broadcastNo: number,
  filter: TargetFilter,
  limits: Limits,
  pageSize = 1000,
): AsyncGenerator<TargetReport[]> {
  let after: TargetPosition | undefined;
  for (;;) {
    const rows = await selectTargetReports(db, broadcastNo, filter, limits, { limit: pageSize, after });
    if (rows.length > 0) yield rows.map(({ report }) => report);
    if (rows.length < pageSize) return;
    after = rows.at(-1)!.position;
  }
}
