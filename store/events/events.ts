import {
  type Db,
  decodeCursor,
  encodeCursor,
  exactJson,
  type Limits,
  limitsCondition,
  limitsParameter,
  type Page,
  toPage,
} from "../database/index.ts";
import { joinPlace } from "../places/index.ts";

/** An event that a device reported, with the place that the device had then. */
export interface DeviceEvent {
  readonly deviceId: string;
  readonly kind: string;
  readonly regionCode: string;
  readonly eventId: string;
  readonly type: string;
  /** A lasting event is reported as new, update and end under one id; others are instant. */
  readonly phase: "instant" | "new" | "update" | "end";
  readonly observedAt: Date;
  readonly receivedAt: Date;
  readonly data: Record<string, unknown>;
}

interface EventRow {
  device_no: number;
  id: string;
  kind: string;
  region_code: string;
  event_id: string;
  type: string;
  phase: DeviceEvent["phase"];
  observed_at: Date;
  observed_key: string;
  received_at: Date;
  data: Record<string, unknown>;
}

const toEvent = (row: EventRow): DeviceEvent => ({
  deviceId: row.id,
  kind: row.kind,
  regionCode: row.region_code,
  eventId: row.event_id,
  type: row.type,
  phase: row.phase,
  observedAt: row.observed_at,
  receivedAt: row.received_at,
  data: row.data,
});

export interface EventFilter {
  /** The numbers that one id has had. */
  readonly deviceNos?: readonly number[] | undefined;
  readonly region?: string | undefined;
  readonly kind?: string | undefined;
  readonly type?: string | undefined;
  /** From this moment on, by the device's clock. */
  readonly from?: Date | undefined;
  /** Before this moment. */
  readonly to?: Date | undefined;
}

/**
 * Events, newest first by the device's clock, of the places in the limits. Events of deleted devices stay in the list.
 */
export async function listEvents(
  db: Db,
  filter: EventFilter,
  limits: Limits,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<DeviceEvent>> {
  const after = decodeCursor("events", ["time", "device", "text", "text"], page.cursor);
  const { rows } = await db.query<EventRow>({
    types: exactJson,
    // "observed_at <=" repeats what the row comparison implies, because only a plain comparison excludes chunks.
    text: `select e.device_no, d.id, d.kind, d.region_code, e.event_id, e.type, e.phase, e.observed_at,
            e.observed_at::text as observed_key, e.received_at, e.data
     from events e
     ${joinPlace("d", "e.device_no", "e.observed_at")}
     where ${limitsCondition("d", 1)}
       and ($2::int[] is null or e.device_no = any ($2::int[]))
       and ($3::text is null or d.region_code like $3::text)
       and ($4::text is null or d.kind = $4::text)
       and ($5::text is null or e.type = $5::text)
       and ($6::timestamptz is null or e.observed_at >= $6::timestamptz)
       and ($7::timestamptz is null or e.observed_at < $7::timestamptz)
       and ($8::timestamptz is null or (
         e.observed_at <= $8::timestamptz
         and (e.observed_at, e.device_no, e.event_id, e.phase)
             < ($8::timestamptz, $9::int, $10::text, $11::text)))
     order by e.observed_at desc, e.device_no desc, e.event_id desc, e.phase desc
     limit $12::int`,
    values: [
      limitsParameter(limits),
      filter.deviceNos ?? null,
      filter.region === undefined ? null : `${filter.region}%`,
      filter.kind ?? null,
      filter.type ?? null,
      filter.from?.toISOString() ?? null,
      filter.to?.toISOString() ?? null,
      ...(after ?? [null, null, null, null]),
      page.limit + 1,
    ],
  });
  return toPage(rows, page.limit, toEvent, (row) =>
    encodeCursor("events", [row.observed_key, row.device_no, row.event_id, row.phase]),
  );
}
