-- Commands on their way to the process that holds their device. A row is for several devices that get the same command,
-- so that a broadcast to thousands of speakers is some dozen rows. It is kept until the process that asks has the answer.
create table command_box (
  -- The process that asks, and its own number for this row.
  asked_by integer not null,
  letter_no integer not null,
  -- The process that is to deliver it.
  process_no integer not null,
  payload text not null,
  -- The gateway that carries it; null where the devices have connections of their own.
  through text,
  device_nos integer[] not null,
  device_ids text[] not null,
  -- Not delivered after this, by the database's clock.
  expires_at timestamptz not null,
  -- What became of it, in the order of the devices; null until the process that delivers says so.
  outcomes text[],
  primary key (asked_by, letter_no)
);
create index command_box_to_deliver on command_box (process_no) where outcomes is null;
create index command_box_by_expiry on command_box (expires_at);

-- The keys by which a process signs broadcasts, all that its file names: two files never have one in common. Null: none is
-- known to be the platform's.
alter table processes add column key_ids text[];
