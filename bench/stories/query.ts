import { createRandom } from "../../devices/random.ts";
import { ADMIN_KEY } from "../../test/helpers/platform-process.ts";
import { tableOf } from "../database.ts";
import { type Cell, spread } from "../figures.ts";
import { closedLoop, type LoopFigures } from "../query/closed-loop.ts";
import { makeHistory } from "../query/history.ts";
import { httpClient } from "../query/http-client.ts";
import { pick, type Question, questionsAbout } from "../query/questions.ts";
import { defineStory, numberFlag, runsFlag } from "../story.ts";

const flags = {
  runs: runsFlag("counted runs of each question"),
  seconds: numberFlag(4, 0.1, 600, "counted time of a run, each way"),
  meters: numberFlag(
    20_000,
    10,
    1_000_000,
    "gas meters; 400000 is all of Guizhou: 100 GB when all days are hourly",
  ),
  days: numberFlag(90, 1, 1000, "days of history of each"),
  "hourly-days": numberFlag(
    1000,
    1,
    1000,
    "of these days the last ones that are hourly; before, one reading a day",
  ),
  callers: { type: "numbers", fallback: [1, 4], min: 1, max: 100, about: "requests under way at once" },
} as const;

interface Run {
  readonly api: LoopFigures;
  readonly bare: LoopFigures;
}

/** The speed of the API's answers, beside the same SQL without it. */
export const query = defineStory({
  name: "query",
  about: "requests/s and p99 of the API beside the same SQL through bare pg, on months of history",
  flags,
  async run(bench, values) {
    const database = await bench.createDatabase({ shared: true });
    const { runs, meters, days, callers } = values;
    return database.withPool(async (pool) => {
      const table = tableOf(database, "gas-meter");
      const hourlyDays = Math.min(values["hourly-days"], days);
      const { edition } = database.facts;
      const history = await makeHistory(bench, pool, { meters, days, hourlyDays, edition, table });
      const platform = await bench.startPlatform(database);
      const http = httpClient(platform.httpPort, ADMIN_KEY);
      const questions = questionsAbout(history, table);
      const cases = questions.flatMap((question) => callers.map((atOnce) => ({ question, atOnce })));
      const measured = new Map<(typeof cases)[number], Run[]>(cases.map((asked) => [asked, []]));
      try {
        for (const question of questions) {
          bench.progress(`warming up: ${question.name}`);
          const asked = pick(history, createRandom(1));
          await check(question, await http.ask(question.path(asked)), await question.bare(pool, asked));
        }
        for (let run = 0; run <= runs; run++) {
          for (const asked of cases) {
            const { question, atOnce } = asked;
            // The first turn warms caches and connections and does not count.
            const options = { callers: atOnce, runMs: values.seconds * (run === 0 ? 250 : 1000) };
            // The same devices in the same order for both.
            const [forApi, forBare] = [createRandom(run), createRandom(run)];
            const api = await closedLoop(() => http.ask(question.path(pick(history, forApi))), options);
            const bare = await closedLoop(() => question.bare(pool, pick(history, forBare)), options);
            if (run === 0) continue;
            measured.get(asked)!.push({ api, bare });
            bench.progress(
              `run ${run}/${runs}, ${question.name}, ${atOnce} at once: API ${api.perSecond.toFixed(1)}/s, bare ${bare.perSecond.toFixed(1)}/s`,
            );
          }
        }
      } finally {
        http.close();
        await platform.end("SIGTERM");
      }
      return {
        database: database.facts,
        tables: [
          {
            title: `${history.rows.toLocaleString("en-US")} readings of ${meters.toLocaleString("en-US")} meters over ${days} days${spreadOf(days, hourlyDays)}, median of ${runs} (min–max)`,
            columns: [
              { title: "question" },
              { title: "callers" },
              { title: "API requests/s", digits: 1 },
              { title: "API p99 ms", digits: 1 },
              { title: "bare SQL/s", digits: 1 },
              { title: "bare p99 ms", digits: 1 },
              { title: "API / bare", digits: 2 },
            ],
            rows: cases.map((asked) => [asked.question.name, asked.atOnce, ...toCells(measured.get(asked)!)]),
          },
        ],
        notes: [
          "Bare: the store's own functions on a pool of the same size, in the process that asks. The API adds authentication, the check of the request, the look-up of the device, and JSON. A page of readings it passes on as the database's text; bare makes numbers and objects of it.",
          "The API is asked by a small client of the bench's own, one kept connection a caller: node:http's takes 60 to 70 us more of the same cores for a request. It reads every answer as a whole and checks its status.",
          `Days and sums of regions are kept by the platform's keeper, which had run to its end; hours are views.${
            database.facts.edition === "community" ? " Chunks older than 30 days are columnstore." : ""
          }`,
        ],
      };
    });
  },
});

/** The spread of the readings over the days, where it is not even. */
const spreadOf = (days: number, hourlyDays: number): string =>
  hourlyDays === days ? " (hourly)" : ` (the last ${hourlyDays} hourly, one a day before)`;

/** Both ways must find something, and the same. */
async function check(question: Question, body: Buffer, bare: number): Promise<void> {
  const answer = JSON.parse(body.toString()) as { items?: unknown[]; reading?: unknown };
  const found = answer.items?.length ?? (answer.reading ? 1 : 0);
  if (found !== bare || found === 0) {
    throw new Error(
      `${question.name}: the API found ${found} items, bare SQL ${bare}; expected the same, and some`,
    );
  }
}

function toCells(runs: readonly Run[]): Cell[] {
  return [
    spread(runs.map(({ api }) => api.perSecond)),
    spread(runs.map(({ api }) => api.p99)),
    spread(runs.map(({ bare }) => bare.perSecond)),
    spread(runs.map(({ bare }) => bare.p99)),
    spread(runs.map(({ api, bare }) => api.perSecond / bare.perSecond)),
  ];
}
