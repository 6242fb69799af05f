import type { DeviceCredential } from "../../simulators/credentials.ts";
import {
  createSpeakerFleet,
  type SpeakerFleet,
  type SpeakerFleetOptions,
} from "../../simulators/speaker/fleet.ts";

/** The API of a platform, wherever it runs. */
export type Api = <T>(path: string, init?: { method?: string; body?: unknown }) => Promise<T>;

export type StageSpeaker = Omit<DeviceCredential, "kind"> & { readonly kind?: string };

/** Registers speakers through the API. */
export async function registerSpeakers(
  api: Api,
  ids: readonly string[],
  regionCode: string,
  kind = "speaker",
): Promise<StageSpeaker[]> {
  const speakers: StageSpeaker[] = [];
  for (const id of ids) {
    const { credentials } = await api<{ credentials: { username: string; password: string } }>(
      "/v1/devices",
      {
        method: "POST",
        body: { id, kind, regionCode },
      },
    );
    speakers.push({ id, kind, regionCode, ...credentials });
  }
  return speakers;
}

/** Speakers as processes of their own would be: through the front door, with the platform's published keys. */
export function startSpeakers(
  ports: { readonly mqttPort: number; readonly httpPort: number },
  speakers: readonly StageSpeaker[],
  options: Partial<SpeakerFleetOptions> = {},
): SpeakerFleet {
  return createSpeakerFleet({
    mqttUrl: `mqtt://127.0.0.1:${ports.mqttPort}`,
    speakers,
    fetchKeys: async () => (await fetch(`http://127.0.0.1:${ports.httpPort}/v1/broadcasts/keys`)).json(),
    // Their ordinary reports are not what is looked at.
    spreadMs: 60_000,
    telemetryWhilePlayingMs: 300,
    reconnect: { shortestWaitMs: 50, longestWaitMs: 500 },
    ...options,
  });
}

export interface BroadcastWords {
  readonly regions: readonly string[];
  readonly level?: 1 | 2 | 3 | 4;
  readonly text?: string;
  readonly expiresAt?: Date;
  readonly repeatCount?: number;
}

/** Five characters: about a second. */
const SHORT = "请立即上山";

/** Writes a draft. @returns its id */
export async function draftBroadcast(api: Api, words: BroadcastWords): Promise<string> {
  const { regions, level = 1, text = SHORT, expiresAt, repeatCount = 1 } = words;
  const { id } = await api<{ id: string }>("/v1/broadcasts", {
    method: "POST",
    body: {
      mode: "actual",
      level,
      eventCode: "11A51",
      texts: [{ language: "zh-CN", headline: "山洪灾害预警", description: text }],
      target: { regions },
      repeatCount,
      ...(expiresAt ? { expiresAt: expiresAt.toISOString() } : {}),
    },
  });
  return id;
}

/** Writes a draft and releases it through the green channel, as a duty officer may. @returns its id */
export async function releaseBroadcast(api: Api, words: BroadcastWords): Promise<string> {
  const id = await draftBroadcast(api, words);
  await takeStep(api, id, "release");
  return id;
}

/** Takes a step, having looked at the broadcast as it is now. */
export async function takeStep(
  api: Api,
  id: string,
  step: string,
  reason?: string,
): Promise<{ state: string }> {
  const { revision } = await showBroadcast(api, id);
  return api(`/v1/broadcasts/${id}/${step}`, {
    method: "POST",
    body: { revision, ...(reason === undefined ? {} : { reason }) },
  });
}

export interface ShownBroadcast {
  readonly state: string;
  readonly revision: number;
  readonly counts: Readonly<Record<string, number>> | null;
}

export const showBroadcast = (api: Api, id: string) => api<ShownBroadcast>(`/v1/broadcasts/${id}`);
