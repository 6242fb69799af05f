-- Devices that nobody has registered, by the identities with which they come: bounded, and forgotten once one is
-- registered.
create table unknown_devices (
  scheme text not null,
  value text not null,
  -- The door and the network address by which it came last.
  door text not null,
  address text,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  messages bigint not null,
  primary key (scheme, value)
);

-- In the order of the list.
create index unknown_devices_last_seen_at on unknown_devices (last_seen_at, scheme, value);

-- Their newest messages as they came, to be taken in when the device is registered. None of them was acknowledged.
create table unknown_messages (
  message_no bigint generated always as identity primary key,
  scheme text not null,
  value text not null,
  received_at timestamptz not null,
  door text not null,
  context text not null,
  payload bytea not null,
  foreign key (scheme, value) references unknown_devices on delete cascade
);

create index unknown_messages_identity on unknown_messages (scheme, value, message_no);
