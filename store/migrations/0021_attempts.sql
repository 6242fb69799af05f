-- What a target's row says of a play is of one attempt: the proven one, although another may have been ordered since.
-- acknowledged_at to seconds_played are of reported_attempt; sends and handed_over_at are of attempt, the last one, and
-- of those before in earlier: [{attempt, sends, handedOverAt}].
alter table broadcast_targets
  add column reported_attempt integer,
  add column earlier jsonb not null default '[]';
-- Of what was tried again before, only an answer that came after the last hand-over, or none at all, shows whose it is.
update broadcast_targets set reported_attempt = attempt
where attempt = 1 or acknowledged_at >= handed_over_at
  or (acknowledged_at is null and started_at is null and ended_at is null);
alter table broadcast_targets alter column reported_attempt set default 1;
