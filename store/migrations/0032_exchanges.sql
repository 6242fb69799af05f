-- A meter was exchanged, or its register set: what a counter showed last, and what it began with anew. Recorded by a
-- person, and taken away again where that was wrong. Readings before `at` are of the old register, others of the new one.
create table register_exchanges (
  exchange_no bigint generated always as identity primary key,
  device_no integer not null references devices (device_no),
  -- The counter's key.
  metric text not null,
  at timestamptz not null,
  -- In the metric's unit.
  old_register double precision not null,
  new_register double precision not null,
  made_by text not null,
  made_at timestamptz not null default now(),
  -- Each series and the keeper ask by it.
  unique (device_no, metric, at)
);
