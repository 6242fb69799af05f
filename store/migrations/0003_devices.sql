-- One row a device for ever: a deleted device keeps its number, because its readings carry it.
create table devices (
  device_no integer generated always as identity primary key,
  id text not null check (id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  kind text not null,
  region_code text not null references regions (code),
  name text,
  longitude double precision check (longitude between -180 and 180),
  latitude double precision check (latitude between -90 and 90),
  gateway_no integer references devices (device_no),
  attributes jsonb not null default '{}',
  -- SHA-256 of the device's token. The token has 256 random bits, so it needs no slow hash.
  token_hash bytea not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz
);

-- An id names one living device; a deleted device's id may be given again.
create unique index devices_id on devices (id) where deleted_at is null;

-- Lists by region prefix, in the order that the cursor follows.
create index devices_region_code on devices (region_code text_pattern_ops, device_no) where deleted_at is null;
create index devices_kind on devices (kind, device_no) where deleted_at is null;
create index devices_gateway_no on devices (gateway_no) where gateway_no is not null and deleted_at is null;
-- Other processes follow changes by this column.
create index devices_updated_at on devices (updated_at);

-- Whether a device is connected. Its own table, because it changes far more often than the device does.
create table device_presence (
  device_no integer primary key references devices (device_no),
  connected boolean not null,
  changed_at timestamptz not null,
  -- The peer's address as the socket gave it.
  address text
) with (fillfactor = 70);
