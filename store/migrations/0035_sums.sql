-- A platform before this one would change kept days without the sums of regions, and fold the ledger without a word in
-- rollup_news.
--! breaking-change

-- Days of readings are summed up by region and tenant (store/sums-table.ts, decision 0028): of the devices whose numbers
-- are below this one. At first there are none, and the keeper takes them in piece by piece.
alter table rollup_state add column sums_below integer not null default 0;

-- Whether values may have been taken away, so that a day's least and greatest have to be looked for again.
alter table rollup_changes add column takes_away boolean not null default false;

-- Devices that have stored readings since their part of the sums was counted: what the ledger's entries say of it, put
-- here by the statement that folds them in, and taken away by the keeper's that counts them. A row a kind and fold.
create table rollup_news (
  news_no bigint generated always as identity primary key,
  kind text not null,
  device_nos integer[] not null
);

-- Devices that have moved, and are therefore not in the sums: they are few, and counted day by day (decision 0025).
create table rollup_apart (
  device_no integer primary key references devices (device_no)
);
insert into rollup_apart (device_no) select distinct device_no from former_places;

-- Devices that are in the sums by another place than they have now: the oldest row of a device says by which, until the
-- keeper has taken it out of there.
create table rollup_moved (
  move_no bigint generated always as identity primary key,
  device_no integer not null references devices (device_no),
  kind text not null,
  region_code text not null,
  tenant_id text
);
create index rollup_moved_device_no on rollup_moved (device_no);

-- Whatever changes the place of a device, also where that is no move (0033), or gives it a former one.
create function note_moved() returns trigger language plpgsql as $$
begin
  insert into rollup_moved (device_no, kind, region_code, tenant_id)
  values (old.device_no, old.kind, old.region_code, old.tenant_id);
  return null;
end $$;
create trigger note_moved after update of region_code, tenant_id on devices
  for each row when ((old.region_code, old.tenant_id) is distinct from (new.region_code, new.tenant_id))
  execute function note_moved();
create function note_former() returns trigger language plpgsql as $$
begin
  insert into rollup_moved (device_no, kind, region_code, tenant_id)
  select device_no, kind, region_code, tenant_id from devices where device_no = new.device_no;
  return null;
end $$;
create trigger note_former after insert on former_places for each row execute function note_former();
