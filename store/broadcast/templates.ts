import type { Client, Db } from "../database/index.ts";

/** A text as `broadcast/message/message.ts` has it, with placeholders. */
export interface TemplateText {
  readonly language: string;
  readonly headline: string;
  readonly description: string;
  readonly instruction?: string | undefined;
}

/** A tenant's own template, in the version that is in force. */
export interface OwnTemplate {
  readonly templateNo: number;
  readonly id: string;
  /** Null: it belongs to the platform's operator. */
  readonly tenantId: string | null;
  readonly eventCode: string;
  /** Null: for each level that has no template of its own. */
  readonly level: number | null;
  readonly version: number;
  readonly texts: readonly TemplateText[];
  readonly createdAt: Date;
  /** When this version was written, and by whom. */
  readonly changedAt: Date;
  readonly changedBy: string;
}

export interface TemplateVersion {
  readonly version: number;
  readonly texts: readonly TemplateText[];
  readonly changedAt: Date;
  readonly changedBy: string;
}

interface TemplateRow {
  template_no: number;
  id: string;
  tenant_id: string | null;
  event_code: string;
  level: number | null;
  version: number;
  texts: TemplateText[];
  created_at: Date;
  changed_at: Date;
  changed_by: string;
}

const SELECT_TEMPLATE = `
  select t.template_no, t.id, t.tenant_id, t.event_code, t.level, t.version, t.created_at,
         v.texts, v.changed_at, v.changed_by
  from broadcast_templates t join broadcast_template_versions v using (template_no, version)`;

const toTemplate = (row: TemplateRow): OwnTemplate => ({
  templateNo: row.template_no,
  id: row.id,
  tenantId: row.tenant_id,
  eventCode: row.event_code,
  level: row.level,
  version: row.version,
  texts: row.texts,
  createdAt: row.created_at,
  changedAt: row.changed_at,
  changedBy: row.changed_by,
});

/** The templates of a tenant that are in force, by event; those for single levels before the one for all of them. */
export async function listOwnTemplates(
  db: Db,
  tenantId: string | null,
  { eventCode, level }: { readonly eventCode?: string | undefined; readonly level?: number | undefined } = {},
): Promise<OwnTemplate[]> {
  const { rows } = await db.query<TemplateRow>(
    `${SELECT_TEMPLATE}
     where t.deleted_at is null and t.tenant_id is not distinct from $1::text
       and ($2::text is null or t.event_code = $2::text)
       and ($3::int is null or t.level is null or t.level = $3::int)
     order by t.event_code, t.level nulls last`,
    [tenantId, eventCode ?? null, level ?? null],
  );
  return rows.map(toTemplate);
}

/** A template of this tenant that is in force. */
export async function findOwnTemplate(
  db: Db,
  id: string,
  tenantId: string | null,
): Promise<OwnTemplate | undefined> {
  const { rows } = await db.query<TemplateRow>(
    `${SELECT_TEMPLATE}
     where t.deleted_at is null and t.id = $1::text and t.tenant_id is not distinct from $2::text`,
    [id, tenantId],
  );
  return rows[0] && toTemplate(rows[0]);
}

/** The same, locked until the end of the transaction. */
export async function lockOwnTemplate(
  tx: Client,
  id: string,
  tenantId: string | null,
): Promise<OwnTemplate | undefined> {
  await tx.query("select from broadcast_templates where id = $1::text for update", [id]);
  // In a statement of its own, so that it sees everything that was committed while it waited for the lock.
  return findOwnTemplate(tx, id, tenantId);
}

/**
 * Every version from the newest, also of a template that has ended. Empty for a template that this tenant never had.
 */
export async function listTemplateVersions(
  db: Db,
  id: string,
  tenantId: string | null,
): Promise<TemplateVersion[]> {
  const { rows } = await db.query<{
    version: number;
    texts: TemplateText[];
    changed_at: Date;
    changed_by: string;
  }>(
    `select v.version, v.texts, v.changed_at, v.changed_by
     from broadcast_templates t join broadcast_template_versions v using (template_no)
     where t.id = $1::text and t.tenant_id is not distinct from $2::text
     order by v.version desc`,
    [id, tenantId],
  );
  return rows.map((row) => ({
    version: row.version,
    texts: row.texts,
    changedAt: row.changed_at,
    changedBy: row.changed_by,
  }));
}

/** Everybody who has written a version of a template, up to the given one. */
export async function findTemplateAuthors(db: Db, id: string, version: number): Promise<string[]> {
  const { rows } = await db.query<{ changed_by: string }>(
    `select distinct v.changed_by
     from broadcast_templates t join broadcast_template_versions v using (template_no)
     where t.id = $1::text and v.version <= $2::int
     order by 1`,
    [id, version],
  );
  return rows.map((row) => row.changed_by);
}

export interface NewTemplate {
  readonly id: string;
  readonly tenantId: string | null;
  readonly eventCode: string;
  readonly level: number | null;
  readonly texts: readonly TemplateText[];
  readonly changedBy: string;
}

/**
 * Adds a template in its first version.
 * @returns undefined when the tenant has one for this event and level
 */
export async function insertTemplate(tx: Client, template: NewTemplate): Promise<OwnTemplate | undefined> {
  const { rows } = await tx.query<{ template_no: number }>(
    `insert into broadcast_templates (id, tenant_id, event_code, level) values ($1, $2, $3, $4)
     on conflict do nothing
     returning template_no`,
    [template.id, template.tenantId, template.eventCode, template.level],
  );
  const templateNo = rows[0]?.template_no;
  if (templateNo === undefined) return undefined;
  await insertVersion(tx, templateNo, 1, template);
  return findOwnTemplate(tx, template.id, template.tenantId);
}

/** Adds a version, which is in force from now on. The caller holds the lock. */
export async function addTemplateVersion(
  tx: Client,
  { templateNo, id, tenantId, version }: OwnTemplate,
  change: { readonly texts: readonly TemplateText[]; readonly changedBy: string },
): Promise<OwnTemplate> {
  await insertVersion(tx, templateNo, version + 1, change);
  await tx.query("update broadcast_templates set version = $2 where template_no = $1::bigint", [
    templateNo,
    version + 1,
  ]);
  return (await findOwnTemplate(tx, id, tenantId))!;
}

const insertVersion = (
  tx: Client,
  templateNo: number,
  version: number,
  { texts, changedBy }: { readonly texts: readonly TemplateText[]; readonly changedBy: string },
) =>
  tx.query(
    `insert into broadcast_template_versions (template_no, version, texts, changed_by)
     values ($1::bigint, $2, $3::jsonb, $4)`,
    [templateNo, version, JSON.stringify(texts), changedBy],
  );

/** Takes a template out of force. Its versions stay. */
export async function endTemplate(tx: Client, templateNo: number): Promise<void> {
  await tx.query("update broadcast_templates set deleted_at = now() where template_no = $1::bigint", [
    templateNo,
  ]);
}
