import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { Hand } from "../browser/hand.ts";
import { readPng } from "../browser/png.ts";
import { prepare, review } from "../browser/write.ts";
import { flow, flows } from "../flow.ts";
import { settled } from "../pages.ts";
import { approveDraft, type Stage, setStage, submitDraft, untilState, writeDraft } from "../world/stage.ts";

let stage: Stage;
beforeAll(async () => {
  const made = await setStage("writing");
  if (made) stage = made;
});
afterAll(() => stage?.stop());

const submit = (page: Page) => page.getByRole("button", { name: /^提交(演练|真实预警)$/ });
const digits = (page: Page) => page.getByLabel(/^输入会收到指令的大喇叭只数/);

flows("writing a broadcast", () => {
  flow(
    "check 01: from the sign-in to a submitted drill by keyboard alone, in less than 60 s at 150 ms a key",
    async ({ visit, run, ask }) => {
      const { page } = await visit();
      const hand = new Hand(page);
      const { id, password } = run.world.people.dispatcher;
      await page.goto("/console/broadcasts/new");
      await page.getByLabel("账号").waitFor();
      hand.begin();
      await hand.type(id);
      await hand.press("Tab");
      await hand.type(password);
      await hand.press("Enter");
      await hand.enter(page.getByRole("link", { name: /^演练/ }));
      const event = page.getByLabel("查事件：名称或代码");
      await hand.tabTo(event);
      await hand.type("11A51");
      await hand.press("Enter");
      await hand.tabTo(page.locator("fieldset input[type=radio]").first());
      await hand.press("ArrowDown", "ArrowDown");
      const place = page.getByRole("combobox", { name: "加区域" });
      await hand.tabTo(place);
      await hand.type(stage.township.code);
      await page.getByRole("option", { name: stage.township.name }).first().waitFor();
      await hand.press("Enter");
      await expect.poll(() => review(page).isEnabled()).toBe(true);
      await hand.enter(review(page));
      await hand.tabTo(digits(page));
      await hand.type(String(stage.size));
      await expect.poll(() => submit(page).isEnabled()).toBe(true);
      await hand.press("Enter");
      await page.waitForURL(/\/submitted\//);
      expect(hand.seconds).toBeLessThan(60);
      const api = await ask("dispatcher");
      const broadcast = page.url().split("/").at(-1)!;
      expect(await untilState(api, broadcast, "pending_approval")).toMatchObject({ submittedBy: id });
      await api(`/v1/broadcasts/${broadcast}/cancel`, { method: "POST", body: { reason: "试完了" } });
    },
  );

  flow(
    "check 02: the second person approves by keyboard in less than 20 s, and it is sent at once",
    async ({ signIn, ask }) => {
      const dispatcher = await ask("dispatcher");
      const draft = await writeDraft(dispatcher, stage.township.code);
      await submitDraft(dispatcher, draft);
      const { page } = await signIn("approver");
      const hand = new Hand(page);
      await page.goto(`/console/broadcasts/${draft.id}`);
      await settled(page);
      hand.begin();
      await hand.tabTo(digits(page));
      await hand.type(String(stage.size));
      await hand.enter(page.getByRole("button", { name: "发布演练" }));
      expect(hand.seconds).toBeLessThan(20);
      const approver = await ask("approver");
      await untilState(approver, draft.id, "dispatching", "playing", "completed");
      const { items } = await approver<{ items: { action: string; at: string }[] }>(
        `/v1/broadcasts/${draft.id}/history`,
      );
      const at = (action: RegExp) => Date.parse(items.find((one) => action.test(one.action))!.at);
      expect(at(/dispatch/) - at(/^approve/)).toBeLessThanOrEqual(2000);
      await untilState(approver, draft.id, "completed", "failed");
    },
  );

  flow(
    "check 05: nothing is submitted before the digits are the preview's, and again after another target",
    async ({ signIn }) => {
      const { page, sent } = await signIn("dispatcher");
      await prepare(page, "drill", stage.township.code);
      await review(page).click();
      await digits(page).waitFor();
      expect(await submit(page).isEnabled()).toBe(false);
      await digits(page).fill(String((stage.size + 1) % 10));
      expect(await submit(page).isEnabled()).toBe(false);
      await page.keyboard.press("Enter");
      await digits(page).fill(String(stage.size));
      await expect.poll(() => submit(page).isEnabled()).toBe(true);
      // Another target is another number, which has to be read.
      await page.getByRole("link", { name: "返回修改" }).click();
      await page.getByRole("combobox", { name: "加区域" }).fill("520326002");
      await page.locator("[role=option]").first().click();
      await expect.poll(() => review(page).isEnabled()).toBe(true);
      await review(page).click();
      await digits(page).waitFor();
      expect(await digits(page).inputValue()).toBe("");
      expect(await submit(page).isEnabled()).toBe(false);
      expect(sent.filter(({ url }) => url.pathname.endsWith("/submit"))).toEqual([]);
    },
  );

  flow(
    "check 06: who submitted it gets no button to approve it but the reason, and the API says the same",
    async ({ signIn, ask }) => {
      // A duty officer who may approve too, so that only the submission stands in the way.
      const officer = await ask("bothRoles");
      const draft = await writeDraft(officer, stage.township.code);
      await submitDraft(officer, draft);
      const { page } = await signIn("bothRoles");
      await page.goto(`/console/broadcasts/${draft.id}`);
      await settled(page);
      await page.getByText("你自己提交的，要由第二个人批准。").waitFor();
      expect(await page.getByRole("button", { name: /批准|发布演练/ }).count()).toBe(0);
      await expect(approveDraft(officer, draft)).rejects.toThrow("own_submission");
      await officer(`/v1/broadcasts/${draft.id}/cancel`, { method: "POST", body: { reason: "试完了" } });
    },
  );

  flow(
    "check 07: the mode stands in the address, and every view of a drill has the ribbon and the hatched frame",
    async ({ signIn, ask, run }) => {
      const dispatcher = await ask("dispatcher");
      const draft = await writeDraft(dispatcher, stage.township.code);
      const { ended, pending } = run.scenery.broadcasts;
      const { page } = await signIn("dispatcher");
      const drills = [
        "/console/broadcasts/new/drill",
        `/console/broadcasts/new/drill?draft=${draft.id}`,
        `/console/broadcasts/new/drill/check/${draft.id}`,
        `/console/broadcasts/${draft.id}`,
        `/console/broadcasts/${ended}`,
      ];
      for (const address of drills) {
        await page.goto(address);
        await settled(page);
        await page.locator("[data-mode=drill]").waitFor();
        expect([address, await edgeOf(page)]).toEqual([address, "hatched"]);
        expect(await page.getByText("演练", { exact: true }).first().isVisible()).toBe(true);
        expect(await page.getByRole("radio", { name: /实际播发|真实/ }).count()).toBe(0);
      }
      for (const address of ["/console/broadcasts/new/actual", `/console/broadcasts/${pending}`]) {
        await page.goto(address);
        await settled(page);
        await page.locator("[data-mode=actual]").waitFor();
        expect([address, await edgeOf(page)]).toEqual([address, "solid"]);
      }
      // A drill is no actual one at another address.
      await page.goto(`/console/broadcasts/new/actual/check/${draft.id}`);
      await settled(page);
      expect(await submit(page).count()).toBe(0);
      expect(await page.locator("[data-mode=drill]").count()).toBe(0);
    },
  );

  flow.for([
    ["actual", "description", "这是演习，请立即上山。"],
    ["drill", "description", "请立即上山。"],
  ] as const)(
    "check 08: %s text that says the wrong thing cannot be submitted",
    async ([mode, , text], { signIn }) => {
      const { page, sent } = await signIn("dispatcher");
      await prepare(page, mode, stage.township.code);
      const fields = page.getByRole("textbox");
      const words = await fields.evaluateAll((all) =>
        all.map((one, i) => ((one as HTMLTextAreaElement).value?.length > 8 ? i : -1)).filter((i) => i >= 0),
      );
      for (const i of words) await fields.nth(i).fill(text);
      await expect.poll(() => review(page).isEnabled()).toBe(false);
      await page
        .getByText(/文字还有要改的地方/)
        .first()
        .waitFor();
      expect(
        sent.filter(({ url, method }) => method === "POST" && url.pathname === "/v1/broadcasts"),
      ).toEqual([]);
    },
  );
});

/** What the left edge of the window looks like: one colour from top to bottom, or two that take turns. */
async function edgeOf(page: Page): Promise<"solid" | "hatched"> {
  const picture = readPng(await page.screenshot({ animations: "disabled" }));
  const colours = new Set<string>();
  for (let y = 120; y < picture.height - 120; y++) colours.add(picture.at(3, y).join());
  return colours.size === 1 ? "solid" : "hatched";
}
