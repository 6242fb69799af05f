-- Screens on a wall that read only. A display is a principal of its own type with scopes over an area, so that who sees it
-- and what ends it (its tenant shut out, it shut out itself) is as for people and applications.
alter table principals drop constraint principals_type_check;
alter table principals add constraint principals_type_check check (type in ('person', 'application', 'display'));

create table displays (
  display_no bigint generated always as identity unique,
  principal_id text primary key references principals (id),
  -- Whoever set it up: a person, or the holder of the administrator's key.
  created_by text not null,
  -- SHA-256 of the code by which a browser becomes this display. Null: none waits.
  code_hash bytea unique,
  code_expires_at timestamptz,
  -- Since when its present or latest browser has been it.
  paired_at timestamptz,
  check ((code_hash is null) = (code_expires_at is null))
);

-- A wall is not used by anybody, so its session does not end because of that.
alter table sessions add column ends_idle boolean not null default true;

alter table audit drop constraint audit_actor_type_check;
alter table audit add constraint audit_actor_type_check
  check (actor_type in ('person', 'application', 'display', 'device', 'machine', 'platform'));
