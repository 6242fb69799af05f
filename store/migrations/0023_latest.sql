-- The newest value of each quantity of each device is kept in a table per kind (store/latest-table.ts). It holds what was
-- observed before `kept_until`; what is newer is found in the readings themselves.
create table latest_state (
  kind text primary key,
  -- No reading is older: devices' clocks are refused before 2015.
  kept_until timestamptz not null default '2015-01-01 00:00:00+00',
  -- While a step is under way: it ends at next_until, and is done for the devices below next_device_no.
  next_until timestamptz,
  next_device_no integer not null default 0,
  -- Values that were observed before are forgotten, because their readings were dropped.
  readings_since timestamptz not null default '2015-01-01 00:00:00+00'
);
