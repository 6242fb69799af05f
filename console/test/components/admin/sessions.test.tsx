import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { PersonJson } from "../../../src/api/access.ts";
import { PersonSessions } from "../../../src/pages/admin/person-sessions.tsx";
import { page, show, stubPlatform } from "../platform-stub.tsx";

const person = { id: "wang.fang", name: "王芳" } as PersonJson;
const session = (no: number, userAgent: string, current = false) => ({
  no,
  type: "cookie",
  createdAt: "2026-06-21T02:00:00+08:00",
  lastSeenAt: "2026-06-21T02:10:00+08:00",
  expiresAt: "2026-06-21T14:00:00+08:00",
  address: "198.51.100.7",
  userAgent,
  current,
});
const me = (...actions: string[]) => ({
  id: "liu",
  actions: actions.map((action) => ({ action, areas: [] })),
});
const list = "GET /v1/people/wang.fang/sessions";
const end = "DELETE /v1/people/wang.fang/sessions";

describe("where a person is signed in", () => {
  it("is ended as a whole by an administrator, after a question that says what stays", async () => {
    const asked = stubPlatform({
      "GET /v1/me": me("access:write"),
      [list]: page(session(2, "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0"), session(1, "okhttp/4")),
      [end]: { sessionsEnded: 2 },
    });
    show(<PersonSessions person={person} />);
    const table = within(await screen.findByRole("table", { name: "登录着的地方" }));
    expect(table.getByText("Chrome · Windows")).toBeDefined();
    expect(table.getAllByText("198.51.100.7")).toHaveLength(2);
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "全部退出…" }));
    const dialog = within(await screen.findByRole("dialog"));
    expect(dialog.getByText(/密码不变/)).toBeDefined();
    expect(asked.some(({ method }) => method === "DELETE")).toBe(false);
    await user.click(dialog.getByRole("button", { name: "全部退出" }));
    await waitFor(() => expect(asked.some(({ method }) => method === "DELETE")).toBe(true));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("is ended by nobody who only reads, who is told who does", async () => {
    stubPlatform({ "GET /v1/me": me("access:read"), [list]: page(session(1, "okhttp/4", true)) });
    show(<PersonSessions person={person} />);
    expect(await screen.findByText("由管理员来退出")).toBeDefined();
    expect(screen.queryByRole("button")).toBeNull();
    expect(screen.getByText("这里")).toBeDefined();
  });

  it("is said to be nowhere, where there is nothing to end", async () => {
    stubPlatform({ "GET /v1/me": me("access:write"), [list]: page() });
    show(<PersonSessions person={person} />);
    expect(await screen.findByText("现在没有登录")).toBeDefined();
    expect(screen.queryByRole("button")).toBeNull();
  });
});
