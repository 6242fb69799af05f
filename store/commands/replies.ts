import { type Db, decodeCursor, encodeCursor, exactJson, type Page, toPage } from "../database/index.ts";
import { type DeviceSpan, deviceNosIn, spansParameters, withinSpans } from "../places/index.ts";

/** A device's reply to a command. */
export interface Reply {
  readonly commandId: string;
  readonly outcome: string;
  readonly observedAt: Date;
  readonly receivedAt: Date;
  readonly data: Record<string, unknown>;
}

interface Row {
  device_no: number;
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
  /**
   * Given where the caller does not see all of that device: the times to include, also of other devices that had its
   * id.
   */
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
  const { spans } = filter;
  const after = decodeCursor("replies", ["time", "device", "text", "text"], page.cursor);
  const { rows } = await db.query<Row>({
    types: exactJson,
    // "observed_at <=" repeats what the row comparison implies, because only a plain comparison excludes chunks.
    text: `select device_no, command_id, outcome, observed_at, observed_at::text as observed_key, received_at, data
     from replies
     where ${spans ? `device_no = any ($1::int[]) and ${withinSpans("replies.device_no", "replies.observed_at", 10)}` : "device_no = $1::int"}
       and ($2::text is null or command_id = $2::text)
       and ($3::timestamptz is null or observed_at >= $3::timestamptz)
       and ($4::timestamptz is null or observed_at < $4::timestamptz)
       and ($5::timestamptz is null or (
         observed_at <= $5::timestamptz
         and (observed_at, device_no, command_id, outcome) < ($5::timestamptz, $6::int, $7::text, $8::text)))
     order by observed_at desc, device_no desc, command_id desc, outcome desc
     limit $9::int`,
    values: [
      spans ? deviceNosIn(spans) : filter.deviceNo,
      filter.commandId ?? null,
      filter.from?.toISOString() ?? null,
      filter.to?.toISOString() ?? null,
      ...(after ?? [null, null, null, null]),
      page.limit + 1,
      ...(spans ? spansParameters(spans) : []),
    ],
  });
  return toPage(rows, page.limit, toReply, (row) =>
    encodeCursor("replies", [row.observed_key, row.device_no, row.command_id, row.outcome]),
  );
}
