-- An older platform would let act who still waits, and would not note who stood behind a submission.
--! breaking-change

-- The person who answers for an application: what it submits counts as theirs. Null: nobody does, so it submits nothing.
alter table principals add column owner_id text references principals (id);
alter table principals add constraint principals_owner check (owner_id is null or type = 'application');

-- Who was shown a key when it was made: the id of a person, or 'administrator' for the administrator's key. Null: on
-- the machine, or not known any more.
alter table api_keys add column made_by text;

-- What administrators did over HTTP by which they, or somebody whom they made, could come to act as somebody else.
-- For a while each of them keeps approvers and duty officers from the steps that make a speaker sound, unless another
-- administrator confirms it; and all of them together say for ever who made whom.
create table access_changes (
  change_no bigint generated always as identity primary key,
  -- Whom it is about.
  principal_id text not null references principals (id),
  kind text not null check (kind in ('create', 'grants', 'password', 'second_factor', 'enable', 'owner')),
  -- The id of a person, or 'administrator' for the administrator's key, which is in no table.
  asked_by text not null,
  asked_by_name text not null,
  asked_at timestamptz not null,
  -- From then on it holds, unless it was refused.
  effective_at timestamptz not null,
  -- 'overtaken': whoever holds the machine has given the person another password since.
  state text not null default 'open' check (state in ('open', 'confirmed', 'refused', 'overtaken')),
  decided_by text,
  decided_at timestamptz,
  reason text,
  -- Of kind 'owner': who answered for the application until then.
  former_owner text
);
create index access_changes_principal_id on access_changes (principal_id, change_no);
-- What may still wait, and whose hands somebody may be in.
create index access_changes_open on access_changes (effective_at) where state = 'open';
create trigger access_changed after insert or update or delete on access_changes
  for each statement execute function raise_access_version();

-- The change by which a grant was given; null: on the machine, by the identity provider, or one that waits for nobody.
alter table grants add column change_no bigint references access_changes (change_no);

-- Who made whom before there was this table, as far as the audit knows.
insert into access_changes (principal_id, kind, asked_by, asked_by_name, asked_at, effective_at)
select a.object_id,
       case when a.action like '%.create' then 'create' when a.action = 'person.grant' then 'grants'
            when a.action = 'password.reset' then 'password' else 'second_factor' end,
       a.actor_id, coalesce(a.actor_name, a.actor_id), a.at, a.at
from audit a join principals p on p.id = a.object_id
where a.action in ('person.create', 'application.create', 'person.grant', 'password.reset', 'totp.reset')
  and a.actor_type in ('person', 'application') and a.actor_id is not null
order by a.audit_no;

update api_keys k set made_by = a.actor_id
from audit a
where a.action in ('key.create', 'key.rotate') and a.object_id = k.principal_id
  and a.actor_type in ('person', 'application')
  and coalesce(a.after -> 'new' ->> 'prefix', a.after ->> 'prefix') = k.prefix;

-- What the caller calls its request, beside our own id. Rows that have it are hashed with it (store/audit-hash.ts).
alter table audit add column caller_request_id text;
