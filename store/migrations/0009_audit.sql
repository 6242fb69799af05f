-- What was done, by whom, to what: append-only. Each row's hash covers its content and the hash of the row before,
-- so a row that is changed, removed or put in between is found by `npm run audit:verify`.
create table audit (
  -- Without gaps, from 1: a missing number is a missing row.
  audit_no bigint primary key,
  at timestamptz not null,
  actor_type text not null check (actor_type in ('person', 'application', 'device', 'machine', 'platform')),
  actor_id text,
  actor_name text,
  tenant_id text,
  action text not null,
  object_type text not null,
  object_id text,
  reason text,
  before jsonb,
  after jsonb,
  address text,
  request_id text,
  previous_hash bytea not null,
  hash bytea not null
);
create index audit_object on audit (object_type, object_id, audit_no);
create index audit_actor on audit (actor_id, audit_no);
create index audit_tenant on audit (tenant_id, audit_no);
create index audit_at on audit (at);

-- Whoever tries is told, whatever rights it has; the database role of the platform has none to update or delete
-- where the tables belong to another (docs/security.md).
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit is append-only: % is refused', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger audit_append_only before update or delete or truncate on audit
  for each statement execute function refuse_audit_change();
