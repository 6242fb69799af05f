-- What a device is bound to at a door whose protocol gives codes to whoever comes first: at JT/T 808 the terminal that has
-- registered with its phone number. Whoever only knows that number gets no code.
create table device_bindings (
  device_no int not null references devices,
  -- The name of the door.
  door text not null,
  -- What has come, in the door's own words: maker and id of a terminal.
  holder text not null,
  -- Follows from the device's token, so that a change of that makes room for another.
  mark bytea not null,
  bound_at timestamptz not null default now(),
  primary key (device_no, door)
);
