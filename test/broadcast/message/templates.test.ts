import { describe, expect, it } from "vitest";
import { EVENT_CODES } from "../../../broadcast/message/event-codes.ts";
import { messageSchema, textSchema } from "../../../broadcast/message/message.ts";
import { fillTexts, frameText, strangersIn } from "../../../broadcast/message/template-fill.ts";
import { fillTemplate, findTemplate, listTemplates } from "../../../broadcast/message/templates.ts";

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
    expect(fillTemplate("11D01", filling)).toMatchInlineSnapshot(`
      [
        {
          "description": "7月3日14时5分，杨村社区可能发生滑坡，级别为重大，发布橙色预警。",
          "headline": "杨村社区滑坡橙色预警",
          "instruction": "请坡体及坡脚人员立即向滑坡两侧转移，到指定避险点集合，不要返回。",
          "language": "zh-CN",
        },
        {
          "description": "At 14:05 on 3 July an orange warning, the second highest of four levels, was issued for Yangcun. A landslide is possible.",
          "headline": "Orange landslide warning for Yangcun",
          "instruction": "Leave the slope and its foot at once, moving to the side. Gather at the meeting point, and do not go back.",
          "language": "en",
        },
      ]
    `);
    expect(fillTemplate("11B17", { ...filling, level: 4, mode: "drill" })).toMatchInlineSnapshot(`
      [
        {
          "description": "【演习】7月3日14时5分，杨村社区有大雾，能见度很低，级别为一般，发布蓝色预警。以上是演习。",
          "headline": "【演习】杨村社区大雾蓝色预警",
          "instruction": "请减少出行，驾车减速并开启雾灯。以上是演习。",
          "language": "zh-CN",
        },
        {
          "description": "[DRILL] At 14:05 on 3 July a blue warning, the lowest of four levels, was issued for Yangcun. There is dense fog. This is a drill.",
          "headline": "[DRILL] Blue fog warning for Yangcun",
          "instruction": "Travel only if you must. Drive slowly, with your fog lights on. This is a drill.",
          "language": "en",
        },
      ]
    `);
    expect(fillTemplate("00000", { ...filling, mode: "training" })).toMatchInlineSnapshot(`
      [
        {
          "description": "【培训】7月3日14时5分，杨村社区正在进行应急广播测试。以上是培训内容。",
          "headline": "【培训】杨村社区应急广播测试",
          "instruction": "这是测试，无需采取任何行动。以上是培训内容。",
          "language": "zh-CN",
        },
        {
          "description": "[TRAINING] The emergency broadcast is being tested in Yangcun at 14:05 on 3 July. This is for training only.",
          "headline": "[TRAINING] Emergency broadcast test in Yangcun",
          "instruction": "This is a test. You do not need to do anything. This is for training only.",
          "language": "en",
        },
      ]
    `);
  });

  it("say of a drill that it is one, before and after, and at the end of what is heard last", () => {
    for (const { code } of EVENT_CODES) {
      const [chinese, english] = fillTemplate(code, { ...filling, mode: "drill" })!;
      expect(chinese?.headline).toMatch(/^【演习】/);
      expect(chinese?.description).toMatch(/^【演习】.*以上是演习。$/s);
      expect(chinese?.instruction).toMatch(/以上是演习。$/);
      expect(english?.description).toMatch(/^\[DRILL\] .*This is a drill\.$/s);
      expect(english?.instruction).toMatch(/This is a drill\.$/);
    }
  });

  it("are good English and Chinese for each event, level and mode", () => {
    const levels = [1, 2, 3, 4] as const;
    for (const { code } of EVENT_CODES) {
      for (const level of levels) {
        for (const mode of ["actual", "drill", "training"] as const) {
          const [chinese, english] = fillTemplate(code, { ...filling, level, mode })!;
          const named = `${code}, ${level}, ${mode}`;
          const heard = [english!.headline, english!.description, english!.instruction ?? ""];
          for (const text of heard) {
            expect(text, named).toMatch(/^(\[(DRILL|TRAINING)\] )?[A-Z]/);
            expect(text, named).not.toMatch(/\b[Aa] [aeiou]|\b[Aa]n [^aeiou]/);
            expect(text, named).not.toMatch(/[{}]|[.,;:]{2}| {2}|\s[.,;:]|\p{Script=Han}|[。，；]/u);
            // Sentences begin with a capital.
            expect(text, named).not.toMatch(/[.!?] [a-z]/);
          }
          expect(english!.description, named).toMatch(/\.$/);
          for (const text of [chinese!.description, chinese!.instruction ?? "。"]) {
            expect(text, named).toMatch(/。$/);
            expect(text, named).not.toMatch(/[{}]|[。，；]{2}|[A-Za-z]/);
          }
        }
      }
    }
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

describe("the frame of a drill", () => {
  it("does not run together with a text that has no full stop", () => {
    const framed = (language: string, said: string) => {
      const text = { language, headline: "x", description: said, instruction: said };
      const { description, instruction } = frameText(text, "drill");
      return [description, instruction];
    };
    expect(framed("zh-CN", "快走")).toEqual(["【演习】快走。以上是演习。", "快走。以上是演习。"]);
    expect(framed("zh-CN", "快走！")).toEqual(["【演习】快走！以上是演习。", "快走！以上是演习。"]);
    expect(framed("zh-CN", "他说“快走。”")[1]).toBe("他说“快走。”以上是演习。");
    expect(framed("en", "Leave on 29 November")[0]).toBe("[DRILL] Leave on 29 November. This is a drill.");
    expect(framed("en", "Leave!")[1]).toBe("Leave! This is a drill.");
    expect(frameText({ language: "en", headline: "x", description: "Leave" }, "actual").description).toBe(
      "Leave",
    );
  });
});

describe("filling in", () => {
  const fill = (headline: string, language = "en", level: 1 | 2 | 4 = 2) =>
    fillTexts([{ language, headline, description: "x" }], { ...filling, level })[0]!.headline;

  it("chooses the article that the colour asks for", () => {
    expect(fill("a {colour} warning")).toBe("An orange warning");
    expect(fill("An {colour} warning", "en", 1)).toBe("A red warning");
    expect(fill("This is A {colour} warning, and data {colour}", "en-GB", 4)).toBe(
      "This is A blue warning, and data blue",
    );
  });

  it("puts Chinese into Chinese texts, whatever their tag is, and English into all others", () => {
    expect(fill("{place}{colour}", "zh-Hans-CN")).toBe("杨村社区橙色");
    expect(fill("{place}{colour}", "yue")).toBe("杨村社区橙色");
    expect(fill("{place} {colour}", "za")).toBe("Yangcun orange");
  });

  it("knows what is no placeholder", () => {
    expect(strangersIn("{place}, {palce} at {Time} {} } {")).toEqual(["{palce}", "{Time}", "{}", "}", "{"]);
    expect(strangersIn("{place}{time}{level}{colour}")).toEqual([]);
  });
});
