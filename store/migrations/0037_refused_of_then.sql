-- When what was refused had been observed, of a device that has moved: it belongs to whoever had the device then, also where
-- it came later. Null: it belongs to the place of its arrival. What is refused of one message is apart for each place.
alter table rejected_messages add column observed_at timestamptz;
