-- The moments since which alarm rules wait: a condition that holds and has to last before its alarm is raised, or one that
-- is over and has to be so for long before its alarm is cleared. Written when that begins and when it ends, so that the
-- wait goes on in whichever process takes the device's next message, and after a restart.
create table alarm_conditions (
  device_no integer not null references devices (device_no),
  rule text not null,
  -- True: the alarm is active, and its condition is over; false: the condition holds, and no alarm is active.
  is_over boolean not null,
  since timestamptz not null,
  primary key (device_no, rule)
);
