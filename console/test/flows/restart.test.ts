import { afterAll, beforeAll, expect } from "vitest";
import { prepare, writeWords } from "../browser/write.ts";
import { flow, flows, flowsRun } from "../flow.ts";
import { TOWNSHIPS } from "../world/places.ts";
import { type RunningWorld, startWorld } from "../world/start-world.ts";
import { Tap } from "../world/tap.ts";

const WRITTEN = "上游水库泄洪，请立即从晒谷场一侧上山。";

/** A platform that may be ended without taking it from the other flows. */
let world: RunningWorld;
beforeAll(async () => {
  if (flowsRun() !== null) world = await startWorld();
});
afterAll(() => world?.stop());

flows("the platform's restart", () => {
  flow("check 14: has the stream go on where it was, and leaves a form as it was", async ({ signIn }) => {
    const tap = await Tap.start(world.facts.httpPort);
    try {
      const { page, sent, expectNote } = await signIn(world.facts.people.dispatcher, {
        origin: tap.origin,
      });
      expectNote(/Failed to load resource|status of 50[234]|ERR_/);
      await prepare(page, "actual", TOWNSHIPS.writing);
      await page.getByText("实时", { exact: true }).waitFor();
      const field = await writeWords(page, WRITTEN);
      const streams = () =>
        tap.requests.filter(({ path, status }) => path.startsWith("/v1/stream") && status === 200);
      const before = streams().length;
      await world.restart();
      await expect.poll(() => streams().length, { timeout: 60_000 }).toBeGreaterThan(before);
      expect(streams().at(-1)!.lastEventId).toMatch(/^\d/);
      await page.getByText("实时", { exact: true }).waitFor();
      expect(await field.inputValue()).toBe(WRITTEN);
      expect(sent.filter(({ type }) => type === "document")).toHaveLength(1);
    } finally {
      await tap.close();
    }
  });
});
