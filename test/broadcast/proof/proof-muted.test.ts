import { expect, it } from "vitest";
import { played, reading, reply, standing } from "../speaker-words.ts";

it("was muted when its volume stood at 0 from its very start on, and not when it did before", () => {
  const silent = (at: number) => standing([played[1]!, reading(at, 0.05, 44, 0), played[3]!]);
  expect(silent(1999)).toMatchObject({ reason: "no_sound" });
  expect(silent(2000)).toMatchObject({ reason: "muted" });
  // At rest it may stand at 0, and be turned up for a broadcast.
  const atRest = { ...reading(3000, 0.05, 44, 0), playState: "idle" };
  expect(standing([played[1]!, atRest, played[3]!])).toMatchObject({ reason: "no_sound" });
});

it("is not told of a second attempt that it was muted because the first one was", () => {
  const second = [
    reply("started", 20_000, { attempt: 2 }),
    reply("ended", 24_000, { attempt: 2, secondsPlayed: 4 }),
  ];
  const first = [played[1]!, reading(3000, 0.05, 44, 0), played[3]!];
  expect(standing([...first, ...second], 2)).toMatchObject({ state: "unproven", reason: "no_sound" });
  // Nor is it proven by what was loud between the two.
  expect(standing([...first, reading(10_000, 3), ...second], 2)).toMatchObject({ state: "unproven" });
});
