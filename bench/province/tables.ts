import type { Cell, Table } from "../figures.ts";
import type { Weight } from "./disk.ts";
import { EVENTS_PER_SECOND, itemsPerSecond, keptInAll, RHYTHMS } from "./rhythms.ts";
import type { Stretch } from "./run.ts";

/** What the story measured. */
export interface ProvinceFacts {
  readonly connections: number;
  readonly connectSeconds: number;
  readonly processes: number;
  readonly back: {
    readonly seconds: number;
    readonly readings: number;
    readonly whole: boolean;
    readonly stretch: Stretch;
  };
  /** Resident bytes of all processes: with the register alone, then with every connection, then after the return. */
  readonly atStart: number;
  readonly withAll: number;
  readonly afterReturn: number;
  readonly weight: Weight;
  readonly stretches: readonly Step[];
  /** Items that were acknowledged and stored in all. */
  readonly total: number;
}

interface Step {
  readonly times: number;
  readonly stretch: Stretch;
  readonly held: boolean;
}

const [DAY_SECONDS, WEEK_DAYS, FRESH_DAYS] = [86_400, 7, 30];
const [GB, TB, MIB, GIB] = [1e9, 1e12, 2 ** 20, 2 ** 30];
/** A process is to have as much again to spare, for another that is away and for a fleet that comes back. */
const HALF = 2;

const cores = (ms: number, seconds: number) => ms / 1000 / seconds;
/** NaN, where the system does not tell, stands as a dash. */
const known = (value: number): Cell => (Number.isFinite(value) ? value : null);

/** Three digits that count. */
const inWords = (figure: number | null): string =>
  figure === null || !Number.isFinite(figure)
    ? "–"
    : figure.toLocaleString("en-US", {
        maximumFractionDigits: Math.abs(figure) >= 100 ? 0 : Math.abs(figure) >= 10 ? 1 : 2,
      });

export const stretchTable = (stretches: readonly Step[], limit: number): Table => ({
  title: `The province's rhythm and multiples of it, until the p99 is above ${limit} ms or what waits grows`,
  columns: [
    { title: "times the province", digits: 1 },
    { title: "items due/s" },
    { title: "acknowledged/s" },
    { title: "items in a message", digits: 2 },
    { title: "p50 ms", digits: 1 },
    { title: "p99 ms", digits: 1 },
    { title: "waiting at the end" },
    { title: "platform cores", digits: 2 },
    { title: "database cores", digits: 2 },
    { title: "held" },
  ],
  rows: stretches.map(({ times, stretch: { report, spent }, held }) => [
    times,
    report.due / report.seconds,
    report.acknowledged / report.seconds,
    report.acknowledged / Math.max(1, report.messages),
    known(report.p50 ?? Number.NaN),
    known(report.p99 ?? Number.NaN),
    report.waiting,
    known(cores(spent.platformMs, report.seconds)),
    known(cores(spent.databaseMs, report.seconds)),
    held ? "yes" : "no",
  ]),
});

/** What a province takes. Each figure says where it comes from. */
export function needsTable(facts: ProvinceFacts): Table {
  return {
    title: "What the province takes: 716,800 devices at their rhythms",
    columns: [{ title: "what" }, { title: "figure" }, { title: "where it comes from" }],
    rows: [...speedRows(facts), ...returnRows(facts), ...memoryRows(facts), ...diskRows(facts)].map(
      ([what, figure, source]) => [what!, inWords(figure as number | null), source!],
    ),
  };
}

function speedRows({ stretches, processes }: ProvinceFacts): Cell[][] {
  const first = stretches[0]!;
  const { report, spent } = first.stretch;
  const most = stretches.filter(({ held }) => held).at(-1)?.times;
  const perProcess = most === undefined ? Number.NaN : most / processes;
  const of = (ms: number) => known(cores(ms, report.seconds) / first.times);
  return [
    [
      "items a second, by the rhythms",
      itemsPerSecond(),
      `arithmetic, ${EVENTS_PER_SECOND} events among them`,
    ],
    [
      "cores that the platform keeps busy",
      of(spent.platformMs),
      `measured at ${first.times} times the province`,
    ],
    [
      "cores that the database keeps busy",
      of(spent.databaseMs),
      `measured at ${first.times} times the province`,
    ],
    ["provinces that this machine held, with the load on it", most ?? null, "measured: the table above"],
    [
      "processes, each at half of what it held",
      Number.isFinite(perProcess) ? Math.max(HALF, Math.ceil(HALF / perProcess)) : null,
      `from the line above and ${processes} processes; two at least, so that one may be away`,
    ],
  ];
}

function returnRows({ back, connections, connectSeconds }: ProvinceFacts): Cell[][] {
  const { seconds, readings, whole } = back;
  const own = RHYTHMS.slice(1).reduce((sum, { devices }) => sum + devices, 0);
  const logins = connections / connectSeconds;
  const all = keptInAll();
  return [
    ["logins a second", logins, `measured with ${connections.toLocaleString("en-US")}`],
    [
      "seconds until all have logged in",
      own / logins,
      `extrapolated to ${own.toLocaleString("en-US")} connections`,
    ],
    [
      "kept readings that came in a second, beside the rhythm",
      readings / seconds,
      `measured over ${Math.round(seconds)} s${whole ? "" : ", then broken off"}`,
    ],
    [
      `minutes until ${all.toLocaleString("en-US")} kept readings have come`,
      (all * seconds) / readings / 60,
      whole ? "measured" : "extrapolated",
    ],
  ];
}

function memoryRows({ atStart, withAll, afterReturn, connections, processes }: ProvinceFacts): Cell[][] {
  const own = RHYTHMS.slice(1).reduce((sum, { devices }) => sum + devices, 0);
  const each = (withAll - atStart) / connections;
  return [
    ["MiB of one process that knows the register", atStart / processes / MIB, "measured"],
    ["KiB for each connection", each / 1024, "measured before anything was sent"],
    ["MiB of one process after the return", afterReturn / processes / MIB, "measured"],
    [
      `GiB of ${processes} processes with all connections`,
      (afterReturn + each * (own - connections)) / GIB,
      `extrapolated to ${own.toLocaleString("en-US")} connections`,
    ],
  ];
}

function diskRows({ weight, stretches }: ProvinceFacts): Cell[][] {
  const first = stretches[0]!.stretch;
  const daily = itemsPerSecond() * DAY_SECONDS;
  const wal = first.spent.walBytes / Math.max(1, first.report.acknowledged);
  return [
    ["bytes of a reading as inserted, indexes included", weight.whole, "measured, mixed as the rhythms mix"],
    ["bytes of the write-ahead log for a reading", known(wal), "measured at the first rhythm"],
    ["GB on a day as inserted", (daily * weight.whole) / GB, "extrapolated"],
    ["GB of write-ahead log on a day", known((daily * wal) / GB), "extrapolated"],
    [
      `TB of the newest ${FRESH_DAYS} days as inserted`,
      (daily * FRESH_DAYS * weight.whole) / TB,
      "extrapolated",
    ],
    [
      "GB of the indexes of the newest chunk of seven days",
      (daily * WEEK_DAYS * weight.indexes) / GB,
      "extrapolated: memory that the database wants",
    ],
  ];
}
