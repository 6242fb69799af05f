import { describe, expect, it } from "vitest";
import { createLogger } from "../../../base/log.ts";
import { ReachedDevices } from "../../../protocols/tcp/reached-devices.ts";

const device = (deviceNo: number) => ({ id: "car-1", deviceNo, gateway: false });

function stageOf() {
  let now = 1000;
  const told: string[] = [];
  const left: string[] = [];
  const present = new ReachedDevices<
    ReturnType<typeof device>,
    { address: string; leave(no: number, name?: string): boolean }
  >({
    door: "test",
    log: createLogger("silent", { write: () => {} }),
    now: () => now,
    onListening: () => {},
    onPresence: ({ connected, at, connection, address }) => {
      told.push(`${connected ? "came" : "left"} ${address} ${at.getTime()} ${connection ?? "-"}`);
    },
  });
  const session = (address: string) => ({
    address,
    leave: (no: number, name?: string) => {
      left.push(`${address} ${no}`);
      return name === "another of its names";
    },
  });
  return {
    present,
    told,
    left,
    session,
    at: (moment: number) => {
      now = moment;
    },
  };
}

describe("the presence of devices at a door", () => {
  it("names their connections alike at each process, so that a new one ends the one before", () => {
    const { present, told, left, session, at } = stageOf();
    present.claim(session("a"), device(1));
    at(2000);
    // Another process has had it before: here it has spoken since, and that has to be heard.
    present.takenOver("car-1", 900);
    expect(told).toEqual(["came a 1000 test", "came a 1000 test"]);
    expect(left).toEqual([]);
    present.takenOver("car-1", 1500);
    expect(left).toEqual(["a 1"]);
    expect(told.at(-1)).toBe("left a 2000 -");
    expect(present.find("car-1")).toBeUndefined();
    present.takenOver("car-1", 3000);
  });

  it("is that of the device that was meant, and not of another one with its id", () => {
    const { present, session } = stageOf();
    const own = session("a");
    present.claim(own, device(1));
    present.cut("car-1", 2);
    expect(present.find("car-1")?.session).toBe(own);
    present.cut("car-1", 1, "another of its names");
    expect(present.find("car-1")?.session).toBe(own);
    present.cut("car-1", 1);
    expect(present.find("car-1")).toBeUndefined();
  });
});
