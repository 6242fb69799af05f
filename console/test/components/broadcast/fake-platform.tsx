import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";
import type { BroadcastJson } from "../../../src/api/broadcasts.ts";

/** A request that the page has sent. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** What the platform answers, by `METHOD path`; a function is asked anew each time. */
export type Answers = Record<string, unknown | ((asked: Asked) => unknown)>;

/** An answer that is not 200. */
export class Refusal {
  readonly status: number;
  readonly problem: object;
  constructor(status: number, code: string, more: object = {}) {
    this.status = status;
    this.problem = { code, title: code, status, ...more };
  }
}

/** Stands for the platform: answers what a test says it does, and keeps what was asked. */
export function fakePlatform(answers: Answers): { readonly asked: Asked[] } {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, search } = new URL(request.url);
    const text = await request.text();
    const one = { method: request.method, path: pathname, body: text ? JSON.parse(text) : undefined };
    asked.push(one);
    const key = [`${one.method} ${pathname}${search}`, `${one.method} ${pathname}`].find(
      (key) => key in answers,
    );
    const found = key === undefined ? new Refusal(404, "not_found", { detail: pathname }) : answers[key];
    const answer = typeof found === "function" ? await found(one) : found;
    const [status, body] = answer instanceof Refusal ? [answer.status, answer.problem] : [200, answer];
    return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
  });
  return { asked };
}

export const step = (action: string, allowed: boolean, code: string | null = null) =>
  ({ action, allowed, code, detail: null, needsCode: false }) as BroadcastJson["steps"][number];

/** A broadcast that zhang.min has submitted. */
export function broadcastOf(more: Partial<BroadcastJson> = {}): BroadcastJson {
  return {
    id: "bc-1",
    state: "pending_approval",
    revision: 2,
    headline: "山洪橙色预警",
    message: {
      mode: "actual",
      class: "emergency",
      level: 2,
      eventCode: "11A51",
      texts: [{ language: "zh-CN", headline: "山洪橙色预警", description: "请立即上山。" }],
      target: { regions: ["520326001"], polygons: [], circles: [] },
      volume: null,
      repeatCount: 3,
      responseTypes: ["Evacuate"],
    },
    missing: [],
    warnings: [],
    regions: ["520326001"],
    createdBy: "zhang.min",
    submittedBy: "zhang.min",
    approvedBy: null,
    createdAt: "2026-06-20T18:00:00Z",
    updatedAt: "2026-06-20T18:08:00Z",
    expiresAt: null,
    releasedAt: null,
    endedAt: null,
    cancelReason: null,
    greenChannel: false,
    review: "none",
    attempt: 0,
    replaces: [],
    replacedBy: [],
    source: null,
    template: null,
    supersededBy: null,
    proposedByAlarm: null,
    attachments: [],
    notes: [],
    counts: null,
    steps: [step("approve", true), step("return", true), step("reject", true), step("cancel", true)],
    ...more,
  } as unknown as BroadcastJson;
}

const none = { count: 0, items: [] };

/** What it would reach: as many speakers as said, in one township of three villages. */
export const previewOf = (speakers: number) => ({
  speakers,
  online: speakers - 1,
  withinLimits: true,
  beyond: [],
  villages: 3,
  villagesCovered: 2,
  villagesWithoutSpeaker: {
    count: 1,
    items: [{ code: "520326001003", name: "凉风村村民委员会" }],
    unknown: false,
  },
  possiblyWithoutSpeaker: none,
  villagesOffline: { count: 1, items: [{ code: "520326001002", name: "岩湾村村民委员会" }] },
  byTownship: [
    {
      regionCode: "520326001",
      name: "都濡街道",
      speakers,
      online: speakers - 1,
      villages: 3,
      villagesCovered: 2,
    },
  ],
  byVillage: [
    { regionCode: "520326001001", name: "文化社区居民委员会", speakers: speakers - 1, online: speakers - 1 },
    { regionCode: "520326001002", name: "岩湾村村民委员会", speakers: 1, online: 0 },
    { regionCode: "520326001003", name: "凉风村村民委员会", speakers: 0, online: 0 },
  ],
  readingSeconds: 69,
  airedUntil: null,
  conflicts: [],
  replacesWider: [],
  changedSinceSubmission: {
    at: "2026-06-20T18:08:40Z",
    added: none,
    removed: none,
    wentOffline: { count: 1, items: [{ deviceId: "sp-2", regionCode: "520326001002" }] },
    cameOnline: none,
    villagesWithoutSpeaker: { added: none, removed: none },
    possiblyWithoutSpeaker: null,
  },
});

export const historyOf = (...items: readonly (readonly [action: string, id: string, name: string])[]) => ({
  items: items.map(([action, id, name], at) => ({
    step: at + 1,
    at: `2026-06-20T18:0${at}:00Z`,
    action,
    from: null,
    to: "",
    actor: { type: "person", id, name },
    reason: null,
    details: {},
  })),
});

export const meOf = (id: string) => ({
  type: "person",
  id,
  name: id,
  tenant: null,
  grants: [],
  actions: [],
  waiting: [],
  toDecide: 0,
  applications: [],
});

/** Renders with a cache of its own. */
export function renderWithQueries(children: ReactNode): QueryClient {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(<QueryClientProvider client={client}>{children}</QueryClientProvider>);
  return client;
}
