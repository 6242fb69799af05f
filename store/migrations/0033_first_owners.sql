-- What a message of an alarm says beyond what is wrong: what was measured, or when the device was last heard. Whoever has
-- the device later is not told of it.
create function without_values(message text) returns text language sql immutable as $$
  select regexp_replace(message, '( \([^()]*\)|; (last|never|not) heard[^;]*)$', '')
$$;

-- As in 0024, with one change. The platform is nobody's owner of data: while nobody else has had a device, what it had is
-- of its first owner, who may have been entered a step after the device. So that is no move.
create or replace function leave_place() returns trigger language plpgsql as $$
declare
  moved_at timestamptz := greatest(old.placed_since, date_trunc('milliseconds', clock_timestamp()));
  is_first boolean := old.tenant_id is null and new.tenant_id is not null and not exists (
    select from former_places f where f.device_no = old.device_no and f.tenant_id is not null);
  owner text := case when is_first then new.tenant_id else old.tenant_id end;
begin
  -- The gateway of the place before loses it at once. One that is the same owner's and around the new place keeps it, and
  -- so does one of nobody's when its device gets a first owner.
  if new.gateway_no = old.gateway_no and not exists (
    select from devices g
    where g.device_no = new.gateway_no
      and (g.tenant_id is not distinct from new.tenant_id or (is_first and g.tenant_id is null))
      and (starts_with(g.region_code, new.region_code) or starts_with(new.region_code, g.region_code)))
  then new.gateway_no := null; end if;
  if is_first then
    update former_places set tenant_id = owner where device_no = old.device_no;
    if new.region_code = old.region_code then return new; end if;
  end if;
  new.placed_since := moved_at;
  if moved_at = old.placed_since then return new; end if;
  insert into former_places (device_no, id, kind, region_code, tenant_id, from_at, until_at, received, stored, rejected)
  select old.device_no, old.id, old.kind, old.region_code, owner, old.placed_since, moved_at,
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
  select old.device_no, rule, severity, without_values(message), moved_at from ended;
  return new;
end $$;

-- What the platform has of devices from before they got their first owner.
update former_places f set tenant_id = first.tenant_id
from (
  select distinct on (device_no) device_no, tenant_id, from_at
  from (
    select device_no, tenant_id, from_at from former_places
    union all select device_no, tenant_id, placed_since from devices
  ) place
  where tenant_id is not null
  order by device_no, from_at
) first
where f.device_no = first.device_no and f.until_at <= first.from_at and f.tenant_id is null;
