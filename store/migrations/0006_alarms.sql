-- Alarms after ISA-18.2: raised, acknowledged, cleared. At most one active alarm per device and rule.
create table alarms (
  alarm_no bigint generated always as identity primary key,
  device_no integer not null references devices (device_no),
  rule text not null,
  severity text not null check (severity in ('critical', 'major', 'minor', 'warning')),
  message text not null,
  -- The value that raised it, where there is one.
  value double precision,
  raised_at timestamptz not null,
  acknowledged_at timestamptz,
  acknowledged_by text,
  cleared_at timestamptz
);
create unique index alarms_active on alarms (device_no, rule) where cleared_at is null;
create index alarms_raised_at on alarms (raised_at desc, alarm_no desc);
create index alarms_device on alarms (device_no, alarm_no desc);
