import { fireEvent } from "@testing-library/react";
import { expect, it } from "vitest";
import { isUnattended } from "../../../src/api/attended.ts";

const MINUTE = 60_000;

it("takes a page for unattended once nobody has pressed anything for five minutes", () => {
  fireEvent.keyDown(document.body, { key: "Tab" });
  const now = Date.now();
  expect(isUnattended(now + 4 * MINUTE)).toBe(false);
  expect(isUnattended(now + 6 * MINUTE)).toBe(true);
});
