import { describe, expect, it } from "vitest";
import { answerTo808 } from "../../../protocols/jt808/answers.ts";
import { locationReadings, locationsOf } from "../../../protocols/jt808/decode.ts";
import { readFrame } from "../../../protocols/jt808/frame.ts";
import { type Jt808Message, readJt808, writeJt808 } from "../../../protocols/jt808/message.ts";
import { answersIn, batchOf, locationOf, simOf, terminalMessage } from "../../../simulators/jt808/words.ts";

const READING = {
  observedAt: "2026-08-01T08:58:57.000Z",
  ...{
    longitude: -106.6302,
    latitude: 26.6477,
    altitude: 1071,
    speed: 12.3,
    direction: 360,
    mileage: 1234.5,
  },
  ...{ fuel: 31.5, satellites: 11, signal: 24, ignition: "on", fix: "located", power: "low", gnss: "fault" },
  alarms: "sos overspeed",
};

const messageOf = (frame: Buffer) => readJt808(readFrame(frame) as Buffer) as Jt808Message;

describe("what a simulated terminal says", () => {
  it("is understood as it was meant", () => {
    const message = messageOf(terminalMessage(0x0704, "13985200001", 0x7e7d, batchOf([locationOf(READING)])));
    expect(message).toMatchObject({ phone: "013985200001", serial: 0x7e7d, id: 0x0704 });
    const located = locationsOf(message);
    if ("reason" in located) throw new Error(located.detail);
    expect(locationReadings(located).value).toMatchObject({
      ...READING,
      observedAt: "2026-08-01T16:58:57+08:00",
      direction: 0,
      alarms: "sos overspeed gnss_fault power_low",
    });
  });

  it("has a number of its own for each vehicle", () => {
    const numbers = Array.from({ length: 1000 }, (_, no) => simOf(`car-${no}`));
    expect(new Set(numbers).size).toBe(1000);
    for (const number of numbers) expect(number).toMatch(/^1\d{10}$/);
  });
});

describe("what it understands", () => {
  it("are the platform's answers, in any split", () => {
    const addressing = { phone: "013985200001", is2019: false };
    const frames = [7, 0x7e7d].map((serial) => {
      const { id, body } = answerTo808({ serial, id: 0x0200 }, serial === 7 ? 0 : 2);
      return writeJt808(addressing, id, 1, body);
    });
    const bytes = Buffer.concat([...frames, writeJt808(addressing, 0x8300, 2, Buffer.from("text"))]);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const first = answersIn(bytes.subarray(0, cut));
      const second = answersIn(Buffer.concat([first.rest, bytes.subarray(cut)]));
      expect([...first.answers, ...second.answers]).toEqual([
        { serial: 7, id: 0x0200, result: 0 },
        { serial: 0x7e7d, id: 0x0200, result: 2 },
      ]);
    }
  });
});
