import { describe, expect, it } from "vitest";
import { EVENT_CODES } from "../../broadcast/event-codes.ts";
import { messageSchema, textSchema } from "../../broadcast/message.ts";
import { fillTemplate, findTemplate, listTemplates } from "../../broadcast/templates.ts";

const filling = {
  place: { zh: "杨村社区", en: "Yangcun" },
  // 14:05 in the villages, whatever the machine's time zone is.
  at: new Date("2026-07-03T06:05:00Z"),
  level: 2,
  mode: "actual",
} as const;

describe("templates", () => {
  it("exist for each event code in Chinese and English, as texts that can be aired", () => {
    expect(listTemplates().map(({ eventCode }) => eventCode)).toEqual(EVENT_CODES.map(({ code }) => code));
    for (const { code } of EVENT_CODES) {
      for (const mode of ["actual", "drill", "training"] as const) {
        const texts = fillTemplate(code, { ...filling, mode })!;
        expect(texts.map(({ language }) => language)).toEqual(["zh-CN", "en"]);
        for (const text of texts) {
          expect(textSchema.safeParse(text).error, code).toBeUndefined();
          expect(JSON.stringify(text), code).not.toMatch(/[{}](place|time|level|colour)/);
        }
      }
    }
    expect(EVENT_CODES.every(({ code }) => messageSchema.shape.eventCode.safeParse(code).success)).toBe(true);
  });

  it("name place, local time, level and colour", () => {
    const [chinese, english] = fillTemplate("11D01", filling)!;
    expect(chinese).toMatchObject({
      headline: "杨村社区滑坡橙色预警",
      description: "7月3日14时5分，杨村社区可能发生滑坡，级别为重大，发布橙色预警。",
    });
    expect(english?.headline).toBe("Landslide in Yangcun: orange warning");
    expect(english?.description).toContain("14:05 on 3 July");
    expect(english?.description).toContain("serious");
  });

  it("say of a drill that it is one, before and after", () => {
    const [chinese, english] = fillTemplate("11A51", { ...filling, mode: "drill" })!;
    expect(chinese?.headline).toMatch(/^【演习】/);
    expect(chinese?.description).toMatch(/^【演习】.*以上是演习。$/s);
    expect(english?.description).toMatch(/^\[DRILL\] .*This is a drill\.$/s);
  });

  it("cut a headline that a long place would make too long", () => {
    const [chinese] = fillTemplate("11D01", { ...filling, place: { zh: "长".repeat(200), en: "Long" } })!;
    expect(chinese?.headline).toHaveLength(160);
  });

  it("do not exist for a code that we have no names for", () => {
    expect(findTemplate("11Z99")).toBeUndefined();
    expect(fillTemplate("11Z99", filling)).toBeUndefined();
  });
});
