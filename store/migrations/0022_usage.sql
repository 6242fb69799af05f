-- What a counter counted, reading by reading (store/usage.ts has the rules in words). All numbers are whole steps of the
-- counter's resolution, so that sums are exact. Any part of a device's readings is counted by going on from the state
-- at its beginning:
--   level       what the register has reached, before the newest reading was judged; null before any reading
--   edge        the newest reading, which the next one judges
--   readings    what follows, in the order of time; null where a reading has no value
--   shifts      null, or what recorded exchanges add to each reading and, as its last element, to the end: the sum of
--               old less new register since the state
--   following   the reading behind these, shifted as well; null where none is known yet
--   tolerance   by how much a trembling last digit may go back
--   rolls_over_at  the first number that the register cannot show; null where it never gets there
-- Gives [1] the step of the edge; [2] level and [3] edge at the end, [4] the step of that edge; [5] the sum of the steps
-- of `readings`, null without a value; from [6] on the step of each, null for null.
create function usage_steps(
  level bigint, edge bigint, readings bigint[], shifts bigint[], following bigint, tolerance bigint, rolls_over_at bigint
) returns bigint[]
language plpgsql immutable parallel safe
as $$
declare
  behind int := coalesce(cardinality(readings), 0);
  result bigint[] := array_fill(null::bigint, array[5 + coalesce(cardinality(readings), 0)]);
  -- Where the edge's step goes: its place in the result, of the first edge 1.
  place int := 1;
  -- The sum of what has been counted from the second place on.
  total bigint;
  step bigint;
  reached bigint := level;
  next bigint;
  shift bigint := 0;
  -- The shift of the edge: a register that began anew shows what it counted since, without it.
  edge_shift bigint := 0;
  way bigint;
begin
  for i in 1 .. behind + 1 loop
    next := case when i > behind then following else readings[i] end;
    continue when next is null and i <= behind;
    if shifts is not null and i <= behind then
      shift := shifts[i];
      next := next + shift;
    end if;
    reached := level;
    if edge is not null then
      step := 0;
      if edge >= level - tolerance then
        -- Up, or trembling. Up for a single reading is an outlier, and so counts nothing.
        if edge > level and (next is null or next >= edge - tolerance or next < level - tolerance) then
          step := edge - level;
          level := edge;
        end if;
      elsif next < level - tolerance and next >= edge - tolerance then
        -- Down, and the next reading goes on from there: it began anew. Past its last number it has not.
        way := edge - level + rolls_over_at;
        step := case when way between 0 and rolls_over_at / 10 then way else greatest(edge - edge_shift, 0) end;
        level := edge;
      end if;
      result[place] := step;
      if place > 1 then total := coalesce(total, 0) + step; end if;
    elsif i <= behind then
      -- The first reading of all.
      level := next;
    end if;
    exit when i > behind;
    edge := next;
    edge_shift := shift;
    place := 5 + i;
  end loop;
  if shifts is not null then shift := shifts[behind + 1]; end if;
  result[2] := reached - shift;
  result[3] := edge - shift;
  result[4] := result[place];
  result[5] := total;
  return result;
end
$$;
