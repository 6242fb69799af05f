import { assertIdentifier, kindLiteral } from "../database/index.ts";
import { dayOf, keptTable, list } from "./kept-days.ts";
import { cellOf, keptField, readingFields, startOf, usageCells } from "./series-cells.ts";
import { readingArrays, type SeriesMembers, sinceOf, walkColumns } from "./series-readings-sql.ts";

/**
 * The cells of devices that have moved, each in the group of the place that its device had then (decision 0025). They
 * are made like those of other devices, out of kept days and newer readings, except for a day in which a device has
 * moved (`edges`): its readings are looked at one by one, as long as there are any. Where retention has dropped them,
 * the day belongs to the place in which it began.
 *
 * A counter's usage since the previous reading belongs to its reading, also where the previous one lies in another
 * place.
 */
export function movedSeries(options: SeriesMembers): { readonly ctes: string[]; readonly cells: string[] } {
  const { table, columns, source, counters, used } = options;
  const days = source === "1d";
  const kept = keptTable(table);
  const raw = assertIdentifier(table.table);
  const ctes = [
    `moved as materialized (${options.moved})`,
    `moved_devices as materialized (
      select f.device_no, ${sinceOf(options)} as since
      from (select distinct device_no from moved) f
      cross join state s
      left join lateral (
        select min(r.day) as day from rollup_changes r
        where r.kind = ${kindLiteral(table)} and r.device_no = f.device_no and r.day >= s.readings_since
      ) c on true
    )`,
    `edges as materialized (
      select distinct d.device_no, e.day
      from moved m
      join moved_devices d using (device_no)
      cross join state s
      cross join lateral (
        select at, case when isfinite(at) then ${dayOf("at")} end as day from (values (m.from_at), (m.until_at)) as own (at)
      ) e
      where ${days} and e.at > e.day and e.at >= $3::timestamptz and e.at < $4::timestamptz
        and e.day < d.since and e.day >= s.readings_since
    )`,
    `units as materialized (
      select device_no, since as start, $4::timestamptz as stop, true as newest from moved_devices
      union all
      select e.device_no, e.day, least(e.day + interval '24 hours', d.since), false
      from edges e join moved_devices d using (device_no)
    )`,
    `moved_part as not materialized (
      select u.device_no, u.start, r.observed_at${list(used.map(({ name }) => `r.${assertIdentifier(name)}`))}
      from units u
      join ${raw} r on r.device_no = u.device_no and r.observed_at >= u.start and r.observed_at < u.stop
      where r.observed_at < $4::timestamptz
    )`,
    ...(counters.length > 0 ? [walked(options)] : []),
  ];
  const place = (moment: string, device: string) =>
    `join moved m on m.device_no = ${device} and ${moment} >= m.from_at and ${moment} < m.until_at`;
  const fields = readingFields(columns);
  const own = startOf(options, "r.observed_at");
  const readings = `
    select m.key, ${own.start}, r.observed_at, 1${cellOf(columns, (field) => fields.get(field))}
    from moved_part r ${place("r.observed_at", "r.device_no")} ${own.join}
    where r.observed_at >= $3::timestamptz`;
  const usage = counters.flatMap((counter) =>
    usageCells(options, counter, {
      walked: "moved_walked",
      key: "m.key",
      place: (moment) => place(moment, "w.device_no"),
      ownedOnly: "w.newest and (w.device_no, o.bucket) not in (select device_no, day from edges)",
    }),
  );
  if (!days) return { ctes, cells: [readings, ...usage] };
  const whole = startOf(options, "c.bucket");
  const wholeDays = `
    select m.key, ${whole.start}, c.bucket, c.readings${cellOf(columns, keptField(columns))}
    from moved_devices d
    join ${kept} c on c.device_no = d.device_no and c.bucket < d.since
      and c.bucket >= $3::timestamptz and c.bucket < $4::timestamptz
    ${place("c.bucket", "d.device_no")} ${whole.join}
    where (d.device_no, c.bucket) not in (select device_no, day from edges)`;
  return { ctes, cells: [wholeDays, readings, ...usage] };
}

/** The result of `usage_steps` for the readings of each unit, going on from the newest kept row before it. */
function walked(options: SeriesMembers): string {
  const columns = walkColumns(options, {
    row: "p",
    since: {
      device: "u.device_no",
      since: "coalesce(least(b.bucket + interval '24 hours', u.start), '-infinity')",
    },
    end: "u.stop",
    behind: "n.observed_at >= greatest(u.start, u.stop)",
  });
  return `moved_walked as materialized (
      select u.device_no, u.newest${columns}
      from units u
      left join (
        select r.device_no, r.start${readingArrays(options)}
        from moved_part r group by r.device_no, r.start
      ) p on p.device_no = u.device_no and p.start = u.start
      left join lateral (
        select k.* from ${keptTable(options.table)} k where k.device_no = u.device_no and k.bucket < u.start order by k.bucket desc limit 1
      ) b on true
    )`;
}
