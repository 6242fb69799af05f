-- What whoever acknowledged an alarm has to say about it.
alter table alarms add column acknowledgement_note text;
-- An alarm that is raised again soon after it was cleared goes on as the same one: how many times it was raised, and when
-- last. Null: once.
alter table alarms add column times integer not null default 1;
alter table alarms add column last_raised_at timestamptz;
