import { Registry } from "prom-client";
import { expect, onTestFinished, vi } from "vitest";
import { tablesOf } from "../../app/kind-tables.ts";
import { createLogger } from "../../base/log.ts";
import type { Order } from "../../broadcast/contract/command.ts";
import {
  createDispatcher,
  type Dispatcher,
  type DispatcherOptions,
} from "../../broadcast/dispatch/dispatcher.ts";
import type { OnAirProgress } from "../../broadcast/dispatch/on-air.ts";
import type { DispatchSettings } from "../../broadcast/dispatch/settings.ts";
import type { CommittedReply } from "../../broadcast/dispatch/speaker-facts.ts";
import { reopenForRetry, storeStart } from "../../broadcast/orders/start-orders.ts";
import { speaker } from "../../devices/kinds/speaker/kind.ts";
import { lockBroadcasts } from "../../store/broadcast/broadcasts.ts";
import { listHistory } from "../../store/broadcast/history.ts";
import { moveBroadcast } from "../../store/broadcast/moves.ts";
import { insertOrder } from "../../store/broadcast/orders.ts";
import { insertTargets } from "../../store/broadcast/targets.ts";
import { type Pool, withTransaction } from "../../store/database/database.ts";
import { insertReplies } from "../../store/events/write-events.ts";
import { addDevice } from "../helpers/ingest.ts";

export const SPEAKERS = tablesOf([speaker]);

/**
 * Nothing runs out by itself: a test shortens the one wait that it is about, so that a slow machine cannot make
 * another one run out.
 */
export const PATIENT: Partial<DispatchSettings> = {
  answerWaitsMs: [60_000],
  startWaitMs: 60_000,
  lengthFactor: 1,
  lengthMarginMs: 60_000,
  evidenceGraceMs: 60_000,
  expiryGraceMs: 80,
  outageGraceMs: 100,
  correctMs: 10,
  provenKeptMs: 0,
  flushMs: 10,
  tickMs: 10,
};

/** Not signed by anybody: who checks it is the terminal, and that is tested elsewhere. */
export const sign = async (order: Order): Promise<string> =>
  `e30.${Buffer.from(JSON.stringify(order)).toString("base64url")}.c2ln`;

let made = 0;

export interface Released {
  readonly broadcastNo: number;
  readonly id: string;
  readonly commandId: string;
}

/** Releases a broadcast to speakers, as the service does it, by SQL. */
export async function release(
  pool: Pool,
  speakers: readonly { deviceNo: number }[],
  { level = 1, cls = "emergency", lifeMs = 60_000, startsInMs = undefined as number | undefined } = {},
): Promise<Released> {
  const id = `b-${process.pid}-${++made}`;
  const now = Date.now();
  const expiresAt = new Date(now + lifeMs);
  const startsAt = startsInMs === undefined ? null : new Date(now + startsInMs);
  const texts = [{ language: "zh-CN", headline: "山洪", description: "请上山" }];
  const area = { regions: ["520326"], polygons: [], circles: [] };
  const message = {
    mode: "actual",
    class: cls,
    level,
    eventCode: "11A51",
    texts,
    target: area,
    repeatCount: 1,
  };
  const { rows } = await pool.query<{ broadcast_no: number }>(
    `insert into broadcasts (id, state, message, mode, class, level, headline, regions, created_by, released_at,
       starts_at, expires_at, attempt, cap_identifier, cap_sender, cap_sent)
     values ($1, 'dispatching', $2::jsonb, 'actual', $3, $4, '山洪', '{520326}', 'test', $5::timestamptz,
       $6::timestamptz, $7::timestamptz, 1, $1, 'test', now()) returning broadcast_no`,
    [
      id,
      JSON.stringify(message),
      cls,
      level,
      new Date(now).toISOString(),
      startsAt?.toISOString() ?? null,
      expiresAt.toISOString(),
    ],
  );
  const broadcastNo = rows[0]!.broadcast_no;
  await insertTargets(
    pool,
    broadcastNo,
    speakers.map(({ deviceNo }) => ({ deviceNo, regionCode: "520326001001" })),
  );
  const jws = await sign({
    type: "start",
    issuer: "test",
    broadcastId: id,
    issuedAt: new Date(now).toISOString(),
    expiresAt: expiresAt.toISOString(),
    area,
    attempt: 1,
    mode: "actual",
    class: cls as "emergency",
    level,
    eventCode: "11A51",
    texts,
    volume: null,
    repeatCount: 1,
  });
  const commandId = `${id}.1`;
  await insertOrder(pool, {
    commandId,
    broadcastNo,
    type: "start",
    attempt: 1,
    jws,
    issuedAt: new Date(now),
  });
  return { broadcastNo, id, commandId };
}

export interface Heard {
  readonly deviceId: string;
  readonly commandId: string;
  readonly order: Order;
  /** `performance.now()`. */
  readonly at: number;
}

/** A dispatcher with speakers whose lines and answers are in the test's hand. */
export interface Scene {
  readonly dispatcher: Dispatcher;
  readonly registry: Registry;
  readonly heard: Heard[];
  readonly progress: OnAirProgress[];
  readonly online: Set<string>;
  readonly logged: { msg: string }[];
  /** A speaker connects and subscribes. */
  connect(deviceId: string): void;
  disconnect(deviceId: string): void;
  /** An answer is committed and told. */
  reply(speaker: { deviceNo: number }, commandId: string, outcome: string, more?: ReplyMore): Promise<void>;
  /** A reading is committed and told. */
  measure(
    speaker: { deviceNo: number },
    amplifierCurrent: number,
    more?: { at?: number; volume?: number },
  ): Promise<void>;
  /** The whole course of one that does as it is told. */
  play(speaker: { deviceNo: number }, commandId: string): Promise<void>;
  target(released: Released, speaker: { deviceNo: number }): Promise<Record<string, unknown>>;
  stateOf(released: Released): Promise<string>;
  /** An operator tries again what failed, as the service does it. */
  retry(released: Released): Promise<void>;
  /** Ends it without a farewell, as SIGKILL does: nothing more is written. */
  kill(): void;
}

interface ReplyMore {
  readonly at?: number;
  readonly tell?: boolean;
  readonly reason?: string;
  readonly previous?: string;
  readonly secondsPlayed?: number;
}

export function startScene(
  pool: Pool,
  options: Partial<DispatcherOptions> & {
    online?: Iterable<string>;
    settings?: Partial<DispatchSettings>;
  } = {},
): Scene {
  const heard: Heard[] = [];
  const progress: OnAirProgress[] = [];
  const online = new Set(options.online);
  const logged: Scene["logged"] = [];
  const registry = new Registry();
  let dead = false;
  // A process that was killed writes nothing more.
  const own = Object.create(pool) as Pool;
  own.query = ((...args: Parameters<Pool["query"]>) =>
    dead ? new Promise(() => {}) : pool.query(...args)) as Pool["query"];
  own.connect = (() => (dead ? new Promise(() => {}) : pool.connect())) as Pool["connect"];
  const dispatcher = createDispatcher({
    pool: own,
    speakers: SPEAKERS,
    sign,
    async deliver({ id: deviceId }, { payload }) {
      if (dead || !online.has(deviceId)) return "not_listening";
      const { commandId, jws } = JSON.parse(payload) as { commandId: string; jws: string };
      const order = JSON.parse(Buffer.from(jws.split(".")[1]!, "base64url").toString()) as Order;
      heard.push({ deviceId, commandId, order, at: performance.now() });
      return "taken";
    },
    isOnline: (deviceId) => online.has(deviceId),
    onProgress: (news) => progress.push(news),
    log: createLogger("debug", { write: (line) => logged.push(JSON.parse(line)) }),
    registry,
    ...options,
    settings: { ...PATIENT, ...options.settings },
  });
  onTestFinished(async () => {
    if (!dead) await dispatcher.stop();
  });
  const scene: Scene = {
    dispatcher,
    registry,
    heard,
    progress,
    online,
    logged,
    connect(deviceId) {
      online.add(deviceId);
      dispatcher.onListening(deviceId);
    },
    disconnect: (deviceId) => void online.delete(deviceId),
    async reply({ deviceNo }, commandId, outcome, { at = Date.now(), tell = true, ...data } = {}) {
      const reply = {
        deviceNo,
        commandId,
        outcome,
        observedAt: at,
        receivedAt: Date.now(),
        data: JSON.stringify(data),
      };
      await insertReplies(pool, [reply]);
      if (tell) dispatcher.onReplies([reply satisfies CommittedReply]);
    },
    async measure({ deviceNo }, amplifierCurrent, { at = Date.now(), volume = 80 } = {}) {
      const soundLevel = amplifierCurrent > 0.5 ? 95 : 45;
      await pool.query(
        `insert into readings_speaker (device_no, observed_at, received_at, amplifier_current, sound_level, play_state, volume)
         values ($1, $2::timestamptz, now(), $3::float8 * 100, $4::float8 * 10, 'playing', $5)`,
        [deviceNo, new Date(at).toISOString(), amplifierCurrent, soundLevel, volume],
      );
      dispatcher.onReadings([
        {
          deviceNo,
          observedAt: at,
          receivedAt: Date.now(),
          amplifierCurrent,
          soundLevel,
          playState: "playing",
          volume,
        },
      ]);
    },
    async play(speaker, commandId) {
      const at = Date.now();
      await scene.reply(speaker, commandId, "accepted", { at });
      await scene.reply(speaker, commandId, "started", { at: at + 1 });
      await scene.measure(speaker, 2.8, { at: at + 2 });
      await scene.reply(speaker, commandId, "ended", { at: at + 3, secondsPlayed: 1 });
    },
    async target({ broadcastNo }, { deviceNo }) {
      const { rows } = await pool.query(
        "select * from broadcast_targets where broadcast_no = $1 and device_no = $2",
        [broadcastNo, deviceNo],
      );
      return rows[0];
    },
    async stateOf({ broadcastNo }) {
      const { rows } = await pool.query("select state from broadcasts where broadcast_no = $1", [
        broadcastNo,
      ]);
      return rows[0].state;
    },
    async retry({ broadcastNo }) {
      await withTransaction(pool, async (tx) => {
        const [broadcast] = await lockBroadcasts(tx, [broadcastNo]);
        const { attempt, targets, again } = await reopenForRetry(tx, broadcast!);
        await moveBroadcast(tx, broadcastNo, { state: "dispatching", ...(targets > 0 ? { attempt } : {}) });
        if (targets === 0) return;
        await storeStart(tx, { issuer: "test", keys: { sign } }, broadcast!, attempt, new Date(), again);
      });
      await dispatcher.retry(broadcastNo);
    },
    kill() {
      dead = true;
      void dispatcher.stop();
    },
  };
  return scene;
}

/** Registers speakers with ids of their own. */
export async function addSpeakers(pool: Pool, count: number): Promise<{ id: string; deviceNo: number }[]> {
  const speakers = [];
  for (let i = 0; i < count; i++) speakers.push(await addDevice(pool, `sp-${++made}`, { kind: "speaker" }));
  return speakers;
}

export const until = (check: () => unknown) => vi.waitFor(check);

/** The rows of a broadcast's history that say what was corrected after its end. */
export const correctionsOf = async (pool: Pool, { broadcastNo }: Released) =>
  (await listHistory(pool, broadcastNo)).filter(({ action }) => action === "correct");

/** A broadcast to some speakers that has ended: nobody has answered, unless `course` makes one. */
export async function ended(
  pool: Pool,
  count: number,
  state: string,
  course: (
    scene: Scene,
    released: Released,
    speakers: { id: string; deviceNo: number }[],
  ) => Promise<void> = async () => {},
  settings = {},
) {
  const speakers = await addSpeakers(pool, count);
  const scene = startScene(pool, { settings: { answerWaitsMs: [400], evidenceGraceMs: 60, ...settings } });
  for (const { id } of speakers) scene.online.add(id);
  const released = await release(pool, speakers);
  await scene.dispatcher.begin(released.broadcastNo);
  await course(scene, released, speakers);
  await until(async () => expect(await scene.stateOf(released)).toBe(state));
  return { speakers, scene, released };
}

/** A target of which nobody has heard a word. */
export const NOTHING_KNOWN = {
  handedOverAt: null,
  acknowledgedAt: null,
  startedAt: null,
  evidenceAt: null,
  evidenceCurrent: null,
  evidenceSoundLevel: null,
  endedAt: null,
  secondsPlayed: null,
};
