import type { DeviceCredential } from "../credentials.ts";
import { type Fleet, startFleet } from "../fleet.ts";
import type { Counters } from "./counters.ts";
import { createSpeakers, type Speakers, type SpeakersOptions } from "./speakers.ts";

export interface SpeakerFleetOptions extends SpeakersOptions {
  readonly mqttUrl: string;
  /** Without a kind they are of the one that every village has. */
  readonly speakers: readonly (Omit<DeviceCredential, "kind"> & Partial<Pick<DeviceCredential, "kind">>)[];
  readonly seed?: number;
  /** Ordinary reports come this many times as often as the kind says. Default 1: every minute. */
  readonly speedUp?: number;
  /** The first reports of all are spread over this time. Default 10 ms a speaker, at most 8 s. */
  readonly spreadMs?: number;
  readonly reconnect?: { readonly shortestWaitMs: number; readonly longestWaitMs: number };
}

/** Speakers alone, for tests and load: they connect, subscribe, verify, play and report as the demo's do. */
export interface SpeakerFleet {
  readonly counters: Counters;
  readonly speakers: Speakers;
  readonly fleet: Fleet;
  /** The number of speakers that hear commands now. */
  readonly listening: number;
  /** Resolves when so many hear commands. @throws Error when that takes longer */
  untilListening(count: number, withinMs: number): Promise<void>;
  stop(graceMs?: number): Promise<void>;
}

const LOOK_EVERY_MS = 20;

export function createSpeakerFleet(options: SpeakerFleetOptions): SpeakerFleet {
  const speakers = createSpeakers(options);
  void speakers.keys.refresh();
  const fleet = startFleet({
    mqttUrl: options.mqttUrl,
    devices: options.speakers.map((speaker) => ({ kind: "speaker", ...speaker })),
    seed: options.seed ?? 1,
    speedUp: options.speedUp ?? 1,
    historyDays: 0,
    historyShare: 0,
    loss: 0,
    speakers,
    ...(options.spreadMs === undefined ? {} : { spreadMs: options.spreadMs }),
    ...(options.reconnect ? { reconnect: options.reconnect } : {}),
  });
  return {
    counters: speakers.counters,
    speakers,
    fleet,
    get listening() {
      return fleet.listening();
    },
    async untilListening(count, withinMs) {
      const deadline = Date.now() + withinMs;
      while (fleet.listening() < count) {
        if (Date.now() > deadline) {
          const { trouble } = fleet.state().connections;
          const why = trouble === undefined ? "" : `: ${trouble}`;
          throw new Error(`${fleet.listening()} of ${count} speakers listen after ${withinMs} ms${why}`);
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    },
    stop: async (graceMs = 5000) => void (await fleet.stop(graceMs)),
  };
}
