-- The keys by which the platform signs broadcasts, by their ids. A process that has none of them, or lacks one, signs
-- nothing: terminals trust these, and no others. Entered by the first process of a platform, added to by each rotation,
-- and replaced only when an operator says that they are lost. `processes.key_ids`, which said by what running processes
-- sign, is written no more; where no order was signed yet it tells which keys a platform of before has.
create table signing_keys (
  kid text primary key,
  -- Rises with each key: the highest is the newest.
  key_no integer generated always as identity,
  entered_at timestamptz not null default now()
);
