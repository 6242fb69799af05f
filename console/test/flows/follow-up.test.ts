import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { review } from "../browser/write.ts";
import { flow, flows } from "../flow.ts";
import { settled } from "../pages.ts";
import type { Ask } from "../world/ask.ts";
import { approveDraft, type Stage, setStage, submitDraft, untilState } from "../world/stage.ts";

let stage: Stage;
beforeAll(async () => {
  const made = await setStage("followed");
  if (made) stage = made;
});
afterAll(() => stage?.stop());

interface Stored {
  readonly id: string;
  readonly revision: number;
  readonly replaces: readonly string[];
  readonly template: object;
  readonly message: {
    readonly texts: readonly {
      language: string;
      headline: string;
      description: string;
      instruction?: string;
    }[];
  };
}

/** A warning with the words of its template, on the air and stopped. */
async function stopped(officer: Ask, approver: Ask): Promise<string> {
  const body = { mode: "actual", level: 2, eventCode: "11D01", target: { regions: [stage.township.code] } };
  const draft = await officer<Stored>("/v1/broadcasts", { method: "POST", body });
  await submitDraft(officer, draft);
  await approveDraft(approver, draft);
  await untilState(approver, draft.id, "playing");
  await approver(`/v1/broadcasts/${draft.id}/cancel`, { method: "POST", body: { reason: "雨停了" } });
  await untilState(approver, draft.id, "cancelled");
  return draft.id;
}

const areas = (page: Page, name: string) => page.getByRole("textbox", { name });
const main = (page: Page) => page.locator("main");

flows("a follow-up of a broadcast that was stopped", () => {
  flow.for([
    ["发布解除", "解除", /现已解除/],
    ["发布更正", "更正", /更正如下/],
    ["延长", "延长", /延长至/],
  ] as const)(
    "%s says its own words on every page up to the approval, and keeps them when one field is changed",
    async ([button, mark, says], { signIn, ask }) => {
      const [officer, approver] = [await ask("dispatcher"), await ask("approver")];
      const original = await stopped(officer, approver);
      const { page } = await signIn("dispatcher");
      await page.goto(`/console/broadcasts/${original}`);
      await settled(page);
      await page.getByRole("button", { name: button }).click();
      await page.waitForURL(/new\/actual\?draft=/);
      const id = new URL(page.url()).searchParams.get("draft")!;
      const before = await officer<Stored>(`/v1/broadcasts/${id}`);
      expect(before.message.texts[0]!.description).toMatch(says);
      await areas(page, "怎么做").first().waitFor();
      const texts = before.message.texts;
      for (const [at, text] of texts.entries()) {
        expect(await areas(page, "说什么").nth(at).inputValue()).toBe(text.description);
        expect(await areas(page, "怎么做").nth(at).inputValue()).toBe(text.instruction);
      }
      await page.locator(`main [data-follow-up]`, { hasText: mark }).first().waitFor();
      const changed = `${texts[0]!.instruction}请互相转告。`;
      await areas(page, "怎么做").first().fill(changed);
      await expect.poll(() => review(page).isEnabled()).toBe(true);
      await review(page).click();
      await page.waitForURL(/\/check\//);
      await main(page).getByText(says).first().waitFor();
      await main(page)
        .getByText(/请互相转告/)
        .first()
        .waitFor();
      await main(page).locator("[data-follow-up]", { hasText: mark }).first().waitFor();
      const after = await officer<Stored>(`/v1/broadcasts/${id}`);
      expect(after).toMatchObject({ replaces: [original], template: before.template });
      expect(after.message).toEqual({
        ...before.message,
        texts: texts.map((text, at) => (at === 0 ? { ...text, instruction: changed } : text)),
      });
      await page.getByLabel(/^输入会收到指令的大喇叭只数/).fill(String(stage.size));
      await page.getByRole("button", { name: "提交真实预警" }).click();
      await page.waitForURL(/\/submitted\//);
      const second = await signIn("approver");
      await second.page.goto(`/console/broadcasts/${id}`);
      await settled(second.page);
      const heading = second.page.getByRole("heading", { level: 1 });
      await heading.locator("[data-follow-up]", { hasText: mark }).waitFor();
      await main(second.page).getByText(says).first().waitFor();
      // The earlier one is not said to be replaced by what nobody has decided on, nor by what was dropped.
      await second.page.goto(`/console/broadcasts/${original}`);
      await settled(second.page);
      await main(second.page)
        .getByText(/等审批，还没有代替它/)
        .waitFor();
      expect(
        await main(second.page)
          .getByText(/^已由.*代替/)
          .count(),
      ).toBe(0);
      await officer(`/v1/broadcasts/${id}/cancel`, { method: "POST", body: { reason: "试完了" } });
      await main(second.page)
        .getByText(/没有播出，没有代替它/)
        .waitFor();
    },
  );
});
