-- What was measured stays with the tenant and region that the device had then (decision 0025). Its present place is in
-- `devices`, since `placed_since`; those before are in `former_places`. Most devices never move, so for them there is
-- nothing here.
alter table devices add column placed_since timestamptz not null default '-infinity';

-- A device's places without a gap between them: from -infinity to `placed_since`. `id` and `kind` are the device's,
-- which never change: with them one condition fits the rows of both tables.
create table former_places (
  device_no integer not null references devices (device_no),
  id text not null,
  kind text not null,
  region_code text not null references regions (code),
  tenant_id text references tenants (id),
  from_at timestamptz not null,
  until_at timestamptz not null,
  -- What its ledger counted in that time.
  received bigint not null default 0,
  stored bigint not null default 0,
  rejected bigint not null default 0,
  primary key (device_no, until_at),
  check (from_at < until_at)
);
create index former_places_region_code on former_places (region_code text_pattern_ops, device_no) include (kind);
create index former_places_id on former_places (id);

-- Who held a device before asks for it by its id, also where it was deleted and its id given again.
create index devices_deleted_id on devices (id) where deleted_at is not null;

-- Whatever changes the tenant or region of a device: the place before becomes a former one in the same transaction. An
-- active alarm ends there, and goes on as the new holder's, without the values of a time that is not theirs; so an
-- alarm is of the place that the device had when it was raised. A place that lasted no millisecond is none.
create function leave_place() returns trigger language plpgsql as $$
declare
  moved_at timestamptz := greatest(old.placed_since, date_trunc('milliseconds', clock_timestamp()));
begin
  new.placed_since := moved_at;
  -- The gateway of the place before loses it at once; one that is the same tenant's and around the new place keeps it.
  if new.gateway_no = old.gateway_no and not exists (
    select from devices g
    where g.device_no = new.gateway_no and g.tenant_id is not distinct from new.tenant_id
      and (starts_with(g.region_code, new.region_code) or starts_with(new.region_code, g.region_code)))
  then new.gateway_no := null; end if;
  if moved_at = old.placed_since then return new; end if;
  insert into former_places (device_no, id, kind, region_code, tenant_id, from_at, until_at, received, stored, rejected)
  select old.device_no, old.id, old.kind, old.region_code, old.tenant_id, old.placed_since, moved_at,
         coalesce(sum(part.received), 0), coalesce(sum(part.stored), 0), coalesce(sum(part.rejected), 0)
  from (
    select l.received, l.stored, l.rejected from device_ledger l where l.device_no = old.device_no
    union all
    select item.received, item.stored, item.rejected
    from ledger_batches b,
         unnest(b.device_nos, b.received, b.stored, b.rejected) as item (device_no, received, stored, rejected)
    where b.device_nos @> array[old.device_no] and item.device_no = old.device_no
    union all
    select -f.received, -f.stored, -f.rejected from former_places f where f.device_no = old.device_no
  ) part;
  with ended as (
    update alarms set cleared_at = moved_at
    where device_no = old.device_no and cleared_at is null and raised_at < moved_at
    returning rule, severity, message
  )
  insert into alarms (device_no, rule, severity, message, raised_at)
  -- The message of an alarm ends in what was measured, or in when the device was last heard.
  select old.device_no, rule, severity, regexp_replace(message, '( \([^()]*\)|; last heard at [^;]*)$', ''), moved_at
  from ended;
  return new;
end $$;
create trigger leave_place before update of region_code, tenant_id on devices
  for each row when ((old.region_code, old.tenant_id) is distinct from (new.region_code, new.tenant_id))
  execute function leave_place();

-- An id that is given again names the same place in the field: what is observed before that, and comes late, belongs
-- to whom the id belonged then.
create function follow_former_devices() returns trigger language plpgsql
-- A plan that was made while there were few devices would go through all of them each time.
set enable_seqscan = off as $$
declare
  added_at timestamptz := date_trunc('milliseconds', clock_timestamp());
begin
  with followed as (
    select distinct on (n.device_no) n.device_no, n.id, n.kind, f.device_no as former_no, f.region_code, f.tenant_id,
           f.placed_since,
           f.placed_since > '-infinity'
             or (f.region_code, f.tenant_id) is distinct from (n.region_code, n.tenant_id) as elsewhere
    from added n join devices f on f.id = n.id and f.deleted_at is not null
    order by n.device_no, f.device_no desc
  ), places as (
    insert into former_places (device_no, id, kind, region_code, tenant_id, from_at, until_at)
    select n.device_no, n.id, n.kind, f.region_code, f.tenant_id, f.from_at, least(f.until_at, added_at)
    from followed n join former_places f on f.device_no = n.former_no
    where n.elsewhere and f.from_at < added_at
    union all
    select device_no, id, kind, region_code, tenant_id, placed_since, added_at
    from followed where elsewhere and placed_since < added_at
  )
  update devices d set placed_since = added_at
  from followed n where n.device_no = d.device_no and n.elsewhere;
  return null;
end $$;
create trigger follow_former_devices after insert on devices
  referencing new table as added for each statement execute function follow_former_devices();
