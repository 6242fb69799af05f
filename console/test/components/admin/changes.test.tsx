import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { ChangesTab } from "../../../src/pages/admin/changes-tab.tsx";
import { page, show, stubPlatform } from "../platform-stub.tsx";

const change = (id: number, name: string, confirm: object | null) => ({
  id,
  kind: "grants",
  person: { id: `p-${id}`, name },
  askedBy: { id: "zhou", name: "周管" },
  askedAt: "2026-06-21T02:00:00+08:00",
  effectiveAt: "2026-06-22T02:00:00+08:00",
  confirm,
});
const rowOf = (name: string) =>
  within(screen.getByRole("cell", { name: new RegExp(`^${name}`) }).closest("tr")!);

describe("changes that wait", () => {
  it("are confirmed by whoever may; others are told who may", async () => {
    const asked = stubPlatform({
      "GET /v1/access/changes": page(
        change(1, "王芳", { you: true, people: [{ id: "a", name: "甲" }] }),
        change(2, "李强", {
          you: false,
          people: [
            { id: "a", name: "甲" },
            { id: "b", name: "乙" },
          ],
        }),
        change(3, "张敏", { you: false, people: [] }),
      ),
      "POST /v1/access/changes/1/confirm": {},
    });
    show(<ChangesTab />);
    await screen.findByRole("cell", { name: /王芳/ });
    expect(rowOf("李强").queryByRole("button", { name: "确认" })).toBeNull();
    expect(rowOf("李强").getByText("可由甲、乙确认")).toBeDefined();
    expect(rowOf("张敏").getByText(/没有无关的管理员/)).toBeDefined();
    await userEvent.click(rowOf("王芳").getByRole("button", { name: "确认" }));
    await waitFor(() => expect(asked.some(({ path }) => path === "/v1/access/changes/1/confirm")).toBe(true));
  });

  it("say to who made one why they do not confirm it", async () => {
    const confirm = { you: false, people: [{ id: "a", name: "甲" }] };
    stubPlatform({
      "GET /v1/me": { id: "zhou", actions: [] },
      "GET /v1/access/changes": page(change(1, "王芳", confirm), {
        ...change(2, "李强", confirm),
        askedBy: { id: "wu", name: "吴管" },
      }),
    });
    show(<ChangesTab />);
    await screen.findByRole("cell", { name: /王芳/ });
    expect(await rowOf("王芳").findByText("你自己做的，不能由你确认。可由甲确认")).toBeDefined();
    expect(rowOf("李强").getByText("可由甲确认")).toBeDefined();
  });

  it("are taken back with a reason, after a question", async () => {
    const asked = stubPlatform({
      "GET /v1/access/changes": page(change(1, "王芳", null)),
      "POST /v1/access/changes/1/refuse": {},
    });
    show(<ChangesTab />);
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "退回…" }));
    const dialog = within(await screen.findByRole("dialog"));
    await user.type(dialog.getByLabelText("理由"), "不是他");
    await user.click(dialog.getByRole("button", { name: "退回" }));
    await waitFor(() =>
      expect(asked.find(({ method }) => method === "POST")?.body).toEqual({ reason: "不是他" }),
    );
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });
});
