import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { tablesOf } from "../../../app/kind-tables.ts";
import { createLogger } from "../../../base/log.ts";
import { createDispatcher } from "../../../broadcast/dispatch/dispatcher.ts";
import type { CommittedReply } from "../../../broadcast/dispatch/speaker-facts.ts";
import type { Mode, Text } from "../../../broadcast/message/message.ts";
import { describePlace } from "../../../broadcast/message/places.ts";
import { fillTemplate, listTemplates } from "../../../broadcast/message/templates.ts";
import { createDraft } from "../../../broadcast/operations/drafts.ts";
import type { SpeakerReading } from "../../../broadcast/proof/proof-facts.ts";
import { speaker } from "../../../devices/kinds/speaker/kind.ts";
import type { Faults } from "../../../simulators/speaker/faults.ts";
import { createSpeakers, type Speakers } from "../../../simulators/speaker/speakers.ts";
import type { Pool } from "../../../store/database/database.ts";
import { insertReplies } from "../../../store/events/write-events.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { createDeps, draft, insertSpeaker, insertVillages, somebody } from "../fixtures.ts";
import { approve, submit } from "../step-helpers.ts";

/**
 * The product's own templates on simulated speakers with the default settings. Minutes of reading pass in seconds: one
 * clock, which is moved on by hand whenever nothing is under way, is that of the platform and of the speakers.
 */

const STEP_MS = 500;
/** Twice the longest text of all, read three times by the slowest voice, and the patience after it. */
const LONGEST_MS = 20 * 60_000;

const LANGUAGES = ["zh-CN", "en"] as const;
const VARIANTS: readonly { readonly mode: Mode; readonly languages: readonly string[] }[] = [
  ...LANGUAGES.map((language) => ({ mode: "actual" as const, languages: [language] })),
  { mode: "actual", languages: LANGUAGES },
  { mode: "drill", languages: LANGUAGES },
];

interface Story {
  readonly name: string;
  readonly eventCode: string;
  readonly mode: Mode;
  readonly languages: readonly string[];
  readonly repeatCount: number;
  readonly village: string;
  broadcastNo: number;
}

const STORIES: Story[] = listTemplates()
  .flatMap(({ eventCode }) => VARIANTS.map((variant) => ({ eventCode, ...variant })))
  // A test is never actual.
  .filter(({ eventCode, mode }) => eventCode !== "00000" || mode === "drill")
  .flatMap(({ eventCode, mode, languages }, index) =>
    [1, 3].map((repeatCount) => ({
      name: `${eventCode} as ${mode === "drill" ? "a drill" : "it is"} in ${languages.join(" and ")}, read ${repeatCount} times`,
      eventCode,
      mode,
      languages,
      repeatCount,
      village: String(520326001100 + 10 * index + repeatCount),
      broadcastNo: 0,
    })),
  );

/** Those of each village, and what is the matter with them. */
const CREW: Readonly<Record<string, Faults>> = {
  good: {},
  "good-too": {},
  dead: { amplifier_dead: 0 },
  mute: { mute: 0 },
  broken: { breaks_off: 0.3 },
};

let db: TestDatabase;
let dir: string;
let results: Map<number, { state: string; targets: Record<string, [string, string | null]> }>;

beforeAll(async () => {
  db = await createTestDatabase();
  dir = await mkdtemp(join(tmpdir(), "sbi-templates-"));
  await insertVillages(db.pool);
  await db.pool.query(
    `insert into regions (code, parent_code, name, level)
     select code, '520326001', '第' || right(code, 3) || '村', 5 from unnest($1::text[]) as code`,
    [STORIES.map(({ village }) => village)],
  );
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"],
    now: Date.now(),
  });
  try {
    await playAll();
  } finally {
    vi.useRealTimers();
  }
}, 300_000);
afterAll(async () => {
  await db.drop();
  await rm(dir, { recursive: true, force: true });
});

/** The same pool, and how much of it is under way. */
function counted(pool: Pool): { readonly pool: Pool; readonly busy: () => boolean } {
  let underWay = 0;
  const own = Object.create(pool) as Pool;
  const until = <T>(work: Promise<T>) => {
    underWay++;
    return work.finally(() => underWay--);
  };
  own.query = ((...args: Parameters<Pool["query"]>) =>
    until(pool.query(...args) as unknown as Promise<unknown>)) as Pool["query"];
  own.connect = (async () => {
    underWay++;
    const client = await pool.connect();
    const { release } = client;
    client.release = (...args) => {
      underWay--;
      client.release = release;
      release.apply(client, args);
    };
    return client;
  }) as Pool["connect"];
  return { pool: own, busy: () => underWay > 0 };
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

async function playAll(): Promise<void> {
  const { pool, busy } = counted(db.pool);
  const numbers = new Map<string, number>();
  const replies: CommittedReply[] = [];
  const readings: SpeakerReading[] = [];
  let checking = 0;

  const deps = await createDeps(pool, dir);
  const speakers: Speakers = createSpeakers({
    fetchKeys: async () => (deps.keys as unknown as { jwks(): unknown }).jwks(),
    faults: new Map(
      STORIES.flatMap(({ village }) =>
        Object.entries(CREW).map(([name, faults]) => [`sp-${village}-${name}`, faults] as const),
      ),
    ),
  });
  const dispatcher = createDispatcher({
    pool,
    speakers: tablesOf([speaker]),
    sign: (order) => deps.keys.sign(order),
    async deliver({ id }, { payload }) {
      const bytes = Buffer.from(payload);
      checking++;
      void speakers.verifier.check(bytes).then(() => {
        checking--;
        speakers.get(id)!.hear(bytes);
      });
      return "taken";
    },
    isOnline: () => true,
    onProgress: () => {},
    log: createLogger("silent"),
    registry: new Registry(),
  });
  Object.assign(deps, { dispatcher });

  for (const { village } of STORIES) {
    for (const [index, name] of Object.keys(CREW).entries()) {
      const id = `sp-${village}-${name}`;
      const deviceNo = await insertSpeaker(pool, id, village);
      numbers.set(id, deviceNo);
      speakers.add({
        id,
        seed: index + 1,
        place: { regionCode: village },
        ways: {
          reply(json) {
            const { commandId, outcome, observedAt, ...data } = JSON.parse(json);
            const at = { observedAt: Date.parse(observedAt), receivedAt: Date.now() };
            replies.push({ deviceNo, commandId, outcome, ...at, data: JSON.stringify(data) });
          },
          event() {},
          report(observedAt, metrics = {}) {
            const { amplifier_current, sound_level, play_state, volume } = metrics as Record<string, never>;
            const values = {
              amplifierCurrent: amplifier_current,
              soundLevel: sound_level,
              playState: play_state,
            };
            readings.push({ deviceNo, observedAt, receivedAt: Date.now(), ...values, volume });
          },
          hangUp() {},
          dial() {},
        },
      });
    }
  }

  /** Commits what speakers have said, as ingest does, and waits until nothing is under way. */
  const settle = async () => {
    for (let quiet = 0; quiet < 3; quiet++) {
      if (busy() || checking > 0) quiet = -1;
      else if (replies.length > 0) {
        const said = replies.splice(0);
        await insertReplies(
          pool,
          said.map((reply) => ({ ...reply, data: reply.data as string })),
        );
        dispatcher.onReplies(said);
        quiet = -1;
      } else if (readings.length > 0) {
        dispatcher.onReadings(readings.splice(0));
        quiet = -1;
      }
      await nextTurn();
    }
  };

  const [li, wang] = [somebody("li"), somebody("wang")];
  for (const story of STORIES) {
    const { eventCode, mode, languages, repeatCount, village } = story;
    const target = { regions: [village], polygons: [], circles: [] };
    const place = await describePlace(pool, target);
    const texts = fillTemplate(eventCode, { place, at: new Date(), level: 2, mode }) as Text[];
    const wanted = texts.filter(({ language }) => languages.includes(language));
    expect(wanted).toHaveLength(languages.length);
    const written = draft({ eventCode, mode, repeatCount, target, texts: wanted });
    const { id, broadcastNo } = await createDraft(deps, li, written);
    story.broadcastNo = broadcastNo;
    await submit(deps, li, id, {});
    await approve(deps, wang, id, {});
    await settle();
  }
  const numbersOfAll = STORIES.map(({ broadcastNo }) => broadcastNo);
  const isOver = async () => {
    const { rows } = await db.pool.query(
      "select count(*)::int as n from broadcasts where broadcast_no = any ($1) and state in ('dispatching', 'playing')",
      [numbersOfAll],
    );
    return rows[0].n === 0;
  };
  for (let ms = 0; ms < LONGEST_MS; ms += STEP_MS) {
    vi.advanceTimersByTime(STEP_MS);
    await settle();
    if (ms % 10_000 === 0 && (await isOver())) break;
  }
  await dispatcher.stop();
  speakers.stop();

  const { rows } = await db.pool.query(
    `select b.broadcast_no, b.state as course, d.id, t.state, t.reason
     from broadcasts b join broadcast_targets t using (broadcast_no) join devices d using (device_no)
     where b.broadcast_no = any ($1)`,
    [numbersOfAll],
  );
  results = new Map();
  for (const { broadcast_no: no, course, id, state, reason } of rows) {
    const found: { state: string; targets: Record<string, [string, string | null]> } = results.get(no) ?? {
      state: course,
      targets: {},
    };
    found.targets[id.replace(/^sp-\d+-/, "")] = [state, reason];
    results.set(no, found);
  }
}

describe("the template", () => {
  it.each(STORIES)("$name sounds where speakers are well, and is told of the others as it was", (story) => {
    expect(results.get(story.broadcastNo)).toEqual({
      state: "completed",
      targets: {
        good: ["sounded", null],
        "good-too": ["sounded", null],
        dead: ["failed", "no_sound"],
        mute: ["failed", "muted"],
        broken: ["failed", "cut_short"],
      },
    });
  });
});
