import type { Client, Db } from "./database.ts";

/** What names an alert in CAP. */
export interface AlertKey {
  readonly sender: string;
  readonly identifier: string;
  readonly sent: Date;
}

export interface StoredAlert {
  readonly msgType: string;
  readonly disposition: string;
  readonly signature: string;
  /** Who brought it first. */
  readonly receivedFrom: string | null;
  readonly broadcastNos: readonly number[];
}

export interface NewAlert extends AlertKey {
  readonly msgType: string;
  readonly status: string;
  /** What became of it. */
  readonly disposition: string;
  readonly signature: string;
  /** Who brought it. */
  readonly receivedFrom: string | null;
  /** As it came. */
  readonly xml: Buffer;
  readonly broadcastNos: readonly number[];
  readonly references: readonly AlertKey[];
}

/** As `referenced` has it. */
const keyText = ({ sender, identifier, sent }: AlertKey) => `${sender},${identifier},${sent.toISOString()}`;

const IMPORT_LOCK = 7_352_003;

/**
 * Alerts are taken one after the other: an alert and its Cancel, or the same alert from two feeds, may come at the
 * same time. Held to the end of the transaction.
 */
export async function lockAlerts(tx: Client): Promise<void> {
  await tx.query("select pg_advisory_xact_lock($1)", [IMPORT_LOCK]);
}

/** An alert that has come before, or undefined. */
export async function findAlert(db: Db, key: AlertKey): Promise<StoredAlert | undefined> {
  const { rows } = await db.query<{
    msg_type: string;
    disposition: string;
    signature: string;
    received_from: string | null;
    broadcast_nos: string[];
  }>(
    `select msg_type, disposition, signature, received_from, broadcast_nos from cap_alerts
     where sender = $1 and identifier = $2 and sent = $3::timestamptz`,
    [key.sender, key.identifier, key.sent.toISOString()],
  );
  const row = rows[0];
  return (
    row && {
      msgType: row.msg_type,
      disposition: row.disposition,
      signature: row.signature,
      receivedFrom: row.received_from,
      broadcastNos: row.broadcast_nos.map(Number),
    }
  );
}

/**
 * Records an alert. When it is taken once more (one that is signed after one that was not; for an office that does
 * not see what another one made of it), its broadcasts are added, and a trusted signature replaces another.
 */
export async function insertAlert(db: Db, alert: NewAlert): Promise<void> {
  await db.query(
    `insert into cap_alerts (sender, identifier, sent, msg_type, status, disposition, signature, received_from, xml,
       broadcast_nos, referenced)
     values ($1, $2, $3::timestamptz, $4, $5, $6, $7, $8, $9::bytea, $10::bigint[], $11::text[])
     on conflict (sender, identifier, sent) do update set
       broadcast_nos = cap_alerts.broadcast_nos || excluded.broadcast_nos,
       disposition = case when excluded.disposition = 'refused' then cap_alerts.disposition else excluded.disposition end,
       signature = case when excluded.signature = 'verified' then excluded.signature else cap_alerts.signature end,
       xml = case when excluded.signature = 'verified' then excluded.xml else cap_alerts.xml end`,
    [
      alert.sender,
      alert.identifier,
      alert.sent.toISOString(),
      alert.msgType,
      alert.status,
      alert.disposition,
      alert.signature,
      alert.receivedFrom,
      alert.xml,
      alert.broadcastNos,
      alert.references.map(keyText),
    ],
  );
}

/** The broadcasts that were made of an alert, or that we named so ourselves. Empty: nobody knows it. */
export async function findReferenced(
  db: Db,
  key: AlertKey,
): Promise<{ known: boolean; broadcastNos: number[] }> {
  const { rows } = await db.query<{ broadcast_nos: string[] }>(
    `select broadcast_nos from cap_alerts where sender = $1 and identifier = $2 and sent = $3::timestamptz
     union all
     select array[broadcast_no] from broadcasts
     where cap_sender = $1 and cap_identifier = $2 and cap_sent = $3::timestamptz`,
    [key.sender, key.identifier, key.sent.toISOString()],
  );
  return {
    known: rows.length > 0,
    broadcastNos: [...new Set(rows.flatMap((row) => row.broadcast_nos.map(Number)))],
  };
}

/**
 * The Update or Cancel of the same sender that has come for an alert before the alert itself: one with a trusted
 * signature, or that the same bringer has brought. Anybody else could keep an alert from being aired by it.
 */
export async function findSuccessor(
  db: Db,
  key: AlertKey,
  receivedFrom: string | null,
): Promise<{ msgType: string; identifier: string } | undefined> {
  const { rows } = await db.query<{ msg_type: string; identifier: string }>(
    `select msg_type, identifier from cap_alerts
     where referenced @> array[$1::text] and sender = $2 and msg_type in ('Update', 'Cancel')
       and disposition <> 'refused' and (signature = 'verified' or received_from = $3)
     order by sent desc limit 1`,
    [keyText(key), key.sender, receivedFrom],
  );
  return rows[0] && { msgType: rows[0].msg_type, identifier: rows[0].identifier };
}
