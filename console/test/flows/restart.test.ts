import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import type { SpeakerFleet } from "../../../simulators/speaker/fleet.ts";
import { prepare, writeWords } from "../browser/write.ts";
import { flow, flows, flowsRun } from "../flow.ts";
import { settled } from "../pages.ts";
import { askAs, askAsAdministrator } from "../world/ask.ts";
import { readTownship, TOWNSHIPS } from "../world/places.ts";
import { connectSpeakers } from "../world/speakers.ts";
import { approveDraft, submitDraft, untilState, writeDraft } from "../world/stage.ts";
import { type RunningWorld, startWorld } from "../world/start-world.ts";
import { Tap } from "../world/tap.ts";

const WRITTEN = "上游水库泄洪，请立即从晒谷场一侧上山。";

/** A platform that may be ended without taking it from the other flows. */
let world: RunningWorld;
beforeAll(async () => {
  if (flowsRun() !== null) world = await startWorld();
});
afterAll(() => world?.stop());

/** Lets a drill sound that the dispatcher may stop, on speakers of this platform. */
async function soundDrill() {
  const { dispatcher, approver } = world.facts.people;
  const [author, second] = [await askAs(world.facts, dispatcher), await askAs(world.facts, approver)];
  const draft = await writeDraft(author, TOWNSHIPS.together, { sentences: 8, repeatCount: 10 });
  await submitDraft(author, draft);
  await approveDraft(second, draft);
  await untilState(second, draft.id, "playing");
  return { id: draft.id, api: second };
}

flows("the platform is killed in the moment in which a stop is pressed", () => {
  let fleet: SpeakerFleet;
  beforeAll(async () => {
    if (flowsRun() === null) return;
    const township = await readTownship(TOWNSHIPS.together, world.facts, askAsAdministrator(world.facts));
    fleet = await connectSpeakers(world.facts, township.speakers);
  });
  afterAll(() => fleet?.stop(0));

  flow.for([
    { when: "before the stop has come to it", isHeard: false },
    { when: "before its answer has come back", isHeard: true },
  ])("$when: it is carried out once, and the page says what is known", async ({ isHeard }, { signIn }) => {
    const { id, api } = await soundDrill();
    const { dispatcher } = world.facts.people;
    const tap = await Tap.start(world.facts.httpPort);
    onTestFinished(() => tap.close());
    const { page, sent, expectNote } = await signIn(dispatcher, { origin: tap.origin });
    expectNote(/Failed to load resource|status of (409|50[0-9])|ERR_/);
    await page.goto("/console/alarms");
    await settled(page);
    await page.route(
      `**/v1/broadcasts/${id}/cancel`,
      async (route) => {
        // On a slow machine the stream would tell of the stop before the kill.
        tap.cutStreams();
        if (isHeard) await route.fetch();
        await world.kill();
        await route.abort("connectionreset");
      },
      { times: 1 },
    );
    const strip = page.getByRole("complementary", { name: "播发中" });
    const cancels = () => sent.filter(({ url }) => url.pathname.endsWith("/cancel")).length;
    await strip.getByRole("button", { name: "立即停播：山洪灾害演练", exact: true }).click();
    await strip.getByText("停播没有得到确认！正在反复重试：山洪灾害演练").waitFor();
    // Nobody has told that it was stopped, and nobody says so.
    expect(await strip.getByText(/^已停播|^已结束/).count()).toBe(0);
    await world.restart();
    tap.mendStreams();
    await strip.getByText("已停播：山洪灾害演练").waitFor();
    expect(await strip.getByText(/没有得到确认/).count()).toBe(0);
    const ended = await untilState<{ state: string; cancelReason: string }>(api, id, "cancelled");
    expect(ended.cancelReason).toBe("值班人员立即停播");
    const { items } = await api<{ items: { action: string }[] }>(`/v1/broadcasts/${id}/history`);
    expect(items.filter(({ action }) => action === "cancel")).toHaveLength(1);
    // The speakers were told, also where the platform was killed between its record and its word to them.
    type Counted = { counts: { cancelled: number; targets: number } };
    await expect
      .poll(async () => {
        const { counts } = await api<Counted>(`/v1/broadcasts/${id}`);
        return counts.targets - counts.cancelled;
      })
      .toBe(0);
    await strip.getByRole("link", { name: "看结果，发布解除或更正" }).click();
    await page.waitForURL(`**/console/broadcasts/${id}`);
    await page.getByText("已停", { exact: true }).first().waitFor();
    expect(cancels()).toBeGreaterThan(isHeard ? 0 : 1);
  });
});

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
