import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { whatGaveWay } from "../../bench/cluster/knee.ts";
import { groupsMs, processMs, serverMs } from "../../bench/processor-time.ts";
import { bodiesOf, itemsPerSecond, keptInAll, RHYTHMS, scaled } from "../../bench/province/rhythms.ts";

describe("the knee", () => {
  const well = { acknowledged: 990, p99: 20, behindMs: 100 };

  it("is where acknowledgements take long, what waits grows, or fewer come than were sent", () => {
    expect(whatGaveWay(well, 1000, 100)).toBeUndefined();
    expect(whatGaveWay({ ...well, p99: 101 }, 1000, 100)).toBe("p99 101 ms");
    expect(whatGaveWay({ ...well, behindMs: 2500 }, 1000, 100)).toBe("2.5 s behind");
    expect(whatGaveWay({ ...well, acknowledged: 900 }, 1000, 100)).toBe("900/s acknowledged");
  });
});

describe.runIf(process.platform === "linux")("processor time", () => {
  it("counts what a process took, and all of its group", () => {
    const before = processMs(process.pid);
    while (processMs(process.pid) < before + 20) JSON.stringify(Array.from({ length: 1000 }, Math.random));
    expect(processMs(process.pid)).toBeGreaterThanOrEqual(before + 20);
  });

  it("counts a server by its first process, with those that it has started, also ended ones", async () => {
    const busy = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
    const child = spawn("sh", ["-c", `(${busy}); echo done; read x; (${busy}; echo done; read y)`], {
      stdio: ["pipe", "pipe", "ignore"],
      detached: true,
    });
    const { pid } = child;
    await once(child.stdout, "data");
    const ended = serverMs(pid);
    // The first of the two has ended by now, and nothing else has been started.
    expect(ended).toBeGreaterThan(processMs(pid!));
    child.stdin.write("go on\n");
    await once(child.stdout, "data");
    // The second runs still: it counts as a child and in the group, and not with the first process alone.
    expect(serverMs(pid)).toBeGreaterThan(ended);
    expect(groupsMs([pid!])).toBeGreaterThan(0);
    expect(processMs(pid!)).toBeLessThan(serverMs(pid));
    child.kill("SIGKILL");
  });

  it("is unknown of a process that is not there", () => {
    expect([processMs(2 ** 30), serverMs(2 ** 30), serverMs(undefined)]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
  });
});

describe("the province", () => {
  it("has the devices and the rhythm of docs/scaling.md", () => {
    expect(RHYTHMS.reduce((sum, { devices }) => sum + devices, 0)).toBe(716_800);
    expect(Math.round(itemsPerSecond())).toBe(2754);
    expect(keptInAll()).toBe(7_360_000);
  });

  it("is made smaller with every gateway that it can have, and all the meters behind them", () => {
    const count = (percent: number) => scaled(percent).map(({ devices }) => devices);
    expect(count(100)).toEqual(RHYTHMS.map(({ devices }) => devices));
    expect(count(5)).toEqual([400_000, 800, 4000, 1800, 10_000]);
    expect(count(0.01)).toEqual([4000, 8, 8, 4, 20]);
  });

  it("sends readings as its kinds' simulated devices have them", () => {
    for (const { kind } of RHYTHMS) {
      const bodies = bodiesOf(kind);
      expect(new Set(bodies).size).toBeGreaterThan(10);
      for (const body of bodies)
        expect(JSON.parse(`{"observedAt":1,${body}}`)).toMatchObject({ observedAt: 1 });
    }
  });
});
