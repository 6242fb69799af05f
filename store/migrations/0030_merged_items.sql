-- An older platform would write rejections and ledger entries twice where a commit's answer is lost, and drop values.
--! breaking-change

-- How far each lane of a writer has come. A writer is a process that takes messages in, a lane one of its batches, and a
-- part one statement or transaction of that batch: the row is written with what the part stores, so that a part that is
-- tried again, because its answer was lost, does nothing. One row a lane, updated in place.
create table ingest_lanes (
  writer uuid not null,
  lane integer not null,
  part bigint not null,
  updated_at timestamptz not null default now(),
  primary key (writer, lane)
) with (fillfactor = 50);

-- Which rows of a lane's latest part met others at their moment, and wait to be decided in the next part. Written by that
-- part itself: its answer may be lost.
create table ingest_met (
  writer uuid not null,
  lane integer not null,
  part bigint not null,
  -- Counted from 1.
  rows integer[] not null,
  primary key (writer, lane)
) with (fillfactor = 50);

-- items: how many items of the message a row stands for. What is refused of one message for one reason is one row.
-- partial: these are values out of items of which others were kept; such items are counted as stored.
alter table rejected_messages
  add column items integer not null default 1 check (items > 0),
  add column partial boolean not null default false;
update rejected_messages set items = messages where messages > 1;
