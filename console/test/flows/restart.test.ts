import { afterAll, beforeAll, expect } from "vitest";
import { flow, flows, flowsRun } from "../flow.ts";
import { settled } from "../pages.ts";
import { type RunningWorld, startWorld } from "../world/start-world.ts";
import { Tap } from "../world/tap.ts";

/** A platform that may be ended without taking it from the other flows. */
let world: RunningWorld;
beforeAll(async () => {
  if (flowsRun() !== null) world = await startWorld();
});
afterAll(() => world?.stop());

flows("the platform's restart", () => {
  flow(
    "check 14: resets the stream, has what is shown read again, and leaves a form as it was",
    async ({ signIn }) => {
      const tap = await Tap.start(world.facts.httpPort);
      try {
        const { page, sent, expectNote } = await signIn(world.facts.people.dispatcher, {
          origin: tap.origin,
        });
        expectNote(/Failed to load resource|status of 50[234]|ERR_/);
        await page.goto("/console/me");
        await settled(page);
        await page.getByText("实时", { exact: true }).waitFor();
        const field = page.locator("main input[type=password]").first();
        await field.fill("half a password");
        const asked = () => sent.filter(({ url }) => url.pathname === "/v1/sessions").length;
        const before = asked();
        await world.restart();
        await expect.poll(() => tap.events.some(({ event }) => event === "reset")).toBe(true);
        await page.getByText("实时", { exact: true }).waitFor();
        await expect.poll(asked).toBeGreaterThan(before);
        expect(await field.inputValue()).toBe("half a password");
        expect(sent.filter(({ type }) => type === "document")).toHaveLength(1);
      } finally {
        await tap.close();
      }
    },
  );
});
