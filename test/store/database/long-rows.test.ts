import { expect, it } from "vitest";
import { inGroups } from "../../../store/database/long-rows.ts";

it("rows that may be long are read 16 MiB at a time, in their order, and a longer one alone", () => {
  const mib = (length: number) => length * 1024 * 1024;
  const groupsOf = (lengths: number[]) =>
    inGroups(lengths.map(mib), (length) => length).map((group) => group.map((length) => length / mib(1)));
  expect(groupsOf([])).toEqual([]);
  expect(groupsOf(Array(33).fill(1))).toEqual([Array(16).fill(1), Array(16).fill(1), [1]]);
  expect(groupsOf([9, 8, 7, 1, 1])).toEqual([[9], [8, 7, 1], [1]]);
  expect(groupsOf([1, 40, 1])).toEqual([[1], [40], [1]]);
  expect(groupsOf(Array(1000).fill(1 / 64))).toHaveLength(1);
});
