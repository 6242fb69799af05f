import { repeat } from "../../base/periodic.ts";
import { volumeOf } from "../../devices/kinds/speaker/simulate.ts";
import { chanceAt, seedOf } from "../../devices/noise.ts";
import type { SpeakerPlace } from "./admit.ts";
import { type Counters, createCounters } from "./counters.ts";
import type { Faults } from "./faults.ts";
import { createKeyCache, FETCH_EVERY_MS, type KeyCache } from "./keys.ts";
import { type FleetMemory, packMemories, unpackMemory } from "./memory.ts";
import { voiceOf } from "./script.ts";
import { createSpeaker, type Shared, type Speaker, type Ways } from "./speaker.ts";
import { createVerifier, type Verifier } from "./verify.ts";
import { createWheel } from "./wheel.ts";

export interface SpeakersOptions {
  /** Asks the platform for the public keys that verify commands: `GET /v1/broadcasts/keys`. */
  readonly fetchKeys: () => Promise<unknown>;
  /** The public halves of the roots that they were given. Without any they believe any answer. */
  readonly roots?: readonly string[] | undefined;
  /** How often they fetch keys without being told to. Default ten minutes. */
  readonly fetchKeysEveryMs?: number;
  /** The least time between two fetches for a key that is not known. Default 30 s. */
  readonly refetchKeysMs?: number;
  /** Texts are read this many times as fast. Default 1. */
  readonly timeScale?: number;
  /** How often a speaker that plays reports. Default 2 s, whatever the time scale. */
  readonly telemetryWhilePlayingMs?: number;
  /** By device id. */
  readonly faults?: ReadonlyMap<string, Faults>;
  /** The memory of the fleet from its last end. */
  readonly memory?: FleetMemory | undefined;
  /** Writes the memory; the speakers wait for it before they act. Absent: nothing outlives the process. */
  readonly keep?: () => Promise<void>;
  /** Called when a fetch of keys failed. */
  readonly onTrouble?: (why: string) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Draws the voice of a speaker; see `chanceAt`. */
const VOICE = 0x701ce;

/** The speakers of one process, with everything that they share. */
export interface Speakers {
  add(speaker: { id: string; seed: number; place: SpeakerPlace; ways: Ways }): Speaker;
  get(id: string): Speaker | undefined;
  readonly keys: KeyCache;
  readonly verifier: Verifier;
  readonly counters: Counters;
  memory(): FleetMemory;
  /** Falls silent, and gives up the rest. */
  stop(): void;
}

export function createSpeakers(options: SpeakersOptions): Speakers {
  const { now = Date.now, faults = new Map<string, Faults>() } = options;
  // A disk that cannot be written must not silence a warning. The keeper of the memory reports it.
  const keep = options.keep && (() => options.keep!().catch(() => undefined));
  const keys = createKeyCache({
    fetchKeys: options.fetchKeys,
    roots: options.roots,
    trust: options.memory?.trust,
    ...(keep ? { onTrust: keep } : {}),
    onNews(news) {
      for (const speaker of speakers.values()) speaker.hearOfKeys(news);
    },
    now,
    ...(options.refetchKeysMs === undefined ? {} : { refetchMs: options.refetchKeysMs }),
    ...(options.onTrouble ? { onTrouble: options.onTrouble } : {}),
  });
  // Also while no command comes: the next one may be signed with a key that was taken out in the meantime.
  const fetching = repeat(() => keys.refresh(), options.fetchKeysEveryMs ?? FETCH_EVERY_MS);
  const verifier = createVerifier(keys);
  const wheel = createWheel({ now });
  const counters = createCounters();
  const speakers = new Map<string, Speaker>();
  const shared: Shared = {
    verifier,
    wheel,
    counters,
    now,
    timeScale: options.timeScale ?? 1,
    telemetryWhilePlayingMs: options.telemetryWhilePlayingMs ?? 2000,
    keep,
  };
  return {
    keys,
    verifier,
    counters,
    add({ id, seed, place, ways }) {
      const speaker = createSpeaker(
        {
          id,
          seed: seedOf(id, seed),
          place,
          volume: volumeOf(seed),
          voice: voiceOf(chanceAt(seedOf(id, seed), VOICE)),
          faults: faults.get(id) ?? {},
          memory: options.memory && unpackMemory(options.memory, id),
          ways,
        },
        shared,
      );
      speakers.set(id, speaker);
      return speaker;
    },
    get: (id) => speakers.get(id),
    memory: () =>
      packMemories(
        [...speakers].map(([id, speaker]) => [id, speaker.memory()] as const),
        keys.trust(),
      ),
    stop() {
      // Speakers that are gone wait for no answer.
      void fetching.stop();
      wheel.stop();
    },
  };
}
