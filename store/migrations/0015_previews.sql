-- What a target meant when people decided on it, so that whoever approves sees what has changed since it was
-- submitted, and the report names the villages that had no speaker when it was released.
create table broadcast_previews (
  broadcast_no bigint not null references broadcasts (broadcast_no),
  moment text not null check (moment in ('submission', 'release')),
  taken_at timestamptz not null,
  -- The speakers that it meant, and those of them that were connected.
  device_nos integer[] not null,
  online_nos integer[] not null,
  -- Villages in it that had no speaker, with the names that they had.
  village_codes text[] not null,
  village_names text[] not null,
  primary key (broadcast_no, moment)
);
