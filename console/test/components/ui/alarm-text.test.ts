import { describe, expect, it } from "vitest";
import { alarmHead, alarmText } from "../../../src/ui/alarm-text.ts";

const text = {
  zh: "管道压力偏高（管道压力 3.12 kPa，限值 3 kPa）",
  en: "Speaker not heard for five minutes; never heard, registered at 2026-06-20T18:29:42.140Z",
};

describe("what an alarm says", () => {
  it("tells moments in Beijing's time, as people write them", () => {
    expect(alarmText({ text }, "en")).toBe(
      "Speaker not heard for five minutes; never heard, registered at 2026-06-21 02:29:42",
    );
    expect(alarmText({ text }, "zh")).toBe(text.zh);
  });

  it("leaves out what was measured where a line has room for one thing", () => {
    expect(alarmHead({ text }, "zh")).toBe("管道压力偏高");
    expect(alarmHead({ text }, "en")).toBe("Speaker not heard for five minutes");
  });
});
