import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import type { CoverageJson } from "../../../src/api/broadcasts.ts";
import type { Village } from "../../../src/map/village-groups.ts";
import { OutcomePanel } from "../../../src/pages/broadcast/ended/outcome-panel.tsx";
import { broadcastOf, fakePlatform, renderWithQueries } from "./fake-platform.tsx";

const HEARD = { code: "520326001001", group: "heard" } as Village;
const COUNTS = {
  targets: 1,
  waiting: 0,
  handedOver: 0,
  acknowledged: 0,
  started: 0,
  sounded: 1,
  refused: 0,
  failed: 0,
  offline: 0,
  cancelled: 0,
};

const verdictOf = (villagesWithoutSpeaker: unknown) => {
  fakePlatform({});
  renderWithQueries(
    <OutcomePanel
      broadcast={broadcastOf({ state: "completed", counts: COUNTS })}
      villages={[HEARD]}
      coverage={{ villagesWithoutSpeaker, total: COUNTS } as unknown as CoverageJson}
    />,
  );
  return screen.getByRole("status").textContent;
};

it("the outcome speaks for every village where it is known which there are", () => {
  expect(verdictOf({ count: 0, items: [], unknown: false })).toContain("每个村都至少有一只证实发声");
});

it.each([
  ["which villages lie in a shape", { count: null, items: [], unknown: true }, "图形范围里"],
  ["what was not recorded at the release", null, "没有记下"],
])("the outcome speaks only for villages with speakers where it is not known %s", (_, without, told) => {
  const verdict = verdictOf(without);
  expect(verdict).toContain("有目标喇叭的村都至少有一只证实发声");
  expect(verdict).not.toContain("每个村都");
  expect(verdict).toContain(told);
});
