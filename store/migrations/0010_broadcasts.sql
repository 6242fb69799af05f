-- One broadcast: what is said, to whom, and how far it has come. `message` is the whole content; the columns beside
-- it are what lists and the dispatcher ask for.
create table broadcasts (
  broadcast_no bigint generated always as identity primary key,
  id text not null unique,
  tenant_id text references tenants (id),
  state text not null check (state in ('draft', 'pending_approval', 'returned', 'rejected', 'approved', 'dispatching',
    'playing', 'completed', 'cancelled', 'expired', 'failed')),
  message jsonb not null,
  mode text not null check (mode in ('actual', 'drill', 'training')),
  class text not null check (class in ('emergency', 'daily')),
  level smallint not null check (level between 1 and 4),
  -- Null while a human has not chosen one, e.g. of an imported alert.
  event_code text,
  headline text not null,
  -- Region codes that it reaches into; of polygons and circles, the counties of their speakers.
  regions text[] not null default '{}',
  created_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Rises with each change, so that two people who edit one draft notice.
  revision integer not null default 1,
  submitted_by text,
  approved_by text,
  -- Released without approval: actual, level 1 or 2. Its review stays open until somebody does it.
  green_channel boolean not null default false,
  review text not null default 'none' check (review in ('none', 'open', 'done')),
  released_at timestamptz,
  starts_at timestamptz,
  expires_at timestamptz,
  ended_at timestamptz,
  -- The highest attempt that was ordered; 0 before release.
  attempt integer not null default 0,
  -- How it is named in CAP.
  cap_identifier text not null,
  cap_sender text not null,
  cap_sent timestamptz not null,
  -- Of an imported alert: `{identifier, sender, sent, msgType, signature, warnings}`.
  source jsonb,
  -- The broadcasts that it updates: they are cancelled when it is released.
  replaces_nos bigint[] not null default '{}',
  -- The alarm that proposed it. One alarm proposes once.
  proposed_by_alarm bigint unique,
  -- Nearest cameras and the like: `[{kind, deviceId, distanceKm}]`.
  attachments jsonb not null default '[]',
  -- A training can never be on its way to a speaker, whatever the code above thinks.
  constraint broadcasts_training_is_silent check (mode <> 'training' or state not in ('dispatching', 'playing'))
);
create index broadcasts_state on broadcasts (state, broadcast_no desc);
create index broadcasts_cap on broadcasts (cap_sender, cap_identifier);

-- Every transition, with who, why and when. Never rewritten.
create table broadcast_history (
  broadcast_no bigint not null references broadcasts (broadcast_no),
  step integer not null,
  at timestamptz not null default clock_timestamp(),
  action text not null,
  from_state text,
  to_state text not null,
  actor_type text not null,
  actor_id text,
  actor_name text,
  reason text,
  details jsonb not null default '{}',
  primary key (broadcast_no, step)
);
create function refuse_history_change() returns trigger language plpgsql as $$
begin
  raise exception 'the history of a broadcast is append-only: % is refused', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger broadcast_history_append_only before update or delete or truncate on broadcast_history
  for each statement execute function refuse_history_change();

-- What was signed: one start an attempt, and one stop. Kept, so that a restart sends the very same command again.
create table broadcast_orders (
  command_id text primary key,
  broadcast_no bigint not null references broadcasts (broadcast_no),
  type text not null check (type in ('start', 'stop')),
  attempt integer not null,
  jws text not null,
  issued_at timestamptz not null
);
create index broadcast_orders_broadcast on broadcast_orders (broadcast_no, attempt);

-- One speaker of one broadcast, written before the first command leaves. Times by our clock, but for those that the
-- speaker observed.
create table broadcast_targets (
  broadcast_no bigint not null references broadcasts (broadcast_no),
  device_no integer not null references devices (device_no),
  -- Where it stood at release: the village, as a rule.
  region_code text not null,
  state text not null default 'waiting' check (state in ('waiting', 'handed_over', 'acknowledged', 'started',
    'sounded', 'refused', 'failed', 'offline', 'cancelled')),
  -- Why it was refused or failed: of the closed lists in broadcast/command.ts and broadcast/dispatch.
  reason text,
  attempt integer not null default 1,
  -- How often the command of this attempt was sent.
  sends integer not null default 0,
  handed_over_at timestamptz,
  acknowledged_at timestamptz,
  started_at timestamptz,
  -- The first reading while playing that shows sound, with what it showed.
  evidence_at timestamptz,
  evidence_current double precision,
  evidence_sound_level double precision,
  ended_at timestamptz,
  seconds_played double precision,
  primary key (broadcast_no, device_no)
);
create index broadcast_targets_open on broadcast_targets (broadcast_no)
  where state in ('waiting', 'handed_over', 'acknowledged', 'started');
create index broadcast_targets_device on broadcast_targets (device_no, broadcast_no);

-- Nor can a training have an order or a target.
create function refuse_training() returns trigger language plpgsql as $$
begin
  if exists (select from inserted join broadcasts using (broadcast_no) where mode = 'training') then
    raise exception 'a training never reaches a speaker: nothing goes into %', tg_table_name using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger broadcast_orders_not_of_training after insert on broadcast_orders
  referencing new table as inserted for each statement execute function refuse_training();
create trigger broadcast_targets_not_of_training after insert on broadcast_targets
  referencing new table as inserted for each statement execute function refuse_training();

-- Alerts as they came in CAP, once each: a feed brings the same ones again and again.
create table cap_alerts (
  sender text not null,
  identifier text not null,
  sent timestamptz not null,
  msg_type text not null,
  status text not null,
  disposition text not null,
  signature text not null,
  received_at timestamptz not null default now(),
  received_from text,
  xml bytea not null,
  broadcast_nos bigint[] not null default '{}',
  -- The alerts that it refers to, as `sender,identifier,sent` in UTC: a Cancel may come before what it cancels.
  referenced text[] not null default '{}',
  primary key (sender, identifier, sent)
);
create index cap_alerts_referenced on cap_alerts using gin (referenced);
