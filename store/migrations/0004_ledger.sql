-- What became of every reading and event: received = stored + duplicate + rejected, per device.
-- Each batch appends one row here in the statement that stores its rows, so that the ledger is right after
-- any crash; one appended row of arrays costs far less than an update per reading.
create table ledger_batches (
  batch_no bigint generated always as identity primary key,
  device_nos integer[] not null,
  received integer[] not null,
  stored integer[] not null,
  rejected integer[] not null
);

-- The batches' sum, folded in every few seconds. duplicate is received - stored - rejected.
create table device_ledger (
  device_no integer primary key references devices (device_no),
  received bigint not null default 0,
  stored bigint not null default 0,
  rejected bigint not null default 0
) with (fillfactor = 70);
