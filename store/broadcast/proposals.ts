import type { Db } from "../database/index.ts";
import type { Attachment } from "./broadcasts.ts";

/** An alarm that asks for a draft. */
export interface AlarmWithoutDraft {
  readonly alarmNo: number;
  readonly kind: string;
  readonly rule: string;
  readonly raisedAt: Date;
  readonly deviceId: string;
  readonly regionCode: string;
  readonly location: { readonly longitude: number; readonly latitude: number } | null;
}

/** Active alarms of the given kinds and rules, raised since then, for which no broadcast was proposed. */
export async function listAlarmsWithoutDraft(
  db: Db,
  rules: readonly { readonly kind: string; readonly rule: string }[],
  since: Date,
  limit: number,
): Promise<AlarmWithoutDraft[]> {
  const { rows } = await db.query<{
    alarm_no: number;
    kind: string;
    rule: string;
    raised_at: Date;
    id: string;
    region_code: string;
    longitude: number | null;
    latitude: number | null;
  }>(
    `select a.alarm_no, d.kind, a.rule, a.raised_at, d.id, d.region_code, d.longitude, d.latitude
     from alarms a
     join devices d on d.device_no = a.device_no
     join unnest($1::text[], $2::text[]) as wanted (kind, rule) on wanted.kind = d.kind and wanted.rule = a.rule
     where a.cleared_at is null and a.raised_at >= $3::timestamptz and d.deleted_at is null
       and not exists (select from broadcasts b where b.proposed_by_alarm = a.alarm_no)
     order by a.alarm_no
     limit $4::int`,
    [rules.map(({ kind }) => kind), rules.map(({ rule }) => rule), since.toISOString(), limit],
  );
  return rows.map((row) => ({
    alarmNo: row.alarm_no,
    kind: row.kind,
    rule: row.rule,
    raisedAt: row.raised_at,
    deviceId: row.id,
    regionCode: row.region_code,
    location:
      row.longitude === null || row.latitude === null
        ? null
        : { longitude: row.longitude, latitude: row.latitude },
  }));
}

/**
 * The nearest cameras, devices of the kinds that show, of the same county, by great-circle distance; where no distance
 * is known, those of the same region, without one.
 */
export async function findNearestCameras(
  db: Db,
  showing: readonly string[],
  { regionCode, location }: Pick<AlarmWithoutDraft, "regionCode" | "location">,
  limit: number,
): Promise<Attachment[]> {
  const { rows } = await db.query<{ id: string; kind: string; distance_km: number | null }>(
    `select d.id, d.kind, case when $2::float8 is null or d.longitude is null or d.latitude is null then null else
              2 * 6371.0088 * asin(least(1, sqrt(
                sin(radians(d.latitude - $3::float8) / 2) ^ 2
                + cos(radians($3::float8)) * cos(radians(d.latitude)) * sin(radians(d.longitude - $2::float8) / 2) ^ 2)))
            end as distance_km
     from devices d
     where d.kind = any ($5::text[]) and d.deleted_at is null and d.region_code like left($1::text, 6) || '%'
       and (($2::float8 is not null and d.longitude is not null) or d.region_code like $1::text || '%')
     order by distance_km nulls last, d.device_no
     limit $4::int`,
    [regionCode, location?.longitude ?? null, location?.latitude ?? null, limit, showing],
  );
  return rows.map((row) => ({
    kind: row.kind,
    deviceId: row.id,
    distanceKm: row.distance_km === null ? null : Math.round(row.distance_km * 1000) / 1000,
  }));
}
