-- The running processes of one platform. A process that starts under a name takes the name over with a new number, so one
-- that was only paused learns that it is no longer the one of that name.
create table processes (
  instance text primary key,
  process_no integer generated always as identity unique,
  started_at timestamptz not null default now(),
  -- By the database's clock, so that the clocks of the machines need not agree.
  heard_at timestamptz not null default now()
);

-- Work that one process at a time does. The epoch rises with every holder: a write that names an older one comes from a
-- process that was paused and has not noticed that another took over.
create table leases (
  duty text primary key,
  epoch bigint not null,
  -- Null: it was given back.
  process_no integer,
  until timestamptz not null
);

-- What was committed and every process is told. Rows get their number while their transaction commits, one transaction
-- after the other: a reader that has seen a number has seen all before it. A number that was taken earlier might be
-- committed after later ones, and a reader would pass over it.
create table news (
  row_no bigint generated always as identity primary key,
  news_no bigint,
  told_at timestamptz not null default now(),
  topic text not null,
  -- Not of interest to the process that told it, where that acted at once.
  process_no integer,
  payload jsonb not null
);
create unique index news_by_number on news (news_no);
create index news_by_time on news (told_at);

create function number_news() returns trigger language plpgsql as $$
begin
  -- Nothing is locked after this, and nothing waits for a client before the commit that frees it.
  perform pg_advisory_xact_lock(7352002);
  -- The numbers of rows go on for these: they rise, and that is all that is asked of them.
  update news set news_no = nextval(pg_get_serial_sequence('news', 'row_no')) where row_no = new.row_no;
  perform pg_notify('sbi_news', '');
  return null;
end $$;

create constraint trigger number_news after insert on news
  deferrable initially deferred for each row execute function number_news();
