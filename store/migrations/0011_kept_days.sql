-- An older platform would store late readings without a word in rollup_changes, and the kept days would stay wrong.
--! breaking-change

-- How far the days of a kind are kept, on TimescaleDB's Apache edition, which has no continuous aggregates
-- (store/kept-days.ts). A row for each kind whose days are kept by the platform; none on the community edition.
create table rollup_state (
  kind text primary key,
  -- Readings before it are in the kept days; full three hours of Asia/Shanghai. No reading is older than 2015.
  complete_until timestamptz not null default '2015-01-01 00:00:00+08',
  -- The step under way: devices below next_device_no are done up to next_until, in the same transaction as this says so.
  next_until timestamptz,
  next_device_no integer not null default 0,
  -- Readings before it may have been dropped by retention, so days that begin before it are not made from readings again.
  readings_since timestamptz not null default '-infinity'
);

-- Days of devices that got readings after they may have been kept. Appended by the statement that stores the readings,
-- taken away by the keeper in the transaction that makes these days anew.
create table rollup_changes (
  change_no bigint generated always as identity primary key,
  kind text not null,
  device_no integer not null,
  -- Its beginning.
  day timestamptz not null
);

-- Each series asks which of its devices have changed days. Late readings alone pay for it.
create index rollup_changes_devices on rollup_changes (kind, device_no);

-- A region's series asks for its deleted devices too, because what they measured was measured there. The index held only
-- the living, so that each question read all devices: 400,000 in 40 ms, twice.
drop index devices_region_code;
create index devices_region_code on devices (region_code text_pattern_ops, device_no) include (kind);
