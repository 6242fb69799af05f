import { describe, expect, it, onTestFinished, vi } from "vitest";
import { repeat, Turns } from "../../base/periodic.ts";

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
