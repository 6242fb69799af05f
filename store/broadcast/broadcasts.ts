import { type Client, type Db, type Limits, limitsParameter } from "../database/index.ts";
import type { SupersededBy } from "./superseded.ts";

export type BroadcastState =
  | "draft"
  | "pending_approval"
  | "returned"
  | "rejected"
  | "approved"
  | "dispatching"
  | "playing"
  | "completed"
  | "cancelled"
  | "expired"
  | "failed";

/** A camera or other device near the place, for the people who decide. */
export interface Attachment {
  readonly kind: string;
  readonly deviceId: string;
  /** Null where one of the two has no location. */
  readonly distanceKm: number | null;
}

/** The source of an imported alert. */
export interface BroadcastSource {
  readonly sender: string;
  readonly identifier: string;
  readonly sent: string;
  readonly msgType: string;
  /** Of its signature: absent, verified, untrusted or invalid. */
  readonly signature: string;
  /**
   * CAP's word: Actual, Exercise, Test or Draft. Absent for alerts that were imported before the platform recorded it.
   */
  readonly status?: string;
  /** The name of the document that it came in; absent for alerts from before documents had names. */
  readonly document?: string;
  /** Warnings of earlier versions are stored as texts without a rule. */
  readonly warnings: readonly SourceWarning[];
}

export interface SourceWarning {
  readonly rule: string;
  readonly message: string;
}

/** The content of a draft, with the columns that are taken from it. */
export interface BroadcastContent {
  /** The whole message as JSON. */
  readonly message: Readonly<Record<string, unknown>>;
  readonly mode: "actual" | "drill" | "training";
  readonly class: "emergency" | "daily";
  readonly level: number;
  readonly eventCode: string | null;
  readonly headline: string;
  readonly regions: readonly string[];
  readonly startsAt: Date | null;
  readonly expiresAt: Date | null;
}

export interface NewBroadcast extends BroadcastContent {
  readonly id: string;
  readonly tenantId: string | null;
  readonly createdBy: string;
  /** Everybody behind its content. */
  readonly authors?: readonly string[];
  readonly capSender: string;
  readonly source?: BroadcastSource;
  readonly replaces?: readonly number[];
  readonly proposedByAlarm?: number;
  readonly attachments?: readonly Attachment[];
  readonly template?: BroadcastTemplateName | undefined;
}

/** The template of a draft's texts. */
export interface BroadcastTemplateName {
  readonly source: "built-in" | "own";
  /** For a built-in one its event code, or its purpose, e.g. `all_clear`. */
  readonly id: string;
  /** Null: built in, as the platform's version has it. */
  readonly version: number | null;
  /** Absent for drafts of earlier versions. */
  readonly filled?: FilledTexts | undefined;
}

/** The values with which the texts of a template were filled. */
export interface FilledTexts {
  /** ISO 8601. */
  readonly at: string;
  readonly place: { readonly zh: string; readonly en: string };
  /** The present name of its target; absent as long as that is `place`. */
  readonly presentPlace?: { readonly zh: string; readonly en: string } | undefined;
  readonly eventCode: string | null;
  /** Of the texts as they were filled in: as long as the hash fits, they have not been edited. */
  readonly sha256: string;
  /** The same for each text that is still the template's, so that one language follows when another was edited. */
  readonly each?: readonly string[] | undefined;
}

export interface Broadcast extends BroadcastContent {
  readonly broadcastNo: number;
  readonly id: string;
  /** Its author's tenant; null: the platform's. */
  readonly tenantId: string | null;
  readonly state: BroadcastState;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Rises with each change of the content. */
  readonly revision: number;
  readonly submittedBy: string | null;
  /** Everybody who may have been acting when it was submitted: none of them counts as a second person. */
  readonly submittedFor: readonly string[];
  /** True when an application without an owner submitted it, as an earlier version allowed. */
  readonly submitterWithoutOwner: boolean;
  /** Everybody behind any revision of its content. */
  readonly authors: readonly string[];
  /** The person who approved it, or released it by the green channel. */
  readonly approvedBy: string | null;
  /** Everybody who may have been acting then. */
  readonly approvedFor: readonly string[];
  readonly greenChannel: boolean;
  readonly review: "none" | "open" | "done";
  readonly releasedAt: Date | null;
  readonly endedAt: Date | null;
  /** The highest attempt that was ordered; 0 before release. */
  readonly attempt: number;
  readonly capIdentifier: string;
  readonly capSender: string;
  readonly capSent: Date;
  readonly source: BroadcastSource | null;
  /** A later alert of its author that says other things, or that the danger is over. */
  readonly supersededBy: SupersededBy | null;
  readonly replacesNos: readonly number[];
  /** Ids of the same. */
  readonly replaces: readonly string[];
  readonly proposedByAlarm: number | null;
  readonly attachments: readonly Attachment[];
  /** Null: a person wrote its texts, or they came in an alert. */
  readonly template: BroadcastTemplateName | null;
  readonly cancelledAt: Date | null;
  readonly cancelReason: string | null;
}

/** The caller's reach: they see broadcasts of their tenant, and those that reach into their limits. */
export interface BroadcastReach {
  readonly limits: Limits;
  readonly tenantId: string | null;
  /** The kinds whose devices sound: limits reach into a broadcast where they have one of these. */
  readonly sounding: readonly string[];
}

/** A row as `SELECT_BROADCAST` gives it. */
export interface BroadcastRow {
  broadcast_no: number;
  id: string;
  tenant_id: string | null;
  state: BroadcastState;
  message: Record<string, unknown>;
  mode: Broadcast["mode"];
  class: Broadcast["class"];
  level: number;
  event_code: string | null;
  headline: string;
  regions: string[];
  created_by: string;
  created_at: Date;
  updated_at: Date;
  revision: number;
  submitted_by: string | null;
  submitted_for: string[];
  submitted_for_owners: string[];
  submitter_without_owner: boolean;
  approved_by: string | null;
  approved_for: string[];
  authors: string[];
  authors_owners: string[];
  green_channel: boolean;
  review: Broadcast["review"];
  released_at: Date | null;
  starts_at: Date | null;
  expires_at: Date | null;
  ended_at: Date | null;
  attempt: number;
  cap_identifier: string;
  cap_sender: string;
  cap_sent: Date;
  source: BroadcastSource | null;
  superseded_by: SupersededBy | null;
  /** Arrays of int8 come as text. */
  replaces_nos: string[];
  replaces: string[];
  proposed_by_alarm: number | null;
  attachments: Attachment[];
  template: BroadcastTemplateName | null;
  cancelled_at: Date | null;
  cancel_reason: string | null;
}

export const REPLACES =
  "array(select o.id from broadcasts o where o.broadcast_no = any (b.replaces_nos) order by 1) as replaces";

/** The owners that these applications have now. */
const ownersOf = (ids: string) =>
  `select a.owner_id from principals a where a.id = any (${ids}) and a.owner_id is not null`;

/**
 * The others behind it. An application may have had no owner when it wrote or submitted: then its later owner answers
 * for that too. For submissions from before the platform noted who was behind them (such a row names only the
 * application itself), everybody to whom a key of it was shown may have made them.
 */
export const BEHIND = `
  array(${ownersOf("b.submitted_for")}
    union select k.made_by from principals a join api_keys k on k.principal_id = a.id
      where a.id = b.submitted_by and a.type = 'application' and b.submitted_for = array[b.submitted_by]
        and k.made_by is not null) as submitted_for_owners,
  array(${ownersOf("b.authors")}) as authors_owners,
  exists (select from principals a
    where a.id = b.submitted_by and a.type = 'application' and a.owner_id is null) as submitter_without_owner`;

export const SELECT_BROADCAST = `select b.*, ${REPLACES}, ${BEHIND} from broadcasts b`;

const together = (...lists: readonly string[][]): string[] => [...new Set(lists.flat())];

/** The columns beside the message, which may have a megabyte: the writer of a message need not read it back. */
export const BESIDE_MESSAGE = [
  "broadcast_no",
  "id",
  "tenant_id",
  "state",
  "mode",
  "class",
  "level",
  "event_code",
  "headline",
  "regions",
  "created_by",
  "created_at",
  "updated_at",
  "revision",
  "submitted_by",
  "submitted_for",
  "approved_by",
  "approved_for",
  "authors",
  "green_channel",
  "review",
  "released_at",
  "starts_at",
  "expires_at",
  "ended_at",
  "attempt",
  "cap_identifier",
  "cap_sender",
  "cap_sent",
  "source",
  "superseded_by",
  "replaces_nos",
  "proposed_by_alarm",
  "attachments",
  "template",
  "cancelled_at",
  "cancel_reason",
] as const satisfies (keyof BroadcastRow)[];

export const toBroadcast = (row: BroadcastRow): Broadcast => ({
  broadcastNo: row.broadcast_no,
  id: row.id,
  tenantId: row.tenant_id,
  state: row.state,
  message: row.message,
  mode: row.mode,
  class: row.class,
  level: row.level,
  eventCode: row.event_code,
  headline: row.headline,
  regions: row.regions,
  createdBy: row.created_by,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  revision: row.revision,
  submittedBy: row.submitted_by,
  submittedFor: together(row.submitted_for, row.submitted_for_owners),
  submitterWithoutOwner: row.submitter_without_owner,
  authors: together(row.authors, row.authors_owners),
  approvedBy: row.approved_by,
  approvedFor: row.approved_for,
  greenChannel: row.green_channel,
  review: row.review,
  releasedAt: row.released_at,
  startsAt: row.starts_at,
  expiresAt: row.expires_at,
  endedAt: row.ended_at,
  attempt: row.attempt,
  capIdentifier: row.cap_identifier,
  capSender: row.cap_sender,
  capSent: row.cap_sent,
  source: row.source,
  supersededBy: row.superseded_by,
  replacesNos: row.replaces_nos.map(Number),
  replaces: row.replaces,
  proposedByAlarm: row.proposed_by_alarm,
  attachments: row.attachments,
  template: row.template,
  cancelledAt: row.cancelled_at,
  cancelReason: row.cancel_reason,
});

/**
 * The condition for seeing the broadcast `b`: `$first` is `limitsParameter`'s, the next one the caller's tenant, the
 * third the kinds that sound. A broadcast counts as a speaker in each of its regions that its author's tenant owns;
 * regions meet when one contains the other.
 */
export const visible = (first: number) => `
  ($${first}::jsonb is null or b.tenant_id = $${first + 1}::text or exists (
    select from jsonb_to_recordset($${first}::jsonb)
      as area (regions text[], kinds text[], tenants text[], devices text[])
    where area.devices is null
      and (area.kinds is null or area.kinds && $${first + 2}::text[])
      and (area.tenants is null or b.tenant_id = any (area.tenants))
      and (area.regions is null or exists (
        select from unnest(b.regions) as own (code), unnest(area.regions) as mine (pattern)
        where own.code like mine.pattern or mine.pattern like own.code || '%'))))`;

export const reachParameters = ({ limits, tenantId, sounding }: BroadcastReach) => [
  limitsParameter(limits),
  tenantId,
  sounding,
];

/** A broadcast that the caller sees, or undefined. */
export async function findBroadcast(
  db: Db,
  id: string,
  reach: BroadcastReach,
): Promise<Broadcast | undefined> {
  const { rows } = await db.query<BroadcastRow>(
    `${SELECT_BROADCAST} where b.id = $1::text and ${visible(2)}`,
    [id, ...reachParameters(reach)],
  );
  return rows[0] && toBroadcast(rows[0]);
}

/** Broadcasts by number, in that order. For the platform's own work. */
export async function getBroadcasts(db: Db, numbers: readonly number[]): Promise<Broadcast[]> {
  const { rows } = await db.query<BroadcastRow>(
    `${SELECT_BROADCAST} where b.broadcast_no = any ($1::bigint[]) order by b.broadcast_no`,
    [numbers],
  );
  return rows.map(toBroadcast);
}

/** Locks broadcasts until the end of the transaction, always in the order of their numbers, and reads them. */
export async function lockBroadcasts(tx: Client, numbers: readonly number[]): Promise<Broadcast[]> {
  await tx.query(
    "select from broadcasts where broadcast_no = any ($1::bigint[]) order by broadcast_no for update",
    [numbers],
  );
  // In a statement of its own, so that it sees everything that was committed while it waited for the lock.
  return getBroadcasts(tx, numbers);
}
