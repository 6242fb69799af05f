import { createHash } from "node:crypto";
import type { Client, Db } from "../database/index.ts";
import type { SourceWarning } from "./broadcasts.ts";

/** The key of an alert in CAP. */
export interface AlertKey {
  readonly sender: string;
  readonly identifier: string;
  readonly sent: Date;
}

export interface StoredAlert {
  readonly disposition: string;
  readonly signature: string;
  /** The caller who brought it first. */
  readonly receivedFrom: string | null;
  /** The name, from `storeDocument`, of every document that was taken under this key. */
  readonly documents: readonly string[];
  readonly broadcastNos: readonly number[];
}

export interface NewAlert extends AlertKey {
  readonly msgType: string;
  readonly status: string;
  /** The outcome of its import. */
  readonly disposition: string;
  readonly signature: string;
  /** The caller who brought it. */
  readonly receivedFrom: string | null;
  /** The name of the document, from `storeDocument`. */
  readonly document: string;
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
    disposition: string;
    signature: string;
    received_from: string | null;
    documents: string[];
    broadcast_nos: string[];
  }>(
    `select disposition, signature, received_from, documents, broadcast_nos from cap_alerts
     where sender = $1 and identifier = $2 and sent = $3::timestamptz`,
    [key.sender, key.identifier, key.sent.toISOString()],
  );
  const row = rows[0];
  return (
    row && {
      disposition: row.disposition,
      signature: row.signature,
      receivedFrom: row.received_from,
      documents: row.documents,
      broadcastNos: row.broadcast_nos.map(Number),
    }
  );
}

/**
 * Keeps a document as it came, and returns its name for finding it. A document that comes again is kept from then on;
 * its row is locked also where nothing is written, so that retention does not remove it meanwhile.
 */
export async function storeDocument(tx: Client, xml: Uint8Array): Promise<string> {
  const digest = createHash("sha256").update(xml).digest("hex");
  await tx.query(
    `insert into cap_documents (digest, xml) values ($1, $2::bytea)
     on conflict (digest) do update set stored_at = now() where cap_documents.stored_at < now() - interval '1 day'`,
    [digest, Buffer.from(xml.buffer, xml.byteOffset, xml.byteLength)],
  );
  return digest;
}

/** A document byte for byte, or undefined. */
export async function findDocument(db: Db, digest: string): Promise<Buffer | undefined> {
  const { rows } = await db.query<{ xml: Buffer }>("select xml from cap_documents where digest = $1", [
    digest,
  ]);
  return rows[0]?.xml;
}

/**
 * Records an alert. When it is taken once more (another document under its key; a document that is now trusted; an
 * office that does not see the broadcasts of another one), its new broadcasts are added; a signed and trusted document
 * takes the place of one that is not, and an actual one that of one that is not.
 */
export async function insertAlert(db: Db, alert: NewAlert): Promise<void> {
  await db.query(
    `insert into cap_alerts (sender, identifier, sent, msg_type, status, disposition, signature, received_from,
       document, broadcast_nos, referenced, documents)
     values ($1, $2, $3::timestamptz, $4, $5, $6, $7, $8, $9, $10::bigint[], $11::text[],
       case when $6 = 'refused' then '{}' else array[$9::text] end)
     on conflict (sender, identifier, sent) do update set
       broadcast_nos = array(select distinct unnest(cap_alerts.broadcast_nos || excluded.broadcast_nos) order by 1),
       documents = array(select distinct unnest(cap_alerts.documents || excluded.documents) order by 1),
       disposition = case when excluded.disposition = 'refused' then cap_alerts.disposition else excluded.disposition end,
       (signature, status, msg_type, document, referenced) = (
         select case when better then excluded.signature else cap_alerts.signature end,
                case when better then excluded.status else cap_alerts.status end,
                case when better then excluded.msg_type else cap_alerts.msg_type end,
                case when better then excluded.document else cap_alerts.document end,
                case when better then excluded.referenced else cap_alerts.referenced end
         from (select excluded.signature = 'verified' or cap_alerts.signature <> 'verified'
                 and excluded.status = 'Actual' and cap_alerts.status <> 'Actual') as compared (better))`,
    [
      alert.sender,
      alert.identifier,
      alert.sent.toISOString(),
      alert.msgType,
      alert.status,
      alert.disposition,
      alert.signature,
      alert.receivedFrom,
      alert.document,
      alert.broadcastNos,
      alert.references.map(keyText),
    ],
  );
}

/**
 * For each of some names, in their order, the broadcasts that were made of that alert or that we named so ourselves;
 * undefined for an unknown name.
 */
export async function findReferenced(
  db: Db,
  keys: readonly AlertKey[],
): Promise<(readonly number[] | undefined)[]> {
  const { rows } = await db.query<{ place: number; broadcast_nos: string[] }>(
    `with asked as (
       select place::int as place, sender, identifier, sent
       from unnest($1::text[], $2::text[], $3::timestamptz[]) with ordinality
         as one (sender, identifier, sent, place))
     select place, broadcast_nos from asked join cap_alerts using (sender, identifier, sent)
     union all
     select place, array[broadcast_no] from asked
     join broadcasts on cap_sender = sender and cap_identifier = identifier and cap_sent = sent`,
    [
      keys.map(({ sender }) => sender),
      keys.map(({ identifier }) => identifier),
      keys.map(({ sent }) => sent.toISOString()),
    ],
  );
  const found: (number[] | undefined)[] = keys.map(() => undefined);
  for (const { place, broadcast_nos } of rows) {
    found[place - 1] = [...(found[place - 1] ?? []), ...broadcast_nos.map(Number)];
  }
  return found;
}

/** Our broadcast that went out as an alert under one of these identifiers, or would; undefined when there is none. */
export async function findIssued(
  db: Db,
  sender: string,
  identifiers: readonly string[],
): Promise<number | undefined> {
  const { rows } = await db.query<{ broadcast_no: number }>(
    "select broadcast_no from broadcasts where cap_sender = $1 and cap_identifier = any ($2::text[])",
    [sender, identifiers],
  );
  return rows[0]?.broadcast_no;
}

/** The conditions under which one alert may take the place of another. */
interface Rank {
  /** CAP's word. An alert is only ever replaced by one of its own status. */
  readonly status: string;
  /**
   * A document that a trusted certificate has signed is only replaced by another one that such a certificate has
   * signed.
   */
  readonly isVerified: boolean;
}

export interface Successor {
  readonly sender: string;
  readonly identifier: string;
  readonly sent: Date;
  readonly msgType: string;
  /** True when it was taken, and not refused. */
  readonly taken: boolean;
  /**
   * True when it counts as its author's word: signed and trusted, or brought by the same caller as the alert that it
   * follows.
   */
  readonly counts: boolean;
}

/**
 * The latest Update or Cancel of the same sender that came before the alert itself, or the latest alert under the same
 * identifier that was sent after it; alerts that were taken come first.
 * @param receivedFrom the caller who brings the alert now
 */
export async function findSuccessor(
  db: Db,
  key: AlertKey,
  { status, isVerified }: Rank,
  receivedFrom: string | null,
): Promise<Successor | undefined> {
  const { rows } = await db.query<{
    identifier: string;
    sent: Date;
    msg_type: string;
    taken: boolean;
    counts: boolean;
  }>(
    `select identifier, sent, msg_type, disposition <> 'refused' as taken,
            signature = 'verified' or (not $5::boolean and received_from = $6) as counts
     from cap_alerts
     where sender = $2 and status = $4 and (signature = 'verified' or not $5::boolean)
       and (msg_type in ('Update', 'Cancel') and referenced @> array[$1::text]
            or msg_type in ('Alert', 'Update') and identifier = $3 and sent > $7::timestamptz)
     order by disposition <> 'refused' and (signature = 'verified' or received_from = $6) desc nulls last, sent desc
     limit 1`,
    [keyText(key), key.sender, key.identifier, status, isVerified, receivedFrom, key.sent.toISOString()],
  );
  const row = rows[0];
  return (
    row && {
      sender: key.sender,
      identifier: row.identifier,
      sent: row.sent,
      msgType: row.msg_type,
      taken: row.taken,
      counts: row.counts ?? false,
    }
  );
}

/** Of one identifier; each may have made 50 broadcasts. */
export const MOST_VERSIONS = 20;

/**
 * Earlier alerts of the same sender under the same identifier, which an alert with a new time of sending corrects. If
 * there are many, the latest ones with the same kind of signature and the same bringer, so that a stranger pushes none
 * of them out.
 * @param receivedFrom the caller who brings the alert now
 */
export async function findEarlierVersions(
  db: Db,
  key: AlertKey,
  isVerified: boolean,
  receivedFrom: string | null,
): Promise<AlertKey[]> {
  const { rows } = await db.query<{ sent: Date }>(
    `select sent from cap_alerts
     where sender = $1 and identifier = $2 and sent < $3::timestamptz and msg_type in ('Alert', 'Update')
     order by (signature = 'verified') = $4::boolean desc, received_from is not distinct from $5 desc, sent desc
     limit $6::int`,
    [key.sender, key.identifier, key.sent.toISOString(), isVerified, receivedFrom, MOST_VERSIONS],
  );
  return rows.map(({ sent }) => ({ sender: key.sender, identifier: key.identifier, sent }));
}

/**
 * Adds a broadcast that is made of an alert later than its import: the alert's Update and Cancel count for that as
 * well.
 */
export async function addBroadcastToAlert(tx: Client, key: AlertKey, broadcastNo: number): Promise<void> {
  await tx.query(
    `update cap_alerts set broadcast_nos = broadcast_nos || $4::bigint
     where sender = $1 and identifier = $2 and sent = $3::timestamptz`,
    [key.sender, key.identifier, key.sent.toISOString(), broadcastNo],
  );
}

/** Puts warnings before those that a broadcast's import has left. The caller holds its lock. */
export async function warnBroadcast(
  tx: Client,
  broadcastNo: number,
  warnings: readonly SourceWarning[],
): Promise<void> {
  await tx.query(
    `update broadcasts
     set source = jsonb_set(source, '{warnings}', $2::jsonb || coalesce(source -> 'warnings', '[]')),
         updated_at = now()
     where broadcast_no = $1::bigint`,
    [broadcastNo, JSON.stringify(warnings)],
  );
}
