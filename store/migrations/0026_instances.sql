-- Which process of the platform holds a device's connection: when one starts after a crash, its own devices are gone
-- and those of the others are not. Rows from before are of the only one that there was.
alter table device_presence add column instance text not null default '1';
