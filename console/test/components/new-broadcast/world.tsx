import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";
import { Router } from "wouter";
import { memoryLocation } from "wouter/memory-location";
import type { BroadcastJson } from "../../../src/api/broadcasts.ts";
import { meQuery } from "../../../src/api/session.ts";
import { FrameProvider } from "../../../src/app/frame.tsx";
import { LanguageContext } from "../../../src/ui/texts.ts";

const COUNTY = [{ regions: ["520326"], kinds: "all", tenants: "all", devices: "all" }];
const me = (role: string, ...actions: string[]) => ({
  type: "person",
  id: "zhang.min",
  name: "张敏",
  tenant: null,
  grants: [{ role, area: COUNTY[0] }],
  actions: actions.map((action) => ({ action, areas: COUNTY })),
});
export const DISPATCHER = me("dispatcher", "broadcasts:read", "broadcasts:draft", "broadcasts:submit");
export const APPROVER = me("approver", "broadcasts:read", "broadcasts:approve");

const NOBODY = { count: 0, items: [] };
export const preview = (speakers = 9) => ({
  speakers,
  online: speakers - 1,
  withinLimits: true,
  beyond: [],
  villages: 3,
  villagesCovered: 2,
  villagesOffline: { count: 1, items: [{ code: "520326002003", name: "江村村民委员会" }] },
  villagesWithoutSpeaker: {
    count: 1,
    items: [{ code: "520326002002", name: "石村村民委员会" }],
    unknown: false,
  },
  possiblyWithoutSpeaker: NOBODY,
  byTownship: [
    {
      regionCode: "520326002",
      name: "都濡街道",
      speakers,
      online: speakers - 1,
      villages: 3,
      villagesCovered: 2,
    },
  ],
  byVillage: [
    { regionCode: "520326002001", name: "河村村民委员会", speakers: speakers - 1, online: speakers - 1 },
    { regionCode: "520326002002", name: "石村村民委员会", speakers: 0, online: 0 },
    { regionCode: "520326002003", name: "江村村民委员会", speakers: 1, online: 0 },
  ],
  readingSeconds: 40,
  conflicts: [],
  approvers: { items: [{ id: "wang.fang", name: "王芳", tenantId: null, signedIn: true }], waiting: [] },
  airedUntil: "2026-06-22T02:00:00Z",
  replacesWider: [],
  changedSinceSubmission: null,
});

const may = (action: string, allowed: boolean, code: string | null = null) => ({
  action,
  allowed,
  code,
  detail: null,
  needsCode: false,
});

/** A stored draft as the platform shows it. */
export function broadcast(change: object = {}, message: object = {}): BroadcastJson {
  return {
    id: "bc-1",
    state: "draft",
    revision: 3,
    headline: "都濡街道山洪橙色预警",
    message: {
      mode: "actual",
      class: "emergency",
      level: 2,
      eventCode: "11A51",
      texts: [
        {
          language: "zh-CN",
          headline: "山洪橙色预警",
          description: "可能发生山洪。",
          instruction: "请撤离。",
        },
      ],
      target: { regions: ["520326002"], polygons: [], circles: [] },
      volume: null,
      repeatCount: 3,
      responseTypes: ["Evacuate"],
      ...message,
    },
    missing: [],
    warnings: [],
    source: null,
    template: null,
    replaces: [],
    supersededBy: null,
    proposedByAlarm: null,
    createdBy: "zhang.min",
    steps: [may("submit", true), may("release", false, "forbidden")],
    ...change,
  } as unknown as BroadcastJson;
}
export const step = may;

const TEMPLATE = {
  source: "built-in",
  id: "11A51",
  version: null,
  eventCode: "11A51",
  level: null,
  event: { zh: "山洪", en: "Flash flood" },
  category: "Met",
  responseTypes: ["Evacuate"],
  texts: [
    {
      language: "zh-CN",
      headline: "{place}山洪预警",
      description: "{place}可能发生山洪。",
      instruction: "请撤离。",
    },
  ],
};
const FILLED = {
  ...TEMPLATE,
  texts: TEMPLATE.texts.map((text) => ({
    ...text,
    headline: "都濡街道山洪预警",
    description: "都濡街道可能发生山洪。",
  })),
};
const region = (code: string, name: string, childCount: number) => ({
  code,
  name,
  nameEn: null,
  parentCode: code.slice(0, 6),
  level: code.length === 6 ? "county" : "township",
  location: null,
  childCount,
});
const REGIONS = [region("520326", "务川县", 1), region("520326002", "都濡街道", 3)];

type Answer = (body: unknown, query: URLSearchParams) => unknown;
/** What a platform answers, by method and path; a test puts its own before these. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  "GET /v1/broadcasts/templates": (_body, query) => ({
    items: query.has("level")
      ? [FILLED]
      : [TEMPLATE, { ...TEMPLATE, id: "00000", eventCode: "00000", event: { zh: "测试", en: "Test" } }],
  }),
  "GET /v1/broadcasts": () => ({ items: [], nextCursor: null }),
  "GET /v1/regions": (_body, query) => ({
    items: REGIONS.slice(1).filter(({ name }) => name.includes(query.get("q") ?? "")),
    nextCursor: null,
  }),
  "GET /v1/regions/520326": () => REGIONS[0],
  "GET /v1/regions/520326002": () => REGIONS[1],
  "POST /v1/broadcasts/preview": () => preview(),
  "GET /v1/broadcasts/bc-1": () => broadcast(),
  "GET /v1/broadcasts/bc-1/preview": () => preview(),
  "GET /v1/broadcasts/bc-1/approvers": () => preview().approvers,
  "GET /v1/broadcasts/bc-1/history": () => ({ items: [] }),
};

/** A refusal with its code. */
export const refusal = (status: number, code: string, more: object = {}) =>
  new Response(JSON.stringify({ code, title: code, status, ...more }), {
    status,
    headers: { "content-type": "application/problem+json" },
  });

export interface Asked {
  readonly what: string;
  readonly body: never;
}

/** Puts a platform that answers like this before the pages. @returns what it is asked, as it comes */
export function stubPlatform(answers: Readonly<Record<string, Answer>> = {}): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (given: Request | string) => {
    const request = typeof given === "string" ? new Request(new URL(given, location.origin)) : given;
    const { pathname, searchParams } = new URL(request.url);
    const what = `${request.method} ${pathname}`;
    const text = request.method === "GET" ? "" : await request.text();
    const body = text.startsWith("{") ? JSON.parse(text) : text;
    asked.push({ what, body: body as never });
    const answer = answers[what] ?? ANSWERS[what];
    const said = await (answer ? answer(body, searchParams) : refusal(404, "not_found"));
    if (said instanceof Response) return said;
    return new Response(JSON.stringify(said), { headers: { "content-type": "application/json" } });
  });
  return asked;
}

/** Shows a page at an address before a platform that answers like this. */
export function show(
  page: ReactNode,
  at: string,
  answers: Readonly<Record<string, Answer>> = {},
  who: object = DISPATCHER,
) {
  const asked = stubPlatform(answers);
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  client.setQueryData(meQuery.queryKey, who as never);
  const [path, search = ""] = at.split("?");
  const address = memoryLocation({ path: path!, searchPath: search, record: true });
  const shown = render(
    <QueryClientProvider client={client}>
      <LanguageContext value="zh">
        <Router hook={address.hook} searchHook={address.searchHook}>
          <FrameProvider>{page}</FrameProvider>
        </Router>
      </LanguageContext>
    </QueryClientProvider>,
  );
  return { ...shown, asked, client, history: address.history };
}
