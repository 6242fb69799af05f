import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { BroadcastJson } from "../../../src/api/broadcasts.ts";
import { Pending } from "../../../src/pages/broadcast/pending/pending.tsx";
import { useSteps } from "../../../src/pages/broadcast/use-steps.ts";
import {
  type Answers,
  broadcastOf,
  fakePlatform,
  historyOf,
  meOf,
  previewOf,
  Refusal,
  renderWithQueries,
  step,
} from "./fake-platform.tsx";

function Page({ broadcast }: { broadcast: BroadcastJson }) {
  return <Pending broadcast={broadcast} steps={useSteps(broadcast)} />;
}

/** Shows a pending broadcast to somebody. */
function show(broadcast: BroadcastJson, answers: Answers = {}, me = "wang.fang") {
  const platform = fakePlatform({
    "GET /v1/me": meOf(me),
    "GET /v1/broadcasts/bc-1": broadcast,
    "GET /v1/broadcasts/bc-1/preview": previewOf(12),
    "GET /v1/broadcasts/bc-1/history": historyOf(["submit", "zhang.min", "张敏"]),
    "GET /v1/broadcasts/bc-1/approvers": {
      items: [{ id: "wang.fang", name: "王芳", tenantId: null, signedIn: true }],
      waiting: [],
    },
    "POST /v1/broadcasts/bc-1/approve": broadcast,
    ...answers,
  });
  renderWithQueries(<Page broadcast={broadcast} />);
  return platform;
}

const digits = () => screen.findByLabelText("输入会收到指令的大喇叭只数");
const approveButton = () => screen.findByRole("button", { name: "批准并播发" });
const isBlocked = (button: HTMLElement) => button.getAttribute("aria-disabled") === "true";
const steps = ({ asked }: ReturnType<typeof fakePlatform>) => asked.filter(({ method }) => method === "POST");
const type = async (text: string) => {
  await waitFor(() => expect(screen.getByText("会在哪里响")).toBeTruthy());
  await userEvent.type(await digits(), text);
};

afterEach(() => vi.unstubAllGlobals());

describe("the approval", () => {
  it("wants the number of speakers in digits, and then sends the revision that was read", async () => {
    const platform = show(broadcastOf());
    await type("1");
    const button = await approveButton();
    expect(isBlocked(button)).toBe(true);
    expect(screen.getByText(/还差 1 位数字/)).toBeTruthy();
    await userEvent.click(button);
    expect(steps(platform)).toEqual([]);
    await type("2");
    await waitFor(() => expect(isBlocked(button)).toBe(false));
    await userEvent.click(button);
    await waitFor(() => expect(steps(platform)).toHaveLength(1));
    expect(steps(platform)[0]).toMatchObject({ path: "/v1/broadcasts/bc-1/approve", body: { revision: 2 } });
  });

  it("is refused with another number", async () => {
    const platform = show(broadcastOf());
    await type("13");
    const button = await approveButton();
    expect(screen.getByText(/数字和大喇叭只数不一样/)).toBeTruthy();
    await userEvent.click(button);
    expect(isBlocked(button)).toBe(true);
    expect(steps(platform)).toEqual([]);
  });

  it("has the preview computed once more, and stops where the number is another one by then", async () => {
    let speakers = 12;
    const platform = show(broadcastOf(), { "GET /v1/broadcasts/bc-1/preview": () => previewOf(speakers) });
    await type("12");
    speakers = 11;
    await userEvent.click(await approveButton());
    expect(await screen.findByText(/大喇叭从 12 只变成 11 只/)).toBeTruthy();
    expect(steps(platform)).toEqual([]);
    expect(((await digits()) as HTMLInputElement).value).toBe("");
  });

  it("forgets the digits when the content is another revision", async () => {
    fakePlatform({
      "GET /v1/me": meOf("wang.fang"),
      "GET /v1/broadcasts/bc-1/preview": previewOf(12),
      "GET /v1/broadcasts/bc-1/history": historyOf(["submit", "zhang.min", "张敏"]),
    });
    const client = new QueryClient();
    const page = (revision: number) => (
      <QueryClientProvider client={client}>
        <Page broadcast={broadcastOf({ revision })} />
      </QueryClientProvider>
    );
    const { rerender } = render(page(2));
    await type("12");
    rerender(page(3));
    await waitFor(async () => expect(((await digits()) as HTMLInputElement).value).toBe(""));
  });

  it("has its own words for a drill and for training", async () => {
    const drill = broadcastOf();
    show({ ...drill, message: { ...drill.message, mode: "drill" } });
    expect(await screen.findByRole("button", { name: "发布演练" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "批准并播发" })).toBeNull();
  });

  it("wants it said where there is a later alert", async () => {
    const superseded = broadcastOf({ steps: [step("approve", false, "broadcast_superseded")] });
    const platform = show(superseded);
    await type("12");
    expect(isBlocked(await approveButton())).toBe(true);
    await userEvent.click(screen.getByLabelText("我知道已有更新的预警，仍要播这一份"));
    await userEvent.click(await approveButton());
    await waitFor(() => expect(steps(platform)).toHaveLength(1));
    expect(steps(platform)[0]!.body).toMatchObject({ acknowledgeSuperseded: true });
  });
});

describe("who may not approve", () => {
  it.each([
    ["the submitter", "zhang.min", "own_submission", "你自己提交的，要由第二个人批准。"],
    ["the submitter without the right", "zhang.min", "forbidden", "你自己提交的，要由第二个人批准。"],
    ["an author", "li.qiang", "own_content", "你写过其中的内容，要由别人批准。"],
    ["a dispatcher", "li.qiang", "forbidden", "审批不在你的权限里，或范围超出你的管辖。"],
  ])("sees no button but the reason and who can: %s", async (_name, me, code, reason) => {
    show(broadcastOf({ steps: [step("approve", false, code)] }), {}, me);
    expect(await screen.findByText(reason)).toBeTruthy();
    expect(await screen.findByText("王芳")).toBeTruthy();
    for (const name of ["批准并播发", /退回/, /驳回/])
      expect(screen.queryByRole("button", { name })).toBeNull();
  });
});

describe("other decisions", () => {
  it("want a reason", async () => {
    const platform = show(broadcastOf(), { "POST /v1/broadcasts/bc-1/return": broadcastOf() });
    await userEvent.click(await screen.findByRole("button", { name: "退回…" }));
    await userEvent.click(await screen.findByRole("button", { name: "退回" }));
    expect(await screen.findByText("要写明理由")).toBeTruthy();
    expect(steps(platform)).toEqual([]);
    await userEvent.type(screen.getByLabelText("理由"), "级别写错了");
    await userEvent.click(screen.getByRole("button", { name: "退回" }));
    await waitFor(() => expect(steps(platform)).toHaveLength(1));
    expect(steps(platform)[0]).toMatchObject({
      path: "/v1/broadcasts/bc-1/return",
      body: { revision: 2, reason: "级别写错了" },
    });
  });
});

describe("a dialog that is left", () => {
  it("gives the focus back to the button that opened it", async () => {
    show(broadcastOf());
    const button = await screen.findByRole("button", { name: "驳回…" });
    await userEvent.click(button);
    await userEvent.click(await screen.findByRole("button", { name: "先不驳回" }));
    await waitFor(() => expect(document.activeElement).toBe(button));
  });
});

describe("somebody was faster", () => {
  it("is told with who and when, and is no error", async () => {
    let history = historyOf(["submit", "zhang.min", "张敏"]);
    show(broadcastOf(), {
      "GET /v1/broadcasts/bc-1/history": () => history,
      "POST /v1/broadcasts/bc-1/approve": () => {
        history = historyOf(["submit", "zhang.min", "张敏"], ["reject", "zhao.lei", "赵磊"]);
        return new Refusal(409, "broadcast_state");
      },
    });
    await type("12");
    await userEvent.click(await approveButton());
    expect(await screen.findByText("已经有人驳回")).toBeTruthy();
    expect(screen.getByText(/赵磊/, { selector: "[role=status] *" })).toBeTruthy();
    expect(screen.getByText(/你的这一步没有做/)).toBeTruthy();
  });

  it("sees what was changed", async () => {
    show(broadcastOf(), {
      "POST /v1/broadcasts/bc-1/approve": new Refusal(409, "broadcast_changed", {
        changes: [{ path: "/texts/0/description", before: "请立即上山。", after: "请留在家里。" }],
      }),
    });
    await type("12");
    await userEvent.click(await approveButton());
    expect(await screen.findByText("第 1 段文字 · 正文")).toBeTruthy();
    expect(screen.getByText("请留在家里。")).toBeTruthy();
  });
});

describe("the villages that hear nothing", () => {
  it("are named in two groups, with what is new since the submission", async () => {
    show(broadcastOf());
    expect(await screen.findByText("2 个村听不到")).toBeTruthy();
    const offline = screen.getByText("喇叭全部离线").closest("div")!;
    expect(offline.textContent).toContain("岩湾村");
    expect(offline.textContent).toContain("提交后新增");
    const without = screen.getByText("没有喇叭").closest("div")!;
    expect(without.textContent).toContain("凉风村");
    expect(without.textContent).not.toContain("提交后新增");
    expect(screen.getByText("岩湾村的喇叭离线，共 1 只")).toBeTruthy();
  });
});
