import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { SideLine } from "../../../src/pages/wall/side.tsx";
import { LanguageContext } from "../../../src/ui/texts.ts";

function show(language: "zh" | "en", title: string, names: readonly string[]): string {
  const { container } = render(
    <LanguageContext value={language}>
      <dl>
        <SideLine title={title} names={names} />
      </dl>
    </LanguageContext>,
  );
  return container.querySelector("dd")?.textContent ?? "";
}

it("names examples beside their number where the line has the room, in each language's own letters", () => {
  const villages = ["凉风村", "甘禾社区", "双联村", "三坑村"];
  expect(show("zh", "离线", villages)).toBe("4 个村凉风村、甘禾社区 等");
  expect(show("en", "Offline", villages)).toBe("4 villagessuch as 凉风村, 甘禾社区");
});

it("gives the number alone where an example would go over the column", () => {
  const villages = ["Longtan", "Yangcun", "Sankeng", "Shuanglian"];
  expect(show("en", "Without a speaker", villages)).toBe("4 villages");
  expect(show("en", "Without a speaker", ["Jinianta Community", "Xinhualu Community"])).toBe("2 villages");
  expect(screen.queryByText(/such as/)).toBeNull();
});
