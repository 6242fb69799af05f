--! no-transaction
-- Hypertables, time_bucket, first() and last() come from TimescaleDB; both of its editions have them.
create extension if not exists timescaledb;
