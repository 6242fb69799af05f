import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Route, Switch } from "wouter";
import Check from "../../../src/pages/new-broadcast/check.tsx";
import Doors from "../../../src/pages/new-broadcast/doors.tsx";
import GreenChannel from "../../../src/pages/new-broadcast/green-channel.tsx";
import NewBroadcast from "../../../src/pages/new-broadcast/new-broadcast.tsx";
import Submitted from "../../../src/pages/new-broadcast/submitted.tsx";
import { APPROVER, broadcast, preview, refusal, show, step } from "./world.tsx";

const PAGES = (
  <Switch>
    <Route path="/broadcasts/new" component={Doors} />
    <Route path="/broadcasts/new/:mode" component={NewBroadcast} />
    <Route path="/broadcasts/new/:mode/check/:id" component={Check} />
    <Route path="/broadcasts/new/:mode/submitted/:id" component={Submitted} />
    <Route path="/broadcasts/new/:mode/release/:id" component={GreenChannel} />
  </Switch>
);
const open = (at: string, answers: Parameters<typeof show>[2] = {}, who?: object) =>
  show(PAGES, `/broadcasts/new${at}`, answers, who);
const MODES = ["actual", "drill", "training"];

const clear = () => {
  sessionStorage.clear();
  localStorage.clear();
};
beforeEach(clear);
afterEach(() => {
  vi.unstubAllGlobals();
  clear();
});

describe("A: three doors", () => {
  it("lead to three addresses, and none of them is chosen by itself", async () => {
    open("");
    const doors = await screen.findAllByRole("link", { name: /实际播发|演练|培训/ });
    expect(doors.map((door) => door.getAttribute("href"))).toEqual(
      MODES.map((mode) => `/broadcasts/new/${mode}`),
    );
    expect(new Set(doors.map((door) => door.className)).size).toBe(3);
    expect(document.activeElement).toBe(screen.getByRole("heading", { level: 1 }));
  });

  it("must be impossible: a copy of an actual one that opens as an actual one", async () => {
    for (const at of ["?copy=bc-1", "/actual?copy=bc-1"]) {
      const { history, unmount } = open(at);
      const said = await screen.findByDisplayValue(/【演习】可能发生山洪。以上是演习。/);
      expect(said).toBeTruthy();
      expect(history.at(-1)).toMatch(/^\/broadcasts\/new\/drill/);
      unmount();
      sessionStorage.clear();
    }
  });

  it("keeps the class of what is copied, so that a daily programme does not become an emergency", async () => {
    const { asked } = open("?copy=bc-1", {
      "GET /v1/broadcasts/bc-1": () => broadcast({}, { class: "daily" }),
    });
    await waitFor(() =>
      expect(asked.find(({ what }) => what === "POST /v1/broadcasts/preview")?.body).toMatchObject({
        class: "daily",
        mode: "drill",
      }),
    );
  });

  it("offer an alarm's proposal in its own mode", async () => {
    const proposed = { ...broadcast(), proposedByAlarm: 7, updatedAt: "2026-06-21T02:00:00Z" };
    open("?alarm=7", { "GET /v1/broadcasts": () => ({ items: [proposed], nextCursor: null }) });
    const link = await screen.findByRole("link", { name: "都濡街道山洪橙色预警" });
    expect(link.getAttribute("href")).toBe("/broadcasts/new/actual?draft=bc-1");
  });

  it("name each fault of an alert by element, line and rule", async () => {
    const faults = [{ path: "/alert/sent", line: 4, column: 1, rule: "required", message: "expected sent" }];
    const { container, asked } = open("", {
      "POST /v1/broadcasts": () => refusal(400, "cap_invalid", { faults }),
    });
    await screen.findByRole("heading", { level: 1 });
    const field = container.querySelector<HTMLInputElement>("input[type=file]")!;
    await userEvent.upload(field, new File(["<alert/>"], "alert.xml", { type: "application/xml" }));
    const fault = (await screen.findByText("/alert/sent")).closest("li")!;
    expect(fault.textContent).toContain("第 4 行");
    expect(fault.textContent).toContain("required");
    expect(asked.find(({ what }) => what === "POST /v1/broadcasts")?.body).toBe("<alert/>");
  });

  it("are shown to nobody who may not write, who is told who may", async () => {
    for (const at of ["", "/actual", "/actual/check/bc-1"]) {
      const { unmount } = open(at, {}, APPROVER);
      expect((await screen.findAllByText("你不能新建广播")).length).toBeGreaterThan(0);
      expect(screen.getByText(/审批员不写广播.*调度员或值班长/)).toBeTruthy();
      expect(screen.queryByRole("button")).toBeNull();
      unmount();
    }
  });
});

describe("must be impossible: switching the mode later", () => {
  it.each(MODES)("a page of %s has nothing by which its mode could be changed", async (mode) => {
    open(`/${mode}`);
    await screen.findByRole("heading", { level: 1 });
    const links = screen.queryAllByRole("link").map((link) => link.getAttribute("href") ?? "");
    expect(
      links.filter(
        (href) => href.startsWith("/broadcasts/new/") && !href.startsWith(`/broadcasts/new/${mode}`),
      ),
    ).toEqual([]);
    expect(screen.queryByRole("radio", { name: /实际|演练|培训/ })).toBeNull();
  });

  it("refuses a draft of another mode, where it is written and where it is checked", async () => {
    for (const at of ["/drill?draft=bc-1", "/drill/check/bc-1"]) {
      const { unmount } = open(at);
      expect(await screen.findByText("这份草稿是实际播发，不能在这里改")).toBeTruthy();
      expect(screen.queryByRole("button", { name: /提交/ })).toBeNull();
      unmount();
    }
  });

  it("begins the title of the tab with the mode", async () => {
    for (const [mode, name] of [
      ["actual", "实际播发"],
      ["drill", "演练"],
      ["training", "培训"],
    ]) {
      const { unmount } = open(`/${mode}`);
      await screen.findByRole("heading", { level: 1 });
      expect(document.title.startsWith(name!)).toBe(true);
      unmount();
    }
  });
});

/** Writes what is needed by the keyboard alone. */
async function write(mode: string, answers: Parameters<typeof show>[2] = {}) {
  const user = userEvent.setup();
  const opened = open(`/${mode}`, answers);
  await user.type(await screen.findByRole("searchbox", { name: /查事件/ }), "山洪{Enter}");
  screen.getByRole("radio", { name: /特别重大/ }).focus();
  await user.keyboard("{ArrowRight}");
  if (!(screen.getByRole("radio", { name: /^Ⅱ/ }) as HTMLInputElement).checked)
    await user.click(screen.getByRole("radio", { name: /^Ⅱ/ }));
  await user.type(screen.getByRole("combobox", { name: "加区域" }), "都濡");
  await screen.findByRole("option", { name: /都濡街道/ });
  await user.keyboard("{Enter}");
  return { user, ...opened };
}

describe("B to D: event, place and text", () => {
  it("tells each level by numeral and word, and offers no test as an actual event", async () => {
    open("/actual");
    const levels = (await screen.findAllByRole("radio", { name: /[Ⅰ-Ⅳ]/ })).map(
      (one) => one.closest("label")!.textContent,
    );
    expect(levels).toEqual(["Ⅰ特别重大", "Ⅱ重大", "Ⅲ较大", "Ⅳ一般"]);
    await screen.findByRole("radio", { name: /山洪/ });
    expect(screen.queryByRole("radio", { name: /测试/ })).toBeNull();
  });

  it("names the villages that hear nothing beside it, who can approve, and who is beyond one's limits", async () => {
    await write("actual", {
      "POST /v1/broadcasts/preview": () => ({ ...preview(), withinLimits: false, beyond: ["520326002"] }),
    });
    const silent = await screen.findByRole("region", { name: "2 个村听不到" });
    expect(within(silent).getByText("石村")).toBeTruthy();
    expect(within(silent).getByText("江村")).toBeTruthy();
    expect(screen.getByText("王芳（在线）")).toBeTruthy();
    expect(await screen.findByText(/有一部分不归你管/)).toBeTruthy();
    expect(screen.getByRole("button", { name: "核对并提交真实预警" }).getAttribute("aria-disabled")).toBe(
      "true",
    );
  });

  it("saves the draft with just the mode of its address, and leads to the check", async () => {
    const { user, asked, history } = await write("actual", { "POST /v1/broadcasts": () => broadcast() });
    const button = screen.getByRole("button", { name: "核对并提交真实预警" });
    await waitFor(() => expect(button.getAttribute("aria-disabled")).toBeNull());
    await user.click(button);
    await waitFor(() => expect(history.at(-1)).toBe("/broadcasts/new/actual/check/bc-1"));
    const { body } = asked.find(({ what }) => what === "POST /v1/broadcasts")!;
    expect(body).toMatchObject({
      mode: "actual",
      level: 2,
      eventCode: "11A51",
      target: { regions: ["520326002"] },
    });
    // The platform fills in the template's texts by itself.
    expect(body).not.toHaveProperty("texts");
  });

  it("keeps what was written over a reload, and of its own mode only", async () => {
    const { user, unmount } = await write("drill");
    const said = await screen.findByDisplayValue("都濡街道可能发生山洪。");
    await user.clear(said);
    await user.type(said, "这是演练，请上山。");
    unmount();
    const again = open("/drill");
    expect(await screen.findByDisplayValue("这是演练，请上山。")).toBeTruthy();
    expect(screen.getByRole("button", { name: "去掉都濡街道" })).toBeTruthy();
    again.unmount();
    open("/actual");
    expect(await screen.findByText("还没有范围")).toBeTruthy();
  });

  it("takes a village out by one press, and asks for the numbers of what is left", async () => {
    const { user, asked } = await write("drill");
    await user.click(await screen.findByRole("button", { name: /^河村/ }));
    await waitFor(() =>
      expect(asked.filter(({ what }) => what.endsWith("/preview")).at(-1)?.body).toMatchObject({
        target: { regions: ["520326002"], exclude: ["520326002001"] },
      }),
    );
    expect(screen.getByRole("button", { name: /^河村/ }).getAttribute("aria-pressed")).toBe("false");
  });

  it("must be impossible: going on while the numbers are those of another place", async () => {
    const never = new Promise(() => {});
    const { user, asked } = await write("actual", {
      "POST /v1/broadcasts/preview": (body) =>
        (body as { target: { exclude?: string[] } }).target.exclude ? never : preview(),
    });
    const button = screen.getByRole("button", { name: "核对并提交真实预警" });
    await waitFor(() => expect(button.getAttribute("aria-disabled")).toBeNull());
    await user.click(await screen.findByRole("button", { name: /^河村/ }));
    expect(button.getAttribute("aria-disabled")).toBe("true");
    expect(screen.getByText(/还不能核对：正在重算/)).toBeTruthy();
    const last = () => asked.filter(({ what }) => what.endsWith("/preview")).at(-1)?.body;
    await waitFor(() => expect(last()).toHaveProperty("target.exclude"));
    expect(screen.getByText("正在重算")).toBeTruthy();
    expect(button.getAttribute("aria-disabled")).toBe("true");
  });

  it("says who was faster when the draft has changed meanwhile, and keeps what was written", async () => {
    const { user } = await write("actual", {
      "POST /v1/broadcasts": () => refusal(409, "broadcast_changed"),
    });
    const button = screen.getByRole("button", { name: "核对并提交真实预警" });
    await waitFor(() => expect(button.getAttribute("aria-disabled")).toBeNull());
    await user.click(button);
    expect(await screen.findByText("内容刚被别人改过")).toBeTruthy();
    expect(screen.getByRole("button", { name: "去掉都濡街道" })).toBeTruthy();
  });
});

describe("E: the check", () => {
  const button = () => screen.getByRole("button", { name: "提交真实预警" });
  const digits = () => screen.findByRole("textbox", { name: /大喇叭只数/ });

  it("is refused until the digits equal the number of speakers, and sends the revision that was read", async () => {
    const user = userEvent.setup();
    const { asked, history } = open("/actual/check/bc-1", {
      "GET /v1/broadcasts/bc-1/preview": () => preview(92),
      "POST /v1/broadcasts/bc-1/submit": () => broadcast({ state: "pending_approval" }),
    });
    await user.type(await digits(), "93{Enter}");
    await user.click(button());
    expect(screen.getByText("和喇叭只数不一样，请再看一遍")).toBeTruthy();
    expect(asked.some(({ what }) => what.endsWith("/submit"))).toBe(false);
    await user.clear(await digits());
    await user.type(await digits(), "92");
    await user.click(button());
    await waitFor(() => expect(history.at(-1)).toBe("/broadcasts/new/actual/submitted/bc-1"));
    expect(asked.find(({ what }) => what.endsWith("/submit"))?.body).toEqual({ revision: 3 });
  });

  it("wants the digits again once the content has another revision", async () => {
    const user = userEvent.setup();
    let revision = 3;
    const { client } = open("/actual/check/bc-1", {
      "GET /v1/broadcasts/bc-1": () => broadcast({ revision }),
    });
    await user.type(await digits(), "9");
    expect(button().getAttribute("aria-disabled")).toBeNull();
    revision = 4;
    await client.invalidateQueries({ queryKey: ["broadcasts", "one", "bc-1"] });
    expect(await screen.findByText(/内容刚被改成第 4 版/)).toBeTruthy();
    expect(((await digits()) as HTMLInputElement).value).toBe("");
    expect(button().getAttribute("aria-disabled")).toBe("true");
  });

  it("says nothing in red of one's own change", async () => {
    const user = userEvent.setup();
    let revision = 3;
    const { client } = open("/actual/check/bc-1", {
      "GET /v1/broadcasts/bc-1": () => broadcast({ revision }),
      "GET /v1/broadcasts/bc-1/history": () => ({
        items: [{ action: "change", actor: { type: "person", id: "zhang.min", name: "张敏" } }],
      }),
    });
    await user.type(await digits(), "9");
    revision = 4;
    await client.invalidateQueries({ queryKey: ["broadcasts", "one", "bc-1"] });
    await waitFor(async () => expect(((await digits()) as HTMLInputElement).value).toBe(""));
    await waitFor(() =>
      expect(client.getQueryState(["broadcasts", "history", "bc-1"])?.status).toBe("success"),
    );
    expect(screen.queryByText(/内容刚被改成/)).toBeNull();
  });

  it("counts numbers of an earlier revision for nothing while the present one's are computed", async () => {
    const user = userEvent.setup();
    let revision = 3;
    const { client } = open("/actual/check/bc-1", {
      "GET /v1/broadcasts/bc-1": () => broadcast({ revision }),
      "GET /v1/broadcasts/bc-1/preview": () => (revision === 3 ? preview() : new Promise(() => {})),
    });
    await digits();
    revision = 4;
    await client.invalidateQueries({ queryKey: ["broadcasts", "one", "bc-1"] });
    await screen.findByText(/内容刚被改成第 4 版/);
    await user.type(await digits(), "9");
    expect(button().getAttribute("aria-disabled")).toBe("true");
    expect(screen.getByText("正在重算")).toBeTruthy();
  });

  it("says in place of the button why the caller may not submit", async () => {
    const steps = [step("submit", false, "forbidden")];
    open("/actual/check/bc-1", { "GET /v1/broadcasts/bc-1": () => broadcast({ steps }) });
    expect(await screen.findByText("这一步你不能做")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "提交真实预警" })).toBeNull();
  });

  it("names every village that hears nothing, the approvers, and the widest region to be typed", async () => {
    open("/actual/check/bc-1", {
      "GET /v1/broadcasts/bc-1": () =>
        broadcast({}, { target: { regions: ["520326"], polygons: [], circles: [] } }),
    });
    expect(await screen.findByRole("textbox", { name: /再输入区域的名称：务川县/ })).toBeTruthy();
    for (const name of ["石村", "江村", "王芳（在线）"]) expect(screen.getByText(name)).toBeTruthy();
  });
});

describe("F: after the submission", () => {
  const submitted = { state: "pending_approval" };

  it("names who was asked, and shows the author no way to approve", async () => {
    open("/actual/submitted/bc-1", { "GET /v1/broadcasts/bc-1": () => broadcast(submitted) });
    expect(await screen.findByText("王芳")).toBeTruthy();
    expect(screen.getByText("你自己提交的，不能由你批准。")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /批准/ })).toBeNull();
    expect(screen.queryByRole("link", { name: "绿色通道" })).toBeNull();
  });

  it("leads to the green channel only who may go that way", async () => {
    const steps = [step("release", true)];
    open("/actual/submitted/bc-1", { "GET /v1/broadcasts/bc-1": () => broadcast({ ...submitted, steps }) });
    const link = await screen.findByRole("link", { name: "绿色通道" });
    expect(link.getAttribute("href")).toBe("/broadcasts/new/actual/release/bc-1");
  });
});

describe("H: the green channel", () => {
  const allowed = { steps: [step("submit", true), step("release", true)] };
  const sound = () => screen.getByRole("button", { name: "发出真实预警" });

  it("must be impossible: a drill", async () => {
    open("/drill/release/bc-1", { "GET /v1/broadcasts/bc-1": () => broadcast(allowed, { mode: "drill" }) });
    expect((await screen.findAllByText("没有这一页")).length).toBeGreaterThan(0);
    expect(screen.queryByRole("button")).toBeNull();
  });

  it.each([
    ["forbidden", /你不是值班长/],
    ["green_channel_closed", /只用于Ⅰ级、Ⅱ级/],
  ])("has no button where the platform says %s", async (code, said) => {
    const steps = [step("release", false, code)];
    open("/actual/release/bc-1", { "GET /v1/broadcasts/bc-1": () => broadcast({ steps }) });
    expect(await screen.findByText(said)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "发出真实预警" })).toBeNull();
  });

  it("sounds only with a reason and the digits, and asks for a code when the platform does", async () => {
    const user = userEvent.setup();
    let tries = 0;
    const { asked, history } = open("/actual/release/bc-1", {
      "GET /v1/broadcasts/bc-1": () => broadcast(allowed),
      "POST /v1/broadcasts/bc-1/release": () =>
        tries++ === 0 ? refusal(403, "step_up_required") : broadcast({ state: "dispatching" }),
    });
    await user.type(await screen.findByRole("textbox", { name: /大喇叭只数/ }), "9");
    await user.click(sound());
    expect(screen.getByText("还没有写理由")).toBeTruthy();
    expect(asked.some(({ what }) => what.endsWith("/release"))).toBe(false);
    await user.type(screen.getByRole("textbox", { name: /为什么不能等/ }), "夜里联系不上");
    // No single key releases: Enter in a field does nothing here.
    await user.type(screen.getByRole("textbox", { name: /大喇叭只数/ }), "{Enter}");
    expect(asked.some(({ what }) => what.endsWith("/release"))).toBe(false);
    await user.click(sound());
    await user.type(await screen.findByRole("textbox", { name: "验证码" }), "123456");
    await user.click(sound());
    await waitFor(() => expect(history.at(-1)).toBe("/broadcasts/bc-1"));
    expect(asked.filter(({ what }) => what.endsWith("/release")).map(({ body }) => body)).toEqual([
      { revision: 3, reason: "夜里联系不上" },
      { revision: 3, reason: "夜里联系不上", code: "123456" },
    ]);
  });
});
