-- By which door a refused message came, which decodes it again when it is replayed: `topic` is in the words of that door. All
-- that is on record came over MQTT, from our own broker or another one, in one dialect.
alter table rejected_messages add column door text not null default 'mqtt';
