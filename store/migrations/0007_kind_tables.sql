-- Which columns each kind's readings table and rollups were built with, so that a start can tell whether a
-- kind has gained a metric since. `edition` is the TimescaleDB licence that the rollups were built under.
create table kind_tables (
  kind text primary key,
  table_name text not null unique,
  columns jsonb not null,
  edition text not null,
  updated_at timestamptz not null default now()
);
