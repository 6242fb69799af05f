import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Route, Switch } from "wouter";
import Check from "../../../src/pages/new-broadcast/check.tsx";
import NewBroadcast from "../../../src/pages/new-broadcast/new-broadcast.tsx";
import { broadcast, show } from "./world.tsx";

const PAGES = (
  <Switch>
    <Route path="/broadcasts/new/:mode" component={NewBroadcast} />
    <Route path="/broadcasts/new/:mode/check/:id" component={Check} />
  </Switch>
);

const clear = () => {
  sessionStorage.clear();
  localStorage.clear();
};
beforeEach(clear);
afterEach(() => {
  vi.unstubAllGlobals();
  clear();
});

/** What the platform writes for each kind; English first in one, as an alert may have it. */
const FOLLOW_UPS = {
  all_clear: {
    mark: "解除",
    texts: [
      {
        language: "zh-CN",
        headline: "解除：都濡街道山洪橙色预警",
        description: "6月21日10时00分发布的都濡街道山洪橙色预警现已解除。",
        instruction: "已转移人员请按当地安排有序返回。",
      },
      {
        language: "en",
        headline: "All clear: orange flash flood warning for Duru",
        description: "All clear. The orange flash flood warning issued for Duru has been lifted.",
        instruction: "Go back only as told. ",
      },
    ],
    more: { responseTypes: ["AllClear"], contact: "0851-1234" },
  },
  correction: {
    mark: "更正",
    texts: [
      {
        language: "en",
        headline: "Correction: flash flood",
        description: "This corrects the orange flash flood warning for Duru of 10:00 on 21 June. Stay away.",
        instruction: "Leave at once.",
      },
      {
        language: "zh-CN",
        headline: "更正：山洪橙色预警",
        description: "现对6月21日10时00分发布的都濡街道山洪橙色预警更正如下：可能发生山洪。",
        instruction: "请撤离。",
      },
    ],
    more: { expiresAt: "2099-06-22T02:00:00.123456Z", volume: 65, repeatCount: 4 },
  },
  extension: {
    mark: "延长",
    texts: [
      {
        language: "zh-CN",
        headline: "延长：山洪橙色预警",
        description: "6月21日10时00分发布的都濡街道山洪橙色预警延长至6月23日10时00分。",
        instruction: "请不要返回。",
      },
      // Nobody is told what to do in this one.
      { language: "en", headline: "Extended: flash flood", description: " It has been extended.\n" },
    ],
    more: { expiresAt: "2099-06-22T02:00:00Z", class: "daily" },
  },
} as const;
type Kind = keyof typeof FOLLOW_UPS;
const KINDS = Object.keys(FOLLOW_UPS) as Kind[];

const followUp = (kind: Kind) => {
  const { texts, more } = FOLLOW_UPS[kind];
  const template = { source: "built-in", id: kind, version: null };
  return broadcast(
    { template, replaces: ["bc-0"], headline: texts[0].headline },
    { texts, responseTypes: ["Evacuate"], ...more },
  );
};

function openDraft(stored: ReturnType<typeof broadcast>, more: Parameters<typeof show>[2] = {}) {
  const opened = show(PAGES, `/broadcasts/new/${stored.message.mode}?draft=bc-1`, {
    "GET /v1/broadcasts/bc-1": () => stored,
    "PATCH /v1/broadcasts/bc-1": () => ({ ...stored, revision: 4 }),
    ...more,
  });
  const changes = () => opened.asked.filter(({ what }) => /^(PATCH|POST) .*\/bc-1$/.test(what));
  return { ...opened, changes };
}

const review = async () => {
  const button = await screen.findByRole("button", { name: /^核对/ });
  await waitFor(() => expect(button.getAttribute("aria-disabled")).toBeNull());
  return button;
};
const shown = () =>
  screen
    .getAllByRole("textbox")
    .map((one) => (one as HTMLTextAreaElement).value)
    .filter((value) => value !== "");
const wordsOf = (texts: readonly object[]) =>
  texts
    .flatMap((text) => Object.entries(text).filter(([part]) => part !== "language"))
    .map(([, words]) => words);
const atCheck = "/broadcasts/new/actual/check/bc-1";

it("an all-clear is not said to tell people to leave, whatever its event does", async () => {
  openDraft(followUp("all_clear"));
  await review();
  const event = screen.getByRole("region", { name: "事件" });
  await waitFor(() => expect(event.textContent).toContain("山洪"));
  expect(event.textContent).toContain("橙色 · 解除");
});

describe.each(KINDS)("a draft of %s", (kind) => {
  const { texts, mark } = FOLLOW_UPS[kind];

  it("is written on with its own words, and not with those of a new warning", async () => {
    openDraft(followUp(kind));
    await review();
    expect(shown()).toEqual(wordsOf(texts));
    expect(screen.queryByDisplayValue(/^都濡街道可能发生山洪。$/)).toBeNull();
    expect(screen.queryByRole("button", { name: /模板/ })).toBeNull();
  });

  it("says of what kind it is, where it is written and where it is checked", async () => {
    const { history } = openDraft(followUp(kind));
    const button = await review();
    expect(screen.getByText(mark)).toBeTruthy();
    expect(screen.getByRole("link", { name: "bc-0" }).getAttribute("href")).toBe("/broadcasts/bc-0");
    await userEvent.click(button);
    await waitFor(() => expect(history.at(-1)).toBe(atCheck));
    expect(await screen.findByText(mark)).toBeTruthy();
  });

  it("is saved with only the instruction that was changed", async () => {
    const { changes } = openDraft(followUp(kind));
    await review();
    const field = screen.getAllByRole("textbox", { name: /^怎么做/ })[0] as HTMLTextAreaElement;
    const before = field.value;
    await userEvent.type(field, "慢行。");
    await userEvent.click(await review());
    await waitFor(() => expect(changes()).toHaveLength(1));
    expect(changes()[0]!.body).toEqual({
      revision: 3,
      texts: texts.map((text, at) => (at === 0 ? { ...text, instruction: `${before}慢行。` } : text)),
    });
  });

  it("is not changed by being opened and checked", async () => {
    const { changes, history } = openDraft(followUp(kind));
    await userEvent.click(await review());
    await waitFor(() => expect(history.at(-1)).toBe(atCheck));
    expect(changes()).toEqual([]);
  });

  it("keeps its words when another event or level is chosen, and says so", async () => {
    const { changes } = openDraft(followUp(kind));
    await review();
    await userEvent.click(screen.getByRole("button", { name: "改事件与级别" }));
    await userEvent.click(screen.getByRole("radio", { name: /^Ⅰ/ }));
    expect(await screen.findByText(/文字没有跟着变/)).toBeTruthy();
    expect(shown()).toEqual(expect.arrayContaining(wordsOf(texts)));
    await userEvent.click(await review());
    await waitFor(() => expect(changes()).toHaveLength(1));
    // With its texts: without them the platform would write them anew.
    expect(changes()[0]!.body).toEqual({ revision: 3, level: 1, texts });
  });
});

const TEXT = { language: "zh-CN", headline: "山洪", description: "昨天写的。", instruction: "请撤离。" };
const OWN = { source: "built-in", id: "11A51", version: null };
const ANY = {
  "written by a person": broadcast(),
  "filled in by a template": broadcast({ template: OWN }, { texts: [TEXT] }),
  "with drawn areas, and villages taken out": broadcast(
    {},
    {
      target: {
        regions: ["520326002"],
        exclude: ["520326002001"],
        polygons: [
          [
            [107, 28],
            [108, 28],
            [108, 29],
            [107, 28],
          ],
        ],
        circles: [{ center: [107, 28], radiusKm: 2 }],
      },
    },
  ),
  "for one language, without what to do": broadcast(
    {},
    { texts: [{ language: "za", headline: "a", description: "b" }], class: "daily", volume: 0 },
  ),
  "until a moment": broadcast({ template: OWN }, { expiresAt: "2099-06-22T02:00:00Z" }),
};

describe("a stored draft", () => {
  it.each(Object.entries(ANY))("%s is not changed by being opened and saved", async (_, stored) => {
    const { changes, history } = openDraft(stored);
    await userEvent.click(await review());
    await waitFor(() => expect(history.at(-1)).toBe(atCheck));
    expect(changes()).toEqual([]);
  });

  it("shows the words that it has, and the template's only when a person asks for them", async () => {
    const { changes } = openDraft(ANY["filled in by a template"]);
    await review();
    expect(screen.getByDisplayValue("昨天写的。")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "按模板重写" }));
    expect(await screen.findByDisplayValue("都濡街道可能发生山洪。")).toBeTruthy();
    expect(screen.getByText(/文字已按模板重新写/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "恢复草稿的文字" }));
    expect(screen.getByDisplayValue("昨天写的。")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "按模板重写" }));
    await userEvent.click(await review());
    await waitFor(() => expect(changes()).toHaveLength(1));
    expect(changes()[0]!.body).toMatchObject({ texts: [{ description: "都濡街道可能发生山洪。" }] });
  });

  it("that somebody else has changed meanwhile is not checked as if it were the one on the page", async () => {
    let stored = ANY["written by a person"];
    const { history } = openDraft(stored, { "GET /v1/broadcasts/bc-1": () => stored });
    const button = await review();
    stored = { ...stored, revision: 4 };
    await userEvent.click(button);
    expect(await screen.findByText(/刚被别人改过/)).toBeTruthy();
    expect(history).not.toContain(atCheck);
  });

  it("that a former version of the console has kept is fetched anew", async () => {
    const kept = { eventCode: "11A51", level: 2, draft: { id: "bc-1", revision: 3, fromTemplate: true } };
    sessionStorage.setItem("new-broadcast:actual:zhang.min", JSON.stringify({ ...kept, isUnsaved: false }));
    openDraft(followUp("all_clear"));
    expect(await screen.findByDisplayValue(/现已解除/)).toBeTruthy();
  });
});
