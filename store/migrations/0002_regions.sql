-- The statutory five-level tree (省市县乡村). The code is the statistical division code cut to its level
-- (2, 4, 6, 9, 12 digits), so "contains" is "is a prefix of".
create table regions (
  code text primary key check (code ~ '^[0-9]{2}([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$'),
  parent_code text references regions (code),
  name text not null,
  level smallint not null check (level between 1 and 5),
  longitude double precision check (longitude between -180 and 180),
  latitude double precision check (latitude between -90 and 90)
);

-- Children of a region are listed often (a tree that unfolds).
create index regions_parent_code on regions (parent_code);

-- Prefix search needs the C order of text_pattern_ops whatever the database's locale is.
create index regions_code_prefix on regions (code text_pattern_ops);
