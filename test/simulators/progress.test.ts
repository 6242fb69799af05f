import { afterAll, expect, it } from "vitest";
import { startFleet } from "../../simulators/fleet.ts";
import { progressLine } from "../../simulators/progress.ts";
import { startBroker } from "./broker.ts";

const broker = await startBroker();
const fleet = startFleet({
  mqttUrl: broker.url,
  devices: ["m", "n"].map((id) => ({
    id,
    kind: "gas-meter",
    regionCode: "520326",
    username: id,
    password: "p",
  })),
  seed: 1,
  speedUp: 1,
  historyDays: 40,
  historyShare: 1,
  loss: 0,
  spreadMs: 0,
});
afterAll(async () => {
  await fleet.stop(0);
  await broker.close();
});

/** Items of everything that a device has received an acknowledgement for, or waits for. */
const items = () =>
  broker.received.reduce((sum, { payload }) => sum + [JSON.parse(payload)].flat().length, 0);

it("the line of progress says what of what was sent is acknowledged and what is under way", async () => {
  broker.hold();
  await broker.until(
    () => fleet.state().phase === "history" && broker.held > 2 && fleet.tally.total.published > 500,
  );
  await expect.poll(() => fleet.tally.total.published - items()).toBe(0);
  const { total } = fleet.state().history;
  expect(total).toBeGreaterThan(400);
  const sent = fleet.tally.total.published;
  expect(progressLine(fleet, 0, 0)).toBe(
    `history 0/${total} past readings acknowledged: 2/2 connections open, ${sent} readings and events sent = 0 acknowledged + ${sent} under way (${broker.held} messages)`,
  );
  broker.release();
  await fleet.caughtUp;
  expect(progressLine(fleet, 3.9, 20)).toMatch(
    /^live 3\/20 s: 2\/2 connections open, (\d+) readings and events sent = \1 acknowledged \+ 0 under way \(0 messages\)$/,
  );
});
