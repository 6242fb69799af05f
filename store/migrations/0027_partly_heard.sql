-- Whether a part of a broadcast was heard at a speaker, in this attempt or an earlier one, as far as is known: it was
-- measured, or the speaker says so and was not measured silent. Before, this was reckoned by the length of the last
-- play, which knew nothing of a speaker that failed or said nothing of its end.
alter table broadcast_targets add column partly_heard boolean not null default false;
update broadcast_targets set partly_heard = true
where state = 'sounded' or evidence_at is not null
  or (seconds_played > 0 and coalesce(reason, '') not in ('no_sound', 'muted'))
  or exists (select from jsonb_array_elements(earlier) e where (e ->> 'secondsPlayed')::float8 > 0);
