import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { usePlaceName } from "../../../src/map/region-name.tsx";
import { usageTexts } from "../../../src/pages/usage/texts.ts";
import { page, show, stubPlatform } from "../platform-stub.tsx";

const Name = ({ region }: { region: string | undefined }) => (
  <output>{usageTexts.zh.csvName("2026-06", usePlaceName(region))}</output>
);

it("the file of a village's usage has the village in its name, and that of everywhere nothing more", async () => {
  stubPlatform({
    "GET /v1/regions": page({ code: "520326001003", name: "珍珠社区居民委员会", nameEn: null }),
  });
  const { unmount } = show(<Name region="520326001003" />);
  expect(await screen.findByText("用量-珍珠社区-2026-06")).toBeDefined();
  unmount();
  show(<Name region={undefined} />);
  expect(screen.getByText("用量-2026-06")).toBeDefined();
});
