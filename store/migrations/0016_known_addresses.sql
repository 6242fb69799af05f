-- Where people have signed in from, so that whoever guesses their passwords elsewhere does not keep them out. A table
-- of its own: it is kept for 90 days, which is longer than sessions are, and holds a bounded number of networks of each
-- person. network: an IPv4 address, or the /64 of an IPv6 one.
create table known_addresses (
  principal_id text not null references principals (id),
  network text not null,
  seen_at timestamptz not null,
  primary key (principal_id, network)
);

-- For what is new since the last look, and for removing what is old.
create index known_addresses_seen_at on known_addresses (seen_at);

-- Whoever signed in before this table was there stays known. These are whole addresses; the platform reads them as
-- their networks.
insert into known_addresses (principal_id, network, seen_at)
select principal_id, address, max(created_at) from sessions where address is not null group by principal_id, address;
