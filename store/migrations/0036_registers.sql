-- What a counter counted, reading by reading, in place of 0022 (docs/decisions/0023 has the rules in words). All numbers are
-- whole steps of the counter's resolution, so that sums are exact. Any part of a device's readings is counted by going on
-- from the state at its beginning:
--   level       what the register has reached, before the newest reading was judged; null before any reading
--   edge        the newest reading, which the next one judges
--   past        null, or [1] the level from which the register fell last, [2] what was counted since, and [3] how many
--               readings ago that was, those that show 0 not counted, while it may still turn out to have been wrong; [4] by how much exchanges since the
--               newest reading have moved it
--   readings    what follows, in the order of time; null where a reading has no value
--   shifts      null, or what recorded exchanges add to each reading and, as its last element, to the end: the sum of
--               old less new register since the state
--   following   the reading behind these, shifted as well; null where none is known yet
--   tolerance   by how much a trembling last digit may go back
--   rolls_over_at  the first number that the register cannot show; null where it never gets there
--   restarts    whether the register begins anew by itself, so that whatever it falls to is what it counted since
-- Gives [1] the step of the edge; [2] level, [3] edge and [6] to [9] past at the end, [4] the step of that edge; [5] the sum
-- of the steps of `readings`, null without a value; from [10] on the step of each, null for null.
--! breaking-change
drop function usage_steps(bigint, bigint, bigint[], bigint[], bigint, bigint, bigint);
create function usage_steps(
  level bigint, edge bigint, past bigint[], readings bigint[], shifts bigint[], following bigint,
  tolerance bigint, rolls_over_at bigint, restarts boolean
) returns bigint[]
language plpgsql immutable parallel safe
as $$
declare
  behind int := coalesce(cardinality(readings), 0);
  result bigint[] := array_fill(null::bigint, array[9 + coalesce(cardinality(readings), 0)]);
  -- Where the edge's step goes: its place in the result, of the first edge 1; and that of the newest edge.
  place int := 1;
  newest int;
  -- The sum of all steps.
  total bigint := 0;
  -- What the edge is above the level, and then its step.
  step bigint;
  next bigint;
  -- The shift of the edge: a register that began anew shows what it counted since, without it.
  edge_shift bigint := -coalesce(past[4], 0);
  former bigint := past[1];
  counted bigint := past[2];
  age bigint := past[3];
  -- How far a register may run back without having begun anew.
  back bigint;
  way bigint;
begin
  if past[4] is not null and shifts is null then shifts := array_fill(0::bigint, array[behind + 1]); end if;
  -- Each statement here costs a twentieth of the time: what is rare is asked last.
  for i in 1 .. behind + 1 loop
    next := readings[i];
    if next is null or i > behind then
      continue when i <= behind;
      next := following;
      newest := place;
      -- The state is what comes before the newest reading is judged.
      result[2] := level;
      result[3] := edge;
      result[6] := former;
      result[7] := counted;
      result[8] := age;
    end if;
    if shifts is not null then
      if place > 1 then edge_shift := shifts[place - 9]; end if;
      if i <= behind then next := next + shifts[i]; end if;
    end if;
    if edge is null then
      -- The first reading of all.
      level := next;
    else
      step := edge - level;
      if step < 0 or next < edge - tolerance then
        back := case when restarts then tolerance else greatest((level - edge_shift) / 100, 10 * tolerance) end;
        if step >= -back then
          -- Trembling, run back, or up for a single reading, which is an outlier. Up, and then down for good, is up.
          if step <= 0 or next >= level - back then step := 0; end if;
        elsif next < level - back and next >= edge - tolerance then
          -- Down, and the next reading goes on from there. Past its last number it has not begun anew.
          way := step + rolls_over_at;
          step := case
            when way between 0 and rolls_over_at / 10 then way
            -- A register that falls to no less than half of what it was has not begun anew at 0: it is another.
            when restarts or edge - edge_shift < level - edge then greatest(edge - edge_shift, 0)
            else 0
          end;
          if not restarts then
            if (age <= 23 or edge = edge_shift) and former >= level then
              counted := counted + step;
            else
              former := level;
              counted := step;
            end if;
            age := -1;
          end if;
          level := edge;
        else
          step := 0;
        end if;
      end if;
      if former is not null then
        -- While the register shows 0 it has counted nothing that would speak against a fault.
        if age < 0 or edge <> edge_shift then age := age + 1; end if;
        if age > 24 then former := null; end if;
      end if;
      if step > 0 and edge > level then
        if former is null then
          level := edge;
        elsif edge >= former - greatest((former - edge_shift) / 100, 10 * tolerance)
          and level <= former - (former - edge_shift) / 10
        then
          -- Up in one step to where it fell from: what lies between was wrong, and has been counted.
          way := former + counted;
          step := greatest(edge - way, 0);
          back := greatest((way - edge_shift) / 100, 10 * tolerance);
          level := case when edge >= way - back then greatest(edge, way) else edge end;
          former := null;
        else
          level := edge;
          counted := counted + step;
        end if;
      end if;
      result[place] := step;
      total := total + step;
    end if;
    edge := next;
    place := 9 + i;
  end loop;
  if newest > 1 then result[5] := total - coalesce(result[1], 0); end if;
  result[4] := result[newest];
  if result[6] is null then
    result[7] := null;
    result[8] := null;
  end if;
  if shifts is not null then
    way := shifts[behind + 1];
    result[2] := result[2] - way;
    result[3] := result[3] - way;
    result[6] := result[6] - way;
    if newest > 1 then edge_shift := shifts[newest - 9]; end if;
    if result[3] is not null then result[9] := nullif(way - edge_shift, 0); end if;
  end if;
  return result;
end
$$;
