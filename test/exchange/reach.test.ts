import { expect, it } from "vitest";
import type { CommandedDevice, Delivery, DoorCommand } from "../../exchange/door.ts";
import { createReach } from "../../exchange/reach.ts";

const METER = { id: "meter", deviceNo: 1 };
const GATEWAY = { id: "gateway", deviceNo: 2 };
const PLAIN = { payload: "{}" };
const THROUGH = { payload: "{}", through: GATEWAY.id };

/** A process with some devices at its own doors, and others that have some, too. */
function makeProcess({
  here = [] as string[],
  elsewhere = {} as Record<number, number>,
  answer = "taken" as Delivery | Error,
  isStill = true,
} = {}) {
  const asked: string[] = [];
  const note = (where: string, { id }: CommandedDevice, { through }: DoorCommand) =>
    asked.push(`${where}: ${id}${through === undefined ? "" : ` through ${through}`}`);
  const reach = createReach({
    exchange: {
      isOnline: (id) => here.includes(id),
      async deliver(device, command) {
        note("here", device, command);
        return here.includes(command.through ?? device.id) ? "taken" : "not_listening";
      },
    },
    box: {
      async send(processNo, device, command) {
        note(`${processNo}`, device, command);
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
    whereAre: async (numbers) =>
      new Map(
        Object.entries(elsewhere)
          .map(([no, process]) => [Number(no), process] as const)
          .filter(([no]) => numbers.includes(no)),
      ),
    numberOf: async (id) => (id === GATEWAY.id ? GATEWAY.deviceNo : undefined),
    isStill: async () => isStill,
  });
  return { asked, deliver: reach.deliver };
}

it("hands a command to a device here before it returns", () => {
  const { asked, deliver } = makeProcess({ here: [METER.id], elsewhere: { [METER.deviceNo]: 9 } });
  void deliver(METER, PLAIN);
  expect(asked).toEqual(["here: meter"]);
});

it.each<[string, Parameters<typeof makeProcess>[0], DoorCommand, Delivery, string[]]>([
  ["at another process", { elsewhere: { 1: 9 } }, PLAIN, "taken", ["9: meter"]],
  ["nowhere", {}, PLAIN, "not_listening", ["here: meter"]],
  ["behind a gateway here", { here: ["gateway"] }, THROUGH, "taken", ["here: meter through gateway"]],
  ["behind a gateway elsewhere", { elsewhere: { 2: 8 } }, THROUGH, "taken", ["8: meter through gateway"]],
  [
    "at another process, with its gateway here",
    { here: ["gateway"], elsewhere: { 1: 9 } },
    THROUGH,
    "taken",
    ["9: meter"],
  ],
  ["behind a gateway that it has left", { here: ["gateway"], isStill: false }, THROUGH, "not_listening", []],
  [
    "at a process that says nothing",
    { elsewhere: { 1: 9 }, answer: new Error("no answer") },
    PLAIN,
    "not_listening",
    ["9: meter"],
  ],
  [
    "at a process whose line is full",
    { elsewhere: { 1: 9 }, answer: "too_slow" },
    PLAIN,
    "too_slow",
    ["9: meter"],
  ],
])("finds a device that is %s", async (_, world, command, delivery, asked) => {
  const process = makeProcess(world);
  expect(await process.deliver(METER, command)).toBe(delivery);
  expect(process.asked).toEqual(asked);
});
