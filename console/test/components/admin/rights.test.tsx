import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ROLES, SCOPES } from "../../../../access/roles.ts";
import { ChangesTab } from "../../../src/pages/admin/changes-tab.tsx";
import {
  type RoleGrant,
  RoleGrantsEditor,
  ScopesGrantsEditor,
} from "../../../src/pages/admin/grants-editor.tsx";
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

describe("the regions of a right", () => {
  const hongsi = {
    code: "520326101",
    name: "洪四镇",
    nameEn: "Hongsi",
    level: "township",
    parentCode: "520326",
  };
  function Held() {
    const [grants, setGrants] = useState<readonly RoleGrant[]>([
      { role: "viewer", area: { ...AREA, regions: [] } },
    ]);
    return (
      <>
        <RoleGrantsEditor grants={grants} onChange={setGrants} />
        <output>{JSON.stringify(grants[0]?.area.regions)}</output>
      </>
    );
  }
  const regions = () => screen.getByRole("status").textContent;

  it("are regions that exist: no name that was only typed", async () => {
    show(<Held />, "/", { "GET /v1/regions": () => ({ items: [hongsi], nextCursor: null }) });
    const field = screen.getByRole("combobox", { name: "区域" });
    await userEvent.type(field, "Hongsi{Enter}");
    await waitFor(() =>
      expect(document.querySelector("option[value='洪四镇 Hongsi 520326101']")).toBeTruthy(),
    );
    expect(regions()).toBe("[]");
    expect(screen.getByText(/没有“Hongsi”/)).toBeTruthy();
    fireEvent.change(field, { target: { value: "洪四镇 Hongsi 520326101" } });
    await waitFor(() => expect(regions()).toBe('["520326101"]'));
  });

  it("take a code that was typed as soon as the platform knows it", async () => {
    show(<Held />, "/", { "GET /v1/regions": () => ({ items: [hongsi], nextCursor: null }) });
    await userEvent.type(screen.getByRole("combobox", { name: "区域" }), "520326101{Enter}");
    await waitFor(() => expect(regions()).toBe('["520326101"]'));
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
