import { arrayOf, Int4Column, JsonbColumn, TextColumn, TimestampColumn } from "./binary-array.ts";
import type { Db } from "./database.ts";

export type EventPhase = "instant" | "new" | "update" | "end";

/** An event on its way into its table. Times in milliseconds since 1970. */
export interface NewEvent {
  readonly deviceNo: number;
  readonly observedAt: number;
  readonly receivedAt: number;
  readonly eventId: string;
  readonly phase: EventPhase;
  readonly type: string;
  /** Text of a JSON object: everything else that the device said. */
  readonly data: string;
}

/** A device's answer to a command. Times in milliseconds since 1970. */
export interface NewReply {
  readonly deviceNo: number;
  readonly observedAt: number;
  readonly receivedAt: number;
  readonly commandId: string;
  readonly outcome: string;
  readonly data: string;
}

/** The ledger part of both statements below: what came in against what was new, per device. */
const LEDGER = `
  ledger as (
    insert into ledger_batches (device_nos, received, stored, rejected)
    select array_agg(r.device_no), array_agg(r.n), array_agg(coalesce(s.n, 0)), array_agg(0)
    from (select device_no, count(*)::int as n from input group by 1) r
    left join (select device_no, count(*)::int as n from stored group by 1) s using (device_no)
  )`;

/**
 * Commits events with their ledger entry.
 * @returns for each event whether it was new, in the order given
 */
export async function insertEvents(db: Db, events: readonly NewEvent[]): Promise<boolean[]> {
  if (events.length === 0) return [];
  const { rows } = await db.query<{ i: number }>({
    name: "insert_events",
    text: `
      with input as (
        select * from unnest($1::int4[], $2::timestamptz[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::jsonb[])
          with ordinality as input (device_no, observed_at, received_at, event_id, phase, type, data, i)
      ), stored as (
        insert into events (device_no, observed_at, received_at, event_id, phase, type, data)
        select device_no, observed_at, received_at, event_id, phase, type, data from input
        on conflict do nothing
        returning device_no, observed_at, event_id, phase
      ), ${LEDGER}
      select min(i)::int as i from input join stored using (device_no, observed_at, event_id, phase)
      group by device_no, observed_at, event_id, phase`,
    values: [
      arrayOf(new Int4Column(), events, (event) => event.deviceNo),
      arrayOf(new TimestampColumn(), events, (event) => event.observedAt),
      arrayOf(new TimestampColumn(), events, (event) => event.receivedAt),
      arrayOf(new TextColumn(), events, (event) => event.eventId),
      arrayOf(new TextColumn(), events, (event) => event.phase),
      arrayOf(new TextColumn(), events, (event) => event.type),
      arrayOf(new JsonbColumn(), events, (event) => event.data),
    ],
  });
  return markNew(events.length, rows);
}

/**
 * Commits replies with their ledger entry.
 * @returns for each reply whether it was new, in the order given
 */
export async function insertReplies(db: Db, replies: readonly NewReply[]): Promise<boolean[]> {
  if (replies.length === 0) return [];
  const { rows } = await db.query<{ i: number }>({
    name: "insert_replies",
    text: `
      with input as (
        select * from unnest($1::int4[], $2::timestamptz[], $3::timestamptz[], $4::text[], $5::text[], $6::jsonb[])
          with ordinality as input (device_no, observed_at, received_at, command_id, outcome, data, i)
      ), stored as (
        insert into replies (device_no, observed_at, received_at, command_id, outcome, data)
        select device_no, observed_at, received_at, command_id, outcome, data from input
        on conflict do nothing
        returning device_no, observed_at, command_id, outcome
      ), ${LEDGER}
      select min(i)::int as i from input join stored using (device_no, observed_at, command_id, outcome)
      group by device_no, observed_at, command_id, outcome`,
    values: [
      arrayOf(new Int4Column(), replies, (reply) => reply.deviceNo),
      arrayOf(new TimestampColumn(), replies, (reply) => reply.observedAt),
      arrayOf(new TimestampColumn(), replies, (reply) => reply.receivedAt),
      arrayOf(new TextColumn(), replies, (reply) => reply.commandId),
      arrayOf(new TextColumn(), replies, (reply) => reply.outcome),
      arrayOf(new JsonbColumn(), replies, (reply) => reply.data),
    ],
  });
  return markNew(replies.length, rows);
}

function markNew(length: number, rows: readonly { i: number }[]): boolean[] {
  const isNew = new Array<boolean>(length).fill(false);
  for (const { i } of rows) isNew[i - 1] = true; // ordinality counts from 1
  return isNew;
}
