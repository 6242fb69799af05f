import type { Client } from "../database/index.ts";
import {
  BEHIND,
  BESIDE_MESSAGE,
  type Broadcast,
  type BroadcastContent,
  type BroadcastRow,
  type BroadcastTemplateName,
  type NewBroadcast,
  REPLACES,
  toBroadcast,
} from "./broadcasts.ts";

/** A message as it comes back from the database. Its shapes are numbers, and only a copy of them would take time. */
function asStored({ target, ...message }: BroadcastContent["message"]): Record<string, unknown> {
  const { polygons, ...rest } = (target ?? {}) as { readonly polygons?: unknown };
  const stored = JSON.parse(
    JSON.stringify({ ...message, ...(target === undefined ? {} : { target: rest }) }),
  );
  return polygons === undefined ? stored : { ...stored, target: { ...stored.target, polygons } };
}

/** Reads the columns that were written beside the message, which `content` has. */
async function readWritten(tx: Client, broadcastNo: number, content: BroadcastContent): Promise<Broadcast> {
  const { rows } = await tx.query<Omit<BroadcastRow, "message">>(
    `select ${BESIDE_MESSAGE.join(", ")}, ${REPLACES}, ${BEHIND} from broadcasts b where b.broadcast_no = $1::bigint`,
    [broadcastNo],
  );
  return toBroadcast({ ...rows[0]!, message: asStored(content.message) });
}

const contentValues = (content: BroadcastContent) => [
  JSON.stringify(content.message),
  content.mode,
  content.class,
  content.level,
  content.eventCode,
  content.headline,
  content.regions,
  content.startsAt,
  content.expiresAt,
];

/** Adds a draft. */
export async function insertBroadcast(tx: Client, broadcast: NewBroadcast): Promise<Broadcast> {
  const { rows } = await tx.query<{ broadcast_no: number }>(
    `insert into broadcasts (state, message, mode, class, level, event_code, headline, regions, starts_at, expires_at,
       id, tenant_id, created_by, cap_identifier, cap_sender, cap_sent, source, replaces_nos, proposed_by_alarm,
       attachments, template, authors)
     values ('draft', $1::jsonb, $2, $3, $4, $5, $6, $7::text[], $8::timestamptz, $9::timestamptz,
       $10, $11, $12, $10, $13, date_trunc('second', now()), $14::jsonb, $15::bigint[], $16::bigint, $17::jsonb,
       $18::jsonb, $19::text[])
     returning broadcast_no`,
    [
      ...contentValues(broadcast),
      broadcast.id,
      broadcast.tenantId,
      broadcast.createdBy,
      broadcast.capSender,
      broadcast.source === undefined ? null : JSON.stringify(broadcast.source),
      broadcast.replaces ?? [],
      broadcast.proposedByAlarm ?? null,
      JSON.stringify(broadcast.attachments ?? []),
      broadcast.template === undefined ? null : JSON.stringify(broadcast.template),
      broadcast.authors ?? [],
    ],
  );
  return readWritten(tx, rows[0]!.broadcast_no, broadcast);
}

/**
 * Replaces the content of a draft.
 * @param authors everybody behind the change
 * @param template the present template of its texts
 */
export async function updateContent(
  tx: Client,
  broadcastNo: number,
  content: BroadcastContent,
  authors: readonly string[],
  template: BroadcastTemplateName | null,
): Promise<Broadcast> {
  await tx.query(
    `update broadcasts
     set message = $1::jsonb, mode = $2, class = $3, level = $4, event_code = $5, headline = $6,
         regions = $7::text[], starts_at = $8::timestamptz, expires_at = $9::timestamptz,
         revision = revision + 1, updated_at = now(), template = $12::jsonb,
         authors = array(select distinct unnest(authors || $11::text[]) order by 1)
     where broadcast_no = $10::bigint`,
    [...contentValues(content), broadcastNo, authors, template === null ? null : JSON.stringify(template)],
  );
  return readWritten(tx, broadcastNo, content);
}
