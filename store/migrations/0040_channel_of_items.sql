-- A rejection of items holds these items as the platform decoded them, and not the bytes that came: a door that carries
-- another form than ours would read them wrongly. The channel of such items says so, and by it they are taken in again.
-- Null: the payload is the message as it came, which its door decodes. What is on record came in our own form, in which the
-- two are read alike.
alter table rejected_messages add column items_channel text;
