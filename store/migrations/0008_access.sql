-- Who uses the platform. A tenant is of one use: government, civil or commercial.
create table tenants (
  id text primary key check (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null,
  use text not null check (use in ('government', 'civil', 'commercial')),
  created_at timestamptz not null default now(),
  disabled_at timestamptz
);

-- Who owns a device; null: the platform's operator. A gas company sees the meters that are its own.
alter table devices add column tenant_id text references tenants (id);
create index devices_tenant_id on devices (tenant_id, device_no) where tenant_id is not null and deleted_at is null;

-- People and applications. Their ids name them in the audit, so they are never given again: nothing is deleted here.
create table principals (
  id text primary key check (id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  type text not null check (type in ('person', 'application')),
  tenant_id text not null references tenants (id),
  name text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  disabled_at timestamptz
);

-- What a principal may do, and where: a role for people, scopes for applications. Null lists mean all.
create table grants (
  grant_no bigint generated always as identity primary key,
  principal_id text not null references principals (id),
  role text,
  scopes text[],
  regions text[],
  kinds text[],
  tenants text[],
  devices text[],
  created_at timestamptz not null default now(),
  check ((role is null) <> (scopes is null))
);
create index grants_principal_id on grants (principal_id);

-- Keys of applications. The prefix is shown and finds the key; of the key itself only the SHA-256 is kept: it has
-- 256 random bits, so it needs no slow hash. Two keys may be valid at once, so that one can be rotated with overlap.
create table api_keys (
  key_no bigint generated always as identity primary key,
  principal_id text not null references principals (id),
  prefix text not null unique,
  key_hash bytea not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  -- To the minute, and written at most once a minute.
  last_used_at timestamptz
);
create index api_keys_principal_id on api_keys (principal_id);

-- How people sign in here. Who comes from an identity provider alone has no row.
create table passwords (
  principal_id text primary key references principals (id),
  -- scrypt with its parameters and salt, in the PHC string format.
  password_hash text not null,
  -- Base32, as the authenticator app has it; null: no second factor.
  totp_secret text,
  -- The last time step that was used, so that a code works once.
  totp_last_step bigint,
  -- A second factor that waits for its first code, and until when.
  totp_pending_secret text,
  totp_pending_until timestamptz,
  changed_at timestamptz not null default now()
);

-- People of an OpenID Connect provider.
create table external_identities (
  issuer text not null,
  subject text not null,
  principal_id text not null references principals (id),
  created_at timestamptz not null default now(),
  primary key (issuer, subject)
);

-- Sign-ins of people: a cookie in a browser or a bearer token elsewhere, known by the SHA-256 of its secret.
create table sessions (
  session_no bigint generated always as identity primary key,
  principal_id text not null references principals (id),
  type text not null check (type in ('cookie', 'bearer')),
  token_hash bytea not null unique,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  address text,
  user_agent text
);
create index sessions_principal_id on sessions (principal_id, session_no);
-- For removing old ones, and for where people have signed in from lately.
create index sessions_created_at on sessions (created_at);

-- Whoever is disabled is signed out for good: enabling again must not bring sessions back.
create function end_sessions_of_disabled() returns trigger language plpgsql as $$
begin
  if tg_table_name = 'principals' then
    update sessions set ended_at = now() where principal_id = new.id and ended_at is null;
  else
    update sessions s set ended_at = now() from principals p
    where p.id = s.principal_id and p.tenant_id = new.id and s.ended_at is null;
  end if;
  return null;
end $$;
create trigger sessions_end after update of disabled_at on principals
  for each row when (old.disabled_at is null and new.disabled_at is not null) execute function end_sessions_of_disabled();
create trigger sessions_end after update of disabled_at on tenants
  for each row when (old.disabled_at is null and new.disabled_at is not null) execute function end_sessions_of_disabled();

-- One number that rises with every change of the tables above, so that each process sees at a glance whether what
-- it has in memory still holds.
create table access_version (
  version bigint not null,
  single_row boolean primary key default true check (single_row)
);
insert into access_version (version) values (1);
create function raise_access_version() returns trigger language plpgsql as $$
begin
  update access_version set version = version + 1;
  return null;
end $$;
create trigger access_changed after insert or update or delete on tenants
  for each statement execute function raise_access_version();
create trigger access_changed after insert or update or delete on principals
  for each statement execute function raise_access_version();
create trigger access_changed after insert or update or delete on grants
  for each statement execute function raise_access_version();
create trigger access_changed after insert or delete or update of expires_at, revoked_at, key_hash on api_keys
  for each statement execute function raise_access_version();
