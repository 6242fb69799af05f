-- Which villages lie in a polygon or circle is known only where their own place is. Of one that holds speakers, the
-- villages of their townships that may lie in it and have no speaker, and whether there may be more than those known.
alter table broadcast_previews
  add column possible_codes text[] not null default '{}',
  add column possible_names text[] not null default '{}',
  add column villages_unknown boolean not null default false;
update broadcast_previews p set villages_unknown = true
from broadcasts b
where b.broadcast_no = p.broadcast_no
  and (coalesce(b.message -> 'target' -> 'polygons', '[]') <> '[]'
       or coalesce(b.message -> 'target' -> 'circles', '[]') <> '[]');
