import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tablesOf } from "../../app/kind-tables.ts";
import { createLogger } from "../../base/log.ts";
import { createDispatcher } from "../../broadcast/dispatch/dispatcher.ts";
import { readOnAir } from "../../broadcast/dispatch/read-on-air.ts";
import { type BroadcastMessage, RESPONSE_TYPES } from "../../broadcast/message/message.ts";
import { spokenSeconds } from "../../broadcast/message/spoken-length.ts";
import { createNewsFeed } from "../../broadcast/proof/progress.ts";
import { PROOF_RULES } from "../../broadcast/proof/proof-facts.ts";
import { speaker } from "../../devices/kinds/speaker/kind.ts";
import { getBroadcasts } from "../../store/broadcast/broadcasts.ts";
import { sign } from "../broadcast/scene.ts";
import { type BroadcastWorld, outcome, startBroadcastWorld } from "./broadcasts-world.ts";

/**
 * Messages straight in the table, as another version or an alert from elsewhere may have left them: everything that
 * reads them answers, and none of them keeps others from being read.
 */

const ring = (points: number) => {
  const round = Array.from({ length: points - 1 }, (_, i) => {
    const angle = (i / (points - 1)) * 2 * Math.PI;
    return [107 + Math.cos(angle), 28 + Math.sin(angle)];
  });
  return [...round, round[0]!];
};

/** Whatever may come in by the API, at its largest. */
const LARGEST = {
  mode: "actual",
  class: "emergency",
  level: 1,
  eventCode: "11D01",
  texts: ["zh-CN", "en", "za", "ii", "bo", "mn", "ug", "kk"].map((language) => ({
    language,
    headline: "滑".repeat(160),
    description: "坡".repeat(4000),
    instruction: "撤".repeat(4000),
  })),
  target: {
    regions: Array.from({ length: 2000 }, (_, i) => String(520326000001 + i)),
    polygons: Array.from({ length: 50 }, () => ring(1000)),
    circles: Array.from({ length: 50 }, () => ({ longitude: 107, latitude: 28, radiusKm: 2000 })),
  },
  volume: 100,
  repeatCount: 20,
  category: "Geo",
  urgency: "Immediate",
  certainty: "Observed",
  responseTypes: [...RESPONSE_TYPES],
  senderName: "县".repeat(200),
  contact: "1".repeat(200),
  web: `https://example.cn/${"a".repeat(480)}`,
} satisfies Omit<BroadcastMessage, "target"> & { target: object };

const PLAIN = {
  mode: "actual",
  level: 2,
  eventCode: "11D01",
  texts: [{ language: "zh-CN", headline: "滑坡", description: "请立即撤离到安全地带。" }],
  target: { regions: ["520326"] },
};

/** By what is the matter with it: the message as JSON text, and what is read of it. */
const STORED: Readonly<Record<string, { readonly json: string; readonly read: object }>> = {
  largest: { json: JSON.stringify(LARGEST), read: LARGEST },
  "beyond all limits": {
    json: JSON.stringify({
      ...PLAIN,
      texts: [
        {
          language: "iss-lang-english, more or less",
          headline: "h".repeat(400),
          description: "d".repeat(9000),
        },
        { language: "", headline: "", description: "", instruction: "i".repeat(9000) },
      ],
      target: {
        regions: ["5", "Guizhou"],
        polygons: [...Array.from({ length: 60 }, () => ring(5)), ring(1500), [[107, 28]]],
        circles: [
          { longitude: 107, latitude: 28, radiusKm: 0 },
          { longitude: 507, latitude: -128, radiusKm: 20_000 },
        ],
      },
      responseTypes: [...RESPONSE_TYPES, ...RESPONSE_TYPES],
      web: "/more",
      contact: "c".repeat(900),
      volume: 250,
      repeatCount: 99,
      eventCode: "landslide",
      startsAt: "0000-01-01T00:00:00+08:00",
      expiresAt: "9999-12-31T23:59:59-12:00",
    }),
    read: {
      target: { circles: [{ radiusKm: 0 }, { longitude: 507, radiusKm: 20_000 }] },
      volume: 250,
      repeatCount: 99,
      web: "/more",
      startsAt: "0001-01-02T00:00:00.000Z",
      expiresAt: "9999-12-30T23:59:59.999Z",
    },
  },
  "wrong in every field": {
    json: `{"mode": 7, "class": [], "level": "1", "eventCode": {}, "texts": ["x", {"language": 1, "description": "请撤离"}, null],
      "target": {"regions": [520326, "520326"], "polygons": [[[107, 28], [108]], "x", [[107, 28, 300]]], "circles": [{}, null], "exclude": "520326001"}, "cap": {"infos": 7},
      "startsAt": "yesterday", "expiresAt": 12, "volume": "loud", "repeatCount": 1e400, "category": "Weather", "urgency": 1,
      "certainty": "?", "responseTypes": ["Run", "Shelter"], "senderName": {}, "contact": 110, "web": false}`,
    read: {
      mode: "actual",
      class: "emergency",
      level: 2,
      texts: [{ language: "und", headline: "", description: "请撤离" }],
      target: { regions: ["520326"], polygons: [[[107, 28]]], circles: [] },
      volume: null,
      repeatCount: 1,
      category: "Other",
      responseTypes: ["Shelter"],
    },
  },
  "of a newer version": {
    json: JSON.stringify({ ...PLAIN, voice: "calm", target: { regions: ["520326"], rivers: ["乌江"] } }),
    read: { texts: PLAIN.texts, target: { regions: ["520326"], polygons: [], circles: [] } },
  },
  "of an older version": {
    json: JSON.stringify({ texts: PLAIN.texts }),
    read: {
      mode: "actual",
      level: 2,
      repeatCount: 1,
      volume: null,
      target: { regions: [] },
      texts: PLAIN.texts,
    },
  },
  "nothing at all": { json: "{}", read: { texts: [], target: { regions: [], polygons: [], circles: [] } } },
  "no object": { json: "[1, 2]", read: { texts: [] } },
};
const NAMES = Object.keys(STORED);
/** The largest is large, and once it is on the air nothing about it depends on how it ended. */
const statesOf = (name: string) =>
  name === "largest" ? ["draft", "dispatching"] : ["draft", "dispatching", "completed", "cancelled"];
const STORIES = NAMES.flatMap((name) => statesOf(name).map((state) => ({ name, state })));

const SPEAKERS = tablesOf([speaker]);
const idOf = (name: string, state: string) => `bc-stored-${NAMES.indexOf(name)}-${state}`;

let world: BroadcastWorld;
beforeAll(async () => {
  world = await startBroadcastWorld();
  for (const { name, state } of STORIES) await store(idOf(name, state), state, STORED[name]!.json);
});
afterAll(() => world.stop());

/** A row as it may lie there: with a target, an order, a history and a source that are no better than the message. */
async function store(id: string, state: string, json: string): Promise<void> {
  const { pool } = world.db;
  const isDraft = state === "draft";
  const { rows } = await pool.query<{ broadcast_no: number }>(
    `insert into broadcasts (id, state, message, mode, class, level, headline, regions, created_by, released_at,
       expires_at, attempt, cap_identifier, cap_sender, cap_sent, source, attachments)
     values ($1, $2, $3::jsonb, 'actual', 'emergency', 2, '滑坡', '{520326}', 'test',
       case when $4 then null else now() - interval '1 minute' end, case when $4 then null else now() + interval '1 hour' end,
       $5, $1, 'test', now(), '{"sender": 7, "warnings": [{"rule": "x"}, "bad ring"], "more": true}', '[{"kind": 1}, "x"]')
     returning broadcast_no`,
    [id, state, json, isDraft, isDraft ? 0 : 1],
  );
  const broadcastNo = rows[0]!.broadcast_no;
  await pool.query(
    `insert into broadcast_history (broadcast_no, step, action, from_state, to_state, actor_type, details)
     values ($1, 1, 'invented', 'retired', 'another', 'person', '[1]')`,
    [broadcastNo],
  );
  if (isDraft) return;
  await pool.query(
    `insert into broadcast_targets (broadcast_no, device_no, region_code, state)
     select $1, device_no, region_code, 'failed' from devices where kind = 'speaker'`,
    [broadcastNo],
  );
  const order = {
    type: "start" as const,
    issuer: "test-platform",
    broadcastId: id,
    issuedAt: new Date(Date.now() - 60_000).toISOString(),
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    // What no order may say today.
    area: { regions: [], polygons: [], circles: [{ longitude: 107, latitude: 28, radiusKm: 0 }] },
    attempt: 1,
    mode: "actual" as const,
    class: "emergency" as const,
    level: 2,
    eventCode: "x",
    texts: [],
    volume: null,
    repeatCount: 0,
    tone: "of another version",
  };
  await pool.query(
    "insert into broadcast_orders (command_id, broadcast_no, type, attempt, jws, issued_at) values ($1, $2, 'start', 1, $3, now())",
    [`${id}.1`, broadcastNo, await sign(order)],
  );
}

describe.each(NAMES)("a stored message that is %s", (name) => {
  it.each(statesOf(name))(
    "is shown while the broadcast is %s, and in everything made of it",
    async (state) => {
      const url = `/v1/broadcasts/${idOf(name, state)}`;
      const { status, json } = await world.get("viewer", url);
      expect(status).toBe(200);
      expect(json.message).toMatchObject(STORED[name]!.read);
      expect(json).toMatchObject({
        source: {
          sender: "",
          warnings: [
            { rule: "x", message: "" },
            { rule: "import", message: "bad ring" },
          ],
        },
        attachments: [{ kind: "", deviceId: "", distanceKm: null }],
      });
      for (const part of ["history", "coverage", "targets", "report"]) {
        expect([part, (await world.get("viewer", `${url}/${part}`)).status]).toEqual([part, 200]);
      }
      expect((await world.get("viewer", `${url}/report`, "text/csv")).status).toBe(200);
      const cap = await world.get("viewer", url, "application/cap+xml");
      // What CAP cannot hold is said to be so.
      if (cap.status !== 200) {
        expect(["cap_invalid", "broadcast_incomplete"]).toContain(cap.json.code);
      }
    },
  );

  it("is told to live listeners", async () => {
    const told: string[] = [];
    const feed = createNewsFeed(({ id }) => told.push(id));
    const ids = statesOf(name).map((state) => idOf(name, state));
    const { rows } = await world.db.pool.query<{ broadcast_no: number }>(
      "select broadcast_no from broadcasts where id = any ($1) order by 1",
      [ids],
    );
    const numbers = rows.map(({ broadcast_no }) => broadcast_no);
    for (const broadcast of await getBroadcasts(world.db.pool, numbers)) feed.changed(broadcast);
    feed.stop();
    expect(told).toEqual(ids);
  });

  it("of a draft is submitted only when nothing of it is amiss, and can be mended", async () => {
    const id = idOf(name, "draft");
    const before = (await world.get("dispatcher", `/v1/broadcasts/${id}`)).json;
    const isWhole = name === "of a newer version";
    expect(before.missing.length === 0).toBe(isWhole);
    if (!isWhole) {
      const refused = await world.step("dispatcher", id, "submit", { revision: before.revision });
      // Of the largest nothing is amiss but that no command can carry it.
      const code = name === "largest" ? [422, "command_too_large"] : [409, "broadcast_incomplete"];
      expect(outcome(refused)).toEqual(code);
    }
    const mended = await world.patch("dispatcher", `/v1/broadcasts/${id}`, {
      ...PLAIN,
      revision: before.revision,
      responseTypes: ["Evacuate"],
      senderName: null,
      contact: null,
      web: null,
      startsAt: null,
      expiresAt: null,
      volume: null,
      repeatCount: 1,
    });
    expect(mended.json).toMatchObject({ missing: [], message: { texts: PLAIN.texts } });
  });
});

it("keeps no other broadcast from being listed, and none that is in force from the feed", async () => {
  const listed: string[] = [];
  // Large ones end a page early.
  for (let more = ""; listed.length < STORIES.length; ) {
    const { status, json } = await world.get("viewer", `/v1/broadcasts?limit=200${more}`);
    expect(status).toBe(200);
    listed.push(...json.items.map(({ id }: { id: string }) => id));
    if (json.nextCursor === null) break;
    more = `&cursor=${json.nextCursor}`;
  }
  expect(listed.sort()).toEqual(STORIES.map(({ name, state }) => idOf(name, state)).sort());
  const feed = await world.get("viewer", "/v1/broadcasts/feed.atom");
  expect(feed.status).toBe(200);
  expect(feed.text).toContain(idOf("of a newer version", "dispatching"));
});

it("is taken up by dispatch with the length of what can be read, and stopped, and tried again", async () => {
  const { pool } = world.db;
  const { broadcasts } = await readOnAir(pool, SPEAKERS, new Date(), PROOF_RULES);
  const byId = new Map(broadcasts.map((broadcast) => [broadcast.id, broadcast]));
  const onAir = STORIES.filter(({ state }) => state === "dispatching" || state === "cancelled");
  for (const { name, state } of onAir) expect(byId.has(idOf(name, state))).toBe(true);
  const askedOf = (name: string) => byId.get(idOf(name, "dispatching"))!.asked;
  expect(askedOf("largest")).toMatchObject({
    readingSeconds: spokenSeconds(LARGEST.texts, 1),
    repeatCount: 20,
  });
  expect(askedOf("of a newer version").readingSeconds).toBe(spokenSeconds(PLAIN.texts, 1));
  expect(askedOf("wrong in every field").readingSeconds).toBeGreaterThan(0);
  const dispatcher = createDispatcher({
    pool,
    speakers: SPEAKERS,
    sign,
    deliver: async () => "taken",
    isOnline: () => true,
    onProgress: () => {},
    log: createLogger("silent"),
    registry: new Registry(),
  });
  await dispatcher.resume();
  await dispatcher.stop();
  // Those that were cancelled have a stop now, for the area of their start.
  const { rows } = await pool.query<{ broadcast_no: number; jws: string }>(
    "select broadcast_no, jws from broadcast_orders where type = 'stop'",
  );
  expect(rows).toHaveLength(STORIES.filter(({ state }) => state === "cancelled").length);
  for (const { jws } of rows) {
    const stop = JSON.parse(Buffer.from(jws.split(".")[1]!, "base64url").toString());
    expect(stop).toMatchObject({ type: "stop", area: { circles: [{ radiusKm: 0 }] } });
  }
  for (const { name, state } of STORIES.filter((story) => story.state === "completed")) {
    const again = await world.step("duty-officer", idOf(name, state), "retry");
    expect([name, ...outcome(again)]).toEqual([name, 200, "dispatching"]);
  }
});

it("refuses moments that could not be said in an answer, before they are stored", async () => {
  const post = (change: object) =>
    world.post("dispatcher", "/v1/broadcasts", { ...PLAIN, class: "emergency", ...change });
  for (const at of ["0000-01-01T00:00:00+08:00", "9999-12-31T23:59:59-12:00"]) {
    const { status, json } = await post({ expiresAt: at });
    expect([status, json.code]).toEqual([400, "invalid_request"]);
    expect((await world.get("viewer", `/v1/broadcasts?from=${encodeURIComponent(at)}`)).status).toBe(400);
  }
});
