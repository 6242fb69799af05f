-- What is counted for former places, appended as ledger_batches is and folded in every few seconds. Two batches that hold
-- the same devices in opposite orders would wait for each other's rows of former_places.
create table former_batches (
  batch_no bigint generated always as identity primary key,
  device_no integer not null,
  until_at timestamptz not null,
  received integer not null,
  stored integer not null,
  rejected integer not null
);
create index former_batches_device_no on former_batches (device_no);

-- As in 0033, with two more parts of the sum.
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
    union all
    select -b.received, -b.stored, -b.rejected from former_batches b where b.device_no = old.device_no
    union all
    -- What has been refused is where it is listed, so that a replay takes it back from there: of a clock that ran ahead, what
    -- is behind the move stays with the device.
    select -m.items, 0, -m.items from (
      select case when coalesce(replay_outcome, 'rejected') = 'rejected' then items else items - 1 end as items
      from rejected_messages
      where device_no = old.device_no and not partial and received_at > moved_at - interval '2 days'
        and coalesce(observed_at, received_at) >= moved_at
        and (coalesce(replay_outcome, 'rejected') = 'rejected' or messages > 1)
    ) m
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
