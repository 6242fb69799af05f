import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { DisplaysTab } from "../../../src/pages/admin/displays-tab.tsx";
import { isWhole, NO_AREA } from "../../../src/pages/admin/grants-editor.tsx";
import { page, show, stubPlatform } from "../platform-stub.tsx";

const CODE = "ABCD-EFGH-2345";
const answers = {
  "GET /v1/regions": page({ code: "520326", name: "务川自治县", nameEn: "Wuchuan", level: "county" }),
  "GET /v1/displays": page(),
  "GET /v1/kinds": page(),
  "GET /v1/tenants": page(),
  "POST /v1/displays": { id: "d-1", name: "值班室", code: CODE },
};

describe("an area", () => {
  it("holds nothing until somebody names it, and each of its lists has to hold something", () => {
    expect(isWhole(NO_AREA)).toBe(false);
    const all = { regions: "all", kinds: "all", tenants: "all", devices: "all" } as const;
    expect(isWhole(all)).toBe(true);
    for (const list of Object.keys(all)) expect(isWhole({ ...all, [list]: [] })).toBe(false);
  });
});

describe("adding a display", () => {
  const posts = (asked: ReturnType<typeof stubPlatform>) => asked.filter(({ method }) => method === "POST");

  it("sends no empty list, and forgets none of the four", async () => {
    const asked = stubPlatform(answers);
    show(<DisplaysTab />);
    const user = userEvent.setup();
    await user.type(await screen.findByRole("textbox", { name: "名称" }), "值班室");
    const add = screen.getByRole("button", { name: "新增" });
    await user.click(add);
    expect(add.getAttribute("aria-disabled")).toBe("true");
    expect(posts(asked)).toEqual([]);

    await user.type(screen.getByRole("combobox", { name: /区域/ }), "520326{Enter}");
    await screen.findByRole("button", { name: /^去掉 .*520326/ });
    await user.click(screen.getAllByRole("radio", { name: "只限" })[0]!);
    await user.click(add);
    expect(posts(asked)).toEqual([]);

    await user.click(screen.getAllByRole("radio", { name: "全部" })[0]!);
    await user.click(add);
    await waitFor(() => expect(posts(asked)).toHaveLength(1));
    expect(posts(asked)[0]!.body).toEqual({
      name: "值班室",
      area: { regions: ["520326"], kinds: "all", tenants: "all", devices: "all" },
    });
  });

  it("shows the code until somebody says that they have it, and never again", async () => {
    stubPlatform(answers);
    show(<DisplaysTab />);
    const user = userEvent.setup();
    await user.type(await screen.findByRole("textbox", { name: "名称" }), "值班室");
    await user.type(screen.getByRole("combobox", { name: /区域/ }), "520326{Enter}");
    await screen.findByRole("button", { name: /^去掉 .*520326/ });
    await user.click(screen.getByRole("button", { name: "新增" }));
    await screen.findByText(CODE);
    await user.keyboard("{Escape}");
    expect(screen.getByText(CODE)).toBeDefined();
    await user.click(screen.getByRole("button", { name: "我已保存" }));
    await waitFor(() => expect(screen.queryByText(CODE)).toBeNull());
    expect(document.body.textContent).not.toContain(CODE);
  });
});
