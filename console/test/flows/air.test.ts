import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { heardFrom, listenTo } from "../browser/heard.ts";
import { flow, flows } from "../flow.ts";
import { openPage, PAGES, settled } from "../pages.ts";
import type { Ask } from "../world/ask.ts";
import { approveDraft, type Stage, setStage, submitDraft, untilState, writeDraft } from "../world/stage.ts";
import { Tap } from "../world/tap.ts";
import { holdTime } from "../world/timed.ts";

let green: Stage;
let air: Stage;
beforeAll(async () => {
  const [first, second] = await Promise.all([setStage("green"), setStage("air", { off: 1 })]);
  if (first && second) [green, air] = [first, second];
});
afterAll(() => Promise.all([green?.stop(), air?.stop()]));

const digits = (page: Page) => page.getByLabel(/^输入会收到指令的大喇叭只数/);

/** Puts a broadcast on the air by two people. */
async function release(
  ask: (who: "dispatcher" | "approver") => Promise<Ask>,
  region: string,
  change: Parameters<typeof writeDraft>[2] = {},
) {
  const dispatcher = await ask("dispatcher");
  const draft = await writeDraft(dispatcher, region, change);
  await submitDraft(dispatcher, draft);
  return { draft, dispatcher, approver: await ask("approver") };
}

flows("a broadcast on the air", () => {
  flow(
    "check 03: the green channel leads from the check to the air, and stays on every page until it is reviewed",
    async ({ signIn, ask, run }) => {
      const officer = await ask("dutyOfficer");
      const draft = await writeDraft(officer, green.township.code, { mode: "actual", level: 1 });
      const begun = performance.now();
      const { page } = await signIn("dutyOfficer");
      await page.goto(`/console/broadcasts/new/actual/release/${draft.id}`);
      await settled(page);
      const sound = page.getByRole("button", { name: "发出真实预警" });
      expect(await sound.isEnabled()).toBe(false);
      await page.getByRole("textbox", { name: "为什么不能等审批人" }).fill("洪水已到村口，联系不上审批人");
      await digits(page).fill(String(green.size));
      await expect.poll(() => sound.isEnabled()).toBe(true);
      await sound.click();
      await page.waitForURL(`**/console/broadcasts/${draft.id}`);
      await untilState(officer, draft.id, "dispatching", "playing", "completed");
      holdTime("check 03: from sign-in to the air, with the text written", begun, 60_000);
      const approver = await signIn("approver");
      for (const listed of PAGES.filter(({ route }) => !["/audit", "/admin"].includes(route)).slice(0, 4)) {
        await openPage(page, listed, run.scenery);
        await page.getByText(/走绿色通道发出的.*还没有人复核/).waitFor();
        await openPage(approver.page, listed, run.scenery);
        await approver.page.getByText(/走绿色通道发出，等你复核/).waitFor();
      }
      await untilState(officer, draft.id, "completed", "failed");
      const second = await ask("approver");
      await second(`/v1/broadcasts/${draft.id}/review`, {
        method: "POST",
        body: { reason: "应当播发", revision: draft.revision },
      });
      await expect.poll(() => page.getByText(/还没有人复核/).count()).toBe(0);
    },
  );

  flow(
    "check 04: one press of 立即停播 on any page stops it, without a dialog, and the stopped are shown",
    async ({ signIn, ask, run }) => {
      const stops = PAGES.filter(({ who, route }) => who === "dispatcher" && route !== "*").slice(0, 3);
      for (const listed of stops) {
        const { draft, approver } = await release(ask, green.township.code, {
          sentences: 8,
          repeatCount: 10,
        });
        await approveDraft(approver, draft);
        await untilState(approver, draft.id, "playing");
        const { page, sent } = await signIn("dispatcher");
        await openPage(page, listed, run.scenery);
        // Other drills of this name may sound: each line leads to its own broadcast, and stops that one.
        const line = page
          .getByRole("complementary", { name: "播发中" })
          .locator("> *")
          .filter({ has: page.locator(`a[href="/console/broadcasts/${draft.id}"]`) });
        const pressed = performance.now();
        await line.getByRole("button", { name: /^立即停播：山洪灾害演练/ }).click();
        const cancels = () =>
          sent.map(({ url }) => url.pathname).filter((pathname) => pathname.endsWith("/cancel"));
        await expect.poll(cancels).toEqual([`/v1/broadcasts/${draft.id}/cancel`]);
        await page.getByText(/^已停播：/).waitFor();
        expect(await page.getByRole("dialog").count()).toBe(0);
        await untilState(approver, draft.id, "cancelled");
        await page.goto(`/console/broadcasts/${draft.id}`);
        await settled(page);
        const { counts } = await approver<{ counts: { cancelled: number } }>(`/v1/broadcasts/${draft.id}`);
        expect(counts.cancelled).toBeGreaterThan(0);
        await page.getByText("已停", { exact: true }).first().waitFor();
        holdTime("check 04: from the press to the stopped speakers, another page opened", pressed, 3_000);
      }
    },
  );

  flow(
    "check 09: every village that hears nothing is named before it is submitted and approved, during and after it",
    async ({ signIn, ask }) => {
      const { draft, approver, dispatcher } = await release(ask, air.township.code, {
        sentences: 6,
        repeatCount: 2,
      });
      const silent = [...air.silent].sort();
      const preview = await dispatcher<{
        villagesOffline: { count: number };
        villagesWithoutSpeaker: { count: number };
      }>(`/v1/broadcasts/${draft.id}/preview`);
      expect(preview.villagesOffline.count + preview.villagesWithoutSpeaker.count).toBe(silent.length);
      const named = async (page: Page) => {
        const text = (await page.locator("main").innerText()).replace(/\s+/g, "");
        return silent.filter((name) => text.includes(name));
      };
      const author = await signIn("dispatcher");
      const written = await writeDraft(dispatcher, air.township.code);
      await author.page.goto(`/console/broadcasts/new/drill/check/${written.id}`);
      await settled(author.page);
      await expect.poll(() => named(author.page)).toEqual(silent);
      await author.page.getByText(`${silent.length} 个村听不到`).first().waitFor();
      const { page } = await signIn("approver");
      await page.goto(`/console/broadcasts/${draft.id}`);
      await settled(page);
      await expect.poll(() => named(page)).toEqual(silent);
      await page.getByText(`${silent.length} 个村听不到`).first().waitFor();
      await approveDraft(approver, draft);
      await untilState(approver, draft.id, "playing");
      await expect.poll(() => named(page)).toEqual(silent);
      await approver(`/v1/broadcasts/${draft.id}/cancel`, { method: "POST", body: { reason: "看过了" } });
      await untilState(approver, draft.id, "cancelled", "completed");
      await expect.poll(() => named(page)).toEqual(silent);
    },
  );

  flow(
    "check 10: counts go from 0 to the end by the stream alone, as the API has them",
    async ({ signIn, ask, run }) => {
      const { draft, approver } = await release(ask, green.township.code, { sentences: 2 });
      const tap = await Tap.start(run.world.httpPort);
      try {
        const { page, sent } = await signIn("approver", { origin: tap.origin });
        await page.clock.install();
        await page.goto(`/console/broadcasts/${draft.id}`);
        await settled(page);
        await page.getByText("实时", { exact: true }).waitFor();
        await approveDraft(approver, draft);
        const proven = page.getByRole("definition").filter({ hasText: "%" }).first();
        await proven.waitFor();
        await untilState(approver, draft.id, "playing");
        // Without news nothing is asked again, however long one waits.
        const asked = () =>
          sent.filter(({ url }) => url.pathname.startsWith(`/v1/broadcasts/${draft.id}`)).length;
        const events = () => tap.events.filter(({ data }) => data.includes(draft.id)).length;
        let [before, news] = [asked(), events()];
        await page.clock.fastForward(60_000);
        await expect
          .poll(async () => {
            const now = [asked(), events()] as const;
            const isQuiet = now[0] === before || now[1] > news;
            [before, news] = now;
            return isQuiet;
          })
          .toBe(true);
        const end = await untilState<{ state: string; counts: { sounded: number; targets: number } }>(
          approver,
          draft.id,
          "completed",
        );
        const known = performance.now();
        expect(end.counts.sounded).toBe(green.size);
        const { targets, sounded } = end.counts;
        await page.getByText(`${targets} 只大喇叭里，${sounded} 只证实发声`).waitFor();
        holdTime("check 10: the page's counts behind the API's", known, 2_000);
        expect(events()).toBeGreaterThan(2);
      } finally {
        await tap.close();
      }
    },
  );

  flow(
    "check 23: who listens is told how it goes at most every ten seconds, and of the end at once",
    { timeout: 300_000 },
    async ({ signIn, ask }) => {
      // One speaker is off and may come back, so it is not over when the others have sounded.
      const { draft, approver } = await release(ask, air.township.code, { sentences: 8, repeatCount: 3 });
      const { page } = await signIn("approver");
      await page.clock.install();
      await listenTo(page);
      await page.goto(`/console/broadcasts/${draft.id}`);
      await settled(page);
      // From here on the page's clock goes only where it is told to, however busy the machine is.
      await page.clock.pauseAt(Date.now() + 60_000);
      const goes = () => heardFrom(page, /^已发声 \d+ 只/);
      const all = new RegExp(`^已发声 ${air.size - air.off.length} 只，共 ${air.size} 只`);
      await approveDraft(approver, draft);
      const heardAll = async () => {
        await page.clock.runFor(500);
        return (await goes()).some(({ text }) => all.test(text));
      };
      await expect.poll(heardAll, { timeout: 60_000 }).toBe(true);
      const said = await goes();
      expect(said.length).toBeGreaterThan(1);
      expect(said.filter(({ as }) => as !== "status")).toEqual([]);
      expect(said.filter(({ at }, i) => i > 0 && at - said[i - 1]!.at < 10_000)).toEqual([]);
      // It is in what a screen reader is given, though nobody sees it.
      expect(await page.getByRole("status").filter({ hasText: all }).count()).toBe(1);
      await approver(`/v1/broadcasts/${draft.id}/cancel`, { method: "POST", body: { reason: "听过了" } });
      const stops = () => heardFrom(page, /^播发已到头：/);
      await expect
        .poll(async () => {
          await page.clock.runFor(50);
          return (await stops()).length;
        })
        .toBe(1);
      const [end] = await stops();
      expect(end!.as).toBe("alert");
      const [shown] = await heardFrom(page, new RegExp(`^${air.size} 只大喇叭里`));
      expect(end!.at - shown!.at).toBeLessThan(1_000);
      expect(await page.getByRole("alert").filter({ hasText: "播发已到头" }).count()).toBe(1);
    },
  );
});
