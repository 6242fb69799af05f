import { createSpeakerFleet } from "../../simulators/speaker/fleet.ts";
import type { LoadDevice } from "../fleet.ts";

/** All speakers of a story in one process of their own. Started through `Child`. */
export interface SpeakersOrder {
  readonly mqttUrl: string;
  /** The address of the public keys. */
  readonly keysUrl: string;
  /** The public half of their root. */
  readonly root: string;
  readonly regionCode: string;
  readonly devices: readonly LoadDevice[];
  readonly withinMs: number;
}
export type SpeakersCommand =
  /** Asks for the plays of one broadcast. */
  { readonly type: "count"; readonly broadcastId: string };
export type SpeakersMessage =
  | { readonly type: "listening" }
  | {
      readonly type: "played";
      readonly speakers: number;
      /** Plays beyond the first of a speaker. */
      readonly again: number;
      readonly residentBytes: number;
    };

const say = (message: SpeakersMessage) => process.send?.(message);

function start({ mqttUrl, keysUrl, root, regionCode, devices, withinMs }: SpeakersOrder): void {
  const fleet = createSpeakerFleet({
    mqttUrl,
    speakers: devices.map(({ id, token }) => ({ id, regionCode, username: id, password: token })),
    roots: [root],
    fetchKeys: async () => (await fetch(keysUrl)).json(),
    reconnect: { shortestWaitMs: 500, longestWaitMs: 2000 },
  });
  fleet.untilListening(devices.length, withinMs).then(
    () => say({ type: "listening" }),
    (error: Error) => {
      process.stderr.write(`${error.message}\n`);
      process.exit(1);
    },
  );
  process.on("message", ({ type, broadcastId }: SpeakersCommand) => {
    if (type !== "count") return;
    const times = [...fleet.counters.playsOf(broadcastId).values()];
    say({
      type: "played",
      speakers: times.length,
      again: times.reduce((sum, count) => sum + count - 1, 0),
      residentBytes: process.memoryUsage.rss(),
    });
  });
}

process.once("message", start);
