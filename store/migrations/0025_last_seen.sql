-- When each device was last heard, by our clock: what it sent and we took in, also through a gateway. Its own table,
-- because it changes far more often than the device does. Written a few times a minute at most, in place where the page
-- has room, which an index on the moment would forbid.
create table device_last_seen (
  device_no integer primary key references devices (device_no),
  seen_at timestamptz not null
) with (fillfactor = 70);
