import { setTimeout as sleep } from "node:timers/promises";
import { createRandom } from "../../devices/random.ts";
import type { SpeakerFleet } from "../../simulators/speaker/fleet.ts";
import { signInDutyOfficer } from "../helpers/duty-officer.ts";
import { PlatformProcess, type PlatformProcessOptions } from "../helpers/platform-process.ts";
import {
  type Api,
  registerSpeakers,
  releaseBroadcast,
  type StageSpeaker,
  showBroadcast,
  startSpeakers,
  takeStep,
} from "./broadcast-stage.ts";

/**
 * The crash story of broadcasts: one is released to all speakers, and the platform is killed with SIGKILL at a random
 * moment, in some rounds just after the broadcast was cancelled. It starts again, and in the end what it says of each
 * speaker must be what the speaker itself has on record.
 */
export interface BroadcastRoundsOptions {
  readonly platform: PlatformProcessOptions;
  readonly rounds: number;
  readonly speakers: number;
  readonly seed: number;
  readonly report?: (line: string) => void;
}

export interface BroadcastRoundsResult {
  readonly rounds: number;
  readonly targets: number;
  readonly sounded: number;
  readonly refused: number;
  readonly failed: number;
  readonly offline: number;
  readonly cancelled: number;
  /** Targets that never came to an end. Must be 0. */
  readonly unresolved: number;
  /** Shown as sounded, but the speaker did not play to the end. Must be 0. */
  readonly claimed: number;
  /** The speaker played to the end, with current, and is not shown as sounded. Must be 0. */
  readonly denied: number;
  /** Plays of a speaker beyond one per broadcast. Must be 0. */
  readonly playedTwice: number;
  /** Plays that began after the stop had reached the speaker, or after the expiry. Must be 0. */
  readonly playedLate: number;
}

const VILLAGE = "520326001001";
/** One in ten is broken, so that not everything is well. */
const DEAD_EVERY = 10;
/** The text takes 3 s. */
const TEXT = "暴雨红色预警请立即转移到高处";
/** Kills come before, in and after it; by the golden ratio they are spread evenly however few they are. */
const LONGEST_WAIT_MS = 5_000;
const GOLDEN = 0.618;
/** Long enough for a restart on a busy machine; what is still open then is resolved by it. */
const LIFE_MS = 60_000;
const RESOLVED_WITHIN_MS = 150_000;
const LOOK_MS = 200;
/** From a cancellation to the last speaker that had its start on the line before the stop, on a busy machine. */
const STOP_TAKES_MS = 5_000;

export async function runBroadcastRounds(options: BroadcastRoundsOptions): Promise<BroadcastRoundsResult> {
  const { rounds, report = () => {} } = options;
  const random = createRandom(options.seed);
  const start = (seed: string, ports: Record<string, string>) =>
    PlatformProcess.start({
      ...options.platform,
      env: { ...options.platform.env, ...ports, SEED: seed, LOG_LEVEL: "warn" },
    });
  let platform = await start("regions", {});
  // The same ports after each kill, as devices know no others.
  const ports = { MQTT_PORT: String(platform.mqttPort), HTTP_PORT: String(platform.httpPort) };
  const api: Api = (path, init) => platform.api(path, init);
  const result = {
    rounds,
    targets: 0,
    sounded: 0,
    refused: 0,
    failed: 0,
    offline: 0,
    cancelled: 0,
    unresolved: 0,
    claimed: 0,
    denied: 0,
    playedTwice: 0,
    playedLate: 0,
  };
  let fleet: SpeakerFleet | undefined;
  try {
    const ids = Array.from({ length: options.speakers }, (_, i) => `bc-${i}`);
    const speakers = await registerSpeakers(api, ids, VILLAGE);
    const officer = await signInDutyOfficer(api, () => platform.httpPort);
    const faults = new Map(
      ids.filter((_, i) => i % DEAD_EVERY === 1).map((id) => [id, { amplifier_dead: 0 }]),
    );
    fleet = startSpeakers(platform, speakers, { faults, telemetryWhilePlayingMs: 1000 });
    for (let round = 1; round <= rounds; round++) {
      await fleet.untilListening(speakers.length, 120_000);
      const cancels = random.chance(1 / 3);
      const id = await releaseBroadcast(officer, {
        regions: [VILLAGE],
        text: TEXT,
        expiresAt: new Date(Date.now() + LIFE_MS),
      });
      const waitMs = (((round * GOLDEN + random.between(0, 0.1)) % 1) * LONGEST_WAIT_MS) | 0;
      await sleep(waitMs);
      let cancelledAt: number | undefined;
      if (cancels) {
        // It may have ended by itself meanwhile.
        cancelledAt = await takeStep(officer, id, "cancel", "a test").then(
          () => Date.now(),
          () => undefined,
        );
      }
      await platform.end("SIGKILL");
      platform = await start("none", ports);
      await fleet.untilListening(speakers.length, 120_000);
      const openTargets = await untilResolved(api, id);
      await untilSilent(fleet, id);
      const counted = await audit(api, fleet, id, speakers, faults, cancelledAt);
      for (const [key, count] of Object.entries(counted)) result[key as keyof typeof counted] += count;
      result.unresolved += openTargets;
      report(
        `round ${round}/${rounds}: killed after ${(waitMs / 1000).toFixed(1)} s${cancels ? ", cancelled" : ""}: ${JSON.stringify(counted)}`,
      );
    }
    return result;
  } finally {
    await fleet?.stop(0);
    await platform.end("SIGTERM");
  }
}

const FINAL = new Set(["completed", "cancelled", "expired", "failed"]);

/** Waits for the end of a broadcast. @returns how many targets are open then */
async function untilResolved(api: Api, id: string): Promise<number> {
  const deadline = Date.now() + RESOLVED_WITHIN_MS;
  for (;;) {
    const { state, counts } = await showBroadcast(api, id);
    const { waiting = 0, handedOver = 0, acknowledged = 0, started = 0 } = counts ?? {};
    const open = waiting + handedOver + acknowledged + started;
    if ((FINAL.has(state) && open === 0) || Date.now() > deadline) return open;
    await sleep(LOOK_MS);
  }
}

/** Waits until the last speaker has finished its text or was stopped, and its last word is taken in. */
async function untilSilent(fleet: SpeakerFleet, id: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  const sounds = () =>
    fleet.counters.plays.some(({ broadcastId, endedAt }) => broadcastId === id && endedAt === undefined);
  while (sounds() && Date.now() < deadline) await sleep(LOOK_MS);
}

interface ShownTarget {
  readonly deviceId: string;
  readonly state: string;
  readonly reason: string | null;
}

async function audit(
  api: Api,
  fleet: SpeakerFleet,
  id: string,
  speakers: readonly StageSpeaker[],
  faults: ReadonlyMap<string, unknown>,
  cancelledAt: number | undefined,
): Promise<Omit<BroadcastRoundsResult, "rounds" | "unresolved">> {
  const counts = { sounded: 0, refused: 0, failed: 0, offline: 0, cancelled: 0 };
  const wrong = { claimed: 0, denied: 0, playedTwice: 0, playedLate: 0 };
  const targets = await readTargets(api, id);
  const plays = fleet.counters.plays.filter(({ broadcastId }) => broadcastId === id);
  const times = fleet.counters.playsOf(id);
  const stopReached = cancelledAt === undefined ? Number.POSITIVE_INFINITY : cancelledAt + STOP_TAKES_MS;
  for (const { beganAt, expiresAt } of plays)
    if (beganAt > expiresAt || beganAt > stopReached) wrong.playedLate++;
  for (const { id: speakerId } of speakers) {
    const state = targets.get(speakerId)?.state;
    if (state !== undefined && state in counts) counts[state as keyof typeof counts]++;
    const began = times.get(speakerId) ?? 0;
    if (began > 1) wrong.playedTwice += began - 1;
    const toTheEnd = fleet.speakers
      .get(speakerId)
      ?.memory()
      .tasks.some(({ order, replies }) => order.broadcastId === id && replies.at(-1)?.outcome === "ended");
    const heard = toTheEnd === true && !faults.has(speakerId);
    if (state === "sounded" && !heard) wrong.claimed++;
    // One whose text ended while the stop was on its way may be shown as either.
    if (heard && state !== "sounded" && cancelledAt === undefined) wrong.denied++;
  }
  return { targets: targets.size, ...counts, ...wrong };
}

async function readTargets(api: Api, id: string): Promise<Map<string, ShownTarget>> {
  const targets = new Map<string, ShownTarget>();
  let cursor: string | null = null;
  do {
    const query: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    const page: { items: ShownTarget[]; nextCursor: string | null } = await api(
      `/v1/broadcasts/${id}/targets?limit=200${query}`,
    );
    for (const target of page.items) targets.set(target.deviceId, target);
    cursor = page.nextCursor;
  } while (cursor);
  return targets;
}
