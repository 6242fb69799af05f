import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { Logger } from "../../base/log.ts";
import { NextTurn, repeat, Turns, warnOfFailures } from "../../base/periodic.ts";

describe("work in turns", () => {
  it("is under way once, for all who ask meanwhile, and begins anew when asked afterwards, also after a failure", async () => {
    let began = 0;
    let end: ((error?: Error) => void) | undefined;
    const turns = new Turns(
      () =>
        new Promise<number>((resolve, reject) => {
          const turn = ++began;
          end = (error) => (error ? reject(error) : resolve(turn));
        }),
    );
    const asked = [turns.run(), turns.run()];
    end!();
    expect(await Promise.all(asked)).toEqual([1, 1]);
    const failing = turns.run();
    end!(new Error("on purpose"));
    await expect(failing).rejects.toThrow("on purpose");
    const last = turns.run();
    end!();
    expect(await last).toBe(3);
  });

  it("has ended for whoever waits for that, well or not, and where none is under way", async () => {
    const order: string[] = [];
    let fail: (() => void) | undefined;
    const turns = new Turns(
      () =>
        new Promise<void>((_resolve, reject) => {
          fail = () => reject(new Error("on purpose"));
        }),
    );
    await turns.ended();
    turns.run().catch(() => order.push("failed"));
    const ended = turns.ended().then(() => order.push("ended"));
    fail!();
    await ended;
    expect(order).toEqual(["failed", "ended"]);
  });

  it.each([
    [true, 1],
    [false, 0],
  ])("that is repeated begins at once: %s; comes again, and not after its end", async (atOnce, before) => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    let turns = 0;
    const repeated = repeat(async () => void turns++, 1000, { atOnce });
    expect(turns).toBe(before);
    await vi.advanceTimersByTimeAsync(3000);
    expect(turns).toBe(before + 3);
    await repeated.stop();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(turns).toBe(before + 3);
    await repeated.run();
    expect(turns).toBe(before + 4);
  });
});

/** Ends a turn from outside. */
interface OpenTurn {
  end(error?: Error): void;
}

function openTurns() {
  const turns: OpenTurn[] = [];
  const work = () =>
    new Promise<number>((resolve, reject) => {
      const number = turns.push({ end: (error) => (error ? reject(error) : resolve(number)) });
    });
  return { turns, work };
}

describe("work that is asked for afresh", () => {
  it("is done once more after the turn under way, for all who ask meanwhile", async () => {
    const { turns, work } = openTurns();
    const order = new Turns(work);
    const first = order.runAfresh();
    const later = [order.runAfresh(), order.runAfresh()];
    const joined = order.run();
    expect(turns).toHaveLength(1);
    turns[0]!.end();
    expect(await first).toBe(1);
    expect(await joined).toBe(1);
    await vi.waitFor(() => expect(turns).toHaveLength(2));
    turns[1]!.end();
    expect(await Promise.all(later)).toEqual([2, 2]);
    expect(turns).toHaveLength(2);
  });

  it("is done once more also where the turn under way fails, and has not ended before that", async () => {
    const { turns, work } = openTurns();
    const order = new Turns(work);
    const first = order.run();
    const second = order.runAfresh();
    let ended = false;
    const end = order.ended().then(() => {
      ended = true;
    });
    turns[0]!.end(new Error("on purpose"));
    await expect(first).rejects.toThrow("on purpose");
    await vi.waitFor(() => expect(turns).toHaveLength(2));
    expect(ended).toBe(false);
    turns[1]!.end();
    expect(await second).toBe(2);
    await end;
  });
});

describe("work that comes again", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("leaves out a turn that comes due while one is under way, and waits for that one at its end", async () => {
    const { turns, work } = openTurns();
    const repeated = repeat(work, 1000, { atOnce: true });
    await vi.advanceTimersByTimeAsync(2500);
    expect(turns).toHaveLength(1);
    turns[0]!.end();
    await vi.advanceTimersByTimeAsync(500);
    expect(turns).toHaveLength(2);
    let stopped = false;
    const stopping = repeated.stop().then(() => {
      stopped = true;
    });
    await vi.advanceTimersByTimeAsync(5000);
    expect([turns.length, stopped]).toEqual([2, false]);
    turns[1]!.end();
    await stopping;
  });

  it("comes again after a failure, which is told", async () => {
    const failures: unknown[] = [];
    let began = 0;
    const failing = async () => {
      throw new Error(`turn ${++began}`);
    };
    const repeated = repeat(failing, 1000, { onFailure: (error) => failures.push((error as Error).message) });
    await vi.advanceTimersByTimeAsync(3000);
    expect(failures).toEqual(["turn 1", "turn 2", "turn 3"]);
    await expect(repeated.run()).resolves.toBeUndefined();
    await repeated.stop();
  });

  it("comes when the turn before says, once", async () => {
    const at: number[] = [];
    const began = Date.now();
    const waits = [0, 0, 250, undefined, 5000];
    const repeated = repeat(
      async () => {
        const inMs = waits[at.push(Date.now() - began) - 1];
        return inMs === undefined ? "something else" : new NextTurn(inMs);
      },
      1000,
      { atOnce: true },
    );
    await vi.advanceTimersByTimeAsync(10_000);
    expect(at.map((ms) => Math.round(ms / 50) * 50)).toEqual([0, 0, 0, 250, 1250, 6250, 7250, 8250, 9250]);
    await repeated.stop();
  });

  it("begins no turn by itself once it was ended, not even from within a turn", async () => {
    let turns = 0;
    const repeated = repeat(async () => {
      turns++;
      void repeated.stop();
      return new NextTurn(10);
    }, 1000);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(turns).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("keeps no process alive", async () => {
    vi.useRealTimers();
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    const repeated = repeat(async () => {}, 60_000);
    expect(timers()).toBe(before);
    await repeated.stop();
  });

  it("never is under way twice, begins at each time that is due and free, and ends, whatever its turns take", async () => {
    const turn = fc.record({ takesMs: fc.integer({ min: 0, max: 3500 }), fails: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 12 }), async (plan) => {
        const zero = Date.now();
        const began: number[] = [];
        let underWay = 0;
        let failures = 0;
        const repeated = repeat(
          async () => {
            const { takesMs, fails } = plan[began.length % plan.length]!;
            began.push(Date.now() - zero);
            expect(++underWay).toBe(1);
            await new Promise((resolve) => setTimeout(resolve, takesMs));
            underWay--;
            if (fails) throw new Error("on purpose");
          },
          1000,
          { onFailure: () => failures++ },
        );
        await vi.advanceTimersByTimeAsync(20_500);
        const stopping = repeated.stop();
        await vi.advanceTimersByTimeAsync(4000);
        await stopping;
        const expected: number[] = [];
        let free = 0;
        for (let tick = 1000; tick <= 20_000; tick += 1000) {
          if (tick < free) continue;
          // One that ends at the very moment may end before or after the tick.
          const index = expected.length;
          if (tick === free && began[index] !== tick) continue;
          expected.push(tick);
          free = tick + plan[index % plan.length]!.takesMs;
        }
        expect(began).toEqual(expected);
        expect(failures).toBe(began.filter((_, index) => plan[index % plan.length]!.fails).length);
        expect(underWay).toBe(0);
      }),
    );
  });
});

describe("failures of work that comes again", () => {
  it("are told with their error, and of many in a row the first", () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const lines: unknown[] = [];
    const log = { warn: (...line: unknown[]) => lines.push(line) } as unknown as Logger;
    const tell = warnOfFailures(log, "it failed", { work: "sweep" });
    const error = new Error("on purpose");
    for (let turn = 0; turn < 5; turn++) tell(error);
    expect(lines).toEqual([[expect.objectContaining({ err: error, work: "sweep" }), "it failed"]]);
  });
});
