-- Written by `npm run db:dump` from the migrations and the catalog of kinds. Do not edit.

create extension if not exists timescaledb;

create table access_changes (
  change_no bigint not null generated always as identity,
  principal_id text not null,
  kind text not null,
  asked_by text not null,
  asked_by_name text not null,
  asked_at timestamp with time zone not null,
  effective_at timestamp with time zone not null,
  state text not null default 'open'::text,
  decided_by text,
  decided_at timestamp with time zone,
  reason text,
  former_owner text,
  constraint access_changes_pkey PRIMARY KEY (change_no),
  constraint access_changes_kind_check CHECK (kind = ANY (ARRAY['create'::text, 'grants'::text, 'password'::text, 'second_factor'::text, 'enable'::text, 'owner'::text])),
  constraint access_changes_state_check CHECK (state = ANY (ARRAY['open'::text, 'confirmed'::text, 'refused'::text, 'overtaken'::text]))
);
CREATE INDEX access_changes_open ON access_changes USING btree (effective_at) WHERE state = 'open'::text;
CREATE INDEX access_changes_principal_id ON access_changes USING btree (principal_id, change_no);

create table access_version (
  version bigint not null,
  single_row boolean not null default true,
  constraint access_version_pkey PRIMARY KEY (single_row),
  constraint access_version_single_row_check CHECK (single_row)
);

create table alarm_conditions (
  device_no integer not null,
  rule text not null,
  is_over boolean not null,
  since timestamp with time zone not null,
  constraint alarm_conditions_pkey PRIMARY KEY (device_no, rule)
);

create table alarms (
  alarm_no bigint not null generated always as identity,
  device_no integer not null,
  rule text not null,
  severity text not null,
  message text not null,
  value double precision,
  raised_at timestamp with time zone not null,
  acknowledged_at timestamp with time zone,
  acknowledged_by text,
  cleared_at timestamp with time zone,
  acknowledgement_note text,
  times integer not null default 1,
  last_raised_at timestamp with time zone,
  constraint alarms_pkey PRIMARY KEY (alarm_no),
  constraint alarms_severity_check CHECK (severity = ANY (ARRAY['critical'::text, 'major'::text, 'minor'::text, 'warning'::text]))
);
CREATE UNIQUE INDEX alarms_active ON alarms USING btree (device_no, rule) WHERE cleared_at IS NULL;
CREATE INDEX alarms_device ON alarms USING btree (device_no, alarm_no DESC);
CREATE INDEX alarms_raised_at ON alarms USING btree (raised_at DESC, alarm_no DESC);

create table api_keys (
  key_no bigint not null generated always as identity,
  principal_id text not null,
  prefix text not null,
  key_hash bytea not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  made_by text,
  constraint api_keys_pkey PRIMARY KEY (key_no),
  constraint api_keys_prefix_key UNIQUE (prefix)
);
CREATE INDEX api_keys_principal_id ON api_keys USING btree (principal_id);

create table audit (
  audit_no bigint not null,
  at timestamp with time zone not null,
  actor_type text not null,
  actor_id text,
  actor_name text,
  tenant_id text,
  action text not null,
  object_type text not null,
  object_id text,
  reason text,
  before jsonb,
  after jsonb,
  address text,
  request_id text,
  previous_hash bytea not null,
  hash bytea not null,
  caller_request_id text,
  constraint audit_pkey PRIMARY KEY (audit_no),
  constraint audit_actor_type_check CHECK (actor_type = ANY (ARRAY['person'::text, 'application'::text, 'display'::text, 'device'::text, 'machine'::text, 'platform'::text]))
);
CREATE INDEX audit_actor ON audit USING btree (actor_id, audit_no);
CREATE INDEX audit_at ON audit USING btree (at);
CREATE INDEX audit_object ON audit USING btree (object_type, object_id, audit_no);
CREATE INDEX audit_tenant ON audit USING btree (tenant_id, audit_no);

create table broadcast_history (
  broadcast_no bigint not null,
  step integer not null,
  at timestamp with time zone not null default clock_timestamp(),
  action text not null,
  from_state text,
  to_state text not null,
  actor_type text not null,
  actor_id text,
  actor_name text,
  reason text,
  details jsonb not null default '{}'::jsonb,
  constraint broadcast_history_pkey PRIMARY KEY (broadcast_no, step)
);

create table broadcast_notes (
  note_no bigint not null generated always as identity,
  broadcast_no bigint not null,
  at timestamp with time zone not null default clock_timestamp(),
  actor_type text not null,
  actor_id text,
  actor_name text,
  content text not null,
  constraint broadcast_notes_pkey PRIMARY KEY (note_no)
);
CREATE INDEX broadcast_notes_broadcast ON broadcast_notes USING btree (broadcast_no, note_no);

create table broadcast_orders (
  command_id text not null,
  broadcast_no bigint not null,
  type text not null,
  attempt integer not null,
  jws text not null,
  issued_at timestamp with time zone not null,
  constraint broadcast_orders_pkey PRIMARY KEY (command_id),
  constraint broadcast_orders_type_check CHECK (type = ANY (ARRAY['start'::text, 'stop'::text]))
);
CREATE INDEX broadcast_orders_broadcast ON broadcast_orders USING btree (broadcast_no, attempt);

create table broadcast_previews (
  broadcast_no bigint not null,
  moment text not null,
  taken_at timestamp with time zone not null,
  device_nos integer[] not null,
  online_nos integer[] not null,
  village_codes text[] not null,
  village_names text[] not null,
  possible_codes text[] not null default '{}'::text[],
  possible_names text[] not null default '{}'::text[],
  villages_unknown boolean not null default false,
  constraint broadcast_previews_pkey PRIMARY KEY (broadcast_no, moment),
  constraint broadcast_previews_moment_check CHECK (moment = ANY (ARRAY['submission'::text, 'release'::text]))
);

create table broadcast_revisions (
  broadcast_no bigint not null,
  revision integer not null,
  at timestamp with time zone not null default clock_timestamp(),
  message jsonb not null,
  replaces text[] not null default '{}'::text[],
  actor_type text not null,
  actor_id text,
  actor_name text,
  constraint broadcast_revisions_pkey PRIMARY KEY (broadcast_no, revision)
);

create table broadcast_targets (
  broadcast_no bigint not null,
  device_no integer not null,
  region_code text not null,
  state text not null default 'waiting'::text,
  reason text,
  attempt integer not null default 1,
  sends integer not null default 0,
  handed_over_at timestamp with time zone,
  acknowledged_at timestamp with time zone,
  started_at timestamp with time zone,
  evidence_at timestamp with time zone,
  evidence_current double precision,
  evidence_sound_level double precision,
  ended_at timestamp with time zone,
  seconds_played double precision,
  reported_attempt integer default 1,
  earlier jsonb not null default '[]'::jsonb,
  partly_heard boolean not null default false,
  constraint broadcast_targets_pkey PRIMARY KEY (broadcast_no, device_no),
  constraint broadcast_targets_state_check CHECK (state = ANY (ARRAY['waiting'::text, 'handed_over'::text, 'acknowledged'::text, 'started'::text, 'sounded'::text, 'refused'::text, 'failed'::text, 'offline'::text, 'cancelled'::text]))
);
CREATE INDEX broadcast_targets_device ON broadcast_targets USING btree (device_no, broadcast_no);
CREATE INDEX broadcast_targets_open ON broadcast_targets USING btree (broadcast_no) WHERE state = ANY (ARRAY['waiting'::text, 'handed_over'::text, 'acknowledged'::text, 'started'::text]);

create table broadcast_template_versions (
  template_no bigint not null,
  version integer not null,
  texts jsonb not null,
  changed_by text not null,
  changed_at timestamp with time zone not null default clock_timestamp(),
  constraint broadcast_template_versions_pkey PRIMARY KEY (template_no, version)
);

create table broadcast_templates (
  template_no bigint not null generated always as identity,
  id text not null,
  tenant_id text,
  event_code text not null,
  level smallint,
  version integer not null default 1,
  created_at timestamp with time zone not null default now(),
  deleted_at timestamp with time zone,
  constraint broadcast_templates_pkey PRIMARY KEY (template_no),
  constraint broadcast_templates_id_key UNIQUE (id),
  constraint broadcast_templates_level_check CHECK (level >= 1 AND level <= 4)
);
CREATE UNIQUE INDEX broadcast_templates_in_force ON broadcast_templates USING btree (COALESCE(tenant_id, ''::text), event_code, COALESCE(level::integer, 0)) WHERE deleted_at IS NULL;

create table broadcasts (
  broadcast_no bigint not null generated always as identity,
  id text not null,
  tenant_id text,
  state text not null,
  message jsonb not null,
  mode text not null,
  class text not null,
  level smallint not null,
  event_code text,
  headline text not null,
  regions text[] not null default '{}'::text[],
  created_by text not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  revision integer not null default 1,
  submitted_by text,
  approved_by text,
  green_channel boolean not null default false,
  review text not null default 'none'::text,
  released_at timestamp with time zone,
  starts_at timestamp with time zone,
  expires_at timestamp with time zone,
  ended_at timestamp with time zone,
  attempt integer not null default 0,
  cap_identifier text not null,
  cap_sender text not null,
  cap_sent timestamp with time zone not null,
  source jsonb,
  replaces_nos bigint[] not null default '{}'::bigint[],
  proposed_by_alarm bigint,
  attachments jsonb not null default '[]'::jsonb,
  superseded_by jsonb,
  submitted_for text[] not null default '{}'::text[],
  approved_for text[] not null default '{}'::text[],
  authors text[] not null default '{}'::text[],
  template jsonb,
  cancelled_at timestamp with time zone,
  cancel_reason text,
  constraint broadcasts_pkey PRIMARY KEY (broadcast_no),
  constraint broadcasts_class_check CHECK (class = ANY (ARRAY['emergency'::text, 'daily'::text])),
  constraint broadcasts_id_key UNIQUE (id),
  constraint broadcasts_level_check CHECK (level >= 1 AND level <= 4),
  constraint broadcasts_mode_check CHECK (mode = ANY (ARRAY['actual'::text, 'drill'::text, 'training'::text])),
  constraint broadcasts_proposed_by_alarm_key UNIQUE (proposed_by_alarm),
  constraint broadcasts_review_check CHECK (review = ANY (ARRAY['none'::text, 'open'::text, 'done'::text])),
  constraint broadcasts_state_check CHECK (state = ANY (ARRAY['draft'::text, 'pending_approval'::text, 'returned'::text, 'rejected'::text, 'approved'::text, 'dispatching'::text, 'playing'::text, 'completed'::text, 'cancelled'::text, 'expired'::text, 'failed'::text])),
  constraint broadcasts_training_is_silent CHECK (mode <> 'training'::text OR (state <> ALL (ARRAY['dispatching'::text, 'playing'::text])))
);
CREATE INDEX broadcasts_cap ON broadcasts USING btree (cap_sender, cap_identifier);
CREATE INDEX broadcasts_replaces ON broadcasts USING gin (replaces_nos);
CREATE INDEX broadcasts_state ON broadcasts USING btree (state, broadcast_no DESC);

create table caller_writes (
  caller_id text not null,
  "position" pg_lsn not null,
  constraint caller_writes_pkey PRIMARY KEY (caller_id)
);

create table cap_alerts (
  sender text not null,
  identifier text not null,
  sent timestamp with time zone not null,
  msg_type text not null,
  status text not null,
  disposition text not null,
  signature text not null,
  received_at timestamp with time zone not null default now(),
  received_from text,
  xml bytea,
  broadcast_nos bigint[] not null default '{}'::bigint[],
  referenced text[] not null default '{}'::text[],
  document text,
  documents text[] not null default '{}'::text[],
  constraint cap_alerts_pkey PRIMARY KEY (sender, identifier, sent)
);
CREATE INDEX cap_alerts_document ON cap_alerts USING btree (document);
CREATE INDEX cap_alerts_identifier ON cap_alerts USING btree (identifier, sender);
CREATE INDEX cap_alerts_referenced ON cap_alerts USING gin (referenced);

create table cap_documents (
  digest text not null,
  xml bytea not null,
  stored_at timestamp with time zone not null default now(),
  constraint cap_documents_pkey PRIMARY KEY (digest)
);
CREATE INDEX cap_documents_stored_at ON cap_documents USING btree (stored_at);

create table command_box (
  asked_by integer not null,
  letter_no integer not null,
  process_no integer not null,
  payload text not null,
  through text,
  device_nos integer[] not null,
  device_ids text[] not null,
  expires_at timestamp with time zone not null,
  outcomes text[],
  constraint command_box_pkey PRIMARY KEY (asked_by, letter_no)
);
CREATE INDEX command_box_by_expiry ON command_box USING btree (expires_at);
CREATE INDEX command_box_to_deliver ON command_box USING btree (process_no) WHERE outcomes IS NULL;

create table device_bindings (
  device_no integer not null,
  door text not null,
  holder text not null,
  mark bytea not null,
  bound_at timestamp with time zone not null default now(),
  constraint device_bindings_pkey PRIMARY KEY (device_no, door)
);

create table device_identities (
  scheme text not null,
  value text not null,
  device_no integer not null,
  constraint device_identities_pkey PRIMARY KEY (scheme, value)
);
CREATE INDEX device_identities_device_no ON device_identities USING btree (device_no);

create table device_last_seen (
  device_no integer not null,
  seen_at timestamp with time zone not null,
  constraint device_last_seen_pkey PRIMARY KEY (device_no)
) with (fillfactor=70);

create table device_ledger (
  device_no integer not null,
  received bigint not null default 0,
  stored bigint not null default 0,
  rejected bigint not null default 0,
  constraint device_ledger_pkey PRIMARY KEY (device_no)
) with (fillfactor=70);

create table device_presence (
  device_no integer not null,
  connected boolean not null,
  changed_at timestamp with time zone not null,
  address text,
  instance text not null default '1'::text,
  constraint device_presence_pkey PRIMARY KEY (device_no)
) with (fillfactor=70);

create table devices (
  device_no integer not null generated always as identity,
  id text not null,
  kind text not null,
  region_code text not null,
  name text,
  longitude double precision,
  latitude double precision,
  gateway_no integer,
  attributes jsonb not null default '{}'::jsonb,
  token_hash bytea not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  deleted_at timestamp with time zone,
  tenant_id text,
  placed_since timestamp with time zone not null default '-infinity'::timestamp with time zone,
  model text,
  constraint devices_pkey PRIMARY KEY (device_no),
  constraint devices_id_check CHECK (id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'::text),
  constraint devices_latitude_check CHECK (latitude >= '-90'::integer::double precision AND latitude <= 90::double precision),
  constraint devices_longitude_check CHECK (longitude >= '-180'::integer::double precision AND longitude <= 180::double precision)
);
CREATE INDEX devices_deleted_id ON devices USING btree (id) WHERE deleted_at IS NOT NULL;
CREATE INDEX devices_gateway_no ON devices USING btree (gateway_no) WHERE gateway_no IS NOT NULL AND deleted_at IS NULL;
CREATE UNIQUE INDEX devices_id ON devices USING btree (id) WHERE deleted_at IS NULL;
CREATE INDEX devices_kind ON devices USING btree (kind, device_no) WHERE deleted_at IS NULL;
CREATE INDEX devices_region_code ON devices USING btree (region_code text_pattern_ops, device_no) INCLUDE (kind);
CREATE INDEX devices_tenant_id ON devices USING btree (tenant_id, device_no) WHERE tenant_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX devices_updated_at ON devices USING btree (updated_at);

create table displays (
  display_no bigint not null generated always as identity,
  principal_id text not null,
  created_by text not null,
  code_hash bytea,
  code_expires_at timestamp with time zone,
  paired_at timestamp with time zone,
  constraint displays_pkey PRIMARY KEY (principal_id),
  constraint displays_check CHECK ((code_hash IS NULL) = (code_expires_at IS NULL)),
  constraint displays_code_hash_key UNIQUE (code_hash),
  constraint displays_display_no_key UNIQUE (display_no)
);

create table events (
  device_no integer not null,
  observed_at timestamp with time zone not null,
  event_id text not null,
  phase text not null,
  type text not null,
  received_at timestamp with time zone not null,
  data jsonb not null default '{}'::jsonb,
  constraint events_pkey PRIMARY KEY (device_no, observed_at, event_id, phase),
  constraint events_phase_check CHECK (phase = ANY (ARRAY['instant'::text, 'new'::text, 'update'::text, 'end'::text]))
);
select create_hypertable('events', by_range('observed_at', interval '7 days'), create_default_indexes => false);
CREATE INDEX events_observed_at ON events USING btree (observed_at DESC);

create table external_identities (
  issuer text not null,
  subject text not null,
  principal_id text not null,
  created_at timestamp with time zone not null default now(),
  constraint external_identities_pkey PRIMARY KEY (issuer, subject)
);

create table former_batches (
  batch_no bigint not null generated always as identity,
  device_no integer not null,
  until_at timestamp with time zone not null,
  received integer not null,
  stored integer not null,
  rejected integer not null,
  constraint former_batches_pkey PRIMARY KEY (batch_no)
);
CREATE INDEX former_batches_device_no ON former_batches USING btree (device_no);

create table former_places (
  device_no integer not null,
  id text not null,
  kind text not null,
  region_code text not null,
  tenant_id text,
  from_at timestamp with time zone not null,
  until_at timestamp with time zone not null,
  received bigint not null default 0,
  stored bigint not null default 0,
  rejected bigint not null default 0,
  constraint former_places_pkey PRIMARY KEY (device_no, until_at),
  constraint former_places_check CHECK (from_at < until_at)
);
CREATE INDEX former_places_id ON former_places USING btree (id);
CREATE INDEX former_places_region_code ON former_places USING btree (region_code text_pattern_ops, device_no) INCLUDE (kind);

create table grants (
  grant_no bigint not null generated always as identity,
  principal_id text not null,
  role text,
  scopes text[],
  regions text[],
  kinds text[],
  tenants text[],
  devices text[],
  created_at timestamp with time zone not null default now(),
  change_no bigint,
  constraint grants_pkey PRIMARY KEY (grant_no),
  constraint grants_check CHECK ((role IS NULL) <> (scopes IS NULL))
);
CREATE INDEX grants_principal_id ON grants USING btree (principal_id);

create table ingest_lanes (
  writer uuid not null,
  lane integer not null,
  part bigint not null,
  updated_at timestamp with time zone not null default now(),
  constraint ingest_lanes_pkey PRIMARY KEY (writer, lane)
) with (fillfactor=50);

create table ingest_met (
  writer uuid not null,
  lane integer not null,
  part bigint not null,
  rows integer[] not null,
  constraint ingest_met_pkey PRIMARY KEY (writer, lane)
) with (fillfactor=50);

create table kind_tables (
  kind text not null,
  table_name text not null,
  columns jsonb not null,
  edition text not null,
  updated_at timestamp with time zone not null default now(),
  constraint kind_tables_pkey PRIMARY KEY (kind),
  constraint kind_tables_table_name_key UNIQUE (table_name)
);

create table known_addresses (
  principal_id text not null,
  network text not null,
  seen_at timestamp with time zone not null,
  constraint known_addresses_pkey PRIMARY KEY (principal_id, network)
);
CREATE INDEX known_addresses_seen_at ON known_addresses USING btree (seen_at);

create table latest_state (
  kind text not null,
  kept_until timestamp with time zone not null default '2015-01-01 00:00:00+00'::timestamp with time zone,
  next_until timestamp with time zone,
  next_device_no integer not null default 0,
  readings_since timestamp with time zone not null default '2015-01-01 00:00:00+00'::timestamp with time zone,
  constraint latest_state_pkey PRIMARY KEY (kind)
);

create table leases (
  duty text not null,
  epoch bigint not null,
  process_no integer,
  until timestamp with time zone not null,
  constraint leases_pkey PRIMARY KEY (duty)
);

create table ledger_batches (
  batch_no bigint not null generated always as identity,
  device_nos integer[] not null,
  received integer[] not null,
  stored integer[] not null,
  rejected integer[] not null,
  constraint ledger_batches_pkey PRIMARY KEY (batch_no)
);

create table news (
  row_no bigint not null generated always as identity,
  news_no bigint,
  told_at timestamp with time zone not null default now(),
  topic text not null,
  process_no integer,
  payload jsonb not null,
  constraint news_pkey PRIMARY KEY (row_no)
);
CREATE UNIQUE INDEX news_by_number ON news USING btree (news_no);
CREATE INDEX news_by_time ON news USING btree (told_at);

create table passwords (
  principal_id text not null,
  password_hash text not null,
  totp_secret text,
  totp_last_step bigint,
  totp_pending_secret text,
  totp_pending_until timestamp with time zone,
  changed_at timestamp with time zone not null default now(),
  constraint passwords_pkey PRIMARY KEY (principal_id)
);

create table principals (
  id text not null,
  type text not null,
  tenant_id text not null,
  name text not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  disabled_at timestamp with time zone,
  owner_id text,
  constraint principals_pkey PRIMARY KEY (id),
  constraint principals_id_check CHECK (id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'::text),
  constraint principals_owner CHECK (owner_id IS NULL OR type = 'application'::text),
  constraint principals_type_check CHECK (type = ANY (ARRAY['person'::text, 'application'::text, 'display'::text]))
);

create table processes (
  instance text not null,
  process_no integer not null generated always as identity,
  started_at timestamp with time zone not null default now(),
  heard_at timestamp with time zone not null default now(),
  key_ids text[],
  constraint processes_pkey PRIMARY KEY (instance),
  constraint processes_process_no_key UNIQUE (process_no)
);

create table readings_air_station (
  device_no integer not null,
  observed_at timestamp with time zone not null,
  received_at timestamp with time zone,
  received_after integer,
  extra jsonb,
  pm2_5 integer,
  pm10 integer,
  tsp integer,
  so2 integer,
  no2 integer,
  o3 integer,
  co integer,
  temperature integer,
  humidity integer,
  pressure integer,
  wind_speed integer,
  wind_direction integer,
  sound_level integer,
  quality text,
  pm2_5_minute integer,
  pm10_minute integer,
  tsp_minute integer,
  so2_minute integer,
  no2_minute integer,
  o3_minute integer,
  co_minute integer,
  temperature_minute integer,
  humidity_minute integer,
  pressure_minute integer,
  wind_speed_minute integer,
  wind_direction_minute integer,
  sound_level_minute integer,
  quality_minute text,
  pm2_5_hour integer,
  pm10_hour integer,
  tsp_hour integer,
  so2_hour integer,
  no2_hour integer,
  o3_hour integer,
  co_hour integer,
  temperature_hour integer,
  humidity_hour integer,
  pressure_hour integer,
  wind_speed_hour integer,
  wind_direction_hour integer,
  sound_level_hour integer,
  quality_hour text,
  pm2_5_day integer,
  pm10_day integer,
  tsp_day integer,
  so2_day integer,
  no2_day integer,
  o3_day integer,
  co_day integer,
  temperature_day integer,
  humidity_day integer,
  pressure_day integer,
  wind_speed_day integer,
  wind_direction_day integer,
  sound_level_day integer,
  quality_day text,
  constraint readings_air_station_pkey PRIMARY KEY (device_no, observed_at)
);
select create_hypertable('readings_air_station', by_range('observed_at', interval '7 days'), create_default_indexes => false);

create table readings_air_station_1d_open (
  device_no integer not null,
  day timestamp with time zone not null,
  readings bigint not null default 0,
  pm2_5_count bigint not null default 0,
  pm2_5_min real,
  pm2_5_max real,
  pm2_5_sum bigint not null default 0,
  pm10_count bigint not null default 0,
  pm10_min real,
  pm10_max real,
  pm10_sum bigint not null default 0,
  tsp_count bigint not null default 0,
  tsp_min real,
  tsp_max real,
  tsp_sum bigint not null default 0,
  so2_count bigint not null default 0,
  so2_min real,
  so2_max real,
  so2_sum bigint not null default 0,
  no2_count bigint not null default 0,
  no2_min real,
  no2_max real,
  no2_sum bigint not null default 0,
  o3_count bigint not null default 0,
  o3_min real,
  o3_max real,
  o3_sum bigint not null default 0,
  co_count bigint not null default 0,
  co_min real,
  co_max real,
  co_sum bigint not null default 0,
  temperature_count bigint not null default 0,
  temperature_min real,
  temperature_max real,
  temperature_sum bigint not null default 0,
  humidity_count bigint not null default 0,
  humidity_min real,
  humidity_max real,
  humidity_sum bigint not null default 0,
  pressure_count bigint not null default 0,
  pressure_min real,
  pressure_max real,
  pressure_sum bigint not null default 0,
  wind_speed_count bigint not null default 0,
  wind_speed_min real,
  wind_speed_max real,
  wind_speed_sum bigint not null default 0,
  wind_direction_count bigint not null default 0,
  wind_direction_min real,
  wind_direction_max real,
  wind_direction_sum bigint not null default 0,
  sound_level_count bigint not null default 0,
  sound_level_min real,
  sound_level_max real,
  sound_level_sum bigint not null default 0,
  pm2_5_minute_count bigint not null default 0,
  pm2_5_minute_min real,
  pm2_5_minute_max real,
  pm2_5_minute_sum bigint not null default 0,
  pm10_minute_count bigint not null default 0,
  pm10_minute_min real,
  pm10_minute_max real,
  pm10_minute_sum bigint not null default 0,
  tsp_minute_count bigint not null default 0,
  tsp_minute_min real,
  tsp_minute_max real,
  tsp_minute_sum bigint not null default 0,
  so2_minute_count bigint not null default 0,
  so2_minute_min real,
  so2_minute_max real,
  so2_minute_sum bigint not null default 0,
  no2_minute_count bigint not null default 0,
  no2_minute_min real,
  no2_minute_max real,
  no2_minute_sum bigint not null default 0,
  o3_minute_count bigint not null default 0,
  o3_minute_min real,
  o3_minute_max real,
  o3_minute_sum bigint not null default 0,
  co_minute_count bigint not null default 0,
  co_minute_min real,
  co_minute_max real,
  co_minute_sum bigint not null default 0,
  temperature_minute_count bigint not null default 0,
  temperature_minute_min real,
  temperature_minute_max real,
  temperature_minute_sum bigint not null default 0,
  humidity_minute_count bigint not null default 0,
  humidity_minute_min real,
  humidity_minute_max real,
  humidity_minute_sum bigint not null default 0,
  pressure_minute_count bigint not null default 0,
  pressure_minute_min real,
  pressure_minute_max real,
  pressure_minute_sum bigint not null default 0,
  wind_speed_minute_count bigint not null default 0,
  wind_speed_minute_min real,
  wind_speed_minute_max real,
  wind_speed_minute_sum bigint not null default 0,
  wind_direction_minute_count bigint not null default 0,
  wind_direction_minute_min real,
  wind_direction_minute_max real,
  wind_direction_minute_sum bigint not null default 0,
  sound_level_minute_count bigint not null default 0,
  sound_level_minute_min real,
  sound_level_minute_max real,
  sound_level_minute_sum bigint not null default 0,
  pm2_5_hour_count bigint not null default 0,
  pm2_5_hour_min real,
  pm2_5_hour_max real,
  pm2_5_hour_sum bigint not null default 0,
  pm10_hour_count bigint not null default 0,
  pm10_hour_min real,
  pm10_hour_max real,
  pm10_hour_sum bigint not null default 0,
  tsp_hour_count bigint not null default 0,
  tsp_hour_min real,
  tsp_hour_max real,
  tsp_hour_sum bigint not null default 0,
  so2_hour_count bigint not null default 0,
  so2_hour_min real,
  so2_hour_max real,
  so2_hour_sum bigint not null default 0,
  no2_hour_count bigint not null default 0,
  no2_hour_min real,
  no2_hour_max real,
  no2_hour_sum bigint not null default 0,
  o3_hour_count bigint not null default 0,
  o3_hour_min real,
  o3_hour_max real,
  o3_hour_sum bigint not null default 0,
  co_hour_count bigint not null default 0,
  co_hour_min real,
  co_hour_max real,
  co_hour_sum bigint not null default 0,
  temperature_hour_count bigint not null default 0,
  temperature_hour_min real,
  temperature_hour_max real,
  temperature_hour_sum bigint not null default 0,
  humidity_hour_count bigint not null default 0,
  humidity_hour_min real,
  humidity_hour_max real,
  humidity_hour_sum bigint not null default 0,
  pressure_hour_count bigint not null default 0,
  pressure_hour_min real,
  pressure_hour_max real,
  pressure_hour_sum bigint not null default 0,
  wind_speed_hour_count bigint not null default 0,
  wind_speed_hour_min real,
  wind_speed_hour_max real,
  wind_speed_hour_sum bigint not null default 0,
  wind_direction_hour_count bigint not null default 0,
  wind_direction_hour_min real,
  wind_direction_hour_max real,
  wind_direction_hour_sum bigint not null default 0,
  sound_level_hour_count bigint not null default 0,
  sound_level_hour_min real,
  sound_level_hour_max real,
  sound_level_hour_sum bigint not null default 0,
  pm2_5_day_count bigint not null default 0,
  pm2_5_day_min real,
  pm2_5_day_max real,
  pm2_5_day_sum bigint not null default 0,
  pm10_day_count bigint not null default 0,
  pm10_day_min real,
  pm10_day_max real,
  pm10_day_sum bigint not null default 0,
  tsp_day_count bigint not null default 0,
  tsp_day_min real,
  tsp_day_max real,
  tsp_day_sum bigint not null default 0,
  so2_day_count bigint not null default 0,
  so2_day_min real,
  so2_day_max real,
  so2_day_sum bigint not null default 0,
  no2_day_count bigint not null default 0,
  no2_day_min real,
  no2_day_max real,
  no2_day_sum bigint not null default 0,
  o3_day_count bigint not null default 0,
  o3_day_min real,
  o3_day_max real,
  o3_day_sum bigint not null default 0,
  co_day_count bigint not null default 0,
  co_day_min real,
  co_day_max real,
  co_day_sum bigint not null default 0,
  temperature_day_count bigint not null default 0,
  temperature_day_min real,
  temperature_day_max real,
  temperature_day_sum bigint not null default 0,
  humidity_day_count bigint not null default 0,
  humidity_day_min real,
  humidity_day_max real,
  humidity_day_sum bigint not null default 0,
  pressure_day_count bigint not null default 0,
  pressure_day_min real,
  pressure_day_max real,
  pressure_day_sum bigint not null default 0,
  wind_speed_day_count bigint not null default 0,
  wind_speed_day_min real,
  wind_speed_day_max real,
  wind_speed_day_sum bigint not null default 0,
  wind_direction_day_count bigint not null default 0,
  wind_direction_day_min real,
  wind_direction_day_max real,
  wind_direction_day_sum bigint not null default 0,
  sound_level_day_count bigint not null default 0,
  sound_level_day_min real,
  sound_level_day_max real,
  sound_level_day_sum bigint not null default 0,
  constraint readings_air_station_1d_open_pkey PRIMARY KEY (device_no, day)
) with (fillfactor=50);

create table readings_air_station_1d_sums (
  region_code text not null,
  tenant_id text not null,
  day timestamp with time zone not null,
  readings bigint not null default 0,
  pm2_5_count bigint not null default 0,
  pm2_5_min real,
  pm2_5_max real,
  pm2_5_sum bigint not null default 0,
  pm10_count bigint not null default 0,
  pm10_min real,
  pm10_max real,
  pm10_sum bigint not null default 0,
  tsp_count bigint not null default 0,
  tsp_min real,
  tsp_max real,
  tsp_sum bigint not null default 0,
  so2_count bigint not null default 0,
  so2_min real,
  so2_max real,
  so2_sum bigint not null default 0,
  no2_count bigint not null default 0,
  no2_min real,
  no2_max real,
  no2_sum bigint not null default 0,
  o3_count bigint not null default 0,
  o3_min real,
  o3_max real,
  o3_sum bigint not null default 0,
  co_count bigint not null default 0,
  co_min real,
  co_max real,
  co_sum bigint not null default 0,
  temperature_count bigint not null default 0,
  temperature_min real,
  temperature_max real,
  temperature_sum bigint not null default 0,
  humidity_count bigint not null default 0,
  humidity_min real,
  humidity_max real,
  humidity_sum bigint not null default 0,
  pressure_count bigint not null default 0,
  pressure_min real,
  pressure_max real,
  pressure_sum bigint not null default 0,
  wind_speed_count bigint not null default 0,
  wind_speed_min real,
  wind_speed_max real,
  wind_speed_sum bigint not null default 0,
  wind_direction_count bigint not null default 0,
  wind_direction_min real,
  wind_direction_max real,
  wind_direction_sum bigint not null default 0,
  sound_level_count bigint not null default 0,
  sound_level_min real,
  sound_level_max real,
  sound_level_sum bigint not null default 0,
  pm2_5_minute_count bigint not null default 0,
  pm2_5_minute_min real,
  pm2_5_minute_max real,
  pm2_5_minute_sum bigint not null default 0,
  pm10_minute_count bigint not null default 0,
  pm10_minute_min real,
  pm10_minute_max real,
  pm10_minute_sum bigint not null default 0,
  tsp_minute_count bigint not null default 0,
  tsp_minute_min real,
  tsp_minute_max real,
  tsp_minute_sum bigint not null default 0,
  so2_minute_count bigint not null default 0,
  so2_minute_min real,
  so2_minute_max real,
  so2_minute_sum bigint not null default 0,
  no2_minute_count bigint not null default 0,
  no2_minute_min real,
  no2_minute_max real,
  no2_minute_sum bigint not null default 0,
  o3_minute_count bigint not null default 0,
  o3_minute_min real,
  o3_minute_max real,
  o3_minute_sum bigint not null default 0,
  co_minute_count bigint not null default 0,
  co_minute_min real,
  co_minute_max real,
  co_minute_sum bigint not null default 0,
  temperature_minute_count bigint not null default 0,
  temperature_minute_min real,
  temperature_minute_max real,
  temperature_minute_sum bigint not null default 0,
  humidity_minute_count bigint not null default 0,
  humidity_minute_min real,
  humidity_minute_max real,
  humidity_minute_sum bigint not null default 0,
  pressure_minute_count bigint not null default 0,
  pressure_minute_min real,
  pressure_minute_max real,
  pressure_minute_sum bigint not null default 0,
  wind_speed_minute_count bigint not null default 0,
  wind_speed_minute_min real,
  wind_speed_minute_max real,
  wind_speed_minute_sum bigint not null default 0,
  wind_direction_minute_count bigint not null default 0,
  wind_direction_minute_min real,
  wind_direction_minute_max real,
  wind_direction_minute_sum bigint not null default 0,
  sound_level_minute_count bigint not null default 0,
  sound_level_minute_min real,
  sound_level_minute_max real,
  sound_level_minute_sum bigint not null default 0,
  pm2_5_hour_count bigint not null default 0,
  pm2_5_hour_min real,
  pm2_5_hour_max real,
  pm2_5_hour_sum bigint not null default 0,
  pm10_hour_count bigint not null default 0,
  pm10_hour_min real,
  pm10_hour_max real,
  pm10_hour_sum bigint not null default 0,
  tsp_hour_count bigint not null default 0,
  tsp_hour_min real,
  tsp_hour_max real,
  tsp_hour_sum bigint not null default 0,
  so2_hour_count bigint not null default 0,
  so2_hour_min real,
  so2_hour_max real,
  so2_hour_sum bigint not null default 0,
  no2_hour_count bigint not null default 0,
  no2_hour_min real,
  no2_hour_max real,
  no2_hour_sum bigint not null default 0,
  o3_hour_count bigint not null default 0,
  o3_hour_min real,
  o3_hour_max real,
  o3_hour_sum bigint not null default 0,
  co_hour_count bigint not null default 0,
  co_hour_min real,
  co_hour_max real,
  co_hour_sum bigint not null default 0,
  temperature_hour_count bigint not null default 0,
  temperature_hour_min real,
  temperature_hour_max real,
  temperature_hour_sum bigint not null default 0,
  humidity_hour_count bigint not null default 0,
  humidity_hour_min real,
  humidity_hour_max real,
  humidity_hour_sum bigint not null default 0,
  pressure_hour_count bigint not null default 0,
  pressure_hour_min real,
  pressure_hour_max real,
  pressure_hour_sum bigint not null default 0,
  wind_speed_hour_count bigint not null default 0,
  wind_speed_hour_min real,
  wind_speed_hour_max real,
  wind_speed_hour_sum bigint not null default 0,
  wind_direction_hour_count bigint not null default 0,
  wind_direction_hour_min real,
  wind_direction_hour_max real,
  wind_direction_hour_sum bigint not null default 0,
  sound_level_hour_count bigint not null default 0,
  sound_level_hour_min real,
  sound_level_hour_max real,
  sound_level_hour_sum bigint not null default 0,
  pm2_5_day_count bigint not null default 0,
  pm2_5_day_min real,
  pm2_5_day_max real,
  pm2_5_day_sum bigint not null default 0,
  pm10_day_count bigint not null default 0,
  pm10_day_min real,
  pm10_day_max real,
  pm10_day_sum bigint not null default 0,
  tsp_day_count bigint not null default 0,
  tsp_day_min real,
  tsp_day_max real,
  tsp_day_sum bigint not null default 0,
  so2_day_count bigint not null default 0,
  so2_day_min real,
  so2_day_max real,
  so2_day_sum bigint not null default 0,
  no2_day_count bigint not null default 0,
  no2_day_min real,
  no2_day_max real,
  no2_day_sum bigint not null default 0,
  o3_day_count bigint not null default 0,
  o3_day_min real,
  o3_day_max real,
  o3_day_sum bigint not null default 0,
  co_day_count bigint not null default 0,
  co_day_min real,
  co_day_max real,
  co_day_sum bigint not null default 0,
  temperature_day_count bigint not null default 0,
  temperature_day_min real,
  temperature_day_max real,
  temperature_day_sum bigint not null default 0,
  humidity_day_count bigint not null default 0,
  humidity_day_min real,
  humidity_day_max real,
  humidity_day_sum bigint not null default 0,
  pressure_day_count bigint not null default 0,
  pressure_day_min real,
  pressure_day_max real,
  pressure_day_sum bigint not null default 0,
  wind_speed_day_count bigint not null default 0,
  wind_speed_day_min real,
  wind_speed_day_max real,
  wind_speed_day_sum bigint not null default 0,
  wind_direction_day_count bigint not null default 0,
  wind_direction_day_min real,
  wind_direction_day_max real,
  wind_direction_day_sum bigint not null default 0,
  sound_level_day_count bigint not null default 0,
  sound_level_day_min real,
  sound_level_day_max real,
  sound_level_day_sum bigint not null default 0
) with (fillfactor=70);
CREATE UNIQUE INDEX readings_air_station_1d_sums_of ON readings_air_station_1d_sums USING btree (region_code text_pattern_ops, day, tenant_id);

create table readings_air_station_latest (
  device_no integer not null,
  pm2_5_value integer,
  pm2_5_at timestamp with time zone,
  pm10_value integer,
  pm10_at timestamp with time zone,
  tsp_value integer,
  tsp_at timestamp with time zone,
  so2_value integer,
  so2_at timestamp with time zone,
  no2_value integer,
  no2_at timestamp with time zone,
  o3_value integer,
  o3_at timestamp with time zone,
  co_value integer,
  co_at timestamp with time zone,
  temperature_value integer,
  temperature_at timestamp with time zone,
  humidity_value integer,
  humidity_at timestamp with time zone,
  pressure_value integer,
  pressure_at timestamp with time zone,
  wind_speed_value integer,
  wind_speed_at timestamp with time zone,
  wind_direction_value integer,
  wind_direction_at timestamp with time zone,
  sound_level_value integer,
  sound_level_at timestamp with time zone,
  quality_value text,
  quality_at timestamp with time zone,
  pm2_5_minute_value integer,
  pm2_5_minute_at timestamp with time zone,
  pm10_minute_value integer,
  pm10_minute_at timestamp with time zone,
  tsp_minute_value integer,
  tsp_minute_at timestamp with time zone,
  so2_minute_value integer,
  so2_minute_at timestamp with time zone,
  no2_minute_value integer,
  no2_minute_at timestamp with time zone,
  o3_minute_value integer,
  o3_minute_at timestamp with time zone,
  co_minute_value integer,
  co_minute_at timestamp with time zone,
  temperature_minute_value integer,
  temperature_minute_at timestamp with time zone,
  humidity_minute_value integer,
  humidity_minute_at timestamp with time zone,
  pressure_minute_value integer,
  pressure_minute_at timestamp with time zone,
  wind_speed_minute_value integer,
  wind_speed_minute_at timestamp with time zone,
  wind_direction_minute_value integer,
  wind_direction_minute_at timestamp with time zone,
  sound_level_minute_value integer,
  sound_level_minute_at timestamp with time zone,
  quality_minute_value text,
  quality_minute_at timestamp with time zone,
  pm2_5_hour_value integer,
  pm2_5_hour_at timestamp with time zone,
  pm10_hour_value integer,
  pm10_hour_at timestamp with time zone,
  tsp_hour_value integer,
  tsp_hour_at timestamp with time zone,
  so2_hour_value integer,
  so2_hour_at timestamp with time zone,
  no2_hour_value integer,
  no2_hour_at timestamp with time zone,
  o3_hour_value integer,
  o3_hour_at timestamp with time zone,
  co_hour_value integer,
  co_hour_at timestamp with time zone,
  temperature_hour_value integer,
  temperature_hour_at timestamp with time zone,
  humidity_hour_value integer,
  humidity_hour_at timestamp with time zone,
  pressure_hour_value integer,
  pressure_hour_at timestamp with time zone,
  wind_speed_hour_value integer,
  wind_speed_hour_at timestamp with time zone,
  wind_direction_hour_value integer,
  wind_direction_hour_at timestamp with time zone,
  sound_level_hour_value integer,
  sound_level_hour_at timestamp with time zone,
  quality_hour_value text,
  quality_hour_at timestamp with time zone,
  pm2_5_day_value integer,
  pm2_5_day_at timestamp with time zone,
  pm10_day_value integer,
  pm10_day_at timestamp with time zone,
  tsp_day_value integer,
  tsp_day_at timestamp with time zone,
  so2_day_value integer,
  so2_day_at timestamp with time zone,
  no2_day_value integer,
  no2_day_at timestamp with time zone,
  o3_day_value integer,
  o3_day_at timestamp with time zone,
  co_day_value integer,
  co_day_at timestamp with time zone,
  temperature_day_value integer,
  temperature_day_at timestamp with time zone,
  humidity_day_value integer,
  humidity_day_at timestamp with time zone,
  pressure_day_value integer,
  pressure_day_at timestamp with time zone,
  wind_speed_day_value integer,
  wind_speed_day_at timestamp with time zone,
  wind_direction_day_value integer,
  wind_direction_day_at timestamp with time zone,
  sound_level_day_value integer,
  sound_level_day_at timestamp with time zone,
  quality_day_value text,
  quality_day_at timestamp with time zone,
  constraint readings_air_station_latest_pkey PRIMARY KEY (device_no)
) with (fillfactor=70);

create table readings_camera (
  device_no integer not null,
  observed_at timestamp with time zone not null,
  received_at timestamp with time zone,
  received_after integer,
  extra jsonb,
  bitrate integer,
  fps integer,
  packet_loss integer,
  storage_free integer,
  temperature integer,
  uptime integer,
  constraint readings_camera_pkey PRIMARY KEY (device_no, observed_at)
);
select create_hypertable('readings_camera', by_range('observed_at', interval '7 days'), create_default_indexes => false);

create table readings_camera_1d_open (
  device_no integer not null,
  day timestamp with time zone not null,
  readings bigint not null default 0,
  bitrate_count bigint not null default 0,
  bitrate_min real,
  bitrate_max real,
  bitrate_sum bigint not null default 0,
  fps_count bigint not null default 0,
  fps_min real,
  fps_max real,
  fps_sum bigint not null default 0,
  packet_loss_count bigint not null default 0,
  packet_loss_min real,
  packet_loss_max real,
  packet_loss_sum bigint not null default 0,
  storage_free_count bigint not null default 0,
  storage_free_min real,
  storage_free_max real,
  storage_free_sum bigint not null default 0,
  temperature_count bigint not null default 0,
  temperature_min real,
  temperature_max real,
  temperature_sum bigint not null default 0,
  uptime_count bigint not null default 0,
  uptime_used bigint not null default 0,
  constraint readings_camera_1d_open_pkey PRIMARY KEY (device_no, day)
) with (fillfactor=50);

create table readings_camera_1d_sums (
  region_code text not null,
  tenant_id text not null,
  day timestamp with time zone not null,
  readings bigint not null default 0,
  bitrate_count bigint not null default 0,
  bitrate_min real,
  bitrate_max real,
  bitrate_sum bigint not null default 0,
  fps_count bigint not null default 0,
  fps_min real,
  fps_max real,
  fps_sum bigint not null default 0,
  packet_loss_count bigint not null default 0,
  packet_loss_min real,
  packet_loss_max real,
  packet_loss_sum bigint not null default 0,
  storage_free_count bigint not null default 0,
  storage_free_min real,
  storage_free_max real,
  storage_free_sum bigint not null default 0,
  temperature_count bigint not null default 0,
  temperature_min real,
  temperature_max real,
  temperature_sum bigint not null default 0,
  uptime_count bigint not null default 0,
  uptime_used bigint not null default 0
) with (fillfactor=70);
CREATE UNIQUE INDEX readings_camera_1d_sums_of ON readings_camera_1d_sums USING btree (region_code text_pattern_ops, day, tenant_id);

create table readings_camera_latest (
  device_no integer not null,
  bitrate_value integer,
  bitrate_at timestamp with time zone,
  fps_value integer,
  fps_at timestamp with time zone,
  packet_loss_value integer,
  packet_loss_at timestamp with time zone,
  storage_free_value integer,
  storage_free_at timestamp with time zone,
  temperature_value integer,
  temperature_at timestamp with time zone,
  uptime_value integer,
  uptime_at timestamp with time zone,
  constraint readings_camera_latest_pkey PRIMARY KEY (device_no)
) with (fillfactor=70);

create table readings_example (
  device_no integer not null,
  observed_at timestamp with time zone not null,
  received_at timestamp with time zone,
  received_after integer,
  extra jsonb,
  rain integer,
  intensity integer,
  temperature integer,
  battery integer,
  heater text,
  firmware text,
  constraint readings_example_pkey PRIMARY KEY (device_no, observed_at)
);
select create_hypertable('readings_example', by_range('observed_at', interval '7 days'), create_default_indexes => false);

create table readings_example_1d_open (
  device_no integer not null,
  day timestamp with time zone not null,
  readings bigint not null default 0,
  rain_count bigint not null default 0,
  rain_used bigint not null default 0,
  intensity_count bigint not null default 0,
  intensity_min real,
  intensity_max real,
  intensity_sum bigint not null default 0,
  temperature_count bigint not null default 0,
  temperature_min real,
  temperature_max real,
  temperature_sum bigint not null default 0,
  battery_count bigint not null default 0,
  battery_min real,
  battery_max real,
  battery_sum bigint not null default 0,
  constraint readings_example_1d_open_pkey PRIMARY KEY (device_no, day)
) with (fillfactor=50);

create table readings_example_1d_sums (
  region_code text not null,
  tenant_id text not null,
  day timestamp with time zone not null,
  readings bigint not null default 0,
  rain_count bigint not null default 0,
  rain_used bigint not null default 0,
  intensity_count bigint not null default 0,
  intensity_min real,
  intensity_max real,
  intensity_sum bigint not null default 0,
  temperature_count bigint not null default 0,
  temperature_min real,
  temperature_max real,
  temperature_sum bigint not null default 0,
  battery_count bigint not null default 0,
  battery_min real,
  battery_max real,
  battery_sum bigint not null default 0
) with (fillfactor=70);
CREATE UNIQUE INDEX readings_example_1d_sums_of ON readings_example_1d_sums USING btree (region_code text_pattern_ops, day, tenant_id);

create table readings_example_latest (
  device_no integer not null,
  rain_value integer,
  rain_at timestamp with time zone,
  intensity_value integer,
  intensity_at timestamp with time zone,
  temperature_value integer,
  temperature_at timestamp with time zone,
  battery_value integer,
  battery_at timestamp with time zone,
  heater_value text,
  heater_at timestamp with time zone,
  firmware_value text,
  firmware_at timestamp with time zone,
  constraint readings_example_latest_pkey PRIMARY KEY (device_no)
) with (fillfactor=70);

create table readings_gas_meter (
  device_no integer not null,
  observed_at timestamp with time zone not null,
  received_at timestamp with time zone,
  received_after integer,
  extra jsonb,
  volume integer,
  flow integer,
  pressure integer,
  temperature integer,
  battery integer,
  valve text,
  rssi integer,
  snr integer,
  constraint readings_gas_meter_pkey PRIMARY KEY (device_no, observed_at)
);
select create_hypertable('readings_gas_meter', by_range('observed_at', interval '7 days'), create_default_indexes => false);

create table readings_gas_meter_1d_open (
  device_no integer not null,
  day timestamp with time zone not null,
  readings bigint not null default 0,
  volume_count bigint not null default 0,
  volume_used bigint not null default 0,
  flow_count bigint not null default 0,
  flow_min real,
  flow_max real,
  flow_sum bigint not null default 0,
  pressure_count bigint not null default 0,
  pressure_min real,
  pressure_max real,
  pressure_sum bigint not null default 0,
  temperature_count bigint not null default 0,
  temperature_min real,
  temperature_max real,
  temperature_sum bigint not null default 0,
  battery_count bigint not null default 0,
  battery_min real,
  battery_max real,
  battery_sum bigint not null default 0,
  rssi_count bigint not null default 0,
  rssi_min real,
  rssi_max real,
  rssi_sum bigint not null default 0,
  snr_count bigint not null default 0,
  snr_min real,
  snr_max real,
  snr_sum bigint not null default 0,
  constraint readings_gas_meter_1d_open_pkey PRIMARY KEY (device_no, day)
) with (fillfactor=50);

create table readings_gas_meter_1d_sums (
  region_code text not null,
  tenant_id text not null,
  day timestamp with time zone not null,
  readings bigint not null default 0,
  volume_count bigint not null default 0,
  volume_used bigint not null default 0,
  flow_count bigint not null default 0,
  flow_min real,
  flow_max real,
  flow_sum bigint not null default 0,
  pressure_count bigint not null default 0,
  pressure_min real,
  pressure_max real,
  pressure_sum bigint not null default 0,
  temperature_count bigint not null default 0,
  temperature_min real,
  temperature_max real,
  temperature_sum bigint not null default 0,
  battery_count bigint not null default 0,
  battery_min real,
  battery_max real,
  battery_sum bigint not null default 0,
  rssi_count bigint not null default 0,
  rssi_min real,
  rssi_max real,
  rssi_sum bigint not null default 0,
  snr_count bigint not null default 0,
  snr_min real,
  snr_max real,
  snr_sum bigint not null default 0
) with (fillfactor=70);
CREATE UNIQUE INDEX readings_gas_meter_1d_sums_of ON readings_gas_meter_1d_sums USING btree (region_code text_pattern_ops, day, tenant_id);

create table readings_gas_meter_latest (
  device_no integer not null,
  volume_value integer,
  volume_at timestamp with time zone,
  flow_value integer,
  flow_at timestamp with time zone,
  pressure_value integer,
  pressure_at timestamp with time zone,
  temperature_value integer,
  temperature_at timestamp with time zone,
  battery_value integer,
  battery_at timestamp with time zone,
  valve_value text,
  valve_at timestamp with time zone,
  rssi_value integer,
  rssi_at timestamp with time zone,
  snr_value integer,
  snr_at timestamp with time zone,
  constraint readings_gas_meter_latest_pkey PRIMARY KEY (device_no)
) with (fillfactor=70);

create table readings_lora_gateway (
  device_no integer not null,
  observed_at timestamp with time zone not null,
  received_at timestamp with time zone,
  received_after integer,
  extra jsonb,
  uplinks_received bigint,
  uplinks_forwarded bigint,
  uplinks_bad_crc bigint,
  downlinks_sent bigint,
  temperature integer,
  supply_voltage integer,
  backhaul text,
  backhaul_delay integer,
  firmware text,
  constraint readings_lora_gateway_pkey PRIMARY KEY (device_no, observed_at)
);
select create_hypertable('readings_lora_gateway', by_range('observed_at', interval '7 days'), create_default_indexes => false);

create table readings_lora_gateway_1d_open (
  device_no integer not null,
  day timestamp with time zone not null,
  readings bigint not null default 0,
  uplinks_received_count bigint not null default 0,
  uplinks_received_used bigint not null default 0,
  uplinks_forwarded_count bigint not null default 0,
  uplinks_forwarded_used bigint not null default 0,
  uplinks_bad_crc_count bigint not null default 0,
  uplinks_bad_crc_used bigint not null default 0,
  downlinks_sent_count bigint not null default 0,
  downlinks_sent_used bigint not null default 0,
  temperature_count bigint not null default 0,
  temperature_min real,
  temperature_max real,
  temperature_sum bigint not null default 0,
  supply_voltage_count bigint not null default 0,
  supply_voltage_min real,
  supply_voltage_max real,
  supply_voltage_sum bigint not null default 0,
  backhaul_delay_count bigint not null default 0,
  backhaul_delay_min real,
  backhaul_delay_max real,
  backhaul_delay_sum bigint not null default 0,
  constraint readings_lora_gateway_1d_open_pkey PRIMARY KEY (device_no, day)
) with (fillfactor=50);

create table readings_lora_gateway_1d_sums (
  region_code text not null,
  tenant_id text not null,
  day timestamp with time zone not null,
  readings bigint not null default 0,
  uplinks_received_count bigint not null default 0,
  uplinks_received_used bigint not null default 0,
  uplinks_forwarded_count bigint not null default 0,
  uplinks_forwarded_used bigint not null default 0,
  uplinks_bad_crc_count bigint not null default 0,
  uplinks_bad_crc_used bigint not null default 0,
  downlinks_sent_count bigint not null default 0,
  downlinks_sent_used bigint not null default 0,
  temperature_count bigint not null default 0,
  temperature_min real,
  temperature_max real,
  temperature_sum bigint not null default 0,
  supply_voltage_count bigint not null default 0,
  supply_voltage_min real,
  supply_voltage_max real,
  supply_voltage_sum bigint not null default 0,
  backhaul_delay_count bigint not null default 0,
  backhaul_delay_min real,
  backhaul_delay_max real,
  backhaul_delay_sum bigint not null default 0
) with (fillfactor=70);
CREATE UNIQUE INDEX readings_lora_gateway_1d_sums_of ON readings_lora_gateway_1d_sums USING btree (region_code text_pattern_ops, day, tenant_id);

create table readings_lora_gateway_latest (
  device_no integer not null,
  uplinks_received_value bigint,
  uplinks_received_at timestamp with time zone,
  uplinks_forwarded_value bigint,
  uplinks_forwarded_at timestamp with time zone,
  uplinks_bad_crc_value bigint,
  uplinks_bad_crc_at timestamp with time zone,
  downlinks_sent_value bigint,
  downlinks_sent_at timestamp with time zone,
  temperature_value integer,
  temperature_at timestamp with time zone,
  supply_voltage_value integer,
  supply_voltage_at timestamp with time zone,
  backhaul_value text,
  backhaul_at timestamp with time zone,
  backhaul_delay_value integer,
  backhaul_delay_at timestamp with time zone,
  firmware_value text,
  firmware_at timestamp with time zone,
  constraint readings_lora_gateway_latest_pkey PRIMARY KEY (device_no)
) with (fillfactor=70);

create table readings_speaker (
  device_no integer not null,
  observed_at timestamp with time zone not null,
  received_at timestamp with time zone,
  received_after integer,
  extra jsonb,
  play_state text,
  volume integer,
  amplifier_current integer,
  mains_voltage integer,
  battery_voltage integer,
  sound_level integer,
  temperature integer,
  link_quality integer,
  firmware text,
  constraint readings_speaker_pkey PRIMARY KEY (device_no, observed_at)
);
select create_hypertable('readings_speaker', by_range('observed_at', interval '7 days'), create_default_indexes => false);

create table readings_speaker_1d_open (
  device_no integer not null,
  day timestamp with time zone not null,
  readings bigint not null default 0,
  volume_count bigint not null default 0,
  volume_min real,
  volume_max real,
  volume_sum bigint not null default 0,
  amplifier_current_count bigint not null default 0,
  amplifier_current_min real,
  amplifier_current_max real,
  amplifier_current_sum bigint not null default 0,
  mains_voltage_count bigint not null default 0,
  mains_voltage_min real,
  mains_voltage_max real,
  mains_voltage_sum bigint not null default 0,
  battery_voltage_count bigint not null default 0,
  battery_voltage_min real,
  battery_voltage_max real,
  battery_voltage_sum bigint not null default 0,
  sound_level_count bigint not null default 0,
  sound_level_min real,
  sound_level_max real,
  sound_level_sum bigint not null default 0,
  temperature_count bigint not null default 0,
  temperature_min real,
  temperature_max real,
  temperature_sum bigint not null default 0,
  link_quality_count bigint not null default 0,
  link_quality_min real,
  link_quality_max real,
  link_quality_sum bigint not null default 0,
  constraint readings_speaker_1d_open_pkey PRIMARY KEY (device_no, day)
) with (fillfactor=50);

create table readings_speaker_1d_sums (
  region_code text not null,
  tenant_id text not null,
  day timestamp with time zone not null,
  readings bigint not null default 0,
  volume_count bigint not null default 0,
  volume_min real,
  volume_max real,
  volume_sum bigint not null default 0,
  amplifier_current_count bigint not null default 0,
  amplifier_current_min real,
  amplifier_current_max real,
  amplifier_current_sum bigint not null default 0,
  mains_voltage_count bigint not null default 0,
  mains_voltage_min real,
  mains_voltage_max real,
  mains_voltage_sum bigint not null default 0,
  battery_voltage_count bigint not null default 0,
  battery_voltage_min real,
  battery_voltage_max real,
  battery_voltage_sum bigint not null default 0,
  sound_level_count bigint not null default 0,
  sound_level_min real,
  sound_level_max real,
  sound_level_sum bigint not null default 0,
  temperature_count bigint not null default 0,
  temperature_min real,
  temperature_max real,
  temperature_sum bigint not null default 0,
  link_quality_count bigint not null default 0,
  link_quality_min real,
  link_quality_max real,
  link_quality_sum bigint not null default 0
) with (fillfactor=70);
CREATE UNIQUE INDEX readings_speaker_1d_sums_of ON readings_speaker_1d_sums USING btree (region_code text_pattern_ops, day, tenant_id);

create table readings_speaker_latest (
  device_no integer not null,
  play_state_value text,
  play_state_at timestamp with time zone,
  volume_value integer,
  volume_at timestamp with time zone,
  amplifier_current_value integer,
  amplifier_current_at timestamp with time zone,
  mains_voltage_value integer,
  mains_voltage_at timestamp with time zone,
  battery_voltage_value integer,
  battery_voltage_at timestamp with time zone,
  sound_level_value integer,
  sound_level_at timestamp with time zone,
  temperature_value integer,
  temperature_at timestamp with time zone,
  link_quality_value integer,
  link_quality_at timestamp with time zone,
  firmware_value text,
  firmware_at timestamp with time zone,
  constraint readings_speaker_latest_pkey PRIMARY KEY (device_no)
) with (fillfactor=70);

create table readings_vehicle (
  device_no integer not null,
  observed_at timestamp with time zone not null,
  received_at timestamp with time zone,
  received_after integer,
  extra jsonb,
  longitude integer,
  latitude integer,
  altitude integer,
  speed integer,
  direction integer,
  mileage integer,
  fuel integer,
  satellites integer,
  signal integer,
  ignition text,
  fix text,
  power text,
  gnss text,
  alarms text,
  constraint readings_vehicle_pkey PRIMARY KEY (device_no, observed_at)
);
select create_hypertable('readings_vehicle', by_range('observed_at', interval '7 days'), create_default_indexes => false);

create table readings_vehicle_1d_open (
  device_no integer not null,
  day timestamp with time zone not null,
  readings bigint not null default 0,
  longitude_count bigint not null default 0,
  longitude_min real,
  longitude_max real,
  longitude_sum bigint not null default 0,
  latitude_count bigint not null default 0,
  latitude_min real,
  latitude_max real,
  latitude_sum bigint not null default 0,
  altitude_count bigint not null default 0,
  altitude_min real,
  altitude_max real,
  altitude_sum bigint not null default 0,
  speed_count bigint not null default 0,
  speed_min real,
  speed_max real,
  speed_sum bigint not null default 0,
  direction_count bigint not null default 0,
  direction_min real,
  direction_max real,
  direction_sum bigint not null default 0,
  mileage_count bigint not null default 0,
  mileage_used bigint not null default 0,
  fuel_count bigint not null default 0,
  fuel_min real,
  fuel_max real,
  fuel_sum bigint not null default 0,
  satellites_count bigint not null default 0,
  satellites_min real,
  satellites_max real,
  satellites_sum bigint not null default 0,
  signal_count bigint not null default 0,
  signal_min real,
  signal_max real,
  signal_sum bigint not null default 0,
  constraint readings_vehicle_1d_open_pkey PRIMARY KEY (device_no, day)
) with (fillfactor=50);

create table readings_vehicle_1d_sums (
  region_code text not null,
  tenant_id text not null,
  day timestamp with time zone not null,
  readings bigint not null default 0,
  longitude_count bigint not null default 0,
  longitude_min real,
  longitude_max real,
  longitude_sum bigint not null default 0,
  latitude_count bigint not null default 0,
  latitude_min real,
  latitude_max real,
  latitude_sum bigint not null default 0,
  altitude_count bigint not null default 0,
  altitude_min real,
  altitude_max real,
  altitude_sum bigint not null default 0,
  speed_count bigint not null default 0,
  speed_min real,
  speed_max real,
  speed_sum bigint not null default 0,
  direction_count bigint not null default 0,
  direction_min real,
  direction_max real,
  direction_sum bigint not null default 0,
  mileage_count bigint not null default 0,
  mileage_used bigint not null default 0,
  fuel_count bigint not null default 0,
  fuel_min real,
  fuel_max real,
  fuel_sum bigint not null default 0,
  satellites_count bigint not null default 0,
  satellites_min real,
  satellites_max real,
  satellites_sum bigint not null default 0,
  signal_count bigint not null default 0,
  signal_min real,
  signal_max real,
  signal_sum bigint not null default 0
) with (fillfactor=70);
CREATE UNIQUE INDEX readings_vehicle_1d_sums_of ON readings_vehicle_1d_sums USING btree (region_code text_pattern_ops, day, tenant_id);

create table readings_vehicle_latest (
  device_no integer not null,
  longitude_value integer,
  longitude_at timestamp with time zone,
  latitude_value integer,
  latitude_at timestamp with time zone,
  altitude_value integer,
  altitude_at timestamp with time zone,
  speed_value integer,
  speed_at timestamp with time zone,
  direction_value integer,
  direction_at timestamp with time zone,
  mileage_value integer,
  mileage_at timestamp with time zone,
  fuel_value integer,
  fuel_at timestamp with time zone,
  satellites_value integer,
  satellites_at timestamp with time zone,
  signal_value integer,
  signal_at timestamp with time zone,
  ignition_value text,
  ignition_at timestamp with time zone,
  fix_value text,
  fix_at timestamp with time zone,
  power_value text,
  power_at timestamp with time zone,
  gnss_value text,
  gnss_at timestamp with time zone,
  alarms_value text,
  alarms_at timestamp with time zone,
  constraint readings_vehicle_latest_pkey PRIMARY KEY (device_no)
) with (fillfactor=70);

create table readings_water_meter (
  device_no integer not null,
  observed_at timestamp with time zone not null,
  received_at timestamp with time zone,
  received_after integer,
  extra jsonb,
  volume integer,
  flow integer,
  pressure integer,
  temperature integer,
  battery integer,
  valve text,
  rssi integer,
  snr integer,
  constraint readings_water_meter_pkey PRIMARY KEY (device_no, observed_at)
);
select create_hypertable('readings_water_meter', by_range('observed_at', interval '7 days'), create_default_indexes => false);

create table readings_water_meter_1d_open (
  device_no integer not null,
  day timestamp with time zone not null,
  readings bigint not null default 0,
  volume_count bigint not null default 0,
  volume_used bigint not null default 0,
  flow_count bigint not null default 0,
  flow_min real,
  flow_max real,
  flow_sum bigint not null default 0,
  pressure_count bigint not null default 0,
  pressure_min real,
  pressure_max real,
  pressure_sum bigint not null default 0,
  temperature_count bigint not null default 0,
  temperature_min real,
  temperature_max real,
  temperature_sum bigint not null default 0,
  battery_count bigint not null default 0,
  battery_min real,
  battery_max real,
  battery_sum bigint not null default 0,
  rssi_count bigint not null default 0,
  rssi_min real,
  rssi_max real,
  rssi_sum bigint not null default 0,
  snr_count bigint not null default 0,
  snr_min real,
  snr_max real,
  snr_sum bigint not null default 0,
  constraint readings_water_meter_1d_open_pkey PRIMARY KEY (device_no, day)
) with (fillfactor=50);

create table readings_water_meter_1d_sums (
  region_code text not null,
  tenant_id text not null,
  day timestamp with time zone not null,
  readings bigint not null default 0,
  volume_count bigint not null default 0,
  volume_used bigint not null default 0,
  flow_count bigint not null default 0,
  flow_min real,
  flow_max real,
  flow_sum bigint not null default 0,
  pressure_count bigint not null default 0,
  pressure_min real,
  pressure_max real,
  pressure_sum bigint not null default 0,
  temperature_count bigint not null default 0,
  temperature_min real,
  temperature_max real,
  temperature_sum bigint not null default 0,
  battery_count bigint not null default 0,
  battery_min real,
  battery_max real,
  battery_sum bigint not null default 0,
  rssi_count bigint not null default 0,
  rssi_min real,
  rssi_max real,
  rssi_sum bigint not null default 0,
  snr_count bigint not null default 0,
  snr_min real,
  snr_max real,
  snr_sum bigint not null default 0
) with (fillfactor=70);
CREATE UNIQUE INDEX readings_water_meter_1d_sums_of ON readings_water_meter_1d_sums USING btree (region_code text_pattern_ops, day, tenant_id);

create table readings_water_meter_latest (
  device_no integer not null,
  volume_value integer,
  volume_at timestamp with time zone,
  flow_value integer,
  flow_at timestamp with time zone,
  pressure_value integer,
  pressure_at timestamp with time zone,
  temperature_value integer,
  temperature_at timestamp with time zone,
  battery_value integer,
  battery_at timestamp with time zone,
  valve_value text,
  valve_at timestamp with time zone,
  rssi_value integer,
  rssi_at timestamp with time zone,
  snr_value integer,
  snr_at timestamp with time zone,
  constraint readings_water_meter_latest_pkey PRIMARY KEY (device_no)
) with (fillfactor=70);

create table readings_water_quality_station (
  device_no integer not null,
  observed_at timestamp with time zone not null,
  received_at timestamp with time zone,
  received_after integer,
  extra jsonb,
  ph integer,
  temperature integer,
  dissolved_oxygen integer,
  conductivity integer,
  turbidity integer,
  cod integer,
  permanganate_index integer,
  ammonia_nitrogen integer,
  total_phosphorus integer,
  total_nitrogen integer,
  flow integer,
  quality text,
  ph_minute integer,
  temperature_minute integer,
  dissolved_oxygen_minute integer,
  conductivity_minute integer,
  turbidity_minute integer,
  cod_minute integer,
  permanganate_index_minute integer,
  ammonia_nitrogen_minute integer,
  total_phosphorus_minute integer,
  total_nitrogen_minute integer,
  flow_minute integer,
  quality_minute text,
  ph_hour integer,
  temperature_hour integer,
  dissolved_oxygen_hour integer,
  conductivity_hour integer,
  turbidity_hour integer,
  cod_hour integer,
  permanganate_index_hour integer,
  ammonia_nitrogen_hour integer,
  total_phosphorus_hour integer,
  total_nitrogen_hour integer,
  flow_hour integer,
  quality_hour text,
  ph_day integer,
  temperature_day integer,
  dissolved_oxygen_day integer,
  conductivity_day integer,
  turbidity_day integer,
  cod_day integer,
  permanganate_index_day integer,
  ammonia_nitrogen_day integer,
  total_phosphorus_day integer,
  total_nitrogen_day integer,
  flow_day integer,
  quality_day text,
  constraint readings_water_quality_station_pkey PRIMARY KEY (device_no, observed_at)
);
select create_hypertable('readings_water_quality_station', by_range('observed_at', interval '7 days'), create_default_indexes => false);

create table readings_water_quality_station_1d_open (
  device_no integer not null,
  day timestamp with time zone not null,
  readings bigint not null default 0,
  ph_count bigint not null default 0,
  ph_min real,
  ph_max real,
  ph_sum bigint not null default 0,
  temperature_count bigint not null default 0,
  temperature_min real,
  temperature_max real,
  temperature_sum bigint not null default 0,
  dissolved_oxygen_count bigint not null default 0,
  dissolved_oxygen_min real,
  dissolved_oxygen_max real,
  dissolved_oxygen_sum bigint not null default 0,
  conductivity_count bigint not null default 0,
  conductivity_min real,
  conductivity_max real,
  conductivity_sum bigint not null default 0,
  turbidity_count bigint not null default 0,
  turbidity_min real,
  turbidity_max real,
  turbidity_sum bigint not null default 0,
  cod_count bigint not null default 0,
  cod_min real,
  cod_max real,
  cod_sum bigint not null default 0,
  permanganate_index_count bigint not null default 0,
  permanganate_index_min real,
  permanganate_index_max real,
  permanganate_index_sum bigint not null default 0,
  ammonia_nitrogen_count bigint not null default 0,
  ammonia_nitrogen_min real,
  ammonia_nitrogen_max real,
  ammonia_nitrogen_sum bigint not null default 0,
  total_phosphorus_count bigint not null default 0,
  total_phosphorus_min real,
  total_phosphorus_max real,
  total_phosphorus_sum bigint not null default 0,
  total_nitrogen_count bigint not null default 0,
  total_nitrogen_min real,
  total_nitrogen_max real,
  total_nitrogen_sum bigint not null default 0,
  flow_count bigint not null default 0,
  flow_min real,
  flow_max real,
  flow_sum bigint not null default 0,
  ph_minute_count bigint not null default 0,
  ph_minute_min real,
  ph_minute_max real,
  ph_minute_sum bigint not null default 0,
  temperature_minute_count bigint not null default 0,
  temperature_minute_min real,
  temperature_minute_max real,
  temperature_minute_sum bigint not null default 0,
  dissolved_oxygen_minute_count bigint not null default 0,
  dissolved_oxygen_minute_min real,
  dissolved_oxygen_minute_max real,
  dissolved_oxygen_minute_sum bigint not null default 0,
  conductivity_minute_count bigint not null default 0,
  conductivity_minute_min real,
  conductivity_minute_max real,
  conductivity_minute_sum bigint not null default 0,
  turbidity_minute_count bigint not null default 0,
  turbidity_minute_min real,
  turbidity_minute_max real,
  turbidity_minute_sum bigint not null default 0,
  cod_minute_count bigint not null default 0,
  cod_minute_min real,
  cod_minute_max real,
  cod_minute_sum bigint not null default 0,
  permanganate_index_minute_count bigint not null default 0,
  permanganate_index_minute_min real,
  permanganate_index_minute_max real,
  permanganate_index_minute_sum bigint not null default 0,
  ammonia_nitrogen_minute_count bigint not null default 0,
  ammonia_nitrogen_minute_min real,
  ammonia_nitrogen_minute_max real,
  ammonia_nitrogen_minute_sum bigint not null default 0,
  total_phosphorus_minute_count bigint not null default 0,
  total_phosphorus_minute_min real,
  total_phosphorus_minute_max real,
  total_phosphorus_minute_sum bigint not null default 0,
  total_nitrogen_minute_count bigint not null default 0,
  total_nitrogen_minute_min real,
  total_nitrogen_minute_max real,
  total_nitrogen_minute_sum bigint not null default 0,
  flow_minute_count bigint not null default 0,
  flow_minute_min real,
  flow_minute_max real,
  flow_minute_sum bigint not null default 0,
  ph_hour_count bigint not null default 0,
  ph_hour_min real,
  ph_hour_max real,
  ph_hour_sum bigint not null default 0,
  temperature_hour_count bigint not null default 0,
  temperature_hour_min real,
  temperature_hour_max real,
  temperature_hour_sum bigint not null default 0,
  dissolved_oxygen_hour_count bigint not null default 0,
  dissolved_oxygen_hour_min real,
  dissolved_oxygen_hour_max real,
  dissolved_oxygen_hour_sum bigint not null default 0,
  conductivity_hour_count bigint not null default 0,
  conductivity_hour_min real,
  conductivity_hour_max real,
  conductivity_hour_sum bigint not null default 0,
  turbidity_hour_count bigint not null default 0,
  turbidity_hour_min real,
  turbidity_hour_max real,
  turbidity_hour_sum bigint not null default 0,
  cod_hour_count bigint not null default 0,
  cod_hour_min real,
  cod_hour_max real,
  cod_hour_sum bigint not null default 0,
  permanganate_index_hour_count bigint not null default 0,
  permanganate_index_hour_min real,
  permanganate_index_hour_max real,
  permanganate_index_hour_sum bigint not null default 0,
  ammonia_nitrogen_hour_count bigint not null default 0,
  ammonia_nitrogen_hour_min real,
  ammonia_nitrogen_hour_max real,
  ammonia_nitrogen_hour_sum bigint not null default 0,
  total_phosphorus_hour_count bigint not null default 0,
  total_phosphorus_hour_min real,
  total_phosphorus_hour_max real,
  total_phosphorus_hour_sum bigint not null default 0,
  total_nitrogen_hour_count bigint not null default 0,
  total_nitrogen_hour_min real,
  total_nitrogen_hour_max real,
  total_nitrogen_hour_sum bigint not null default 0,
  flow_hour_count bigint not null default 0,
  flow_hour_min real,
  flow_hour_max real,
  flow_hour_sum bigint not null default 0,
  ph_day_count bigint not null default 0,
  ph_day_min real,
  ph_day_max real,
  ph_day_sum bigint not null default 0,
  temperature_day_count bigint not null default 0,
  temperature_day_min real,
  temperature_day_max real,
  temperature_day_sum bigint not null default 0,
  dissolved_oxygen_day_count bigint not null default 0,
  dissolved_oxygen_day_min real,
  dissolved_oxygen_day_max real,
  dissolved_oxygen_day_sum bigint not null default 0,
  conductivity_day_count bigint not null default 0,
  conductivity_day_min real,
  conductivity_day_max real,
  conductivity_day_sum bigint not null default 0,
  turbidity_day_count bigint not null default 0,
  turbidity_day_min real,
  turbidity_day_max real,
  turbidity_day_sum bigint not null default 0,
  cod_day_count bigint not null default 0,
  cod_day_min real,
  cod_day_max real,
  cod_day_sum bigint not null default 0,
  permanganate_index_day_count bigint not null default 0,
  permanganate_index_day_min real,
  permanganate_index_day_max real,
  permanganate_index_day_sum bigint not null default 0,
  ammonia_nitrogen_day_count bigint not null default 0,
  ammonia_nitrogen_day_min real,
  ammonia_nitrogen_day_max real,
  ammonia_nitrogen_day_sum bigint not null default 0,
  total_phosphorus_day_count bigint not null default 0,
  total_phosphorus_day_min real,
  total_phosphorus_day_max real,
  total_phosphorus_day_sum bigint not null default 0,
  total_nitrogen_day_count bigint not null default 0,
  total_nitrogen_day_min real,
  total_nitrogen_day_max real,
  total_nitrogen_day_sum bigint not null default 0,
  flow_day_count bigint not null default 0,
  flow_day_min real,
  flow_day_max real,
  flow_day_sum bigint not null default 0,
  constraint readings_water_quality_station_1d_open_pkey PRIMARY KEY (device_no, day)
) with (fillfactor=50);

create table readings_water_quality_station_1d_sums (
  region_code text not null,
  tenant_id text not null,
  day timestamp with time zone not null,
  readings bigint not null default 0,
  ph_count bigint not null default 0,
  ph_min real,
  ph_max real,
  ph_sum bigint not null default 0,
  temperature_count bigint not null default 0,
  temperature_min real,
  temperature_max real,
  temperature_sum bigint not null default 0,
  dissolved_oxygen_count bigint not null default 0,
  dissolved_oxygen_min real,
  dissolved_oxygen_max real,
  dissolved_oxygen_sum bigint not null default 0,
  conductivity_count bigint not null default 0,
  conductivity_min real,
  conductivity_max real,
  conductivity_sum bigint not null default 0,
  turbidity_count bigint not null default 0,
  turbidity_min real,
  turbidity_max real,
  turbidity_sum bigint not null default 0,
  cod_count bigint not null default 0,
  cod_min real,
  cod_max real,
  cod_sum bigint not null default 0,
  permanganate_index_count bigint not null default 0,
  permanganate_index_min real,
  permanganate_index_max real,
  permanganate_index_sum bigint not null default 0,
  ammonia_nitrogen_count bigint not null default 0,
  ammonia_nitrogen_min real,
  ammonia_nitrogen_max real,
  ammonia_nitrogen_sum bigint not null default 0,
  total_phosphorus_count bigint not null default 0,
  total_phosphorus_min real,
  total_phosphorus_max real,
  total_phosphorus_sum bigint not null default 0,
  total_nitrogen_count bigint not null default 0,
  total_nitrogen_min real,
  total_nitrogen_max real,
  total_nitrogen_sum bigint not null default 0,
  flow_count bigint not null default 0,
  flow_min real,
  flow_max real,
  flow_sum bigint not null default 0,
  ph_minute_count bigint not null default 0,
  ph_minute_min real,
  ph_minute_max real,
  ph_minute_sum bigint not null default 0,
  temperature_minute_count bigint not null default 0,
  temperature_minute_min real,
  temperature_minute_max real,
  temperature_minute_sum bigint not null default 0,
  dissolved_oxygen_minute_count bigint not null default 0,
  dissolved_oxygen_minute_min real,
  dissolved_oxygen_minute_max real,
  dissolved_oxygen_minute_sum bigint not null default 0,
  conductivity_minute_count bigint not null default 0,
  conductivity_minute_min real,
  conductivity_minute_max real,
  conductivity_minute_sum bigint not null default 0,
  turbidity_minute_count bigint not null default 0,
  turbidity_minute_min real,
  turbidity_minute_max real,
  turbidity_minute_sum bigint not null default 0,
  cod_minute_count bigint not null default 0,
  cod_minute_min real,
  cod_minute_max real,
  cod_minute_sum bigint not null default 0,
  permanganate_index_minute_count bigint not null default 0,
  permanganate_index_minute_min real,
  permanganate_index_minute_max real,
  permanganate_index_minute_sum bigint not null default 0,
  ammonia_nitrogen_minute_count bigint not null default 0,
  ammonia_nitrogen_minute_min real,
  ammonia_nitrogen_minute_max real,
  ammonia_nitrogen_minute_sum bigint not null default 0,
  total_phosphorus_minute_count bigint not null default 0,
  total_phosphorus_minute_min real,
  total_phosphorus_minute_max real,
  total_phosphorus_minute_sum bigint not null default 0,
  total_nitrogen_minute_count bigint not null default 0,
  total_nitrogen_minute_min real,
  total_nitrogen_minute_max real,
  total_nitrogen_minute_sum bigint not null default 0,
  flow_minute_count bigint not null default 0,
  flow_minute_min real,
  flow_minute_max real,
  flow_minute_sum bigint not null default 0,
  ph_hour_count bigint not null default 0,
  ph_hour_min real,
  ph_hour_max real,
  ph_hour_sum bigint not null default 0,
  temperature_hour_count bigint not null default 0,
  temperature_hour_min real,
  temperature_hour_max real,
  temperature_hour_sum bigint not null default 0,
  dissolved_oxygen_hour_count bigint not null default 0,
  dissolved_oxygen_hour_min real,
  dissolved_oxygen_hour_max real,
  dissolved_oxygen_hour_sum bigint not null default 0,
  conductivity_hour_count bigint not null default 0,
  conductivity_hour_min real,
  conductivity_hour_max real,
  conductivity_hour_sum bigint not null default 0,
  turbidity_hour_count bigint not null default 0,
  turbidity_hour_min real,
  turbidity_hour_max real,
  turbidity_hour_sum bigint not null default 0,
  cod_hour_count bigint not null default 0,
  cod_hour_min real,
  cod_hour_max real,
  cod_hour_sum bigint not null default 0,
  permanganate_index_hour_count bigint not null default 0,
  permanganate_index_hour_min real,
  permanganate_index_hour_max real,
  permanganate_index_hour_sum bigint not null default 0,
  ammonia_nitrogen_hour_count bigint not null default 0,
  ammonia_nitrogen_hour_min real,
  ammonia_nitrogen_hour_max real,
  ammonia_nitrogen_hour_sum bigint not null default 0,
  total_phosphorus_hour_count bigint not null default 0,
  total_phosphorus_hour_min real,
  total_phosphorus_hour_max real,
  total_phosphorus_hour_sum bigint not null default 0,
  total_nitrogen_hour_count bigint not null default 0,
  total_nitrogen_hour_min real,
  total_nitrogen_hour_max real,
  total_nitrogen_hour_sum bigint not null default 0,
  flow_hour_count bigint not null default 0,
  flow_hour_min real,
  flow_hour_max real,
  flow_hour_sum bigint not null default 0,
  ph_day_count bigint not null default 0,
  ph_day_min real,
  ph_day_max real,
  ph_day_sum bigint not null default 0,
  temperature_day_count bigint not null default 0,
  temperature_day_min real,
  temperature_day_max real,
  temperature_day_sum bigint not null default 0,
  dissolved_oxygen_day_count bigint not null default 0,
  dissolved_oxygen_day_min real,
  dissolved_oxygen_day_max real,
  dissolved_oxygen_day_sum bigint not null default 0,
  conductivity_day_count bigint not null default 0,
  conductivity_day_min real,
  conductivity_day_max real,
  conductivity_day_sum bigint not null default 0,
  turbidity_day_count bigint not null default 0,
  turbidity_day_min real,
  turbidity_day_max real,
  turbidity_day_sum bigint not null default 0,
  cod_day_count bigint not null default 0,
  cod_day_min real,
  cod_day_max real,
  cod_day_sum bigint not null default 0,
  permanganate_index_day_count bigint not null default 0,
  permanganate_index_day_min real,
  permanganate_index_day_max real,
  permanganate_index_day_sum bigint not null default 0,
  ammonia_nitrogen_day_count bigint not null default 0,
  ammonia_nitrogen_day_min real,
  ammonia_nitrogen_day_max real,
  ammonia_nitrogen_day_sum bigint not null default 0,
  total_phosphorus_day_count bigint not null default 0,
  total_phosphorus_day_min real,
  total_phosphorus_day_max real,
  total_phosphorus_day_sum bigint not null default 0,
  total_nitrogen_day_count bigint not null default 0,
  total_nitrogen_day_min real,
  total_nitrogen_day_max real,
  total_nitrogen_day_sum bigint not null default 0,
  flow_day_count bigint not null default 0,
  flow_day_min real,
  flow_day_max real,
  flow_day_sum bigint not null default 0
) with (fillfactor=70);
CREATE UNIQUE INDEX readings_water_quality_station_1d_sums_of ON readings_water_quality_station_1d_sums USING btree (region_code text_pattern_ops, day, tenant_id);

create table readings_water_quality_station_latest (
  device_no integer not null,
  ph_value integer,
  ph_at timestamp with time zone,
  temperature_value integer,
  temperature_at timestamp with time zone,
  dissolved_oxygen_value integer,
  dissolved_oxygen_at timestamp with time zone,
  conductivity_value integer,
  conductivity_at timestamp with time zone,
  turbidity_value integer,
  turbidity_at timestamp with time zone,
  cod_value integer,
  cod_at timestamp with time zone,
  permanganate_index_value integer,
  permanganate_index_at timestamp with time zone,
  ammonia_nitrogen_value integer,
  ammonia_nitrogen_at timestamp with time zone,
  total_phosphorus_value integer,
  total_phosphorus_at timestamp with time zone,
  total_nitrogen_value integer,
  total_nitrogen_at timestamp with time zone,
  flow_value integer,
  flow_at timestamp with time zone,
  quality_value text,
  quality_at timestamp with time zone,
  ph_minute_value integer,
  ph_minute_at timestamp with time zone,
  temperature_minute_value integer,
  temperature_minute_at timestamp with time zone,
  dissolved_oxygen_minute_value integer,
  dissolved_oxygen_minute_at timestamp with time zone,
  conductivity_minute_value integer,
  conductivity_minute_at timestamp with time zone,
  turbidity_minute_value integer,
  turbidity_minute_at timestamp with time zone,
  cod_minute_value integer,
  cod_minute_at timestamp with time zone,
  permanganate_index_minute_value integer,
  permanganate_index_minute_at timestamp with time zone,
  ammonia_nitrogen_minute_value integer,
  ammonia_nitrogen_minute_at timestamp with time zone,
  total_phosphorus_minute_value integer,
  total_phosphorus_minute_at timestamp with time zone,
  total_nitrogen_minute_value integer,
  total_nitrogen_minute_at timestamp with time zone,
  flow_minute_value integer,
  flow_minute_at timestamp with time zone,
  quality_minute_value text,
  quality_minute_at timestamp with time zone,
  ph_hour_value integer,
  ph_hour_at timestamp with time zone,
  temperature_hour_value integer,
  temperature_hour_at timestamp with time zone,
  dissolved_oxygen_hour_value integer,
  dissolved_oxygen_hour_at timestamp with time zone,
  conductivity_hour_value integer,
  conductivity_hour_at timestamp with time zone,
  turbidity_hour_value integer,
  turbidity_hour_at timestamp with time zone,
  cod_hour_value integer,
  cod_hour_at timestamp with time zone,
  permanganate_index_hour_value integer,
  permanganate_index_hour_at timestamp with time zone,
  ammonia_nitrogen_hour_value integer,
  ammonia_nitrogen_hour_at timestamp with time zone,
  total_phosphorus_hour_value integer,
  total_phosphorus_hour_at timestamp with time zone,
  total_nitrogen_hour_value integer,
  total_nitrogen_hour_at timestamp with time zone,
  flow_hour_value integer,
  flow_hour_at timestamp with time zone,
  quality_hour_value text,
  quality_hour_at timestamp with time zone,
  ph_day_value integer,
  ph_day_at timestamp with time zone,
  temperature_day_value integer,
  temperature_day_at timestamp with time zone,
  dissolved_oxygen_day_value integer,
  dissolved_oxygen_day_at timestamp with time zone,
  conductivity_day_value integer,
  conductivity_day_at timestamp with time zone,
  turbidity_day_value integer,
  turbidity_day_at timestamp with time zone,
  cod_day_value integer,
  cod_day_at timestamp with time zone,
  permanganate_index_day_value integer,
  permanganate_index_day_at timestamp with time zone,
  ammonia_nitrogen_day_value integer,
  ammonia_nitrogen_day_at timestamp with time zone,
  total_phosphorus_day_value integer,
  total_phosphorus_day_at timestamp with time zone,
  total_nitrogen_day_value integer,
  total_nitrogen_day_at timestamp with time zone,
  flow_day_value integer,
  flow_day_at timestamp with time zone,
  quality_day_value text,
  quality_day_at timestamp with time zone,
  constraint readings_water_quality_station_latest_pkey PRIMARY KEY (device_no)
) with (fillfactor=70);

create table regions (
  code text not null,
  parent_code text,
  name text not null,
  level smallint not null,
  longitude double precision,
  latitude double precision,
  name_en text,
  constraint regions_pkey PRIMARY KEY (code),
  constraint regions_code_check CHECK (code ~ '^[0-9]{2}([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$'::text),
  constraint regions_latitude_check CHECK (latitude >= '-90'::integer::double precision AND latitude <= 90::double precision),
  constraint regions_level_check CHECK (level >= 1 AND level <= 5),
  constraint regions_longitude_check CHECK (longitude >= '-180'::integer::double precision AND longitude <= 180::double precision)
);
CREATE INDEX regions_code_prefix ON regions USING btree (code text_pattern_ops);
CREATE INDEX regions_parent_code ON regions USING btree (parent_code);

create table register_exchanges (
  exchange_no bigint not null generated always as identity,
  device_no integer not null,
  metric text not null,
  at timestamp with time zone not null,
  old_register double precision not null,
  new_register double precision not null,
  made_by text not null,
  made_at timestamp with time zone not null default now(),
  constraint register_exchanges_pkey PRIMARY KEY (exchange_no),
  constraint register_exchanges_device_no_metric_at_key UNIQUE (device_no, metric, at)
);

create table rejected_messages (
  rejection_no bigint not null generated always as identity,
  received_at timestamp with time zone not null,
  device_no integer,
  publisher text not null,
  topic text not null,
  reason text not null,
  detail text not null,
  payload bytea not null,
  payload_bytes integer not null,
  replayed_at timestamp with time zone,
  replay_outcome text,
  messages integer not null default 1,
  items integer not null default 1,
  partial boolean not null default false,
  observed_at timestamp with time zone,
  door text not null default 'mqtt'::text,
  items_channel text,
  constraint rejected_messages_items_check CHECK (items > 0),
  constraint rejected_messages_messages_check CHECK (messages > 0)
);
select create_hypertable('rejected_messages', by_range('received_at', interval '1 day'), create_default_indexes => false);
CREATE INDEX rejected_messages_device ON rejected_messages USING btree (device_no, rejection_no DESC);
CREATE INDEX rejected_messages_foreign ON rejected_messages USING btree (device_no, received_at) WHERE reason = 'foreign_topic'::text;
CREATE INDEX rejected_messages_no ON rejected_messages USING btree (rejection_no DESC);

create table repaired_readings (
  repair_no bigint not null,
  device_no integer not null,
  observed_at timestamp with time zone not null,
  original jsonb not null,
  is_active boolean not null default true,
  is_corrected boolean not null,
  constraint repaired_readings_pkey PRIMARY KEY (repair_no, device_no, observed_at)
);
CREATE INDEX repaired_readings_active ON repaired_readings USING btree (device_no, observed_at) WHERE is_active;
CREATE INDEX repaired_readings_corrected ON repaired_readings USING btree (device_no, observed_at) WHERE is_active AND is_corrected;

create table repairs (
  repair_no bigint not null generated always as identity,
  device_no integer not null,
  action text not null,
  from_at timestamp with time zone not null,
  until_at timestamp with time zone not null,
  reason text not null,
  corrections jsonb,
  readings integer not null default 0,
  made_by text not null,
  made_at timestamp with time zone not null default now(),
  undone_by text,
  undone_at timestamp with time zone,
  undone_reason text,
  restored integer,
  constraint repairs_pkey PRIMARY KEY (repair_no),
  constraint repairs_action_check CHECK (action = ANY (ARRAY['void'::text, 'correct'::text]))
);
CREATE INDEX repairs_device_no ON repairs USING btree (device_no, repair_no DESC);

create table replies (
  device_no integer not null,
  observed_at timestamp with time zone not null,
  command_id text not null,
  outcome text not null,
  received_at timestamp with time zone not null,
  data jsonb not null default '{}'::jsonb,
  constraint replies_pkey PRIMARY KEY (device_no, observed_at, command_id, outcome)
);
select create_hypertable('replies', by_range('observed_at', interval '7 days'), create_default_indexes => false);
CREATE INDEX replies_command_id ON replies USING btree (command_id, observed_at);

create table rollup_apart (
  device_no integer not null,
  constraint rollup_apart_pkey PRIMARY KEY (device_no)
);

create table rollup_changes (
  change_no bigint not null generated always as identity,
  kind text not null,
  device_no integer not null,
  day timestamp with time zone not null,
  takes_away boolean not null default false,
  constraint rollup_changes_pkey PRIMARY KEY (change_no)
);
CREATE INDEX rollup_changes_devices ON rollup_changes USING btree (kind, device_no);

create table rollup_moved (
  move_no bigint not null generated always as identity,
  device_no integer not null,
  kind text not null,
  region_code text not null,
  tenant_id text,
  constraint rollup_moved_pkey PRIMARY KEY (move_no)
);
CREATE INDEX rollup_moved_device_no ON rollup_moved USING btree (device_no);

create table rollup_news (
  news_no bigint not null generated always as identity,
  kind text not null,
  device_nos integer[] not null,
  constraint rollup_news_pkey PRIMARY KEY (news_no)
);

create table rollup_state (
  kind text not null,
  complete_until timestamp with time zone not null default '2014-12-31 16:00:00+00'::timestamp with time zone,
  next_until timestamp with time zone,
  next_device_no integer not null default 0,
  readings_since timestamp with time zone not null default '-infinity'::timestamp with time zone,
  form smallint not null default 1,
  sums_below integer not null default 0,
  constraint rollup_state_pkey PRIMARY KEY (kind)
);

create table schema_migrations (
  version integer not null,
  name text not null,
  breaking boolean not null,
  applied_at timestamp with time zone not null default now(),
  constraint schema_migrations_pkey PRIMARY KEY (version)
);

create table sessions (
  session_no bigint not null generated always as identity,
  principal_id text not null,
  type text not null,
  token_hash bytea not null,
  created_at timestamp with time zone not null default now(),
  last_seen_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  address text,
  user_agent text,
  second_factor boolean not null default false,
  ends_idle boolean not null default true,
  constraint sessions_pkey PRIMARY KEY (session_no),
  constraint sessions_token_hash_key UNIQUE (token_hash),
  constraint sessions_type_check CHECK (type = ANY (ARRAY['cookie'::text, 'bearer'::text]))
);
CREATE INDEX sessions_created_at ON sessions USING btree (created_at);
CREATE INDEX sessions_principal_id ON sessions USING btree (principal_id, session_no);

create table signing_keys (
  kid text not null,
  key_no integer not null generated always as identity,
  entered_at timestamp with time zone not null default now(),
  constraint signing_keys_pkey PRIMARY KEY (kid)
);

create table tenants (
  id text not null,
  name text not null,
  use text not null,
  created_at timestamp with time zone not null default now(),
  disabled_at timestamp with time zone,
  constraint tenants_pkey PRIMARY KEY (id),
  constraint tenants_id_check CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text),
  constraint tenants_use_check CHECK (use = ANY (ARRAY['government'::text, 'civil'::text, 'commercial'::text]))
);

create table unknown_devices (
  scheme text not null,
  value text not null,
  door text not null,
  address text,
  first_seen_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  messages bigint not null,
  constraint unknown_devices_pkey PRIMARY KEY (scheme, value)
);
CREATE INDEX unknown_devices_last_seen_at ON unknown_devices USING btree (last_seen_at, scheme, value);

create table unknown_messages (
  message_no bigint not null generated always as identity,
  scheme text not null,
  value text not null,
  received_at timestamp with time zone not null,
  door text not null,
  context text not null,
  payload bytea not null,
  constraint unknown_messages_pkey PRIMARY KEY (message_no)
);
CREATE INDEX unknown_messages_identity ON unknown_messages USING btree (scheme, value, message_no);

alter table access_changes add constraint access_changes_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES principals(id);
alter table alarm_conditions add constraint alarm_conditions_device_no_fkey FOREIGN KEY (device_no) REFERENCES devices(device_no);
alter table alarms add constraint alarms_device_no_fkey FOREIGN KEY (device_no) REFERENCES devices(device_no);
alter table api_keys add constraint api_keys_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES principals(id);
alter table broadcast_history add constraint broadcast_history_broadcast_no_fkey FOREIGN KEY (broadcast_no) REFERENCES broadcasts(broadcast_no);
alter table broadcast_notes add constraint broadcast_notes_broadcast_no_fkey FOREIGN KEY (broadcast_no) REFERENCES broadcasts(broadcast_no);
alter table broadcast_orders add constraint broadcast_orders_broadcast_no_fkey FOREIGN KEY (broadcast_no) REFERENCES broadcasts(broadcast_no);
alter table broadcast_previews add constraint broadcast_previews_broadcast_no_fkey FOREIGN KEY (broadcast_no) REFERENCES broadcasts(broadcast_no);
alter table broadcast_revisions add constraint broadcast_revisions_broadcast_no_fkey FOREIGN KEY (broadcast_no) REFERENCES broadcasts(broadcast_no);
alter table broadcast_targets add constraint broadcast_targets_broadcast_no_fkey FOREIGN KEY (broadcast_no) REFERENCES broadcasts(broadcast_no);
alter table broadcast_targets add constraint broadcast_targets_device_no_fkey FOREIGN KEY (device_no) REFERENCES devices(device_no);
alter table broadcast_template_versions add constraint broadcast_template_versions_template_no_fkey FOREIGN KEY (template_no) REFERENCES broadcast_templates(template_no);
alter table broadcast_templates add constraint broadcast_templates_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table broadcasts add constraint broadcasts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table cap_alerts add constraint cap_alerts_document_fkey FOREIGN KEY (document) REFERENCES cap_documents(digest);
alter table device_bindings add constraint device_bindings_device_no_fkey FOREIGN KEY (device_no) REFERENCES devices(device_no);
alter table device_identities add constraint device_identities_device_no_fkey FOREIGN KEY (device_no) REFERENCES devices(device_no);
alter table device_last_seen add constraint device_last_seen_device_no_fkey FOREIGN KEY (device_no) REFERENCES devices(device_no);
alter table device_ledger add constraint device_ledger_device_no_fkey FOREIGN KEY (device_no) REFERENCES devices(device_no);
alter table device_presence add constraint device_presence_device_no_fkey FOREIGN KEY (device_no) REFERENCES devices(device_no);
alter table devices add constraint devices_gateway_no_fkey FOREIGN KEY (gateway_no) REFERENCES devices(device_no);
alter table devices add constraint devices_region_code_fkey FOREIGN KEY (region_code) REFERENCES regions(code);
alter table devices add constraint devices_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table displays add constraint displays_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES principals(id);
alter table external_identities add constraint external_identities_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES principals(id);
alter table former_places add constraint former_places_device_no_fkey FOREIGN KEY (device_no) REFERENCES devices(device_no);
alter table former_places add constraint former_places_region_code_fkey FOREIGN KEY (region_code) REFERENCES regions(code);
alter table former_places add constraint former_places_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table grants add constraint grants_change_no_fkey FOREIGN KEY (change_no) REFERENCES access_changes(change_no);
alter table grants add constraint grants_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES principals(id);
alter table known_addresses add constraint known_addresses_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES principals(id);
alter table passwords add constraint passwords_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES principals(id);
alter table principals add constraint principals_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES principals(id);
alter table principals add constraint principals_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table regions add constraint regions_parent_code_fkey FOREIGN KEY (parent_code) REFERENCES regions(code);
alter table register_exchanges add constraint register_exchanges_device_no_fkey FOREIGN KEY (device_no) REFERENCES devices(device_no);
alter table repaired_readings add constraint repaired_readings_repair_no_fkey FOREIGN KEY (repair_no) REFERENCES repairs(repair_no);
alter table repairs add constraint repairs_device_no_fkey FOREIGN KEY (device_no) REFERENCES devices(device_no);
alter table rollup_apart add constraint rollup_apart_device_no_fkey FOREIGN KEY (device_no) REFERENCES devices(device_no);
alter table rollup_moved add constraint rollup_moved_device_no_fkey FOREIGN KEY (device_no) REFERENCES devices(device_no);
alter table sessions add constraint sessions_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES principals(id);
alter table unknown_messages add constraint unknown_messages_scheme_value_fkey FOREIGN KEY (scheme, value) REFERENCES unknown_devices(scheme, value) ON DELETE CASCADE;

comment on column readings_air_station.pm2_5 is 'in 0.1 ug/m3: divide by 10.0 for ug/m3';
comment on column readings_air_station.pm10 is 'in 0.1 ug/m3: divide by 10.0 for ug/m3';
comment on column readings_air_station.tsp is 'in 0.1 ug/m3: divide by 10.0 for ug/m3';
comment on column readings_air_station.so2 is 'in 0.1 ug/m3: divide by 10.0 for ug/m3';
comment on column readings_air_station.no2 is 'in 0.1 ug/m3: divide by 10.0 for ug/m3';
comment on column readings_air_station.o3 is 'in 0.1 ug/m3: divide by 10.0 for ug/m3';
comment on column readings_air_station.co is 'in 0.001 mg/m3: divide by 1000.0 for mg/m3';
comment on column readings_air_station.temperature is 'in 0.1 Cel: divide by 10.0 for Cel';
comment on column readings_air_station.humidity is 'in 0.1 %: divide by 10.0 for %';
comment on column readings_air_station.pressure is 'in 0.01 kPa: divide by 100.0 for kPa';
comment on column readings_air_station.wind_speed is 'in 0.1 m/s: divide by 10.0 for m/s';
comment on column readings_air_station.wind_direction is 'deg';
comment on column readings_air_station.sound_level is 'in 0.1 dB: divide by 10.0 for dB';
comment on column readings_air_station.pm2_5_minute is 'in 0.1 ug/m3: divide by 10.0 for ug/m3';
comment on column readings_air_station.pm10_minute is 'in 0.1 ug/m3: divide by 10.0 for ug/m3';
comment on column readings_air_station.tsp_minute is 'in 0.1 ug/m3: divide by 10.0 for ug/m3';
comment on column readings_air_station.so2_minute is 'in 0.1 ug/m3: divide by 10.0 for ug/m3';
comment on column readings_air_station.no2_minute is 'in 0.1 ug/m3: divide by 10.0 for ug/m3';
comment on column readings_air_station.o3_minute is 'in 0.1 ug/m3: divide by 10.0 for ug/m3';
comment on column readings_air_station.co_minute is 'in 0.001 mg/m3: divide by 1000.0 for mg/m3';
comment on column readings_air_station.temperature_minute is 'in 0.1 Cel: divide by 10.0 for Cel';
comment on column readings_air_station.humidity_minute is 'in 0.1 %: divide by 10.0 for %';
comment on column readings_air_station.pressure_minute is 'in 0.01 kPa: divide by 100.0 for kPa';
comment on column readings_air_station.wind_speed_minute is 'in 0.1 m/s: divide by 10.0 for m/s';
comment on column readings_air_station.wind_direction_minute is 'deg';
comment on column readings_air_station.sound_level_minute is 'in 0.1 dB: divide by 10.0 for dB';
comment on column readings_air_station.pm2_5_hour is 'in 0.1 ug/m3: divide by 10.0 for ug/m3';
comment on column readings_air_station.pm10_hour is 'in 0.1 ug/m3: divide by 10.0 for ug/m3';
comment on column readings_air_station.tsp_hour is 'in 0.1 ug/m3: divide by 10.0 for ug/m3';
comment on column readings_air_station.so2_hour is 'in 0.1 ug/m3: divide by 10.0 for ug/m3';
comment on column readings_air_station.no2_hour is 'in 0.1 ug/m3: divide by 10.0 for ug/m3';
comment on column readings_air_station.o3_hour is 'in 0.1 ug/m3: divide by 10.0 for ug/m3';
comment on column readings_air_station.co_hour is 'in 0.001 mg/m3: divide by 1000.0 for mg/m3';
comment on column readings_air_station.temperature_hour is 'in 0.1 Cel: divide by 10.0 for Cel';
comment on column readings_air_station.humidity_hour is 'in 0.1 %: divide by 10.0 for %';
comment on column readings_air_station.pressure_hour is 'in 0.01 kPa: divide by 100.0 for kPa';
comment on column readings_air_station.wind_speed_hour is 'in 0.1 m/s: divide by 10.0 for m/s';
comment on column readings_air_station.wind_direction_hour is 'deg';
comment on column readings_air_station.sound_level_hour is 'in 0.1 dB: divide by 10.0 for dB';
comment on column readings_air_station.pm2_5_day is 'in 0.1 ug/m3: divide by 10.0 for ug/m3';
comment on column readings_air_station.pm10_day is 'in 0.1 ug/m3: divide by 10.0 for ug/m3';
comment on column readings_air_station.tsp_day is 'in 0.1 ug/m3: divide by 10.0 for ug/m3';
comment on column readings_air_station.so2_day is 'in 0.1 ug/m3: divide by 10.0 for ug/m3';
comment on column readings_air_station.no2_day is 'in 0.1 ug/m3: divide by 10.0 for ug/m3';
comment on column readings_air_station.o3_day is 'in 0.1 ug/m3: divide by 10.0 for ug/m3';
comment on column readings_air_station.co_day is 'in 0.001 mg/m3: divide by 1000.0 for mg/m3';
comment on column readings_air_station.temperature_day is 'in 0.1 Cel: divide by 10.0 for Cel';
comment on column readings_air_station.humidity_day is 'in 0.1 %: divide by 10.0 for %';
comment on column readings_air_station.pressure_day is 'in 0.01 kPa: divide by 100.0 for kPa';
comment on column readings_air_station.wind_speed_day is 'in 0.1 m/s: divide by 10.0 for m/s';
comment on column readings_air_station.wind_direction_day is 'deg';
comment on column readings_air_station.sound_level_day is 'in 0.1 dB: divide by 10.0 for dB';
comment on column readings_camera.bitrate is 'kbit/s';
comment on column readings_camera.fps is 'in 0.01 {frame}/s: divide by 100.0 for {frame}/s';
comment on column readings_camera.packet_loss is 'in 0.01 %: divide by 100.0 for %';
comment on column readings_camera.storage_free is 'in 0.1 %: divide by 10.0 for %';
comment on column readings_camera.temperature is 'in 0.1 Cel: divide by 10.0 for Cel';
comment on column readings_camera.uptime is 's';
comment on column readings_example.rain is 'in 0.1 mm: divide by 10.0 for mm';
comment on column readings_example.intensity is 'in 0.1 mm/h: divide by 10.0 for mm/h';
comment on column readings_example.temperature is 'in 0.1 Cel: divide by 10.0 for Cel';
comment on column readings_example.battery is 'in 0.01 V: divide by 100.0 for V';
comment on column readings_gas_meter.volume is 'in 0.001 m3: divide by 1000.0 for m3';
comment on column readings_gas_meter.flow is 'in 0.001 m3/h: divide by 1000.0 for m3/h';
comment on column readings_gas_meter.pressure is 'in 0.01 kPa: divide by 100.0 for kPa';
comment on column readings_gas_meter.temperature is 'in 0.1 Cel: divide by 10.0 for Cel';
comment on column readings_gas_meter.battery is 'in 0.01 V: divide by 100.0 for V';
comment on column readings_gas_meter.rssi is 'dB{mW}';
comment on column readings_gas_meter.snr is 'in 0.01 dB: divide by 100.0 for dB';
comment on column readings_lora_gateway.uplinks_received is '{uplink}';
comment on column readings_lora_gateway.uplinks_forwarded is '{uplink}';
comment on column readings_lora_gateway.uplinks_bad_crc is '{uplink}';
comment on column readings_lora_gateway.downlinks_sent is '{downlink}';
comment on column readings_lora_gateway.temperature is 'in 0.1 Cel: divide by 10.0 for Cel';
comment on column readings_lora_gateway.supply_voltage is 'in 0.01 V: divide by 100.0 for V';
comment on column readings_lora_gateway.backhaul_delay is 'in 0.1 ms: divide by 10.0 for ms';
comment on column readings_speaker.volume is '%';
comment on column readings_speaker.amplifier_current is 'in 0.01 A: divide by 100.0 for A';
comment on column readings_speaker.mains_voltage is 'in 0.1 V: divide by 10.0 for V';
comment on column readings_speaker.battery_voltage is 'in 0.01 V: divide by 100.0 for V';
comment on column readings_speaker.sound_level is 'in 0.1 dB[SPL]: divide by 10.0 for dB[SPL]';
comment on column readings_speaker.temperature is 'in 0.1 Cel: divide by 10.0 for Cel';
comment on column readings_speaker.link_quality is '%';
comment on column readings_vehicle.longitude is 'in 0.0001 deg: divide by 10000.0 for deg';
comment on column readings_vehicle.latitude is 'in 0.0001 deg: divide by 10000.0 for deg';
comment on column readings_vehicle.altitude is 'm';
comment on column readings_vehicle.speed is 'in 0.1 km/h: divide by 10.0 for km/h';
comment on column readings_vehicle.direction is 'deg';
comment on column readings_vehicle.mileage is 'in 0.1 km: divide by 10.0 for km';
comment on column readings_vehicle.fuel is 'in 0.1 L: divide by 10.0 for L';
comment on column readings_vehicle.satellites is '{satellite}';
comment on column readings_vehicle.signal is '{level}';
comment on column readings_water_meter.volume is 'in 0.001 m3: divide by 1000.0 for m3';
comment on column readings_water_meter.flow is 'in 0.001 m3/h: divide by 1000.0 for m3/h';
comment on column readings_water_meter.pressure is 'in 0.1 kPa: divide by 10.0 for kPa';
comment on column readings_water_meter.temperature is 'in 0.1 Cel: divide by 10.0 for Cel';
comment on column readings_water_meter.battery is 'in 0.01 V: divide by 100.0 for V';
comment on column readings_water_meter.rssi is 'dB{mW}';
comment on column readings_water_meter.snr is 'in 0.01 dB: divide by 100.0 for dB';
comment on column readings_water_quality_station.ph is 'in 0.01 [pH]: divide by 100.0 for [pH]';
comment on column readings_water_quality_station.temperature is 'in 0.1 Cel: divide by 10.0 for Cel';
comment on column readings_water_quality_station.dissolved_oxygen is 'in 0.01 mg/L: divide by 100.0 for mg/L';
comment on column readings_water_quality_station.conductivity is 'in 0.1 uS/cm: divide by 10.0 for uS/cm';
comment on column readings_water_quality_station.turbidity is 'in 0.01 {NTU}: divide by 100.0 for {NTU}';
comment on column readings_water_quality_station.cod is 'in 0.01 mg/L: divide by 100.0 for mg/L';
comment on column readings_water_quality_station.permanganate_index is 'in 0.01 mg/L: divide by 100.0 for mg/L';
comment on column readings_water_quality_station.ammonia_nitrogen is 'in 0.001 mg/L: divide by 1000.0 for mg/L';
comment on column readings_water_quality_station.total_phosphorus is 'in 0.001 mg/L: divide by 1000.0 for mg/L';
comment on column readings_water_quality_station.total_nitrogen is 'in 0.001 mg/L: divide by 1000.0 for mg/L';
comment on column readings_water_quality_station.flow is 'in 0.01 L/s: divide by 100.0 for L/s';
comment on column readings_water_quality_station.ph_minute is 'in 0.01 [pH]: divide by 100.0 for [pH]';
comment on column readings_water_quality_station.temperature_minute is 'in 0.1 Cel: divide by 10.0 for Cel';
comment on column readings_water_quality_station.dissolved_oxygen_minute is 'in 0.01 mg/L: divide by 100.0 for mg/L';
comment on column readings_water_quality_station.conductivity_minute is 'in 0.1 uS/cm: divide by 10.0 for uS/cm';
comment on column readings_water_quality_station.turbidity_minute is 'in 0.01 {NTU}: divide by 100.0 for {NTU}';
comment on column readings_water_quality_station.cod_minute is 'in 0.01 mg/L: divide by 100.0 for mg/L';
comment on column readings_water_quality_station.permanganate_index_minute is 'in 0.01 mg/L: divide by 100.0 for mg/L';
comment on column readings_water_quality_station.ammonia_nitrogen_minute is 'in 0.001 mg/L: divide by 1000.0 for mg/L';
comment on column readings_water_quality_station.total_phosphorus_minute is 'in 0.001 mg/L: divide by 1000.0 for mg/L';
comment on column readings_water_quality_station.total_nitrogen_minute is 'in 0.001 mg/L: divide by 1000.0 for mg/L';
comment on column readings_water_quality_station.flow_minute is 'in 0.01 L/s: divide by 100.0 for L/s';
comment on column readings_water_quality_station.ph_hour is 'in 0.01 [pH]: divide by 100.0 for [pH]';
comment on column readings_water_quality_station.temperature_hour is 'in 0.1 Cel: divide by 10.0 for Cel';
comment on column readings_water_quality_station.dissolved_oxygen_hour is 'in 0.01 mg/L: divide by 100.0 for mg/L';
comment on column readings_water_quality_station.conductivity_hour is 'in 0.1 uS/cm: divide by 10.0 for uS/cm';
comment on column readings_water_quality_station.turbidity_hour is 'in 0.01 {NTU}: divide by 100.0 for {NTU}';
comment on column readings_water_quality_station.cod_hour is 'in 0.01 mg/L: divide by 100.0 for mg/L';
comment on column readings_water_quality_station.permanganate_index_hour is 'in 0.01 mg/L: divide by 100.0 for mg/L';
comment on column readings_water_quality_station.ammonia_nitrogen_hour is 'in 0.001 mg/L: divide by 1000.0 for mg/L';
comment on column readings_water_quality_station.total_phosphorus_hour is 'in 0.001 mg/L: divide by 1000.0 for mg/L';
comment on column readings_water_quality_station.total_nitrogen_hour is 'in 0.001 mg/L: divide by 1000.0 for mg/L';
comment on column readings_water_quality_station.flow_hour is 'in 0.01 L/s: divide by 100.0 for L/s';
comment on column readings_water_quality_station.ph_day is 'in 0.01 [pH]: divide by 100.0 for [pH]';
comment on column readings_water_quality_station.temperature_day is 'in 0.1 Cel: divide by 10.0 for Cel';
comment on column readings_water_quality_station.dissolved_oxygen_day is 'in 0.01 mg/L: divide by 100.0 for mg/L';
comment on column readings_water_quality_station.conductivity_day is 'in 0.1 uS/cm: divide by 10.0 for uS/cm';
comment on column readings_water_quality_station.turbidity_day is 'in 0.01 {NTU}: divide by 100.0 for {NTU}';
comment on column readings_water_quality_station.cod_day is 'in 0.01 mg/L: divide by 100.0 for mg/L';
comment on column readings_water_quality_station.permanganate_index_day is 'in 0.01 mg/L: divide by 100.0 for mg/L';
comment on column readings_water_quality_station.ammonia_nitrogen_day is 'in 0.001 mg/L: divide by 1000.0 for mg/L';
comment on column readings_water_quality_station.total_phosphorus_day is 'in 0.001 mg/L: divide by 1000.0 for mg/L';
comment on column readings_water_quality_station.total_nitrogen_day is 'in 0.001 mg/L: divide by 1000.0 for mg/L';
comment on column readings_water_quality_station.flow_day is 'in 0.01 L/s: divide by 100.0 for L/s';

CREATE OR REPLACE FUNCTION end_sessions_of_disabled()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_table_name = 'principals' then
    update sessions set ended_at = now() where principal_id = new.id and ended_at is null;
  else
    update sessions s set ended_at = now() from principals p
    where p.id = s.principal_id and p.tenant_id = new.id and s.ended_at is null;
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION follow_former_devices()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
AS $function$
declare
  added_at timestamptz := date_trunc('milliseconds', clock_timestamp());
begin
  with followed as (
    select distinct on (n.device_no) n.device_no, n.id, n.kind, f.device_no as former_no, f.region_code, f.tenant_id,
           f.placed_since,
           f.placed_since > '-infinity'
             or (f.region_code, f.tenant_id) is distinct from (n.region_code, n.tenant_id) as elsewhere
    from added n join devices f on f.id = n.id and f.deleted_at is not null
    order by n.device_no, f.device_no desc
  ), places as (
    insert into former_places (device_no, id, kind, region_code, tenant_id, from_at, until_at)
    select n.device_no, n.id, n.kind, f.region_code, f.tenant_id, f.from_at, least(f.until_at, added_at)
    from followed n join former_places f on f.device_no = n.former_no
    where n.elsewhere and f.from_at < added_at
    union all
    select device_no, id, kind, region_code, tenant_id, placed_since, added_at
    from followed where elsewhere and placed_since < added_at
  )
  update devices d set placed_since = added_at
  from followed n where n.device_no = d.device_no and n.elsewhere;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION free_identities()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from device_identities where device_no = new.device_no;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION leave_place()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  moved_at timestamptz := greatest(old.placed_since, date_trunc('milliseconds', clock_timestamp()));
  is_first boolean := old.tenant_id is null and new.tenant_id is not null and not exists (
    select from former_places f where f.device_no = old.device_no and f.tenant_id is not null);
  owner text := case when is_first then new.tenant_id else old.tenant_id end;
begin
  -- The gateway of the place before loses it at once. One that is the same owner's and around the new place keeps it, and
  -- so does one of nobody's when its device gets a first owner.
  if new.gateway_no = old.gateway_no and not exists (
    select from devices g
    where g.device_no = new.gateway_no
      and (g.tenant_id is not distinct from new.tenant_id or (is_first and g.tenant_id is null))
      and (starts_with(g.region_code, new.region_code) or starts_with(new.region_code, g.region_code)))
  then new.gateway_no := null; end if;
  if is_first then
    update former_places set tenant_id = owner where device_no = old.device_no;
    if new.region_code = old.region_code then return new; end if;
  end if;
  new.placed_since := moved_at;
  if moved_at = old.placed_since then return new; end if;
  insert into former_places (device_no, id, kind, region_code, tenant_id, from_at, until_at, received, stored, rejected)
  select old.device_no, old.id, old.kind, old.region_code, owner, old.placed_since, moved_at,
         coalesce(sum(part.received), 0), coalesce(sum(part.stored), 0), coalesce(sum(part.rejected), 0)
  from (
    select l.received, l.stored, l.rejected from device_ledger l where l.device_no = old.device_no
    union all
    select item.received, item.stored, item.rejected
    from ledger_batches b,
         unnest(b.device_nos, b.received, b.stored, b.rejected) as item (device_no, received, stored, rejected)
    where b.device_nos @> array[old.device_no] and item.device_no = old.device_no
    union all
    select -f.received, -f.stored, -f.rejected from former_places f where f.device_no = old.device_no
    union all
    select -b.received, -b.stored, -b.rejected from former_batches b where b.device_no = old.device_no
    union all
    -- What has been refused is where it is listed, so that a replay takes it back from there: of a clock that ran ahead, what
    -- is behind the move stays with the device.
    select -m.items, 0, -m.items from (
      select case when coalesce(replay_outcome, 'rejected') = 'rejected' then items else items - 1 end as items
      from rejected_messages
      where device_no = old.device_no and not partial and received_at > moved_at - interval '2 days'
        and coalesce(observed_at, received_at) >= moved_at
        and (coalesce(replay_outcome, 'rejected') = 'rejected' or messages > 1)
    ) m
  ) part;
  with ended as (
    update alarms set cleared_at = moved_at
    where device_no = old.device_no and cleared_at is null and raised_at < moved_at
    returning rule, severity, message
  )
  insert into alarms (device_no, rule, severity, message, raised_at)
  select old.device_no, rule, severity, without_values(message), moved_at from ended;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION note_former()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into rollup_moved (device_no, kind, region_code, tenant_id)
  select device_no, kind, region_code, tenant_id from devices where device_no = new.device_no;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION note_moved()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into rollup_moved (device_no, kind, region_code, tenant_id)
  values (old.device_no, old.kind, old.region_code, old.tenant_id);
  return null;
end $function$;

CREATE OR REPLACE FUNCTION number_news()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  -- Nothing is locked after this, and nothing waits for a client before the commit that frees it.
  perform pg_advisory_xact_lock(7352002);
  -- The numbers of rows go on for these: they rise, and that is all that is asked of them.
  update news set news_no = nextval(pg_get_serial_sequence('news', 'row_no')) where row_no = new.row_no;
  perform pg_notify('sbi_news', '');
  return null;
end $function$;

CREATE OR REPLACE FUNCTION raise_access_version()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  update access_version set version = version + 1;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION refuse_audit_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'the audit is append-only: % is refused', tg_op using errcode = 'insufficient_privilege';
end $function$;

CREATE OR REPLACE FUNCTION refuse_history_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'the history of a broadcast is append-only: % is refused', tg_op using errcode = 'insufficient_privilege';
end $function$;

CREATE OR REPLACE FUNCTION refuse_note_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'notes on a broadcast are append-only: % is refused', tg_op using errcode = 'insufficient_privilege';
end $function$;

CREATE OR REPLACE FUNCTION refuse_template_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'versions of templates are append-only: % is refused', tg_op using errcode = 'insufficient_privilege';
end $function$;

CREATE OR REPLACE FUNCTION refuse_training()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if exists (select from inserted join broadcasts using (broadcast_no) where mode = 'training') then
    raise exception 'a training never reaches a speaker: nothing goes into %', tg_table_name using errcode = 'check_violation';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION usage_steps(level bigint, edge bigint, past bigint[], readings bigint[], shifts bigint[], following bigint, tolerance bigint, rolls_over_at bigint, restarts boolean)
 RETURNS bigint[]
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
declare
  behind int := coalesce(cardinality(readings), 0);
  result bigint[] := array_fill(null::bigint, array[9 + coalesce(cardinality(readings), 0)]);
  -- Where the edge's step goes: its place in the result, of the first edge 1; and that of the newest edge.
  place int := 1;
  newest int;
  -- The sum of all steps.
  total bigint := 0;
  -- What the edge is above the level, and then its step.
  step bigint;
  next bigint;
  -- The shift of the edge: a register that began anew shows what it counted since, without it.
  edge_shift bigint := -coalesce(past[4], 0);
  former bigint := past[1];
  counted bigint := past[2];
  age bigint := past[3];
  -- How far a register may run back without having begun anew.
  back bigint;
  way bigint;
begin
  if past[4] is not null and shifts is null then shifts := array_fill(0::bigint, array[behind + 1]); end if;
  -- Each statement here costs a twentieth of the time: what is rare is asked last.
  for i in 1 .. behind + 1 loop
    next := readings[i];
    if next is null or i > behind then
      continue when i <= behind;
      next := following;
      newest := place;
      -- The state is what comes before the newest reading is judged.
      result[2] := level;
      result[3] := edge;
      result[6] := former;
      result[7] := counted;
      result[8] := age;
    end if;
    if shifts is not null then
      if place > 1 then edge_shift := shifts[place - 9]; end if;
      if i <= behind then next := next + shifts[i]; end if;
    end if;
    if edge is null then
      -- The first reading of all.
      level := next;
    else
      step := edge - level;
      if step < 0 or next < edge - tolerance then
        back := case when restarts then tolerance else greatest((level - edge_shift) / 100, 10 * tolerance) end;
        if step >= -back then
          -- Trembling, run back, or up for a single reading, which is an outlier. Up, and then down for good, is up.
          if step <= 0 or next >= level - back then step := 0; end if;
        elsif next < level - back and next >= edge - tolerance then
          -- Down, and the next reading goes on from there. Past its last number it has not begun anew.
          way := step + rolls_over_at;
          step := case
            when way between 0 and rolls_over_at / 10 then way
            -- A register that falls to no less than half of what it was has not begun anew at 0: it is another.
            when restarts or edge - edge_shift < level - edge then greatest(edge - edge_shift, 0)
            else 0
          end;
          if not restarts then
            if (age <= 23 or edge = edge_shift) and former >= level then
              counted := counted + step;
            else
              former := level;
              counted := step;
            end if;
            age := -1;
          end if;
          level := edge;
        else
          step := 0;
        end if;
      end if;
      if former is not null then
        -- While the register shows 0 it has counted nothing that would speak against a fault.
        if age < 0 or edge <> edge_shift then age := age + 1; end if;
        if age > 24 then former := null; end if;
      end if;
      if step > 0 and edge > level then
        if former is null then
          level := edge;
        elsif edge >= former - greatest((former - edge_shift) / 100, 10 * tolerance)
          and level <= former - (former - edge_shift) / 10
        then
          -- Up in one step to where it fell from: what lies between was wrong, and has been counted.
          way := former + counted;
          step := greatest(edge - way, 0);
          back := greatest((way - edge_shift) / 100, 10 * tolerance);
          level := case when edge >= way - back then greatest(edge, way) else edge end;
          former := null;
        else
          level := edge;
          counted := counted + step;
        end if;
      end if;
      result[place] := step;
      total := total + step;
    end if;
    edge := next;
    place := 9 + i;
  end loop;
  if newest > 1 then result[5] := total - coalesce(result[1], 0); end if;
  result[4] := result[newest];
  if result[6] is null then
    result[7] := null;
    result[8] := null;
  end if;
  if shifts is not null then
    way := shifts[behind + 1];
    result[2] := result[2] - way;
    result[3] := result[3] - way;
    result[6] := result[6] - way;
    if newest > 1 then edge_shift := shifts[newest - 9]; end if;
    if result[3] is not null then result[9] := nullif(way - edge_shift, 0); end if;
  end if;
  return result;
end
$function$;

CREATE OR REPLACE FUNCTION without_values(message text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select regexp_replace(message, '( \([^()]*\)|; (last|never|not) heard[^;]*)$', '')
$function$;

CREATE TRIGGER access_changed AFTER INSERT OR DELETE OR UPDATE ON access_changes FOR EACH STATEMENT EXECUTE FUNCTION raise_access_version();
CREATE TRIGGER access_changed AFTER INSERT OR DELETE OR UPDATE OF expires_at, revoked_at, key_hash ON api_keys FOR EACH STATEMENT EXECUTE FUNCTION raise_access_version();
CREATE TRIGGER audit_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER broadcast_history_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON broadcast_history FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change();
CREATE TRIGGER broadcast_notes_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON broadcast_notes FOR EACH STATEMENT EXECUTE FUNCTION refuse_note_change();
CREATE TRIGGER broadcast_orders_not_of_training AFTER INSERT ON broadcast_orders REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION refuse_training();
CREATE TRIGGER broadcast_revisions_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON broadcast_revisions FOR EACH STATEMENT EXECUTE FUNCTION refuse_history_change();
CREATE TRIGGER broadcast_targets_not_of_training AFTER INSERT ON broadcast_targets REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION refuse_training();
CREATE TRIGGER broadcast_template_versions_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON broadcast_template_versions FOR EACH STATEMENT EXECUTE FUNCTION refuse_template_change();
CREATE TRIGGER follow_former_devices AFTER INSERT ON devices REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION follow_former_devices();
CREATE TRIGGER free_identities AFTER UPDATE OF deleted_at ON devices FOR EACH ROW WHEN (old.deleted_at IS NULL AND new.deleted_at IS NOT NULL) EXECUTE FUNCTION free_identities();
CREATE TRIGGER leave_place BEFORE UPDATE OF region_code, tenant_id ON devices FOR EACH ROW WHEN (old.region_code IS DISTINCT FROM new.region_code OR old.tenant_id IS DISTINCT FROM new.tenant_id) EXECUTE FUNCTION leave_place();
CREATE TRIGGER note_moved AFTER UPDATE OF region_code, tenant_id ON devices FOR EACH ROW WHEN (old.region_code IS DISTINCT FROM new.region_code OR old.tenant_id IS DISTINCT FROM new.tenant_id) EXECUTE FUNCTION note_moved();
CREATE TRIGGER note_former AFTER INSERT ON former_places FOR EACH ROW EXECUTE FUNCTION note_former();
CREATE TRIGGER access_changed AFTER INSERT OR DELETE OR UPDATE ON grants FOR EACH STATEMENT EXECUTE FUNCTION raise_access_version();
CREATE CONSTRAINT TRIGGER number_news AFTER INSERT ON news DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION number_news();
CREATE TRIGGER access_changed AFTER INSERT OR DELETE OR UPDATE ON principals FOR EACH STATEMENT EXECUTE FUNCTION raise_access_version();
CREATE TRIGGER sessions_end AFTER UPDATE OF disabled_at ON principals FOR EACH ROW WHEN (old.disabled_at IS NULL AND new.disabled_at IS NOT NULL) EXECUTE FUNCTION end_sessions_of_disabled();
CREATE TRIGGER access_changed AFTER INSERT OR DELETE OR UPDATE ON tenants FOR EACH STATEMENT EXECUTE FUNCTION raise_access_version();
CREATE TRIGGER sessions_end AFTER UPDATE OF disabled_at ON tenants FOR EACH ROW WHEN (old.disabled_at IS NULL AND new.disabled_at IS NOT NULL) EXECUTE FUNCTION end_sessions_of_disabled();

-- Hours are the first of these views; the second has the columns of days, which are read from readings_gas_meter_1d_kept.
create view readings_gas_meter_1h as
select time_bucket(interval '1 hour', observed_at) as bucket, device_no, count(*) as readings
, first(volume, observed_at) filter (where volume is not null) / 1000::double precision as volume_first
, last(volume, observed_at) filter (where volume is not null) / 1000::double precision as volume_last
, count(flow) as flow_count
, (min(flow) / 1000::double precision)::real as flow_min
, (max(flow) / 1000::double precision)::real as flow_max
, sum(flow) / 1000::double precision as flow_sum
, count(pressure) as pressure_count
, (min(pressure) / 100::double precision)::real as pressure_min
, (max(pressure) / 100::double precision)::real as pressure_max
, sum(pressure) / 100::double precision as pressure_sum
, count(temperature) as temperature_count
, (min(temperature) / 10::double precision)::real as temperature_min
, (max(temperature) / 10::double precision)::real as temperature_max
, sum(temperature) / 10::double precision as temperature_sum
, count(battery) as battery_count
, (min(battery) / 100::double precision)::real as battery_min
, (max(battery) / 100::double precision)::real as battery_max
, sum(battery) / 100::double precision as battery_sum
, last(valve, observed_at) filter (where valve is not null) as valve_last
, count(rssi) as rssi_count
, (min(rssi)::double precision)::real as rssi_min
, (max(rssi)::double precision)::real as rssi_max
, sum(rssi)::double precision as rssi_sum
, count(snr) as snr_count
, (min(snr) / 100::double precision)::real as snr_min
, (max(snr) / 100::double precision)::real as snr_max
, sum(snr) / 100::double precision as snr_sum
from readings_gas_meter group by 1, 2;

create view readings_gas_meter_1d as
select time_bucket(interval '1 day', bucket, 'Asia/Shanghai') as bucket, device_no, sum(readings)::bigint as readings
, first(volume_first, bucket) filter (where volume_first is not null) as volume_first
, last(volume_last, bucket) filter (where volume_last is not null) as volume_last
, sum(flow_count)::bigint as flow_count
, min(flow_min) as flow_min
, max(flow_max) as flow_max
, sum(flow_sum) as flow_sum
, sum(pressure_count)::bigint as pressure_count
, min(pressure_min) as pressure_min
, max(pressure_max) as pressure_max
, sum(pressure_sum) as pressure_sum
, sum(temperature_count)::bigint as temperature_count
, min(temperature_min) as temperature_min
, max(temperature_max) as temperature_max
, sum(temperature_sum) as temperature_sum
, sum(battery_count)::bigint as battery_count
, min(battery_min) as battery_min
, max(battery_max) as battery_max
, sum(battery_sum) as battery_sum
, last(valve_last, bucket) filter (where valve_last is not null) as valve_last
, sum(rssi_count)::bigint as rssi_count
, min(rssi_min) as rssi_min
, max(rssi_max) as rssi_max
, sum(rssi_sum) as rssi_sum
, sum(snr_count)::bigint as snr_count
, min(snr_min) as snr_min
, max(snr_max) as snr_max
, sum(snr_sum) as snr_sum
from readings_gas_meter_1h group by time_bucket(interval '1 day', bucket, 'Asia/Shanghai'), device_no;

-- Hours are the first of these views; the second has the columns of days, which are read from readings_water_meter_1d_kept.
create view readings_water_meter_1h as
select time_bucket(interval '1 hour', observed_at) as bucket, device_no, count(*) as readings
, first(volume, observed_at) filter (where volume is not null) / 1000::double precision as volume_first
, last(volume, observed_at) filter (where volume is not null) / 1000::double precision as volume_last
, count(flow) as flow_count
, (min(flow) / 1000::double precision)::real as flow_min
, (max(flow) / 1000::double precision)::real as flow_max
, sum(flow) / 1000::double precision as flow_sum
, count(pressure) as pressure_count
, (min(pressure) / 10::double precision)::real as pressure_min
, (max(pressure) / 10::double precision)::real as pressure_max
, sum(pressure) / 10::double precision as pressure_sum
, count(temperature) as temperature_count
, (min(temperature) / 10::double precision)::real as temperature_min
, (max(temperature) / 10::double precision)::real as temperature_max
, sum(temperature) / 10::double precision as temperature_sum
, count(battery) as battery_count
, (min(battery) / 100::double precision)::real as battery_min
, (max(battery) / 100::double precision)::real as battery_max
, sum(battery) / 100::double precision as battery_sum
, last(valve, observed_at) filter (where valve is not null) as valve_last
, count(rssi) as rssi_count
, (min(rssi)::double precision)::real as rssi_min
, (max(rssi)::double precision)::real as rssi_max
, sum(rssi)::double precision as rssi_sum
, count(snr) as snr_count
, (min(snr) / 100::double precision)::real as snr_min
, (max(snr) / 100::double precision)::real as snr_max
, sum(snr) / 100::double precision as snr_sum
from readings_water_meter group by 1, 2;

create view readings_water_meter_1d as
select time_bucket(interval '1 day', bucket, 'Asia/Shanghai') as bucket, device_no, sum(readings)::bigint as readings
, first(volume_first, bucket) filter (where volume_first is not null) as volume_first
, last(volume_last, bucket) filter (where volume_last is not null) as volume_last
, sum(flow_count)::bigint as flow_count
, min(flow_min) as flow_min
, max(flow_max) as flow_max
, sum(flow_sum) as flow_sum
, sum(pressure_count)::bigint as pressure_count
, min(pressure_min) as pressure_min
, max(pressure_max) as pressure_max
, sum(pressure_sum) as pressure_sum
, sum(temperature_count)::bigint as temperature_count
, min(temperature_min) as temperature_min
, max(temperature_max) as temperature_max
, sum(temperature_sum) as temperature_sum
, sum(battery_count)::bigint as battery_count
, min(battery_min) as battery_min
, max(battery_max) as battery_max
, sum(battery_sum) as battery_sum
, last(valve_last, bucket) filter (where valve_last is not null) as valve_last
, sum(rssi_count)::bigint as rssi_count
, min(rssi_min) as rssi_min
, max(rssi_max) as rssi_max
, sum(rssi_sum) as rssi_sum
, sum(snr_count)::bigint as snr_count
, min(snr_min) as snr_min
, max(snr_max) as snr_max
, sum(snr_sum) as snr_sum
from readings_water_meter_1h group by time_bucket(interval '1 day', bucket, 'Asia/Shanghai'), device_no;

-- Hours are the first of these views; the second has the columns of days, which are read from readings_speaker_1d_kept.
create view readings_speaker_1h as
select time_bucket(interval '1 hour', observed_at) as bucket, device_no, count(*) as readings
, last(play_state, observed_at) filter (where play_state is not null) as play_state_last
, count(volume) as volume_count
, (min(volume)::double precision)::real as volume_min
, (max(volume)::double precision)::real as volume_max
, sum(volume)::double precision as volume_sum
, count(amplifier_current) as amplifier_current_count
, (min(amplifier_current) / 100::double precision)::real as amplifier_current_min
, (max(amplifier_current) / 100::double precision)::real as amplifier_current_max
, sum(amplifier_current) / 100::double precision as amplifier_current_sum
, count(mains_voltage) as mains_voltage_count
, (min(mains_voltage) / 10::double precision)::real as mains_voltage_min
, (max(mains_voltage) / 10::double precision)::real as mains_voltage_max
, sum(mains_voltage) / 10::double precision as mains_voltage_sum
, count(battery_voltage) as battery_voltage_count
, (min(battery_voltage) / 100::double precision)::real as battery_voltage_min
, (max(battery_voltage) / 100::double precision)::real as battery_voltage_max
, sum(battery_voltage) / 100::double precision as battery_voltage_sum
, count(sound_level) as sound_level_count
, (min(sound_level) / 10::double precision)::real as sound_level_min
, (max(sound_level) / 10::double precision)::real as sound_level_max
, sum(sound_level) / 10::double precision as sound_level_sum
, count(temperature) as temperature_count
, (min(temperature) / 10::double precision)::real as temperature_min
, (max(temperature) / 10::double precision)::real as temperature_max
, sum(temperature) / 10::double precision as temperature_sum
, count(link_quality) as link_quality_count
, (min(link_quality)::double precision)::real as link_quality_min
, (max(link_quality)::double precision)::real as link_quality_max
, sum(link_quality)::double precision as link_quality_sum
, last(firmware, observed_at) filter (where firmware is not null) as firmware_last
from readings_speaker group by 1, 2;

create view readings_speaker_1d as
select time_bucket(interval '1 day', bucket, 'Asia/Shanghai') as bucket, device_no, sum(readings)::bigint as readings
, last(play_state_last, bucket) filter (where play_state_last is not null) as play_state_last
, sum(volume_count)::bigint as volume_count
, min(volume_min) as volume_min
, max(volume_max) as volume_max
, sum(volume_sum) as volume_sum
, sum(amplifier_current_count)::bigint as amplifier_current_count
, min(amplifier_current_min) as amplifier_current_min
, max(amplifier_current_max) as amplifier_current_max
, sum(amplifier_current_sum) as amplifier_current_sum
, sum(mains_voltage_count)::bigint as mains_voltage_count
, min(mains_voltage_min) as mains_voltage_min
, max(mains_voltage_max) as mains_voltage_max
, sum(mains_voltage_sum) as mains_voltage_sum
, sum(battery_voltage_count)::bigint as battery_voltage_count
, min(battery_voltage_min) as battery_voltage_min
, max(battery_voltage_max) as battery_voltage_max
, sum(battery_voltage_sum) as battery_voltage_sum
, sum(sound_level_count)::bigint as sound_level_count
, min(sound_level_min) as sound_level_min
, max(sound_level_max) as sound_level_max
, sum(sound_level_sum) as sound_level_sum
, sum(temperature_count)::bigint as temperature_count
, min(temperature_min) as temperature_min
, max(temperature_max) as temperature_max
, sum(temperature_sum) as temperature_sum
, sum(link_quality_count)::bigint as link_quality_count
, min(link_quality_min) as link_quality_min
, max(link_quality_max) as link_quality_max
, sum(link_quality_sum) as link_quality_sum
, last(firmware_last, bucket) filter (where firmware_last is not null) as firmware_last
from readings_speaker_1h group by time_bucket(interval '1 day', bucket, 'Asia/Shanghai'), device_no;

-- Hours are the first of these views; the second has the columns of days, which are read from readings_camera_1d_kept.
create view readings_camera_1h as
select time_bucket(interval '1 hour', observed_at) as bucket, device_no, count(*) as readings
, count(bitrate) as bitrate_count
, (min(bitrate)::double precision)::real as bitrate_min
, (max(bitrate)::double precision)::real as bitrate_max
, sum(bitrate)::double precision as bitrate_sum
, count(fps) as fps_count
, (min(fps) / 100::double precision)::real as fps_min
, (max(fps) / 100::double precision)::real as fps_max
, sum(fps) / 100::double precision as fps_sum
, count(packet_loss) as packet_loss_count
, (min(packet_loss) / 100::double precision)::real as packet_loss_min
, (max(packet_loss) / 100::double precision)::real as packet_loss_max
, sum(packet_loss) / 100::double precision as packet_loss_sum
, count(storage_free) as storage_free_count
, (min(storage_free) / 10::double precision)::real as storage_free_min
, (max(storage_free) / 10::double precision)::real as storage_free_max
, sum(storage_free) / 10::double precision as storage_free_sum
, count(temperature) as temperature_count
, (min(temperature) / 10::double precision)::real as temperature_min
, (max(temperature) / 10::double precision)::real as temperature_max
, sum(temperature) / 10::double precision as temperature_sum
, first(uptime, observed_at) filter (where uptime is not null)::double precision as uptime_first
, last(uptime, observed_at) filter (where uptime is not null)::double precision as uptime_last
from readings_camera group by 1, 2;

create view readings_camera_1d as
select time_bucket(interval '1 day', bucket, 'Asia/Shanghai') as bucket, device_no, sum(readings)::bigint as readings
, sum(bitrate_count)::bigint as bitrate_count
, min(bitrate_min) as bitrate_min
, max(bitrate_max) as bitrate_max
, sum(bitrate_sum) as bitrate_sum
, sum(fps_count)::bigint as fps_count
, min(fps_min) as fps_min
, max(fps_max) as fps_max
, sum(fps_sum) as fps_sum
, sum(packet_loss_count)::bigint as packet_loss_count
, min(packet_loss_min) as packet_loss_min
, max(packet_loss_max) as packet_loss_max
, sum(packet_loss_sum) as packet_loss_sum
, sum(storage_free_count)::bigint as storage_free_count
, min(storage_free_min) as storage_free_min
, max(storage_free_max) as storage_free_max
, sum(storage_free_sum) as storage_free_sum
, sum(temperature_count)::bigint as temperature_count
, min(temperature_min) as temperature_min
, max(temperature_max) as temperature_max
, sum(temperature_sum) as temperature_sum
, first(uptime_first, bucket) filter (where uptime_first is not null) as uptime_first
, last(uptime_last, bucket) filter (where uptime_last is not null) as uptime_last
from readings_camera_1h group by time_bucket(interval '1 day', bucket, 'Asia/Shanghai'), device_no;

-- Hours are the first of these views; the second has the columns of days, which are read from readings_water_quality_station_1d_kept.
create view readings_water_quality_station_1h as
select time_bucket(interval '1 hour', observed_at) as bucket, device_no, count(*) as readings
, count(ph) as ph_count
, (min(ph) / 100::double precision)::real as ph_min
, (max(ph) / 100::double precision)::real as ph_max
, sum(ph) / 100::double precision as ph_sum
, count(temperature) as temperature_count
, (min(temperature) / 10::double precision)::real as temperature_min
, (max(temperature) / 10::double precision)::real as temperature_max
, sum(temperature) / 10::double precision as temperature_sum
, count(dissolved_oxygen) as dissolved_oxygen_count
, (min(dissolved_oxygen) / 100::double precision)::real as dissolved_oxygen_min
, (max(dissolved_oxygen) / 100::double precision)::real as dissolved_oxygen_max
, sum(dissolved_oxygen) / 100::double precision as dissolved_oxygen_sum
, count(conductivity) as conductivity_count
, (min(conductivity) / 10::double precision)::real as conductivity_min
, (max(conductivity) / 10::double precision)::real as conductivity_max
, sum(conductivity) / 10::double precision as conductivity_sum
, count(turbidity) as turbidity_count
, (min(turbidity) / 100::double precision)::real as turbidity_min
, (max(turbidity) / 100::double precision)::real as turbidity_max
, sum(turbidity) / 100::double precision as turbidity_sum
, count(cod) as cod_count
, (min(cod) / 100::double precision)::real as cod_min
, (max(cod) / 100::double precision)::real as cod_max
, sum(cod) / 100::double precision as cod_sum
, count(permanganate_index) as permanganate_index_count
, (min(permanganate_index) / 100::double precision)::real as permanganate_index_min
, (max(permanganate_index) / 100::double precision)::real as permanganate_index_max
, sum(permanganate_index) / 100::double precision as permanganate_index_sum
, count(ammonia_nitrogen) as ammonia_nitrogen_count
, (min(ammonia_nitrogen) / 1000::double precision)::real as ammonia_nitrogen_min
, (max(ammonia_nitrogen) / 1000::double precision)::real as ammonia_nitrogen_max
, sum(ammonia_nitrogen) / 1000::double precision as ammonia_nitrogen_sum
, count(total_phosphorus) as total_phosphorus_count
, (min(total_phosphorus) / 1000::double precision)::real as total_phosphorus_min
, (max(total_phosphorus) / 1000::double precision)::real as total_phosphorus_max
, sum(total_phosphorus) / 1000::double precision as total_phosphorus_sum
, count(total_nitrogen) as total_nitrogen_count
, (min(total_nitrogen) / 1000::double precision)::real as total_nitrogen_min
, (max(total_nitrogen) / 1000::double precision)::real as total_nitrogen_max
, sum(total_nitrogen) / 1000::double precision as total_nitrogen_sum
, count(flow) as flow_count
, (min(flow) / 100::double precision)::real as flow_min
, (max(flow) / 100::double precision)::real as flow_max
, sum(flow) / 100::double precision as flow_sum
, last(quality, observed_at) filter (where quality is not null) as quality_last
, count(ph_minute) as ph_minute_count
, (min(ph_minute) / 100::double precision)::real as ph_minute_min
, (max(ph_minute) / 100::double precision)::real as ph_minute_max
, sum(ph_minute) / 100::double precision as ph_minute_sum
, count(temperature_minute) as temperature_minute_count
, (min(temperature_minute) / 10::double precision)::real as temperature_minute_min
, (max(temperature_minute) / 10::double precision)::real as temperature_minute_max
, sum(temperature_minute) / 10::double precision as temperature_minute_sum
, count(dissolved_oxygen_minute) as dissolved_oxygen_minute_count
, (min(dissolved_oxygen_minute) / 100::double precision)::real as dissolved_oxygen_minute_min
, (max(dissolved_oxygen_minute) / 100::double precision)::real as dissolved_oxygen_minute_max
, sum(dissolved_oxygen_minute) / 100::double precision as dissolved_oxygen_minute_sum
, count(conductivity_minute) as conductivity_minute_count
, (min(conductivity_minute) / 10::double precision)::real as conductivity_minute_min
, (max(conductivity_minute) / 10::double precision)::real as conductivity_minute_max
, sum(conductivity_minute) / 10::double precision as conductivity_minute_sum
, count(turbidity_minute) as turbidity_minute_count
, (min(turbidity_minute) / 100::double precision)::real as turbidity_minute_min
, (max(turbidity_minute) / 100::double precision)::real as turbidity_minute_max
, sum(turbidity_minute) / 100::double precision as turbidity_minute_sum
, count(cod_minute) as cod_minute_count
, (min(cod_minute) / 100::double precision)::real as cod_minute_min
, (max(cod_minute) / 100::double precision)::real as cod_minute_max
, sum(cod_minute) / 100::double precision as cod_minute_sum
, count(permanganate_index_minute) as permanganate_index_minute_count
, (min(permanganate_index_minute) / 100::double precision)::real as permanganate_index_minute_min
, (max(permanganate_index_minute) / 100::double precision)::real as permanganate_index_minute_max
, sum(permanganate_index_minute) / 100::double precision as permanganate_index_minute_sum
, count(ammonia_nitrogen_minute) as ammonia_nitrogen_minute_count
, (min(ammonia_nitrogen_minute) / 1000::double precision)::real as ammonia_nitrogen_minute_min
, (max(ammonia_nitrogen_minute) / 1000::double precision)::real as ammonia_nitrogen_minute_max
, sum(ammonia_nitrogen_minute) / 1000::double precision as ammonia_nitrogen_minute_sum
, count(total_phosphorus_minute) as total_phosphorus_minute_count
, (min(total_phosphorus_minute) / 1000::double precision)::real as total_phosphorus_minute_min
, (max(total_phosphorus_minute) / 1000::double precision)::real as total_phosphorus_minute_max
, sum(total_phosphorus_minute) / 1000::double precision as total_phosphorus_minute_sum
, count(total_nitrogen_minute) as total_nitrogen_minute_count
, (min(total_nitrogen_minute) / 1000::double precision)::real as total_nitrogen_minute_min
, (max(total_nitrogen_minute) / 1000::double precision)::real as total_nitrogen_minute_max
, sum(total_nitrogen_minute) / 1000::double precision as total_nitrogen_minute_sum
, count(flow_minute) as flow_minute_count
, (min(flow_minute) / 100::double precision)::real as flow_minute_min
, (max(flow_minute) / 100::double precision)::real as flow_minute_max
, sum(flow_minute) / 100::double precision as flow_minute_sum
, last(quality_minute, observed_at) filter (where quality_minute is not null) as quality_minute_last
, count(ph_hour) as ph_hour_count
, (min(ph_hour) / 100::double precision)::real as ph_hour_min
, (max(ph_hour) / 100::double precision)::real as ph_hour_max
, sum(ph_hour) / 100::double precision as ph_hour_sum
, count(temperature_hour) as temperature_hour_count
, (min(temperature_hour) / 10::double precision)::real as temperature_hour_min
, (max(temperature_hour) / 10::double precision)::real as temperature_hour_max
, sum(temperature_hour) / 10::double precision as temperature_hour_sum
, count(dissolved_oxygen_hour) as dissolved_oxygen_hour_count
, (min(dissolved_oxygen_hour) / 100::double precision)::real as dissolved_oxygen_hour_min
, (max(dissolved_oxygen_hour) / 100::double precision)::real as dissolved_oxygen_hour_max
, sum(dissolved_oxygen_hour) / 100::double precision as dissolved_oxygen_hour_sum
, count(conductivity_hour) as conductivity_hour_count
, (min(conductivity_hour) / 10::double precision)::real as conductivity_hour_min
, (max(conductivity_hour) / 10::double precision)::real as conductivity_hour_max
, sum(conductivity_hour) / 10::double precision as conductivity_hour_sum
, count(turbidity_hour) as turbidity_hour_count
, (min(turbidity_hour) / 100::double precision)::real as turbidity_hour_min
, (max(turbidity_hour) / 100::double precision)::real as turbidity_hour_max
, sum(turbidity_hour) / 100::double precision as turbidity_hour_sum
, count(cod_hour) as cod_hour_count
, (min(cod_hour) / 100::double precision)::real as cod_hour_min
, (max(cod_hour) / 100::double precision)::real as cod_hour_max
, sum(cod_hour) / 100::double precision as cod_hour_sum
, count(permanganate_index_hour) as permanganate_index_hour_count
, (min(permanganate_index_hour) / 100::double precision)::real as permanganate_index_hour_min
, (max(permanganate_index_hour) / 100::double precision)::real as permanganate_index_hour_max
, sum(permanganate_index_hour) / 100::double precision as permanganate_index_hour_sum
, count(ammonia_nitrogen_hour) as ammonia_nitrogen_hour_count
, (min(ammonia_nitrogen_hour) / 1000::double precision)::real as ammonia_nitrogen_hour_min
, (max(ammonia_nitrogen_hour) / 1000::double precision)::real as ammonia_nitrogen_hour_max
, sum(ammonia_nitrogen_hour) / 1000::double precision as ammonia_nitrogen_hour_sum
, count(total_phosphorus_hour) as total_phosphorus_hour_count
, (min(total_phosphorus_hour) / 1000::double precision)::real as total_phosphorus_hour_min
, (max(total_phosphorus_hour) / 1000::double precision)::real as total_phosphorus_hour_max
, sum(total_phosphorus_hour) / 1000::double precision as total_phosphorus_hour_sum
, count(total_nitrogen_hour) as total_nitrogen_hour_count
, (min(total_nitrogen_hour) / 1000::double precision)::real as total_nitrogen_hour_min
, (max(total_nitrogen_hour) / 1000::double precision)::real as total_nitrogen_hour_max
, sum(total_nitrogen_hour) / 1000::double precision as total_nitrogen_hour_sum
, count(flow_hour) as flow_hour_count
, (min(flow_hour) / 100::double precision)::real as flow_hour_min
, (max(flow_hour) / 100::double precision)::real as flow_hour_max
, sum(flow_hour) / 100::double precision as flow_hour_sum
, last(quality_hour, observed_at) filter (where quality_hour is not null) as quality_hour_last
, count(ph_day) as ph_day_count
, (min(ph_day) / 100::double precision)::real as ph_day_min
, (max(ph_day) / 100::double precision)::real as ph_day_max
, sum(ph_day) / 100::double precision as ph_day_sum
, count(temperature_day) as temperature_day_count
, (min(temperature_day) / 10::double precision)::real as temperature_day_min
, (max(temperature_day) / 10::double precision)::real as temperature_day_max
, sum(temperature_day) / 10::double precision as temperature_day_sum
, count(dissolved_oxygen_day) as dissolved_oxygen_day_count
, (min(dissolved_oxygen_day) / 100::double precision)::real as dissolved_oxygen_day_min
, (max(dissolved_oxygen_day) / 100::double precision)::real as dissolved_oxygen_day_max
, sum(dissolved_oxygen_day) / 100::double precision as dissolved_oxygen_day_sum
, count(conductivity_day) as conductivity_day_count
, (min(conductivity_day) / 10::double precision)::real as conductivity_day_min
, (max(conductivity_day) / 10::double precision)::real as conductivity_day_max
, sum(conductivity_day) / 10::double precision as conductivity_day_sum
, count(turbidity_day) as turbidity_day_count
, (min(turbidity_day) / 100::double precision)::real as turbidity_day_min
, (max(turbidity_day) / 100::double precision)::real as turbidity_day_max
, sum(turbidity_day) / 100::double precision as turbidity_day_sum
, count(cod_day) as cod_day_count
, (min(cod_day) / 100::double precision)::real as cod_day_min
, (max(cod_day) / 100::double precision)::real as cod_day_max
, sum(cod_day) / 100::double precision as cod_day_sum
, count(permanganate_index_day) as permanganate_index_day_count
, (min(permanganate_index_day) / 100::double precision)::real as permanganate_index_day_min
, (max(permanganate_index_day) / 100::double precision)::real as permanganate_index_day_max
, sum(permanganate_index_day) / 100::double precision as permanganate_index_day_sum
, count(ammonia_nitrogen_day) as ammonia_nitrogen_day_count
, (min(ammonia_nitrogen_day) / 1000::double precision)::real as ammonia_nitrogen_day_min
, (max(ammonia_nitrogen_day) / 1000::double precision)::real as ammonia_nitrogen_day_max
, sum(ammonia_nitrogen_day) / 1000::double precision as ammonia_nitrogen_day_sum
, count(total_phosphorus_day) as total_phosphorus_day_count
, (min(total_phosphorus_day) / 1000::double precision)::real as total_phosphorus_day_min
, (max(total_phosphorus_day) / 1000::double precision)::real as total_phosphorus_day_max
, sum(total_phosphorus_day) / 1000::double precision as total_phosphorus_day_sum
, count(total_nitrogen_day) as total_nitrogen_day_count
, (min(total_nitrogen_day) / 1000::double precision)::real as total_nitrogen_day_min
, (max(total_nitrogen_day) / 1000::double precision)::real as total_nitrogen_day_max
, sum(total_nitrogen_day) / 1000::double precision as total_nitrogen_day_sum
, count(flow_day) as flow_day_count
, (min(flow_day) / 100::double precision)::real as flow_day_min
, (max(flow_day) / 100::double precision)::real as flow_day_max
, sum(flow_day) / 100::double precision as flow_day_sum
, last(quality_day, observed_at) filter (where quality_day is not null) as quality_day_last
from readings_water_quality_station group by 1, 2;

create view readings_water_quality_station_1d as
select time_bucket(interval '1 day', bucket, 'Asia/Shanghai') as bucket, device_no, sum(readings)::bigint as readings
, sum(ph_count)::bigint as ph_count
, min(ph_min) as ph_min
, max(ph_max) as ph_max
, sum(ph_sum) as ph_sum
, sum(temperature_count)::bigint as temperature_count
, min(temperature_min) as temperature_min
, max(temperature_max) as temperature_max
, sum(temperature_sum) as temperature_sum
, sum(dissolved_oxygen_count)::bigint as dissolved_oxygen_count
, min(dissolved_oxygen_min) as dissolved_oxygen_min
, max(dissolved_oxygen_max) as dissolved_oxygen_max
, sum(dissolved_oxygen_sum) as dissolved_oxygen_sum
, sum(conductivity_count)::bigint as conductivity_count
, min(conductivity_min) as conductivity_min
, max(conductivity_max) as conductivity_max
, sum(conductivity_sum) as conductivity_sum
, sum(turbidity_count)::bigint as turbidity_count
, min(turbidity_min) as turbidity_min
, max(turbidity_max) as turbidity_max
, sum(turbidity_sum) as turbidity_sum
, sum(cod_count)::bigint as cod_count
, min(cod_min) as cod_min
, max(cod_max) as cod_max
, sum(cod_sum) as cod_sum
, sum(permanganate_index_count)::bigint as permanganate_index_count
, min(permanganate_index_min) as permanganate_index_min
, max(permanganate_index_max) as permanganate_index_max
, sum(permanganate_index_sum) as permanganate_index_sum
, sum(ammonia_nitrogen_count)::bigint as ammonia_nitrogen_count
, min(ammonia_nitrogen_min) as ammonia_nitrogen_min
, max(ammonia_nitrogen_max) as ammonia_nitrogen_max
, sum(ammonia_nitrogen_sum) as ammonia_nitrogen_sum
, sum(total_phosphorus_count)::bigint as total_phosphorus_count
, min(total_phosphorus_min) as total_phosphorus_min
, max(total_phosphorus_max) as total_phosphorus_max
, sum(total_phosphorus_sum) as total_phosphorus_sum
, sum(total_nitrogen_count)::bigint as total_nitrogen_count
, min(total_nitrogen_min) as total_nitrogen_min
, max(total_nitrogen_max) as total_nitrogen_max
, sum(total_nitrogen_sum) as total_nitrogen_sum
, sum(flow_count)::bigint as flow_count
, min(flow_min) as flow_min
, max(flow_max) as flow_max
, sum(flow_sum) as flow_sum
, last(quality_last, bucket) filter (where quality_last is not null) as quality_last
, sum(ph_minute_count)::bigint as ph_minute_count
, min(ph_minute_min) as ph_minute_min
, max(ph_minute_max) as ph_minute_max
, sum(ph_minute_sum) as ph_minute_sum
, sum(temperature_minute_count)::bigint as temperature_minute_count
, min(temperature_minute_min) as temperature_minute_min
, max(temperature_minute_max) as temperature_minute_max
, sum(temperature_minute_sum) as temperature_minute_sum
, sum(dissolved_oxygen_minute_count)::bigint as dissolved_oxygen_minute_count
, min(dissolved_oxygen_minute_min) as dissolved_oxygen_minute_min
, max(dissolved_oxygen_minute_max) as dissolved_oxygen_minute_max
, sum(dissolved_oxygen_minute_sum) as dissolved_oxygen_minute_sum
, sum(conductivity_minute_count)::bigint as conductivity_minute_count
, min(conductivity_minute_min) as conductivity_minute_min
, max(conductivity_minute_max) as conductivity_minute_max
, sum(conductivity_minute_sum) as conductivity_minute_sum
, sum(turbidity_minute_count)::bigint as turbidity_minute_count
, min(turbidity_minute_min) as turbidity_minute_min
, max(turbidity_minute_max) as turbidity_minute_max
, sum(turbidity_minute_sum) as turbidity_minute_sum
, sum(cod_minute_count)::bigint as cod_minute_count
, min(cod_minute_min) as cod_minute_min
, max(cod_minute_max) as cod_minute_max
, sum(cod_minute_sum) as cod_minute_sum
, sum(permanganate_index_minute_count)::bigint as permanganate_index_minute_count
, min(permanganate_index_minute_min) as permanganate_index_minute_min
, max(permanganate_index_minute_max) as permanganate_index_minute_max
, sum(permanganate_index_minute_sum) as permanganate_index_minute_sum
, sum(ammonia_nitrogen_minute_count)::bigint as ammonia_nitrogen_minute_count
, min(ammonia_nitrogen_minute_min) as ammonia_nitrogen_minute_min
, max(ammonia_nitrogen_minute_max) as ammonia_nitrogen_minute_max
, sum(ammonia_nitrogen_minute_sum) as ammonia_nitrogen_minute_sum
, sum(total_phosphorus_minute_count)::bigint as total_phosphorus_minute_count
, min(total_phosphorus_minute_min) as total_phosphorus_minute_min
, max(total_phosphorus_minute_max) as total_phosphorus_minute_max
, sum(total_phosphorus_minute_sum) as total_phosphorus_minute_sum
, sum(total_nitrogen_minute_count)::bigint as total_nitrogen_minute_count
, min(total_nitrogen_minute_min) as total_nitrogen_minute_min
, max(total_nitrogen_minute_max) as total_nitrogen_minute_max
, sum(total_nitrogen_minute_sum) as total_nitrogen_minute_sum
, sum(flow_minute_count)::bigint as flow_minute_count
, min(flow_minute_min) as flow_minute_min
, max(flow_minute_max) as flow_minute_max
, sum(flow_minute_sum) as flow_minute_sum
, last(quality_minute_last, bucket) filter (where quality_minute_last is not null) as quality_minute_last
, sum(ph_hour_count)::bigint as ph_hour_count
, min(ph_hour_min) as ph_hour_min
, max(ph_hour_max) as ph_hour_max
, sum(ph_hour_sum) as ph_hour_sum
, sum(temperature_hour_count)::bigint as temperature_hour_count
, min(temperature_hour_min) as temperature_hour_min
, max(temperature_hour_max) as temperature_hour_max
, sum(temperature_hour_sum) as temperature_hour_sum
, sum(dissolved_oxygen_hour_count)::bigint as dissolved_oxygen_hour_count
, min(dissolved_oxygen_hour_min) as dissolved_oxygen_hour_min
, max(dissolved_oxygen_hour_max) as dissolved_oxygen_hour_max
, sum(dissolved_oxygen_hour_sum) as dissolved_oxygen_hour_sum
, sum(conductivity_hour_count)::bigint as conductivity_hour_count
, min(conductivity_hour_min) as conductivity_hour_min
, max(conductivity_hour_max) as conductivity_hour_max
, sum(conductivity_hour_sum) as conductivity_hour_sum
, sum(turbidity_hour_count)::bigint as turbidity_hour_count
, min(turbidity_hour_min) as turbidity_hour_min
, max(turbidity_hour_max) as turbidity_hour_max
, sum(turbidity_hour_sum) as turbidity_hour_sum
, sum(cod_hour_count)::bigint as cod_hour_count
, min(cod_hour_min) as cod_hour_min
, max(cod_hour_max) as cod_hour_max
, sum(cod_hour_sum) as cod_hour_sum
, sum(permanganate_index_hour_count)::bigint as permanganate_index_hour_count
, min(permanganate_index_hour_min) as permanganate_index_hour_min
, max(permanganate_index_hour_max) as permanganate_index_hour_max
, sum(permanganate_index_hour_sum) as permanganate_index_hour_sum
, sum(ammonia_nitrogen_hour_count)::bigint as ammonia_nitrogen_hour_count
, min(ammonia_nitrogen_hour_min) as ammonia_nitrogen_hour_min
, max(ammonia_nitrogen_hour_max) as ammonia_nitrogen_hour_max
, sum(ammonia_nitrogen_hour_sum) as ammonia_nitrogen_hour_sum
, sum(total_phosphorus_hour_count)::bigint as total_phosphorus_hour_count
, min(total_phosphorus_hour_min) as total_phosphorus_hour_min
, max(total_phosphorus_hour_max) as total_phosphorus_hour_max
, sum(total_phosphorus_hour_sum) as total_phosphorus_hour_sum
, sum(total_nitrogen_hour_count)::bigint as total_nitrogen_hour_count
, min(total_nitrogen_hour_min) as total_nitrogen_hour_min
, max(total_nitrogen_hour_max) as total_nitrogen_hour_max
, sum(total_nitrogen_hour_sum) as total_nitrogen_hour_sum
, sum(flow_hour_count)::bigint as flow_hour_count
, min(flow_hour_min) as flow_hour_min
, max(flow_hour_max) as flow_hour_max
, sum(flow_hour_sum) as flow_hour_sum
, last(quality_hour_last, bucket) filter (where quality_hour_last is not null) as quality_hour_last
, sum(ph_day_count)::bigint as ph_day_count
, min(ph_day_min) as ph_day_min
, max(ph_day_max) as ph_day_max
, sum(ph_day_sum) as ph_day_sum
, sum(temperature_day_count)::bigint as temperature_day_count
, min(temperature_day_min) as temperature_day_min
, max(temperature_day_max) as temperature_day_max
, sum(temperature_day_sum) as temperature_day_sum
, sum(dissolved_oxygen_day_count)::bigint as dissolved_oxygen_day_count
, min(dissolved_oxygen_day_min) as dissolved_oxygen_day_min
, max(dissolved_oxygen_day_max) as dissolved_oxygen_day_max
, sum(dissolved_oxygen_day_sum) as dissolved_oxygen_day_sum
, sum(conductivity_day_count)::bigint as conductivity_day_count
, min(conductivity_day_min) as conductivity_day_min
, max(conductivity_day_max) as conductivity_day_max
, sum(conductivity_day_sum) as conductivity_day_sum
, sum(turbidity_day_count)::bigint as turbidity_day_count
, min(turbidity_day_min) as turbidity_day_min
, max(turbidity_day_max) as turbidity_day_max
, sum(turbidity_day_sum) as turbidity_day_sum
, sum(cod_day_count)::bigint as cod_day_count
, min(cod_day_min) as cod_day_min
, max(cod_day_max) as cod_day_max
, sum(cod_day_sum) as cod_day_sum
, sum(permanganate_index_day_count)::bigint as permanganate_index_day_count
, min(permanganate_index_day_min) as permanganate_index_day_min
, max(permanganate_index_day_max) as permanganate_index_day_max
, sum(permanganate_index_day_sum) as permanganate_index_day_sum
, sum(ammonia_nitrogen_day_count)::bigint as ammonia_nitrogen_day_count
, min(ammonia_nitrogen_day_min) as ammonia_nitrogen_day_min
, max(ammonia_nitrogen_day_max) as ammonia_nitrogen_day_max
, sum(ammonia_nitrogen_day_sum) as ammonia_nitrogen_day_sum
, sum(total_phosphorus_day_count)::bigint as total_phosphorus_day_count
, min(total_phosphorus_day_min) as total_phosphorus_day_min
, max(total_phosphorus_day_max) as total_phosphorus_day_max
, sum(total_phosphorus_day_sum) as total_phosphorus_day_sum
, sum(total_nitrogen_day_count)::bigint as total_nitrogen_day_count
, min(total_nitrogen_day_min) as total_nitrogen_day_min
, max(total_nitrogen_day_max) as total_nitrogen_day_max
, sum(total_nitrogen_day_sum) as total_nitrogen_day_sum
, sum(flow_day_count)::bigint as flow_day_count
, min(flow_day_min) as flow_day_min
, max(flow_day_max) as flow_day_max
, sum(flow_day_sum) as flow_day_sum
, last(quality_day_last, bucket) filter (where quality_day_last is not null) as quality_day_last
from readings_water_quality_station_1h group by time_bucket(interval '1 day', bucket, 'Asia/Shanghai'), device_no;

-- Hours are the first of these views; the second has the columns of days, which are read from readings_air_station_1d_kept.
create view readings_air_station_1h as
select time_bucket(interval '1 hour', observed_at) as bucket, device_no, count(*) as readings
, count(pm2_5) as pm2_5_count
, (min(pm2_5) / 10::double precision)::real as pm2_5_min
, (max(pm2_5) / 10::double precision)::real as pm2_5_max
, sum(pm2_5) / 10::double precision as pm2_5_sum
, count(pm10) as pm10_count
, (min(pm10) / 10::double precision)::real as pm10_min
, (max(pm10) / 10::double precision)::real as pm10_max
, sum(pm10) / 10::double precision as pm10_sum
, count(tsp) as tsp_count
, (min(tsp) / 10::double precision)::real as tsp_min
, (max(tsp) / 10::double precision)::real as tsp_max
, sum(tsp) / 10::double precision as tsp_sum
, count(so2) as so2_count
, (min(so2) / 10::double precision)::real as so2_min
, (max(so2) / 10::double precision)::real as so2_max
, sum(so2) / 10::double precision as so2_sum
, count(no2) as no2_count
, (min(no2) / 10::double precision)::real as no2_min
, (max(no2) / 10::double precision)::real as no2_max
, sum(no2) / 10::double precision as no2_sum
, count(o3) as o3_count
, (min(o3) / 10::double precision)::real as o3_min
, (max(o3) / 10::double precision)::real as o3_max
, sum(o3) / 10::double precision as o3_sum
, count(co) as co_count
, (min(co) / 1000::double precision)::real as co_min
, (max(co) / 1000::double precision)::real as co_max
, sum(co) / 1000::double precision as co_sum
, count(temperature) as temperature_count
, (min(temperature) / 10::double precision)::real as temperature_min
, (max(temperature) / 10::double precision)::real as temperature_max
, sum(temperature) / 10::double precision as temperature_sum
, count(humidity) as humidity_count
, (min(humidity) / 10::double precision)::real as humidity_min
, (max(humidity) / 10::double precision)::real as humidity_max
, sum(humidity) / 10::double precision as humidity_sum
, count(pressure) as pressure_count
, (min(pressure) / 100::double precision)::real as pressure_min
, (max(pressure) / 100::double precision)::real as pressure_max
, sum(pressure) / 100::double precision as pressure_sum
, count(wind_speed) as wind_speed_count
, (min(wind_speed) / 10::double precision)::real as wind_speed_min
, (max(wind_speed) / 10::double precision)::real as wind_speed_max
, sum(wind_speed) / 10::double precision as wind_speed_sum
, count(wind_direction) as wind_direction_count
, (min(wind_direction)::double precision)::real as wind_direction_min
, (max(wind_direction)::double precision)::real as wind_direction_max
, sum(wind_direction)::double precision as wind_direction_sum
, count(sound_level) as sound_level_count
, (min(sound_level) / 10::double precision)::real as sound_level_min
, (max(sound_level) / 10::double precision)::real as sound_level_max
, sum(sound_level) / 10::double precision as sound_level_sum
, last(quality, observed_at) filter (where quality is not null) as quality_last
, count(pm2_5_minute) as pm2_5_minute_count
, (min(pm2_5_minute) / 10::double precision)::real as pm2_5_minute_min
, (max(pm2_5_minute) / 10::double precision)::real as pm2_5_minute_max
, sum(pm2_5_minute) / 10::double precision as pm2_5_minute_sum
, count(pm10_minute) as pm10_minute_count
, (min(pm10_minute) / 10::double precision)::real as pm10_minute_min
, (max(pm10_minute) / 10::double precision)::real as pm10_minute_max
, sum(pm10_minute) / 10::double precision as pm10_minute_sum
, count(tsp_minute) as tsp_minute_count
, (min(tsp_minute) / 10::double precision)::real as tsp_minute_min
, (max(tsp_minute) / 10::double precision)::real as tsp_minute_max
, sum(tsp_minute) / 10::double precision as tsp_minute_sum
, count(so2_minute) as so2_minute_count
, (min(so2_minute) / 10::double precision)::real as so2_minute_min
, (max(so2_minute) / 10::double precision)::real as so2_minute_max
, sum(so2_minute) / 10::double precision as so2_minute_sum
, count(no2_minute) as no2_minute_count
, (min(no2_minute) / 10::double precision)::real as no2_minute_min
, (max(no2_minute) / 10::double precision)::real as no2_minute_max
, sum(no2_minute) / 10::double precision as no2_minute_sum
, count(o3_minute) as o3_minute_count
, (min(o3_minute) / 10::double precision)::real as o3_minute_min
, (max(o3_minute) / 10::double precision)::real as o3_minute_max
, sum(o3_minute) / 10::double precision as o3_minute_sum
, count(co_minute) as co_minute_count
, (min(co_minute) / 1000::double precision)::real as co_minute_min
, (max(co_minute) / 1000::double precision)::real as co_minute_max
, sum(co_minute) / 1000::double precision as co_minute_sum
, count(temperature_minute) as temperature_minute_count
, (min(temperature_minute) / 10::double precision)::real as temperature_minute_min
, (max(temperature_minute) / 10::double precision)::real as temperature_minute_max
, sum(temperature_minute) / 10::double precision as temperature_minute_sum
, count(humidity_minute) as humidity_minute_count
, (min(humidity_minute) / 10::double precision)::real as humidity_minute_min
, (max(humidity_minute) / 10::double precision)::real as humidity_minute_max
, sum(humidity_minute) / 10::double precision as humidity_minute_sum
, count(pressure_minute) as pressure_minute_count
, (min(pressure_minute) / 100::double precision)::real as pressure_minute_min
, (max(pressure_minute) / 100::double precision)::real as pressure_minute_max
, sum(pressure_minute) / 100::double precision as pressure_minute_sum
, count(wind_speed_minute) as wind_speed_minute_count
, (min(wind_speed_minute) / 10::double precision)::real as wind_speed_minute_min
, (max(wind_speed_minute) / 10::double precision)::real as wind_speed_minute_max
, sum(wind_speed_minute) / 10::double precision as wind_speed_minute_sum
, count(wind_direction_minute) as wind_direction_minute_count
, (min(wind_direction_minute)::double precision)::real as wind_direction_minute_min
, (max(wind_direction_minute)::double precision)::real as wind_direction_minute_max
, sum(wind_direction_minute)::double precision as wind_direction_minute_sum
, count(sound_level_minute) as sound_level_minute_count
, (min(sound_level_minute) / 10::double precision)::real as sound_level_minute_min
, (max(sound_level_minute) / 10::double precision)::real as sound_level_minute_max
, sum(sound_level_minute) / 10::double precision as sound_level_minute_sum
, last(quality_minute, observed_at) filter (where quality_minute is not null) as quality_minute_last
, count(pm2_5_hour) as pm2_5_hour_count
, (min(pm2_5_hour) / 10::double precision)::real as pm2_5_hour_min
, (max(pm2_5_hour) / 10::double precision)::real as pm2_5_hour_max
, sum(pm2_5_hour) / 10::double precision as pm2_5_hour_sum
, count(pm10_hour) as pm10_hour_count
, (min(pm10_hour) / 10::double precision)::real as pm10_hour_min
, (max(pm10_hour) / 10::double precision)::real as pm10_hour_max
, sum(pm10_hour) / 10::double precision as pm10_hour_sum
, count(tsp_hour) as tsp_hour_count
, (min(tsp_hour) / 10::double precision)::real as tsp_hour_min
, (max(tsp_hour) / 10::double precision)::real as tsp_hour_max
, sum(tsp_hour) / 10::double precision as tsp_hour_sum
, count(so2_hour) as so2_hour_count
, (min(so2_hour) / 10::double precision)::real as so2_hour_min
, (max(so2_hour) / 10::double precision)::real as so2_hour_max
, sum(so2_hour) / 10::double precision as so2_hour_sum
, count(no2_hour) as no2_hour_count
, (min(no2_hour) / 10::double precision)::real as no2_hour_min
, (max(no2_hour) / 10::double precision)::real as no2_hour_max
, sum(no2_hour) / 10::double precision as no2_hour_sum
, count(o3_hour) as o3_hour_count
, (min(o3_hour) / 10::double precision)::real as o3_hour_min
, (max(o3_hour) / 10::double precision)::real as o3_hour_max
, sum(o3_hour) / 10::double precision as o3_hour_sum
, count(co_hour) as co_hour_count
, (min(co_hour) / 1000::double precision)::real as co_hour_min
, (max(co_hour) / 1000::double precision)::real as co_hour_max
, sum(co_hour) / 1000::double precision as co_hour_sum
, count(temperature_hour) as temperature_hour_count
, (min(temperature_hour) / 10::double precision)::real as temperature_hour_min
, (max(temperature_hour) / 10::double precision)::real as temperature_hour_max
, sum(temperature_hour) / 10::double precision as temperature_hour_sum
, count(humidity_hour) as humidity_hour_count
, (min(humidity_hour) / 10::double precision)::real as humidity_hour_min
, (max(humidity_hour) / 10::double precision)::real as humidity_hour_max
, sum(humidity_hour) / 10::double precision as humidity_hour_sum
, count(pressure_hour) as pressure_hour_count
, (min(pressure_hour) / 100::double precision)::real as pressure_hour_min
, (max(pressure_hour) / 100::double precision)::real as pressure_hour_max
, sum(pressure_hour) / 100::double precision as pressure_hour_sum
, count(wind_speed_hour) as wind_speed_hour_count
, (min(wind_speed_hour) / 10::double precision)::real as wind_speed_hour_min
, (max(wind_speed_hour) / 10::double precision)::real as wind_speed_hour_max
, sum(wind_speed_hour) / 10::double precision as wind_speed_hour_sum
, count(wind_direction_hour) as wind_direction_hour_count
, (min(wind_direction_hour)::double precision)::real as wind_direction_hour_min
, (max(wind_direction_hour)::double precision)::real as wind_direction_hour_max
, sum(wind_direction_hour)::double precision as wind_direction_hour_sum
, count(sound_level_hour) as sound_level_hour_count
, (min(sound_level_hour) / 10::double precision)::real as sound_level_hour_min
, (max(sound_level_hour) / 10::double precision)::real as sound_level_hour_max
, sum(sound_level_hour) / 10::double precision as sound_level_hour_sum
, last(quality_hour, observed_at) filter (where quality_hour is not null) as quality_hour_last
, count(pm2_5_day) as pm2_5_day_count
, (min(pm2_5_day) / 10::double precision)::real as pm2_5_day_min
, (max(pm2_5_day) / 10::double precision)::real as pm2_5_day_max
, sum(pm2_5_day) / 10::double precision as pm2_5_day_sum
, count(pm10_day) as pm10_day_count
, (min(pm10_day) / 10::double precision)::real as pm10_day_min
, (max(pm10_day) / 10::double precision)::real as pm10_day_max
, sum(pm10_day) / 10::double precision as pm10_day_sum
, count(tsp_day) as tsp_day_count
, (min(tsp_day) / 10::double precision)::real as tsp_day_min
, (max(tsp_day) / 10::double precision)::real as tsp_day_max
, sum(tsp_day) / 10::double precision as tsp_day_sum
, count(so2_day) as so2_day_count
, (min(so2_day) / 10::double precision)::real as so2_day_min
, (max(so2_day) / 10::double precision)::real as so2_day_max
, sum(so2_day) / 10::double precision as so2_day_sum
, count(no2_day) as no2_day_count
, (min(no2_day) / 10::double precision)::real as no2_day_min
, (max(no2_day) / 10::double precision)::real as no2_day_max
, sum(no2_day) / 10::double precision as no2_day_sum
, count(o3_day) as o3_day_count
, (min(o3_day) / 10::double precision)::real as o3_day_min
, (max(o3_day) / 10::double precision)::real as o3_day_max
, sum(o3_day) / 10::double precision as o3_day_sum
, count(co_day) as co_day_count
, (min(co_day) / 1000::double precision)::real as co_day_min
, (max(co_day) / 1000::double precision)::real as co_day_max
, sum(co_day) / 1000::double precision as co_day_sum
, count(temperature_day) as temperature_day_count
, (min(temperature_day) / 10::double precision)::real as temperature_day_min
, (max(temperature_day) / 10::double precision)::real as temperature_day_max
, sum(temperature_day) / 10::double precision as temperature_day_sum
, count(humidity_day) as humidity_day_count
, (min(humidity_day) / 10::double precision)::real as humidity_day_min
, (max(humidity_day) / 10::double precision)::real as humidity_day_max
, sum(humidity_day) / 10::double precision as humidity_day_sum
, count(pressure_day) as pressure_day_count
, (min(pressure_day) / 100::double precision)::real as pressure_day_min
, (max(pressure_day) / 100::double precision)::real as pressure_day_max
, sum(pressure_day) / 100::double precision as pressure_day_sum
, count(wind_speed_day) as wind_speed_day_count
, (min(wind_speed_day) / 10::double precision)::real as wind_speed_day_min
, (max(wind_speed_day) / 10::double precision)::real as wind_speed_day_max
, sum(wind_speed_day) / 10::double precision as wind_speed_day_sum
, count(wind_direction_day) as wind_direction_day_count
, (min(wind_direction_day)::double precision)::real as wind_direction_day_min
, (max(wind_direction_day)::double precision)::real as wind_direction_day_max
, sum(wind_direction_day)::double precision as wind_direction_day_sum
, count(sound_level_day) as sound_level_day_count
, (min(sound_level_day) / 10::double precision)::real as sound_level_day_min
, (max(sound_level_day) / 10::double precision)::real as sound_level_day_max
, sum(sound_level_day) / 10::double precision as sound_level_day_sum
, last(quality_day, observed_at) filter (where quality_day is not null) as quality_day_last
from readings_air_station group by 1, 2;

create view readings_air_station_1d as
select time_bucket(interval '1 day', bucket, 'Asia/Shanghai') as bucket, device_no, sum(readings)::bigint as readings
, sum(pm2_5_count)::bigint as pm2_5_count
, min(pm2_5_min) as pm2_5_min
, max(pm2_5_max) as pm2_5_max
, sum(pm2_5_sum) as pm2_5_sum
, sum(pm10_count)::bigint as pm10_count
, min(pm10_min) as pm10_min
, max(pm10_max) as pm10_max
, sum(pm10_sum) as pm10_sum
, sum(tsp_count)::bigint as tsp_count
, min(tsp_min) as tsp_min
, max(tsp_max) as tsp_max
, sum(tsp_sum) as tsp_sum
, sum(so2_count)::bigint as so2_count
, min(so2_min) as so2_min
, max(so2_max) as so2_max
, sum(so2_sum) as so2_sum
, sum(no2_count)::bigint as no2_count
, min(no2_min) as no2_min
, max(no2_max) as no2_max
, sum(no2_sum) as no2_sum
, sum(o3_count)::bigint as o3_count
, min(o3_min) as o3_min
, max(o3_max) as o3_max
, sum(o3_sum) as o3_sum
, sum(co_count)::bigint as co_count
, min(co_min) as co_min
, max(co_max) as co_max
, sum(co_sum) as co_sum
, sum(temperature_count)::bigint as temperature_count
, min(temperature_min) as temperature_min
, max(temperature_max) as temperature_max
, sum(temperature_sum) as temperature_sum
, sum(humidity_count)::bigint as humidity_count
, min(humidity_min) as humidity_min
, max(humidity_max) as humidity_max
, sum(humidity_sum) as humidity_sum
, sum(pressure_count)::bigint as pressure_count
, min(pressure_min) as pressure_min
, max(pressure_max) as pressure_max
, sum(pressure_sum) as pressure_sum
, sum(wind_speed_count)::bigint as wind_speed_count
, min(wind_speed_min) as wind_speed_min
, max(wind_speed_max) as wind_speed_max
, sum(wind_speed_sum) as wind_speed_sum
, sum(wind_direction_count)::bigint as wind_direction_count
, min(wind_direction_min) as wind_direction_min
, max(wind_direction_max) as wind_direction_max
, sum(wind_direction_sum) as wind_direction_sum
, sum(sound_level_count)::bigint as sound_level_count
, min(sound_level_min) as sound_level_min
, max(sound_level_max) as sound_level_max
, sum(sound_level_sum) as sound_level_sum
, last(quality_last, bucket) filter (where quality_last is not null) as quality_last
, sum(pm2_5_minute_count)::bigint as pm2_5_minute_count
, min(pm2_5_minute_min) as pm2_5_minute_min
, max(pm2_5_minute_max) as pm2_5_minute_max
, sum(pm2_5_minute_sum) as pm2_5_minute_sum
, sum(pm10_minute_count)::bigint as pm10_minute_count
, min(pm10_minute_min) as pm10_minute_min
, max(pm10_minute_max) as pm10_minute_max
, sum(pm10_minute_sum) as pm10_minute_sum
, sum(tsp_minute_count)::bigint as tsp_minute_count
, min(tsp_minute_min) as tsp_minute_min
, max(tsp_minute_max) as tsp_minute_max
, sum(tsp_minute_sum) as tsp_minute_sum
, sum(so2_minute_count)::bigint as so2_minute_count
, min(so2_minute_min) as so2_minute_min
, max(so2_minute_max) as so2_minute_max
, sum(so2_minute_sum) as so2_minute_sum
, sum(no2_minute_count)::bigint as no2_minute_count
, min(no2_minute_min) as no2_minute_min
, max(no2_minute_max) as no2_minute_max
, sum(no2_minute_sum) as no2_minute_sum
, sum(o3_minute_count)::bigint as o3_minute_count
, min(o3_minute_min) as o3_minute_min
, max(o3_minute_max) as o3_minute_max
, sum(o3_minute_sum) as o3_minute_sum
, sum(co_minute_count)::bigint as co_minute_count
, min(co_minute_min) as co_minute_min
, max(co_minute_max) as co_minute_max
, sum(co_minute_sum) as co_minute_sum
, sum(temperature_minute_count)::bigint as temperature_minute_count
, min(temperature_minute_min) as temperature_minute_min
, max(temperature_minute_max) as temperature_minute_max
, sum(temperature_minute_sum) as temperature_minute_sum
, sum(humidity_minute_count)::bigint as humidity_minute_count
, min(humidity_minute_min) as humidity_minute_min
, max(humidity_minute_max) as humidity_minute_max
, sum(humidity_minute_sum) as humidity_minute_sum
, sum(pressure_minute_count)::bigint as pressure_minute_count
, min(pressure_minute_min) as pressure_minute_min
, max(pressure_minute_max) as pressure_minute_max
, sum(pressure_minute_sum) as pressure_minute_sum
, sum(wind_speed_minute_count)::bigint as wind_speed_minute_count
, min(wind_speed_minute_min) as wind_speed_minute_min
, max(wind_speed_minute_max) as wind_speed_minute_max
, sum(wind_speed_minute_sum) as wind_speed_minute_sum
, sum(wind_direction_minute_count)::bigint as wind_direction_minute_count
, min(wind_direction_minute_min) as wind_direction_minute_min
, max(wind_direction_minute_max) as wind_direction_minute_max
, sum(wind_direction_minute_sum) as wind_direction_minute_sum
, sum(sound_level_minute_count)::bigint as sound_level_minute_count
, min(sound_level_minute_min) as sound_level_minute_min
, max(sound_level_minute_max) as sound_level_minute_max
, sum(sound_level_minute_sum) as sound_level_minute_sum
, last(quality_minute_last, bucket) filter (where quality_minute_last is not null) as quality_minute_last
, sum(pm2_5_hour_count)::bigint as pm2_5_hour_count
, min(pm2_5_hour_min) as pm2_5_hour_min
, max(pm2_5_hour_max) as pm2_5_hour_max
, sum(pm2_5_hour_sum) as pm2_5_hour_sum
, sum(pm10_hour_count)::bigint as pm10_hour_count
, min(pm10_hour_min) as pm10_hour_min
, max(pm10_hour_max) as pm10_hour_max
, sum(pm10_hour_sum) as pm10_hour_sum
, sum(tsp_hour_count)::bigint as tsp_hour_count
, min(tsp_hour_min) as tsp_hour_min
, max(tsp_hour_max) as tsp_hour_max
, sum(tsp_hour_sum) as tsp_hour_sum
, sum(so2_hour_count)::bigint as so2_hour_count
, min(so2_hour_min) as so2_hour_min
, max(so2_hour_max) as so2_hour_max
, sum(so2_hour_sum) as so2_hour_sum
, sum(no2_hour_count)::bigint as no2_hour_count
, min(no2_hour_min) as no2_hour_min
, max(no2_hour_max) as no2_hour_max
, sum(no2_hour_sum) as no2_hour_sum
, sum(o3_hour_count)::bigint as o3_hour_count
, min(o3_hour_min) as o3_hour_min
, max(o3_hour_max) as o3_hour_max
, sum(o3_hour_sum) as o3_hour_sum
, sum(co_hour_count)::bigint as co_hour_count
, min(co_hour_min) as co_hour_min
, max(co_hour_max) as co_hour_max
, sum(co_hour_sum) as co_hour_sum
, sum(temperature_hour_count)::bigint as temperature_hour_count
, min(temperature_hour_min) as temperature_hour_min
, max(temperature_hour_max) as temperature_hour_max
, sum(temperature_hour_sum) as temperature_hour_sum
, sum(humidity_hour_count)::bigint as humidity_hour_count
, min(humidity_hour_min) as humidity_hour_min
, max(humidity_hour_max) as humidity_hour_max
, sum(humidity_hour_sum) as humidity_hour_sum
, sum(pressure_hour_count)::bigint as pressure_hour_count
, min(pressure_hour_min) as pressure_hour_min
, max(pressure_hour_max) as pressure_hour_max
, sum(pressure_hour_sum) as pressure_hour_sum
, sum(wind_speed_hour_count)::bigint as wind_speed_hour_count
, min(wind_speed_hour_min) as wind_speed_hour_min
, max(wind_speed_hour_max) as wind_speed_hour_max
, sum(wind_speed_hour_sum) as wind_speed_hour_sum
, sum(wind_direction_hour_count)::bigint as wind_direction_hour_count
, min(wind_direction_hour_min) as wind_direction_hour_min
, max(wind_direction_hour_max) as wind_direction_hour_max
, sum(wind_direction_hour_sum) as wind_direction_hour_sum
, sum(sound_level_hour_count)::bigint as sound_level_hour_count
, min(sound_level_hour_min) as sound_level_hour_min
, max(sound_level_hour_max) as sound_level_hour_max
, sum(sound_level_hour_sum) as sound_level_hour_sum
, last(quality_hour_last, bucket) filter (where quality_hour_last is not null) as quality_hour_last
, sum(pm2_5_day_count)::bigint as pm2_5_day_count
, min(pm2_5_day_min) as pm2_5_day_min
, max(pm2_5_day_max) as pm2_5_day_max
, sum(pm2_5_day_sum) as pm2_5_day_sum
, sum(pm10_day_count)::bigint as pm10_day_count
, min(pm10_day_min) as pm10_day_min
, max(pm10_day_max) as pm10_day_max
, sum(pm10_day_sum) as pm10_day_sum
, sum(tsp_day_count)::bigint as tsp_day_count
, min(tsp_day_min) as tsp_day_min
, max(tsp_day_max) as tsp_day_max
, sum(tsp_day_sum) as tsp_day_sum
, sum(so2_day_count)::bigint as so2_day_count
, min(so2_day_min) as so2_day_min
, max(so2_day_max) as so2_day_max
, sum(so2_day_sum) as so2_day_sum
, sum(no2_day_count)::bigint as no2_day_count
, min(no2_day_min) as no2_day_min
, max(no2_day_max) as no2_day_max
, sum(no2_day_sum) as no2_day_sum
, sum(o3_day_count)::bigint as o3_day_count
, min(o3_day_min) as o3_day_min
, max(o3_day_max) as o3_day_max
, sum(o3_day_sum) as o3_day_sum
, sum(co_day_count)::bigint as co_day_count
, min(co_day_min) as co_day_min
, max(co_day_max) as co_day_max
, sum(co_day_sum) as co_day_sum
, sum(temperature_day_count)::bigint as temperature_day_count
, min(temperature_day_min) as temperature_day_min
, max(temperature_day_max) as temperature_day_max
, sum(temperature_day_sum) as temperature_day_sum
, sum(humidity_day_count)::bigint as humidity_day_count
, min(humidity_day_min) as humidity_day_min
, max(humidity_day_max) as humidity_day_max
, sum(humidity_day_sum) as humidity_day_sum
, sum(pressure_day_count)::bigint as pressure_day_count
, min(pressure_day_min) as pressure_day_min
, max(pressure_day_max) as pressure_day_max
, sum(pressure_day_sum) as pressure_day_sum
, sum(wind_speed_day_count)::bigint as wind_speed_day_count
, min(wind_speed_day_min) as wind_speed_day_min
, max(wind_speed_day_max) as wind_speed_day_max
, sum(wind_speed_day_sum) as wind_speed_day_sum
, sum(wind_direction_day_count)::bigint as wind_direction_day_count
, min(wind_direction_day_min) as wind_direction_day_min
, max(wind_direction_day_max) as wind_direction_day_max
, sum(wind_direction_day_sum) as wind_direction_day_sum
, sum(sound_level_day_count)::bigint as sound_level_day_count
, min(sound_level_day_min) as sound_level_day_min
, max(sound_level_day_max) as sound_level_day_max
, sum(sound_level_day_sum) as sound_level_day_sum
, last(quality_day_last, bucket) filter (where quality_day_last is not null) as quality_day_last
from readings_air_station_1h group by time_bucket(interval '1 day', bucket, 'Asia/Shanghai'), device_no;

-- Hours are the first of these views; the second has the columns of days, which are read from readings_vehicle_1d_kept.
create view readings_vehicle_1h as
select time_bucket(interval '1 hour', observed_at) as bucket, device_no, count(*) as readings
, count(longitude) as longitude_count
, (min(longitude) / 10000::double precision)::real as longitude_min
, (max(longitude) / 10000::double precision)::real as longitude_max
, sum(longitude) / 10000::double precision as longitude_sum
, count(latitude) as latitude_count
, (min(latitude) / 10000::double precision)::real as latitude_min
, (max(latitude) / 10000::double precision)::real as latitude_max
, sum(latitude) / 10000::double precision as latitude_sum
, count(altitude) as altitude_count
, (min(altitude)::double precision)::real as altitude_min
, (max(altitude)::double precision)::real as altitude_max
, sum(altitude)::double precision as altitude_sum
, count(speed) as speed_count
, (min(speed) / 10::double precision)::real as speed_min
, (max(speed) / 10::double precision)::real as speed_max
, sum(speed) / 10::double precision as speed_sum
, count(direction) as direction_count
, (min(direction)::double precision)::real as direction_min
, (max(direction)::double precision)::real as direction_max
, sum(direction)::double precision as direction_sum
, first(mileage, observed_at) filter (where mileage is not null) / 10::double precision as mileage_first
, last(mileage, observed_at) filter (where mileage is not null) / 10::double precision as mileage_last
, count(fuel) as fuel_count
, (min(fuel) / 10::double precision)::real as fuel_min
, (max(fuel) / 10::double precision)::real as fuel_max
, sum(fuel) / 10::double precision as fuel_sum
, count(satellites) as satellites_count
, (min(satellites)::double precision)::real as satellites_min
, (max(satellites)::double precision)::real as satellites_max
, sum(satellites)::double precision as satellites_sum
, count(signal) as signal_count
, (min(signal)::double precision)::real as signal_min
, (max(signal)::double precision)::real as signal_max
, sum(signal)::double precision as signal_sum
, last(ignition, observed_at) filter (where ignition is not null) as ignition_last
, last(fix, observed_at) filter (where fix is not null) as fix_last
, last(power, observed_at) filter (where power is not null) as power_last
, last(gnss, observed_at) filter (where gnss is not null) as gnss_last
, last(alarms, observed_at) filter (where alarms is not null) as alarms_last
from readings_vehicle group by 1, 2;

create view readings_vehicle_1d as
select time_bucket(interval '1 day', bucket, 'Asia/Shanghai') as bucket, device_no, sum(readings)::bigint as readings
, sum(longitude_count)::bigint as longitude_count
, min(longitude_min) as longitude_min
, max(longitude_max) as longitude_max
, sum(longitude_sum) as longitude_sum
, sum(latitude_count)::bigint as latitude_count
, min(latitude_min) as latitude_min
, max(latitude_max) as latitude_max
, sum(latitude_sum) as latitude_sum
, sum(altitude_count)::bigint as altitude_count
, min(altitude_min) as altitude_min
, max(altitude_max) as altitude_max
, sum(altitude_sum) as altitude_sum
, sum(speed_count)::bigint as speed_count
, min(speed_min) as speed_min
, max(speed_max) as speed_max
, sum(speed_sum) as speed_sum
, sum(direction_count)::bigint as direction_count
, min(direction_min) as direction_min
, max(direction_max) as direction_max
, sum(direction_sum) as direction_sum
, first(mileage_first, bucket) filter (where mileage_first is not null) as mileage_first
, last(mileage_last, bucket) filter (where mileage_last is not null) as mileage_last
, sum(fuel_count)::bigint as fuel_count
, min(fuel_min) as fuel_min
, max(fuel_max) as fuel_max
, sum(fuel_sum) as fuel_sum
, sum(satellites_count)::bigint as satellites_count
, min(satellites_min) as satellites_min
, max(satellites_max) as satellites_max
, sum(satellites_sum) as satellites_sum
, sum(signal_count)::bigint as signal_count
, min(signal_min) as signal_min
, max(signal_max) as signal_max
, sum(signal_sum) as signal_sum
, last(ignition_last, bucket) filter (where ignition_last is not null) as ignition_last
, last(fix_last, bucket) filter (where fix_last is not null) as fix_last
, last(power_last, bucket) filter (where power_last is not null) as power_last
, last(gnss_last, bucket) filter (where gnss_last is not null) as gnss_last
, last(alarms_last, bucket) filter (where alarms_last is not null) as alarms_last
from readings_vehicle_1h group by time_bucket(interval '1 day', bucket, 'Asia/Shanghai'), device_no;

-- Hours are the first of these views; the second has the columns of days, which are read from readings_lora_gateway_1d_kept.
create view readings_lora_gateway_1h as
select time_bucket(interval '1 hour', observed_at) as bucket, device_no, count(*) as readings
, first(uplinks_received, observed_at) filter (where uplinks_received is not null)::double precision as uplinks_received_first
, last(uplinks_received, observed_at) filter (where uplinks_received is not null)::double precision as uplinks_received_last
, first(uplinks_forwarded, observed_at) filter (where uplinks_forwarded is not null)::double precision as uplinks_forwarded_first
, last(uplinks_forwarded, observed_at) filter (where uplinks_forwarded is not null)::double precision as uplinks_forwarded_last
, first(uplinks_bad_crc, observed_at) filter (where uplinks_bad_crc is not null)::double precision as uplinks_bad_crc_first
, last(uplinks_bad_crc, observed_at) filter (where uplinks_bad_crc is not null)::double precision as uplinks_bad_crc_last
, first(downlinks_sent, observed_at) filter (where downlinks_sent is not null)::double precision as downlinks_sent_first
, last(downlinks_sent, observed_at) filter (where downlinks_sent is not null)::double precision as downlinks_sent_last
, count(temperature) as temperature_count
, (min(temperature) / 10::double precision)::real as temperature_min
, (max(temperature) / 10::double precision)::real as temperature_max
, sum(temperature) / 10::double precision as temperature_sum
, count(supply_voltage) as supply_voltage_count
, (min(supply_voltage) / 100::double precision)::real as supply_voltage_min
, (max(supply_voltage) / 100::double precision)::real as supply_voltage_max
, sum(supply_voltage) / 100::double precision as supply_voltage_sum
, last(backhaul, observed_at) filter (where backhaul is not null) as backhaul_last
, count(backhaul_delay) as backhaul_delay_count
, (min(backhaul_delay) / 10::double precision)::real as backhaul_delay_min
, (max(backhaul_delay) / 10::double precision)::real as backhaul_delay_max
, sum(backhaul_delay) / 10::double precision as backhaul_delay_sum
, last(firmware, observed_at) filter (where firmware is not null) as firmware_last
from readings_lora_gateway group by 1, 2;

create view readings_lora_gateway_1d as
select time_bucket(interval '1 day', bucket, 'Asia/Shanghai') as bucket, device_no, sum(readings)::bigint as readings
, first(uplinks_received_first, bucket) filter (where uplinks_received_first is not null) as uplinks_received_first
, last(uplinks_received_last, bucket) filter (where uplinks_received_last is not null) as uplinks_received_last
, first(uplinks_forwarded_first, bucket) filter (where uplinks_forwarded_first is not null) as uplinks_forwarded_first
, last(uplinks_forwarded_last, bucket) filter (where uplinks_forwarded_last is not null) as uplinks_forwarded_last
, first(uplinks_bad_crc_first, bucket) filter (where uplinks_bad_crc_first is not null) as uplinks_bad_crc_first
, last(uplinks_bad_crc_last, bucket) filter (where uplinks_bad_crc_last is not null) as uplinks_bad_crc_last
, first(downlinks_sent_first, bucket) filter (where downlinks_sent_first is not null) as downlinks_sent_first
, last(downlinks_sent_last, bucket) filter (where downlinks_sent_last is not null) as downlinks_sent_last
, sum(temperature_count)::bigint as temperature_count
, min(temperature_min) as temperature_min
, max(temperature_max) as temperature_max
, sum(temperature_sum) as temperature_sum
, sum(supply_voltage_count)::bigint as supply_voltage_count
, min(supply_voltage_min) as supply_voltage_min
, max(supply_voltage_max) as supply_voltage_max
, sum(supply_voltage_sum) as supply_voltage_sum
, last(backhaul_last, bucket) filter (where backhaul_last is not null) as backhaul_last
, sum(backhaul_delay_count)::bigint as backhaul_delay_count
, min(backhaul_delay_min) as backhaul_delay_min
, max(backhaul_delay_max) as backhaul_delay_max
, sum(backhaul_delay_sum) as backhaul_delay_sum
, last(firmware_last, bucket) filter (where firmware_last is not null) as firmware_last
from readings_lora_gateway_1h group by time_bucket(interval '1 day', bucket, 'Asia/Shanghai'), device_no;

-- Hours are the first of these views; the second has the columns of days, which are read from readings_example_1d_kept.
create view readings_example_1h as
select time_bucket(interval '1 hour', observed_at) as bucket, device_no, count(*) as readings
, first(rain, observed_at) filter (where rain is not null) / 10::double precision as rain_first
, last(rain, observed_at) filter (where rain is not null) / 10::double precision as rain_last
, count(intensity) as intensity_count
, (min(intensity) / 10::double precision)::real as intensity_min
, (max(intensity) / 10::double precision)::real as intensity_max
, sum(intensity) / 10::double precision as intensity_sum
, count(temperature) as temperature_count
, (min(temperature) / 10::double precision)::real as temperature_min
, (max(temperature) / 10::double precision)::real as temperature_max
, sum(temperature) / 10::double precision as temperature_sum
, count(battery) as battery_count
, (min(battery) / 100::double precision)::real as battery_min
, (max(battery) / 100::double precision)::real as battery_max
, sum(battery) / 100::double precision as battery_sum
, last(heater, observed_at) filter (where heater is not null) as heater_last
, last(firmware, observed_at) filter (where firmware is not null) as firmware_last
from readings_example group by 1, 2;

create view readings_example_1d as
select time_bucket(interval '1 day', bucket, 'Asia/Shanghai') as bucket, device_no, sum(readings)::bigint as readings
, first(rain_first, bucket) filter (where rain_first is not null) as rain_first
, last(rain_last, bucket) filter (where rain_last is not null) as rain_last
, sum(intensity_count)::bigint as intensity_count
, min(intensity_min) as intensity_min
, max(intensity_max) as intensity_max
, sum(intensity_sum) as intensity_sum
, sum(temperature_count)::bigint as temperature_count
, min(temperature_min) as temperature_min
, max(temperature_max) as temperature_max
, sum(temperature_sum) as temperature_sum
, sum(battery_count)::bigint as battery_count
, min(battery_min) as battery_min
, max(battery_max) as battery_max
, sum(battery_sum) as battery_sum
, last(heater_last, bucket) filter (where heater_last is not null) as heater_last
, last(firmware_last, bucket) filter (where firmware_last is not null) as firmware_last
from readings_example_1h group by time_bucket(interval '1 day', bucket, 'Asia/Shanghai'), device_no;
