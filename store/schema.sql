-- Written by `npm run db:dump` from what the migrations and the catalog of kinds make. Do not edit.

create extension if not exists timescaledb;

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
  constraint alarms_pkey PRIMARY KEY (alarm_no),
  constraint alarms_severity_check CHECK (severity = ANY (ARRAY['critical'::text, 'major'::text, 'minor'::text, 'warning'::text]))
);
CREATE UNIQUE INDEX alarms_active ON alarms USING btree (device_no, rule) WHERE cleared_at IS NULL;
CREATE INDEX alarms_device ON alarms USING btree (device_no, alarm_no DESC);
CREATE INDEX alarms_raised_at ON alarms USING btree (raised_at DESC, alarm_no DESC);

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
  constraint devices_pkey PRIMARY KEY (device_no),
  constraint devices_id_check CHECK (id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'::text),
  constraint devices_latitude_check CHECK (latitude >= '-90'::integer::double precision AND latitude <= 90::double precision),
  constraint devices_longitude_check CHECK (longitude >= '-180'::integer::double precision AND longitude <= 180::double precision)
);
CREATE INDEX devices_gateway_no ON devices USING btree (gateway_no) WHERE gateway_no IS NOT NULL AND deleted_at IS NULL;
CREATE UNIQUE INDEX devices_id ON devices USING btree (id) WHERE deleted_at IS NULL;
CREATE INDEX devices_kind ON devices USING btree (kind, device_no) WHERE deleted_at IS NULL;
CREATE INDEX devices_region_code ON devices USING btree (region_code text_pattern_ops, device_no) WHERE deleted_at IS NULL;
CREATE INDEX devices_updated_at ON devices USING btree (updated_at);

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

create table kind_tables (
  kind text not null,
  table_name text not null,
  columns jsonb not null,
  edition text not null,
  updated_at timestamp with time zone not null default now(),
  constraint kind_tables_pkey PRIMARY KEY (kind),
  constraint kind_tables_table_name_key UNIQUE (table_name)
);

create table ledger_batches (
  batch_no bigint not null generated always as identity,
  device_nos integer[] not null,
  received integer[] not null,
  stored integer[] not null,
  rejected integer[] not null,
  constraint ledger_batches_pkey PRIMARY KEY (batch_no)
);

create table readings_camera (
  device_no integer not null,
  observed_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  extra jsonb,
  bitrate real,
  fps real,
  packet_loss real,
  storage_free real,
  temperature real,
  uptime double precision,
  constraint readings_camera_pkey PRIMARY KEY (device_no, observed_at)
);
select create_hypertable('readings_camera', by_range('observed_at', interval '7 days'), create_default_indexes => false);

create table readings_example (
  device_no integer not null,
  observed_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  extra jsonb,
  rain double precision,
  intensity real,
  temperature real,
  battery real,
  heater text,
  firmware text,
  constraint readings_example_pkey PRIMARY KEY (device_no, observed_at)
);
select create_hypertable('readings_example', by_range('observed_at', interval '7 days'), create_default_indexes => false);

create table readings_gas_meter (
  device_no integer not null,
  observed_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  extra jsonb,
  volume double precision,
  flow real,
  pressure real,
  temperature real,
  battery real,
  valve text,
  rssi real,
  snr real,
  constraint readings_gas_meter_pkey PRIMARY KEY (device_no, observed_at)
);
select create_hypertable('readings_gas_meter', by_range('observed_at', interval '7 days'), create_default_indexes => false);

create table readings_lora_gateway (
  device_no integer not null,
  observed_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  extra jsonb,
  uplinks_received double precision,
  uplinks_forwarded double precision,
  uplinks_bad_crc double precision,
  downlinks_sent double precision,
  temperature real,
  supply_voltage real,
  backhaul text,
  backhaul_delay real,
  firmware text,
  constraint readings_lora_gateway_pkey PRIMARY KEY (device_no, observed_at)
);
select create_hypertable('readings_lora_gateway', by_range('observed_at', interval '7 days'), create_default_indexes => false);

create table readings_speaker (
  device_no integer not null,
  observed_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  extra jsonb,
  play_state text,
  volume real,
  amplifier_current real,
  mains_voltage real,
  battery_voltage real,
  sound_level real,
  temperature real,
  link_quality real,
  firmware text,
  constraint readings_speaker_pkey PRIMARY KEY (device_no, observed_at)
);
select create_hypertable('readings_speaker', by_range('observed_at', interval '7 days'), create_default_indexes => false);

create table regions (
  code text not null,
  parent_code text,
  name text not null,
  level smallint not null,
  longitude double precision,
  latitude double precision,
  constraint regions_pkey PRIMARY KEY (code),
  constraint regions_code_check CHECK (code ~ '^[0-9]{2}([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$'::text),
  constraint regions_latitude_check CHECK (latitude >= '-90'::integer::double precision AND latitude <= 90::double precision),
  constraint regions_level_check CHECK (level >= 1 AND level <= 5),
  constraint regions_longitude_check CHECK (longitude >= '-180'::integer::double precision AND longitude <= 180::double precision)
);
CREATE INDEX regions_code_prefix ON regions USING btree (code text_pattern_ops);
CREATE INDEX regions_parent_code ON regions USING btree (parent_code);

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
  replay_outcome text
);
select create_hypertable('rejected_messages', by_range('received_at', interval '1 day'), create_default_indexes => false);
CREATE INDEX rejected_messages_device ON rejected_messages USING btree (device_no, rejection_no DESC);
CREATE INDEX rejected_messages_no ON rejected_messages USING btree (rejection_no DESC);

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

create table schema_migrations (
  version integer not null,
  name text not null,
  breaking boolean not null,
  applied_at timestamp with time zone not null default now(),
  constraint schema_migrations_pkey PRIMARY KEY (version)
);

alter table alarms add constraint alarms_device_no_fkey FOREIGN KEY (device_no) REFERENCES devices(device_no);
alter table device_ledger add constraint device_ledger_device_no_fkey FOREIGN KEY (device_no) REFERENCES devices(device_no);
alter table device_presence add constraint device_presence_device_no_fkey FOREIGN KEY (device_no) REFERENCES devices(device_no);
alter table devices add constraint devices_gateway_no_fkey FOREIGN KEY (gateway_no) REFERENCES devices(device_no);
alter table devices add constraint devices_region_code_fkey FOREIGN KEY (region_code) REFERENCES regions(code);
alter table regions add constraint regions_parent_code_fkey FOREIGN KEY (parent_code) REFERENCES regions(code);

-- On the community edition continuous aggregates.
create view readings_gas_meter_1h as
select time_bucket(interval '1 hour', observed_at) as bucket, device_no, count(*) as readings
, first(volume, observed_at) filter (where volume is not null) as volume_first
, last(volume, observed_at) filter (where volume is not null) as volume_last
, count(flow) as flow_count
, min(flow) as flow_min
, max(flow) as flow_max
, sum(flow::double precision) as flow_sum
, count(pressure) as pressure_count
, min(pressure) as pressure_min
, max(pressure) as pressure_max
, sum(pressure::double precision) as pressure_sum
, count(temperature) as temperature_count
, min(temperature) as temperature_min
, max(temperature) as temperature_max
, sum(temperature::double precision) as temperature_sum
, count(battery) as battery_count
, min(battery) as battery_min
, max(battery) as battery_max
, sum(battery::double precision) as battery_sum
, last(valve, observed_at) filter (where valve is not null) as valve_last
, count(rssi) as rssi_count
, min(rssi) as rssi_min
, max(rssi) as rssi_max
, sum(rssi::double precision) as rssi_sum
, count(snr) as snr_count
, min(snr) as snr_min
, max(snr) as snr_max
, sum(snr::double precision) as snr_sum
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

-- On the community edition continuous aggregates.
create view readings_speaker_1h as
select time_bucket(interval '1 hour', observed_at) as bucket, device_no, count(*) as readings
, last(play_state, observed_at) filter (where play_state is not null) as play_state_last
, count(volume) as volume_count
, min(volume) as volume_min
, max(volume) as volume_max
, sum(volume::double precision) as volume_sum
, count(amplifier_current) as amplifier_current_count
, min(amplifier_current) as amplifier_current_min
, max(amplifier_current) as amplifier_current_max
, sum(amplifier_current::double precision) as amplifier_current_sum
, count(mains_voltage) as mains_voltage_count
, min(mains_voltage) as mains_voltage_min
, max(mains_voltage) as mains_voltage_max
, sum(mains_voltage::double precision) as mains_voltage_sum
, count(battery_voltage) as battery_voltage_count
, min(battery_voltage) as battery_voltage_min
, max(battery_voltage) as battery_voltage_max
, sum(battery_voltage::double precision) as battery_voltage_sum
, count(sound_level) as sound_level_count
, min(sound_level) as sound_level_min
, max(sound_level) as sound_level_max
, sum(sound_level::double precision) as sound_level_sum
, count(temperature) as temperature_count
, min(temperature) as temperature_min
, max(temperature) as temperature_max
, sum(temperature::double precision) as temperature_sum
, count(link_quality) as link_quality_count
, min(link_quality) as link_quality_min
, max(link_quality) as link_quality_max
, sum(link_quality::double precision) as link_quality_sum
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

-- On the community edition continuous aggregates.
create view readings_camera_1h as
select time_bucket(interval '1 hour', observed_at) as bucket, device_no, count(*) as readings
, count(bitrate) as bitrate_count
, min(bitrate) as bitrate_min
, max(bitrate) as bitrate_max
, sum(bitrate::double precision) as bitrate_sum
, count(fps) as fps_count
, min(fps) as fps_min
, max(fps) as fps_max
, sum(fps::double precision) as fps_sum
, count(packet_loss) as packet_loss_count
, min(packet_loss) as packet_loss_min
, max(packet_loss) as packet_loss_max
, sum(packet_loss::double precision) as packet_loss_sum
, count(storage_free) as storage_free_count
, min(storage_free) as storage_free_min
, max(storage_free) as storage_free_max
, sum(storage_free::double precision) as storage_free_sum
, count(temperature) as temperature_count
, min(temperature) as temperature_min
, max(temperature) as temperature_max
, sum(temperature::double precision) as temperature_sum
, first(uptime, observed_at) filter (where uptime is not null) as uptime_first
, last(uptime, observed_at) filter (where uptime is not null) as uptime_last
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

-- On the community edition continuous aggregates.
create view readings_lora_gateway_1h as
select time_bucket(interval '1 hour', observed_at) as bucket, device_no, count(*) as readings
, first(uplinks_received, observed_at) filter (where uplinks_received is not null) as uplinks_received_first
, last(uplinks_received, observed_at) filter (where uplinks_received is not null) as uplinks_received_last
, first(uplinks_forwarded, observed_at) filter (where uplinks_forwarded is not null) as uplinks_forwarded_first
, last(uplinks_forwarded, observed_at) filter (where uplinks_forwarded is not null) as uplinks_forwarded_last
, first(uplinks_bad_crc, observed_at) filter (where uplinks_bad_crc is not null) as uplinks_bad_crc_first
, last(uplinks_bad_crc, observed_at) filter (where uplinks_bad_crc is not null) as uplinks_bad_crc_last
, first(downlinks_sent, observed_at) filter (where downlinks_sent is not null) as downlinks_sent_first
, last(downlinks_sent, observed_at) filter (where downlinks_sent is not null) as downlinks_sent_last
, count(temperature) as temperature_count
, min(temperature) as temperature_min
, max(temperature) as temperature_max
, sum(temperature::double precision) as temperature_sum
, count(supply_voltage) as supply_voltage_count
, min(supply_voltage) as supply_voltage_min
, max(supply_voltage) as supply_voltage_max
, sum(supply_voltage::double precision) as supply_voltage_sum
, last(backhaul, observed_at) filter (where backhaul is not null) as backhaul_last
, count(backhaul_delay) as backhaul_delay_count
, min(backhaul_delay) as backhaul_delay_min
, max(backhaul_delay) as backhaul_delay_max
, sum(backhaul_delay::double precision) as backhaul_delay_sum
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

-- On the community edition continuous aggregates.
create view readings_example_1h as
select time_bucket(interval '1 hour', observed_at) as bucket, device_no, count(*) as readings
, first(rain, observed_at) filter (where rain is not null) as rain_first
, last(rain, observed_at) filter (where rain is not null) as rain_last
, count(intensity) as intensity_count
, min(intensity) as intensity_min
, max(intensity) as intensity_max
, sum(intensity::double precision) as intensity_sum
, count(temperature) as temperature_count
, min(temperature) as temperature_min
, max(temperature) as temperature_max
, sum(temperature::double precision) as temperature_sum
, count(battery) as battery_count
, min(battery) as battery_min
, max(battery) as battery_max
, sum(battery::double precision) as battery_sum
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
