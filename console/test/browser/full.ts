import type { Page, Route } from "playwright-core";

/** Drafts that the doors list at most. */
const DRAFTS = 5;

type Json = Record<string, unknown>;

/** What a page asks for, with as much in it as there can be. */
const FULL: readonly (readonly [path: RegExp, fill: (answer: { items: Json[] }) => Json])[] = [
  [
    /\/v1\/summary$/,
    (answer) => ({
      ...answer,
      items: answer.items.map((item, place) => ({
        ...item,
        alarms: {
          ...(item.alarms as Json),
          [place % 2 ? "major" : "critical"]: { active: 10 + place, unacknowledged: 10 + place },
        },
      })),
    }),
  ],
  [
    /\/v1\/broadcasts$/,
    (answer) => {
      const [one] = answer.items;
      if (one?.state !== "draft") return answer;
      const drafts = Array.from({ length: DRAFTS }, (_, i) => ({ ...one, id: `${one.id}-${i}` }));
      const proposed = drafts.map((draft) => ({ ...draft, id: `${draft.id}-p`, proposedByAlarm: 1 }));
      return { ...answer, items: [...drafts, ...proposed] };
    },
  ],
];

/** Has every township report alarms, and every list of drafts be as long as it gets: what others do is left to no chance. */
export async function fillPages(page: Page): Promise<void> {
  for (const [path, fill] of FULL) {
    await page.route(
      ({ pathname }) => path.test(pathname),
      async (route: Route) => {
        if (route.request().method() !== "GET") return route.continue();
        const response = await route.fetch();
        if (!response.ok()) return route.fulfill({ response });
        await route.fulfill({ response, json: fill((await response.json()) as { items: Json[] }) });
      },
    );
  }
}
