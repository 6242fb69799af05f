-- Everybody who may have been acting when it was submitted, and when it was approved or released: the person, or an
-- application's owner and whoever made its keys. None of them is a second person.
alter table broadcasts
  add column submitted_for text[] not null default '{}',
  add column approved_for text[] not null default '{}',
  -- Everybody behind a revision of what it says.
  add column authors text[] not null default '{}';
update broadcasts set submitted_for = array[submitted_by] where submitted_by is not null;
update broadcasts set approved_for = array[approved_by] where approved_by is not null;
update broadcasts b
set authors = array(
  select distinct h.actor_id from broadcast_history h
  where h.broadcast_no = b.broadcast_no and h.action in ('create', 'import', 'change') and h.actor_id is not null
  order by 1);

-- What it said at each revision, by whom. Never rewritten: whoever decides compares with what they have read.
create table broadcast_revisions (
  broadcast_no bigint not null references broadcasts (broadcast_no),
  revision integer not null,
  at timestamptz not null default clock_timestamp(),
  message jsonb not null,
  -- Ids of the broadcasts whose place it was to take then.
  replaces text[] not null default '{}',
  actor_type text not null,
  actor_id text,
  actor_name text,
  primary key (broadcast_no, revision)
);
-- Of what there is, the present revision; who wrote it is the last row of history that did.
insert into broadcast_revisions (broadcast_no, revision, at, message, replaces, actor_type, actor_id, actor_name)
select b.broadcast_no, b.revision, coalesce(h.at, b.created_at), b.message,
       array(select o.id from broadcasts o where o.broadcast_no = any (b.replaces_nos) order by 1), coalesce(h.actor_type, 'platform'),
       h.actor_id, h.actor_name
from broadcasts b
left join lateral (
  select * from broadcast_history h
  where h.broadcast_no = b.broadcast_no and h.action in ('create', 'import', 'propose', 'change')
  order by step desc limit 1
) h on true;
create trigger broadcast_revisions_append_only before update or delete or truncate on broadcast_revisions
  for each statement execute function refuse_history_change();

-- Whether whoever signed in gave a second factor. Those who are signed in already have to do so again where it counts.
alter table sessions add column second_factor boolean not null default false;
