import { expect, it } from "vitest";
import { MAX_KEPT_LENGTH } from "../../../base/exact-json.ts";
import { inGroups } from "../../../store/database/long-rows.ts";

it("rows that may be long are read sixteen of the longest at a time, in their order, and a longer one alone", () => {
  const longest = (length: number) => length * MAX_KEPT_LENGTH;
  const groupsOf = (lengths: number[]) =>
    inGroups(lengths.map(longest), (length) => length).map((group) =>
      group.map((length) => length / MAX_KEPT_LENGTH),
    );
  expect(groupsOf([])).toEqual([]);
  expect(groupsOf(Array(33).fill(1))).toEqual([Array(16).fill(1), Array(16).fill(1), [1]]);
  expect(groupsOf([9, 8, 7, 1, 1])).toEqual([[9], [8, 7, 1], [1]]);
  expect(groupsOf([1, 40, 1])).toEqual([[1], [40], [1]]);
  expect(groupsOf(Array(1000).fill(1 / 64))).toHaveLength(1);
});
