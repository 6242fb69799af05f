import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { playTimes } from "../../../broadcast/dispatch/play-times.ts";

const HANDED_OVER = 10_000;
/** A play of 20 seconds, heard of 300 ms after each of its moments, by a clock that is off. */
const play = (offMs: number) => {
  const at = (ms: number) => ({
    observedAt: HANDED_OVER + ms + offMs,
    receivedAt: HANDED_OVER + ms + 300,
  });
  const evidence = { ...at(4000), amplifierCurrent: 2.8, soundLevel: undefined };
  return playTimes({ started: at(1000), ended: { ...at(21_000), secondsPlayed: 20 } }, evidence, HANDED_OVER);
};

describe("the moments of a play", () => {
  it("are those of the speaker's clock, where it is right", () => {
    expect(play(0)).toEqual({ startedAt: 11_000, evidenceAt: 14_000, endedAt: 31_000 });
  });

  it("are no later than we heard of them, all of them, where it is ahead", () => {
    expect(play(600_000)).toEqual({ startedAt: 11_300, evidenceAt: 14_300, endedAt: 31_300 });
  });

  it("are no earlier than the hand-over, all of them, where it is behind", () => {
    expect(play(-600_000)).toEqual({ startedAt: HANDED_OVER, evidenceAt: HANDED_OVER, endedAt: HANDED_OVER });
  });

  it("keep their order, whatever the clocks and whenever we heard of them", () => {
    const time = fc.integer({ min: 0, max: 100_000 });
    const moment = fc.record({ observedAt: time, receivedAt: time });
    const maybe = fc.option(moment, { nil: undefined });
    fc.assert(
      fc.property(maybe, maybe, maybe, maybe, (started, reading, ended, stopped) => {
        const seconds = { secondsPlayed: 1 };
        const { startedAt, evidenceAt, endedAt } = playTimes(
          {
            ...(started && { started }),
            ...(ended && { ended: { ...ended, ...seconds } }),
            ...(stopped && { stopped: { ...stopped, ...seconds } }),
          },
          reading && { ...reading, amplifierCurrent: 1, soundLevel: undefined },
          HANDED_OVER,
        );
        const end = ended ?? stopped;
        expect([startedAt === null, evidenceAt === null, endedAt === null]).toEqual([
          !started,
          !reading,
          !end,
        ]);
        const shown = [startedAt, evidenceAt, endedAt].filter((each) => each !== null);
        expect(shown).toEqual(shown.toSorted((a, b) => a - b));
        if (end) expect(endedAt).toBeLessThanOrEqual(end.receivedAt);
      }),
    );
  });
});
