import { screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ROLES, SCOPES } from "../../../../access/roles.ts";
import { ChangesTab } from "../../../src/pages/admin/changes-tab.tsx";
import { RoleGrantsEditor, ScopesGrantsEditor } from "../../../src/pages/admin/grants-editor.tsx";
import { show } from "../new-broadcast/world.tsx";

afterEach(() => vi.unstubAllGlobals());

const area = { regions: ["520326"], kinds: "all", tenants: "all", devices: "all" } as const;
const AREA = { ...area, regions: [...area.regions] };

describe("rights as an administrator sees them", () => {
  it.each(ROLES)("show the role %s as what it is", (role) => {
    show(<RoleGrantsEditor grants={[{ role, area: AREA }]} onChange={() => {}} />, "/");
    expect(screen.getByLabelText<HTMLSelectElement>("角色").value).toBe(role);
  });

  it("offer each scope that an application can have", () => {
    show(<ScopesGrantsEditor grants={[{ scopes: [], area: AREA }]} onChange={() => {}} />, "/");
    const offered = screen
      .getAllByRole("checkbox")
      .map((box) => box.closest("label")?.querySelector("code")?.textContent);
    expect(offered).toEqual(expect.arrayContaining([...SCOPES]));
  });
});

describe("changes that wait", () => {
  it("tell people of one name apart, and lead to the rights that would come into force", async () => {
    const change = (id: number, person: string) => ({
      id,
      person: { id: person, name: "王芳" },
      kind: "grants",
      askedBy: { id: "adm.two", name: "赵管理" },
      askedAt: "2026-06-21T02:00:00Z",
      effectiveAt: "2026-06-22T02:00:00Z",
      state: "waiting",
      confirm: { you: true, people: [] },
    });
    const items = [change(1, "wang.fang"), change(2, "wang.fang2")];
    show(<ChangesTab />, "/admin/changes", { "GET /v1/access/changes": () => ({ items, nextCursor: null }) });
    const links = await screen.findAllByRole("link", { name: "王芳" });
    expect(links.map((link) => link.getAttribute("href"))).toEqual([
      "/admin/people/wang.fang",
      "/admin/people/wang.fang2",
    ]);
    const row = links[1]!.closest("tr")!;
    expect(within(row).getByText("wang.fang2")).toBeTruthy();
    expect(within(row).getByText("adm.two")).toBeTruthy();
  });
});
