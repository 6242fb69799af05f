-- The names by which protocols other than our own know a device: a devEUI, a SIM, an MN. An identity belongs to one living
-- device at most, so that a message has one sender.
create table device_identities (
  scheme text not null,
  -- In the canonical form of its scheme.
  value text not null,
  device_no int not null references devices,
  primary key (scheme, value)
);

-- A device's own, in lists and when it changes.
create index device_identities_device_no on device_identities (device_no);

-- Names the codec of what it sends. Null: it speaks a dialect that says so itself.
alter table devices add column model text;

-- A device that is taken out of service frees its identities, also where a process of an older version does it.
create function free_identities() returns trigger language plpgsql as $$
begin
  delete from device_identities where device_no = new.device_no;
  return null;
end $$;

create trigger free_identities
  after update of deleted_at on devices for each row
  when (old.deleted_at is null and new.deleted_at is not null)
  execute function free_identities();
