import { type Browser, chromium } from "playwright-core";
import { describe, expect, inject, it } from "vitest";
import { CHROMIUM_MISSING } from "./browser/chromium.ts";
import { type BrowserSettings, closeBrowser, giveSession, openBrowser } from "./browser/sign-in.ts";
import type { Visit } from "./browser/visit.ts";
import type { FlowsRun } from "./setup.ts";
import { type Ask, askAs, askAsAdministrator } from "./world/ask.ts";
import type { PersonName, WorldPerson } from "./world/start-world.ts";

/** What a flow is given. Every browser that it opens is closed at its end, and has to have been clean. */
interface Flow {
  /** The platform, the scenery and the browser that all flows share. */
  readonly run: FlowsRun;
  /** Opens a browser in which nobody is signed in. */
  readonly visit: (settings?: BrowserSettings) => Promise<Visit>;
  /** Opens a browser in which this person is signed in. */
  readonly signIn: (person: PersonName | WorldPerson, settings?: BrowserSettings) => Promise<Visit>;
  /** Asks the API as this person, or with the administrator's key. */
  readonly ask: (person?: PersonName | WorldPerson) => Promise<Ask>;
}

/** The files of flows share a process, and this with it. */
let connected: Promise<Browser> | undefined;
const browserOf = (run: FlowsRun): Promise<Browser> => {
  connected ??= chromium.connect(run.browser);
  return connected;
};

const personOf = (run: FlowsRun, person: PersonName | WorldPerson) =>
  typeof person === "string" ? run.world.people[person] : person;

/** The run of which the flows are a part. Null where there is no Chromium. */
export const flowsRun = (): FlowsRun | null => inject("flows");

/** A group of flows. Without Chromium they are skipped, and say so. */
export const flows: (name: string, body: () => void) => void = (name, body) =>
  flowsRun() === null ? describe.skip(`${name} (${CHROMIUM_MISSING})`, body) : describe(name, body);

/** A test in a browser. */
export const flow = it.extend<Flow>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of fixtures from the pattern
  run: async ({}, use) => use(flowsRun()!),
  visit: async ({ run }, use) => {
    const visits: Visit[] = [];
    try {
      await use(async (settings = {}) => {
        const origin = settings.origin ?? run.world.origin;
        const visit = await openBrowser(await browserOf(run), origin, settings);
        visits.push(visit);
        return visit;
      });
      expect(visits.flatMap((visit) => visit.unexpected())).toEqual([]);
    } finally {
      await Promise.all(visits.map(({ context }) => closeBrowser(context)));
    }
  },
  signIn: async ({ run, visit }, use) =>
    use(async (person, settings = {}) => {
      const opened = await visit(settings);
      const origin = settings.origin ?? run.world.origin;
      await giveSession(opened.context, origin, personOf(run, person), settings.fresh);
      return opened;
    }),
  ask: async ({ run }, use) =>
    use(async (person) =>
      person === undefined ? askAsAdministrator(run.world) : askAs(run.world, personOf(run, person)),
    ),
});
