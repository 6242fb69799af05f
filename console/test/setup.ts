import { chromium } from "playwright-core";
import type { TestProject } from "vitest/node";
import { CHROMIUM_FLAGS, CHROMIUM_MISSING, findChromium } from "./browser/chromium.ts";
import { buildConsole } from "./world/build.ts";
import { type Scenery, startScenery } from "./world/scenery.ts";
import { startWorld, type WorldFacts } from "./world/start-world.ts";

/** What the flows share. */
export interface FlowsRun {
  readonly world: WorldFacts;
  readonly scenery: Scenery;
  /** Where the browser listens for those who drive it. */
  readonly browser: string;
}

declare module "vitest" {
  interface ProvidedContext {
    /** Null where Chromium is missing. */
    flows: FlowsRun | null;
  }
}

/** Starts one platform and one browser for all flows. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    if (process.env.CI) throw new Error(CHROMIUM_MISSING);
    console.warn(`The flows are skipped. ${CHROMIUM_MISSING}`);
    project.provide("flows", null);
    return async () => {};
  }
  const ends: (() => Promise<unknown>)[] = [];
  const end = async () => {
    for (const one of ends.reverse()) await one();
  };
  try {
    await buildConsole();
    const world = await startWorld();
    ends.push(world.stop);
    const scenery = await startScenery(world.facts);
    ends.push(scenery.stop);
    const browser = await chromium.launchServer({ executablePath, args: CHROMIUM_FLAGS });
    ends.push(() => browser.close());
    project.provide("flows", {
      world: world.facts,
      scenery: scenery.facts,
      browser: browser.wsEndpoint(),
    });
    return end;
  } catch (error) {
    await end();
    throw error;
  }
}
