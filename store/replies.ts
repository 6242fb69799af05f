import { decodeCursor, encodeCursor, type Page, toPage } from "./cursor.ts";
import type { Db } from "./database.ts";
import { type DeviceSpan, deviceNosIn, spansParameters, withinSpans } from "./device-key.ts";

/** What a device said of a command. */
export interface Reply {
  readonly commandId: string;
  readonly outcome: string;
  readonly observedAt: Date;
  readonly receivedAt: Date;
  readonly data: Record<string, unknown>;
}

interface Row {
  command_id: string;
  outcome: string;
  observed_at: Date;
  observed_key: string;
  received_at: Date;
  data: Record<string, unknown>;
}

const toReply = (row: Row): Reply => ({
  commandId: row.command_id,
  outcome: row.outcome,
  observedAt: row.observed_at,
  receivedAt: row.received_at,
  data: row.data,
});

export interface ReplyFilter {
  readonly deviceNo: number;
  /** Where not all of that device is asked for: other times, also of others that had its id. */
  readonly spans?: readonly DeviceSpan[] | undefined;
  readonly commandId?: string | undefined;
  /** From this moment on, by the device's clock. */
  readonly from?: Date | undefined;
  /** Before this moment. */
  readonly to?: Date | undefined;
}

/** A device's replies, newest first by its clock. */
export async function listReplies(
  db: Db,
  filter: ReplyFilter,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Reply>> {
  const after = decodeCursor("replies", ["time", "text", "text"], page.cursor);
  const { rows } = await db.query<Row>(
    // "observed_at <=" repeats what the row comparison implies, because only a plain comparison excludes chunks.
    `select command_id, outcome, observed_at, observed_at::text as observed_key, received_at, data
     from replies
     where device_no = any ($1::int[])
       ${filter.spans ? `and ${withinSpans("device_no", "observed_at", 9)}` : ""}
       and ($2::text is null or command_id = $2::text)
       and ($3::timestamptz is null or observed_at >= $3::timestamptz)
       and ($4::timestamptz is null or observed_at < $4::timestamptz)
       and ($5::timestamptz is null or (
         observed_at <= $5::timestamptz
         and (observed_at, command_id, outcome) < ($5::timestamptz, $6::text, $7::text)))
     order by observed_at desc, command_id desc, outcome desc
     limit $8::int`,
    [
      filter.spans ? deviceNosIn(filter.spans) : [filter.deviceNo],
      filter.commandId ?? null,
      filter.from?.toISOString() ?? null,
      filter.to?.toISOString() ?? null,
      ...(after ?? [null, null, null]),
      page.limit + 1,
      ...(filter.spans ? spansParameters(filter.spans) : []),
    ],
  );
  return toPage(rows, page.limit, toReply, (row) =>
    encodeCursor("replies", [row.observed_key, row.command_id, row.outcome]),
  );
}
