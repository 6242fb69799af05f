import { setTimeout as sleep } from "node:timers/promises";
import type { DemoAccess } from "../seeds/demo-access-file.ts";
import { DEMO_COUNTY } from "../seeds/demo-plan.ts";

/**
 * The story that the demo plays by itself, as people would: a meter senses a leak, the platform proposes a warning, a
 * dispatcher completes and submits it, an approver releases it, and speakers sound but for one whose amplifier is dead.
 * All of it goes through the API.
 */
const STORY = {
  /** In the same village as the first speaker. */
  meter: `gm-${DEMO_COUNTY}-000002`,
  /** Of the same township. */
  deadSpeaker: `sp-${DEMO_COUNTY}-000002`,
  dispatcher: "zhang.min",
  approver: "wang.fang",
  operator: "chen.jie",
} as const;

/** Arguments that make the fleet play its part. */
export const STORY_FLEET_ARGS: readonly string[] = [
  "--scenario",
  "leak",
  "--scenario-device",
  STORY.meter,
  "--speaker-fault",
  `amplifier_dead=${STORY.deadSpeaker}`,
];

/** How long each step may take; the fleet may be busy with its past. */
const PATIENCE_MS = 180_000;
const POLL_MS = 500;

/** Codes of townships have nine digits, of villages twelve. */
const TOWNSHIP_DIGITS = 9;

interface Broadcast {
  readonly id: string;
  readonly state: string;
  readonly revision: number;
  readonly createdBy: string;
  readonly headline: string;
  readonly regions: readonly string[];
}
interface Page<T> {
  readonly items: readonly T[];
}
interface TargetState {
  readonly deviceId: string;
  readonly state: string;
  readonly reason: string | null;
}

export interface StoryOptions {
  readonly api: string;
  readonly access: DemoAccess;
  readonly out: (text: string) => void;
  readonly stop: AbortSignal;
}

type Call = <T>(path: string, method?: "GET" | "POST" | "PATCH", body?: object) => Promise<T>;

async function request<T>(api: string, path: string, init: RequestInit): Promise<T> {
  const response = await fetch(`${api}${path}`, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${init.method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}

/** Signs a person of the demo in. @returns a function that calls the API as that person */
async function signIn({ api, access }: StoryOptions, id: string): Promise<Call> {
  const json = { "content-type": "application/json" };
  const password = access.people.find((person) => person.id === id)?.password;
  if (password === undefined) throw new Error(`the demo has no person '${id}'`);
  const body = JSON.stringify({ username: id, password, type: "bearer" });
  const { token } = await request<{ token: string }>(api, "/v1/sessions", {
    method: "POST",
    headers: json,
    body,
  });
  return (path, method = "GET", content) =>
    request(api, path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(content ? json : {}) },
      ...(content ? { body: JSON.stringify(content) } : {}),
    });
}

/** Asks again until there is an answer. @returns undefined when the demo ends or patience does */
async function waitFor<T>(stop: AbortSignal, ask: () => Promise<T | undefined>): Promise<T | undefined> {
  const until = performance.now() + PATIENCE_MS;
  while (!stop.aborted && performance.now() < until) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(POLL_MS, undefined, { signal: stop }).catch(() => {});
  }
  return undefined;
}

/**
 * Closes the leak of an earlier run: a new one is a new alarm, and each alarm proposes once. Before the fleet starts.
 */
export async function closeEarlierLeak(options: StoryOptions): Promise<void> {
  const operator = await signIn(options, STORY.operator);
  const { items } = await operator<Page<{ id: number; rule: string }>>(`/v1/alarms?device=${STORY.meter}`);
  for (const { id, rule } of items) {
    if (rule === "leak") await operator(`/v1/alarms/${id}/acknowledge`, "POST", {});
  }
}

/** Plays the story and tells it. @param since when the fleet was started: older drafts belong to another run */
export async function playStory(options: StoryOptions, since: Date): Promise<void> {
  const { out, stop } = options;
  const began = performance.now();
  const tell = (text: string) =>
    out(`  ${`+${((performance.now() - began) / 1000).toFixed(1)} s`.padStart(8)}  ${text}\n`);
  out("A gas leak, from the sensor to the speakers:\n");
  const dispatcher = await signIn(options, STORY.dispatcher);

  const draft = await waitFor(stop, async () => {
    const { items } = await dispatcher<Page<Broadcast & { createdAt: string }>>("/v1/broadcasts?state=draft");
    return items.find((item) => item.createdBy === "platform" && new Date(item.createdAt) >= since);
  });
  if (!draft) return tell("no draft appeared; the log tells why");
  tell(
    `${STORY.meter}, behind its gateway, reports a leak, and the platform proposes: ${draft.headline} (${draft.id})`,
  );

  // One speaker stands in the village; its township hears the warning, in few words.
  const township = draft.regions[0]!.slice(0, TOWNSHIP_DIGITS);
  const texts = [
    { language: "zh-CN", headline: draft.headline, description: "发生燃气泄漏，请立即关阀、开窗、撤离。" },
  ];
  const change = { revision: draft.revision, texts, target: { regions: [township] } };
  const { revision } = await dispatcher<Broadcast>(`/v1/broadcasts/${draft.id}`, "PATCH", change);
  await dispatcher(`/v1/broadcasts/${draft.id}/submit`, "POST", { revision });
  tell(`${STORY.dispatcher} widens it to township ${township} and submits it`);

  const approver = await signIn(options, STORY.approver);
  await approver(`/v1/broadcasts/${draft.id}/approve`, "POST", {
    reason: "seen on the village camera",
    revision,
  });
  tell(`${STORY.approver} approves it, and it goes out`);

  const done = await waitFor(stop, async () => {
    const now = await approver<Broadcast>(`/v1/broadcasts/${draft.id}`);
    return ["completed", "failed", "expired", "cancelled"].includes(now.state) ? now : undefined;
  });
  if (!done) return tell("it is not over yet; look at it with the command below");
  const { items } = await approver<Page<TargetState>>(`/v1/broadcasts/${draft.id}/targets`);
  tell(
    `${done.state}: ${items.filter(({ state }) => state === "sounded").length} of ${items.length} speakers`,
  );
  for (const { deviceId, state, reason } of items) {
    out(`            ${deviceId}  ${state}${reason ? `: ${reason}` : ""}\n`);
  }
  out(`  The whole report: GET /v1/broadcasts/${draft.id}/report\n\n`);
}
