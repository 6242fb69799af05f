-- Every document that came under a name and was taken: only the same document again is a repetition. Another one under
-- the same name may be a forgery, or what was forged.
alter table cap_alerts add column documents text[] not null default '{}';
update cap_alerts set documents = array[document] where document is not null and disposition <> 'refused';

-- What nobody trusted has signed must not end what its bringer could not cancel: those drafts have only what a person
-- named since. What they followed is marked, and stays until a person cancels it.
update broadcasts set replaces_nos = '{}'
where released_at is null and revision = 1 and replaces_nos <> '{}'
  and source is not null and source ->> 'signature' is distinct from 'verified';
