import type { DeviceCredential } from "../../../simulators/credentials.ts";
import {
  createSpeakerFleet,
  type SpeakerFleet,
  type SpeakerFleetOptions,
} from "../../../simulators/speaker/fleet.ts";
import type { WorldFacts } from "./start-world.ts";

/** Long enough for a machine that is busy with other suites. */
const PATIENCE_MS = 60_000;

/** Lets speakers listen, as processes of their own would: through the front door, with the root that they were given. */
export async function connectSpeakers(
  world: WorldFacts,
  speakers: readonly DeviceCredential[],
  options: Partial<SpeakerFleetOptions> = {},
): Promise<SpeakerFleet> {
  const fleet = createSpeakerFleet({
    mqttUrl: `mqtt://127.0.0.1:${world.mqttPort}`,
    speakers,
    roots: [world.root],
    fetchKeys: async () => (await fetch(`${world.origin}/v1/broadcasts/keys`)).json(),
    spreadMs: 1000,
    telemetryWhilePlayingMs: 300,
    reconnect: { shortestWaitMs: 50, longestWaitMs: 500 },
    ...options,
  });
  await fleet.untilListening(speakers.length, PATIENCE_MS);
  return fleet;
}
