-- How far the log of the database had come when a caller's last change through the API was committed. A replica that has
-- not come as far does not answer this caller. Only platforms with a replica write here; one row a caller.
create table caller_writes (
  caller_id text primary key,
  position pg_lsn not null
);
