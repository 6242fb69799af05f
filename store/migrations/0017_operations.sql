-- What a region is called in English, or its name in pinyin: `Wuchuan Gelao and Miao Autonomous County`. Null where
-- nobody has said it.
alter table regions add column name_en text;

-- The template that a draft's texts come from: `{source, id, version}`. Null: they were written, or came in an alert.
alter table broadcasts add column template jsonb;

-- When it was cancelled, and why: what the CAP Cancel says. One that had ended keeps `ended_at`, when it ended.
alter table broadcasts add column cancelled_at timestamptz, add column cancel_reason text;
update broadcasts b set cancelled_at = h.at, cancel_reason = h.reason
from broadcast_history h
where h.broadcast_no = b.broadcast_no and h.action = 'cancel' and b.state = 'cancelled';

-- What people remark on a broadcast, as they go. Never rewritten.
create table broadcast_notes (
  note_no bigint generated always as identity primary key,
  broadcast_no bigint not null references broadcasts (broadcast_no),
  at timestamptz not null default clock_timestamp(),
  actor_type text not null,
  actor_id text,
  actor_name text,
  content text not null
);
create index broadcast_notes_broadcast on broadcast_notes (broadcast_no, note_no);
create function refuse_note_change() returns trigger language plpgsql as $$
begin
  raise exception 'notes on a broadcast are append-only: % is refused', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger broadcast_notes_append_only before update or delete or truncate on broadcast_notes
  for each statement execute function refuse_note_change();

-- A tenant's own texts for an event, before those that are built in. Null as tenant: the platform's own people.
create table broadcast_templates (
  template_no bigint generated always as identity primary key,
  id text not null unique,
  tenant_id text references tenants (id),
  event_code text not null,
  -- Null: for every level that has none of its own.
  level smallint check (level between 1 and 4),
  -- The version in force.
  version integer not null default 1,
  created_at timestamptz not null default now(),
  deleted_at timestamptz
);
-- One in force for each event and level.
create unique index broadcast_templates_in_force on broadcast_templates (coalesce(tenant_id, ''), event_code, coalesce(level, 0))
  where deleted_at is null;

-- Each version as it was, so that a draft can say for good what it was made of. Never rewritten.
create table broadcast_template_versions (
  template_no bigint not null references broadcast_templates (template_no),
  version integer not null,
  -- As in a message: `[{language, headline, description, instruction}]`, with placeholders.
  texts jsonb not null,
  changed_by text not null,
  changed_at timestamptz not null default clock_timestamp(),
  primary key (template_no, version)
);
create function refuse_template_change() returns trigger language plpgsql as $$
begin
  raise exception 'versions of templates are append-only: % is refused', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger broadcast_template_versions_append_only before update or delete or truncate on broadcast_template_versions
  for each statement execute function refuse_template_change();

-- What takes the place of a broadcast is asked for with each look at it.
create index broadcasts_replaces on broadcasts using gin (replaces_nos);
