-- What a device publishes on a topic that is none of its own is one row for each topic and hour: its clients send it
-- again and again. messages: how many it stands for; the payload is that of the first.
alter table rejected_messages add column messages integer not null default 1 check (messages > 0);

-- To find that row again.
create index rejected_messages_foreign on rejected_messages (device_no, received_at) where reason = 'foreign_topic';
