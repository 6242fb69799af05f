import { expect, it } from "vitest";
import { toFact } from "../../../broadcast/dispatch/speaker-facts.ts";

const fact = (data: unknown, outcome = "ended") =>
  toFact(
    { deviceNo: 1, commandId: "b.1", outcome, observedAt: 1, receivedAt: 2, data: JSON.stringify(data) },
    1,
  );

it.each([
  [6, 6],
  [0, 0],
  ["6", 6],
  [" 6.07 ", 6.07],
  ["", undefined],
  [" ", undefined],
  ["six", undefined],
  ["-6", undefined],
  [-6, undefined],
  ["Infinity", undefined],
  [null, undefined],
  [true, undefined],
  [[6], undefined],
  [undefined, undefined],
])("a speaker that says it played %j has played %j seconds", (secondsPlayed, seconds) => {
  expect(fact({ secondsPlayed })?.secondsPlayed).toBe(seconds);
});

it("takes what is no text of a reason for none, and what is no object for nothing said", () => {
  expect(fact({ reason: 7, previous: 1, secondsPlayed: 6 }, "failed")).toMatchObject({
    reason: undefined,
    previous: undefined,
    secondsPlayed: 6,
  });
  for (const data of [null, 5, "x", []]) expect(fact(data)?.secondsPlayed).toBeUndefined();
  expect(fact({}, "unheard of")).toBeUndefined();
});
