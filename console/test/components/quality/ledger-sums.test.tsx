import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { LedgerSums } from "../../../src/pages/quality/ledger-sums.tsx";
import { page, show, stubPlatform } from "../platform-stub.tsx";

const account = (kind: string, received: number, more: object = {}) => ({
  kind,
  received,
  stored: 90,
  duplicate: 5,
  rejected: 3,
  pending: 2,
  ...more,
});
const ledger = (...accounts: unknown[]) => {
  const asked = stubPlatform({ "GET /v1/ledger": page(...accounts), "GET /v1/kinds": page() });
  show(<LedgerSums place={{ region: "520326" }} />);
  return asked;
};

describe("the account of what was sent", () => {
  it("says that both sides are equal where they are, over all kinds and for each", async () => {
    const asked = ledger(account("speaker", 100), account("camera", 101, { stored: 91 }));
    await screen.findByText("两边相等");
    expect(screen.getAllByText("相等")).toHaveLength(2);
    expect(screen.queryByRole("alert")).toBeNull();
    expect(screen.getByText("201")).toBeDefined();
    expect(new URLSearchParams(asked.find(({ path }) => path === "/v1/ledger")!.search).get("region")).toBe(
      "520326",
    );
  });

  it.each(["stored", "duplicate", "rejected", "pending"])(
    "says by how much they differ where %s is short",
    async (part) => {
      ledger(account("speaker", 100, { [part]: 0 }));
      expect((await screen.findByRole("alert")).textContent).toContain("两边不相等");
      expect(screen.queryByText("两边相等")).toBeNull();
    },
  );

  it("says so where two kinds are out by as much in both directions", async () => {
    ledger(account("speaker", 101), account("camera", 99));
    expect((await screen.findByRole("alert")).textContent).toContain("差 1。");
    expect(screen.getByText("差 1")).toBeDefined();
    expect(screen.getByText("差 −1")).toBeDefined();
  });

  it("says why it is empty", async () => {
    ledger();
    expect(await screen.findByText("还没有收到过")).toBeDefined();
  });
});
