import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Route } from "wouter";
import Tour from "../../../src/pages/tour/tour.tsx";
import { DISPATCHER, refusal, show } from "../new-broadcast/world.tsx";

const DEMO = {
  people: [{ id: "zhang.min", name: "张敏", role: "dispatcher", sees: "务川县", password: null }],
};

afterEach(() => vi.unstubAllGlobals());

describe("the tour", () => {
  it("says that the database is away, where it cannot know how far one is, and goes on once it is there", async () => {
    let isAway = true;
    show(
      <Route path="/tour" component={Tour} />,
      "/tour",
      {
        "GET /v1/console": () => ({ name: "平台", signedIn: true, build: null, demo: DEMO, oidc: null }),
        "GET /v1/broadcasts": () =>
          isAway ? refusal(503, "database_unavailable") : { items: [], nextCursor: null },
        "GET /v1/alarms": () => ({ items: [], nextCursor: null }),
      },
      DISPATCHER,
    );
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("数据库暂时不可用");
    // No step may look as if nobody had done it.
    expect(screen.queryByText("以后")).toBeNull();
    expect(screen.queryAllByRole("listitem").filter((item) => item.ariaCurrent === "step")).toEqual([]);
    isAway = false;
    await userEvent.click(screen.getByRole("button", { name: "再试一次" }));
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
    expect(screen.getAllByRole("listitem").length).toBeGreaterThan(4);
  });
});
