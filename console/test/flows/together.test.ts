import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { flow, flows } from "../flow.ts";
import { settled } from "../pages.ts";
import { approveDraft, type Stage, setStage, submitDraft, writeDraft } from "../world/stage.ts";
import { holdTime } from "../world/timed.ts";

let stage: Stage;
beforeAll(async () => {
  const made = await setStage("together");
  if (made) stage = made;
});
afterAll(() => stage?.stop());

const digits = (page: Page) => page.getByLabel(/^输入会收到指令的大喇叭只数/);

flows("two people with one broadcast", () => {
  flow(
    "check 11: who decides second sees the state, who and when, and no page of errors",
    async ({ signIn, ask }) => {
      const dispatcher = await ask("dispatcher");
      const draft = await writeDraft(dispatcher, stage.township.code);
      await submitDraft(dispatcher, draft);
      const { page, expectNote } = await signIn("approver");
      expectNote(/status of 409/);
      await page.goto(`/console/broadcasts/${draft.id}`);
      await settled(page);
      await digits(page).fill(String(stage.size));
      const button = page.getByRole("button", { name: "发布演练" });
      await expect.poll(() => button.isEnabled()).toBe(true);
      // The other one is quicker, and the news has not come here yet.
      let asked = 0;
      await page.route("**/v1/broadcasts/*/approve", async (route) => {
        await approveDraft(await ask("secondApprover"), draft);
        asked = performance.now();
        await route.continue();
      });
      await button.click();
      await page.getByText(/赵磊/).first().waitFor();
      holdTime("check 11: from the second decision to who was first", asked, 2_000);
      expect(await page.getByText(/正在下发|正在播出|即将播出|已结束/).count()).toBeGreaterThan(0);
      expect(await page.getByText(/\d\d:\d\d/).count()).toBeGreaterThan(0);
      expect(await page.getByText("这一页出错了").count()).toBe(0);
    },
  );

  flow(
    "check 12: a step on content that somebody has just changed is refused, with the difference",
    async ({ signIn, ask }) => {
      const dispatcher = await ask("dispatcher");
      const draft = await writeDraft(dispatcher, stage.township.code);
      await submitDraft(dispatcher, draft);
      const { page, expectNote } = await signIn("approver");
      expectNote(/status of 409/);
      await page.goto(`/console/broadcasts/${draft.id}`);
      await settled(page);
      await digits(page).fill(String(stage.size));
      const button = page.getByRole("button", { name: "发布演练" });
      await expect.poll(() => button.isEnabled()).toBe(true);
      await page.route("**/v1/broadcasts/*/approve", async (route) => {
        const second = await ask("secondApprover");
        const body = { revision: draft.revision, reason: "请改文字" };
        await second(`/v1/broadcasts/${draft.id}/return`, { method: "POST", body });
        const texts = [
          { language: "zh-CN", headline: "山洪灾害演练", description: "这是演习。请马上到学校集合。" },
        ];
        const changed = await dispatcher<{ id: string; revision: number }>(`/v1/broadcasts/${draft.id}`, {
          method: "PATCH",
          body: { revision: draft.revision, texts },
        });
        await submitDraft(dispatcher, changed);
        await route.continue();
      });
      await button.click();
      await page.getByText("请马上到学校集合", { exact: false }).first().waitFor();
      await page
        .getByText(/刚被|改了|改过/)
        .first()
        .waitFor();
      // What was typed for the former one does not count any more.
      await expect.poll(() => digits(page).inputValue()).toBe("");
      expect(await button.isEnabled()).toBe(false);
    },
  );
});
