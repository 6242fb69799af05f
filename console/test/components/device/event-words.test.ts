import { describe, expect, it } from "vitest";
import { eventFields } from "../../../src/pages/device/event-words.ts";

const inWords = (data: Record<string, unknown>, language: "zh" | "en") =>
  eventFields(data, language).map(({ name, value }) => `${name} ${value}`);

describe("the fields of an event", () => {
  it("have names and values in words, numbers as they are", () => {
    const data = { mode: "drill", outcome: "ended", seconds: 13.2, resumed: true };
    expect(inWords(data, "zh")).toEqual(["模式 演练", "结果 播完", "秒数 13.2", "接着播 是"]);
    expect(inWords(data, "en")).toEqual(["mode drill", "outcome ended", "seconds 13.2", "resumed yes"]);
  });

  it("stay as they were sent where nobody has named them, and are marked as codes", () => {
    expect(eventFields({ toString: "constructor", fault: "of_tomorrow" }, "zh")).toEqual([
      { name: "toString", value: "constructor", isNameCode: true, isValueCode: true },
      { name: "故障", value: "of_tomorrow", isNameCode: false, isValueCode: true },
    ]);
    expect(eventFields({ box: [1, 2] }, "en")).toMatchObject([{ name: "box", value: "[1,2]" }]);
  });
});
