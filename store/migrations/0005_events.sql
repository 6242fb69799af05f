-- What devices report as having happened. Part of the key: phase, because a camera's event is published as
-- new, update and end under one id.
create table events (
  device_no integer not null,
  observed_at timestamptz not null,
  event_id text not null,
  phase text not null check (phase in ('instant', 'new', 'update', 'end')),
  type text not null,
  received_at timestamptz not null,
  data jsonb not null default '{}',
  primary key (device_no, observed_at, event_id, phase)
);
select create_hypertable('events', by_range('observed_at', interval '7 days'), create_default_indexes => false);
create index events_observed_at on events (observed_at desc);

-- A device's answer to a command.
create table replies (
  device_no integer not null,
  observed_at timestamptz not null,
  command_id text not null,
  outcome text not null,
  received_at timestamptz not null,
  data jsonb not null default '{}',
  primary key (device_no, observed_at, command_id, outcome)
);
select create_hypertable('replies', by_range('observed_at', interval '7 days'), create_default_indexes => false);
create index replies_command_id on replies (command_id, observed_at);

-- What was refused, with its payload (at most 64 KiB of it) so that it can be replayed after a fix.
create table rejected_messages (
  rejection_no bigint generated always as identity,
  received_at timestamptz not null,
  -- Null when the message came from nobody that we know.
  device_no integer,
  -- Who published, as it logged in: a device or a gateway.
  publisher text not null,
  topic text not null,
  reason text not null,
  detail text not null,
  payload bytea not null,
  payload_bytes integer not null,
  replayed_at timestamptz,
  replay_outcome text
);
select create_hypertable('rejected_messages', by_range('received_at', interval '1 day'), create_default_indexes => false);
create index rejected_messages_no on rejected_messages (rejection_no desc);
create index rejected_messages_device on rejected_messages (device_no, rejection_no desc);
