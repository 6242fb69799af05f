-- A person has voided or corrected the readings of a device in a range of its time. Each can be undone.
create table repairs (
  repair_no bigint generated always as identity primary key,
  device_no integer not null references devices (device_no),
  action text not null check (action in ('void', 'correct')),
  -- By the device's clock: from the one on and before the other.
  from_at timestamptz not null,
  until_at timestamptz not null,
  reason text not null,
  -- Of a correction: [{"metric": …, "set" | "add" | "multiply": …}].
  corrections jsonb,
  -- How many readings it took away or changed.
  readings integer not null default 0,
  made_by text not null,
  made_at timestamptz not null default now(),
  undone_by text,
  undone_at timestamptz,
  undone_reason text,
  -- How many are again as they were: not one at whose moment the device has sent another since.
  restored integer
);
create index repairs_device_no on repairs (device_no, repair_no desc);

-- What these readings were before.
create table repaired_readings (
  repair_no bigint not null references repairs (repair_no),
  device_no integer not null,
  observed_at timestamptz not null,
  -- The row as it lay in the readings table of its kind.
  original jsonb not null,
  -- Whether it stands: undone ones do not.
  is_active boolean not null default true,
  -- Whether its reading is still in the table, with other values.
  is_corrected boolean not null,
  primary key (repair_no, device_no, observed_at)
);
-- Each list of readings marks the corrected ones.
create index repaired_readings_corrected on repaired_readings (device_no, observed_at) where is_active and is_corrected;
-- A repair can be undone while no later one stands on it.
create index repaired_readings_active on repaired_readings (device_no, observed_at) where is_active;
