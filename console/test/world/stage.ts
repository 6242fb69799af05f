import type { DeviceCredential } from "../../../simulators/credentials.ts";
import type { SpeakerFleet, SpeakerFleetOptions } from "../../../simulators/speaker/fleet.ts";
import { flowsRun } from "../flow.ts";
import { type Ask, askAsAdministrator } from "./ask.ts";
import { readTownship, TOWNSHIPS, type Township } from "./places.ts";
import { connectSpeakers } from "./speakers.ts";

/** A township with its speakers, of which some may be off. */
export interface Stage {
  readonly township: Township;
  readonly fleet: SpeakerFleet;
  readonly off: readonly DeviceCredential[];
  /** Speakers that get an order, whether they are on or not. */
  readonly size: number;
  /** The villages that hear nothing, as people call them. */
  readonly silent: readonly string[];
  stop(): Promise<void>;
}

/** The name that people use: the console shows it without the committee. */
export const shortName = (name: string): string =>
  name.replace(/(村民|居民)?委员会$/, "").replace(/村村民$/, "村");

/** Lets the speakers of a township listen, but for the last `off` of them. */
export async function setStage(
  user: keyof typeof TOWNSHIPS,
  { off = 0, ...options }: { off?: number } & Partial<SpeakerFleetOptions> = {},
): Promise<Stage | undefined> {
  const run = flowsRun();
  if (run === null) return undefined;
  const ask = askAsAdministrator(run.world);
  const township = await readTownship(TOWNSHIPS[user], run.world, ask);
  const on = township.speakers.slice(0, township.speakers.length - off);
  const fleet = await connectSpeakers(run.world, on, options);
  const heard = new Set(on.map(({ regionCode }) => regionCode));
  return {
    township,
    fleet,
    off: township.speakers.slice(on.length),
    size: township.speakers.length,
    silent: township.villages.filter(({ code }) => !heard.has(code)).map(({ name }) => shortName(name)),
    stop: () => fleet.stop(0),
  };
}

export interface Written {
  readonly id: string;
  readonly revision: number;
}

/** A text that takes as many seconds as it has sentences, about. */
const spoken = (sentences: number) => "请立即上山。".repeat(sentences);

/** Writes a draft through the API. */
export async function writeDraft(
  ask: Ask,
  region: string,
  change: { mode?: "actual" | "drill"; level?: number; sentences?: number; repeatCount?: number } = {},
): Promise<Written> {
  const { mode = "drill", level = 2, sentences = 1, repeatCount = 1 } = change;
  const drill = mode === "drill";
  return ask("/v1/broadcasts", {
    method: "POST",
    body: {
      mode,
      level,
      eventCode: "11A51",
      texts: [
        {
          language: "zh-CN",
          headline: drill ? "山洪灾害演练" : "山洪灾害预警",
          description: `${drill ? "这是演习。" : ""}${spoken(sentences)}`,
        },
      ],
      target: { regions: [region] },
      repeatCount,
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    },
  });
}

/** Submits a draft. */
export async function submitDraft(ask: Ask, { id, revision }: Written): Promise<void> {
  await ask(`/v1/broadcasts/${id}/submit`, { method: "POST", body: { revision } });
}

/** Approves what another person has submitted. */
export async function approveDraft(ask: Ask, { id, revision }: Written): Promise<void> {
  await ask(`/v1/broadcasts/${id}/approve`, { method: "POST", body: { revision, reason: "已看过" } });
}

/** Waits until a broadcast is in one of these states. @returns the broadcast as it is then */
export async function untilState<T extends { state: string }>(
  ask: Ask,
  id: string,
  ...states: readonly string[]
): Promise<T> {
  const until = performance.now() + 60_000;
  for (;;) {
    const now = await ask<T>(`/v1/broadcasts/${id}`);
    if (states.includes(now.state)) return now;
    if (performance.now() > until) throw new Error(`${id} is ${now.state}, expected ${states.join(" or ")}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
