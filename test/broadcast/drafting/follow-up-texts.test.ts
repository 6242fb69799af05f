import { describe, expect, it } from "vitest";
import {
  allClearTexts,
  correctionTexts,
  extensionTexts,
  type FollowedBroadcast,
} from "../../../broadcast/drafting/follow-up-texts.ts";
import { EVENT_CODES } from "../../../broadcast/message/event-codes.ts";
import { LEVELS, MODES, textSchema } from "../../../broadcast/message/message.ts";
import { frameText } from "../../../broadcast/message/template-fill.ts";
import { fillTemplate } from "../../../broadcast/message/templates.ts";

const place = { zh: "务川县", en: "Wuchuan County" };
// 14:05 and 20:30 in the villages.
const at = new Date("2026-07-03T06:05:00Z");
const until = new Date("2026-07-04T12:30:00Z");

const followed = (change: Partial<FollowedBroadcast> = {}): FollowedBroadcast => {
  const all = { mode: "actual", class: "emergency", level: 2, eventCode: "11D01", ...change } as const;
  return {
    texts: fillTemplate(all.eventCode ?? "", { place, at, level: all.level, mode: all.mode }) ?? [],
    place,
    at,
    isFollowUp: false,
    isAllClear: false,
    ...all,
  };
};

const makers = [
  allClearTexts,
  correctionTexts,
  (original: FollowedBroadcast) => extensionTexts(original, until),
] as const;

describe("what follows a broadcast", () => {
  it("names the event, the place and the time of the original, and says what to do", () => {
    expect(allClearTexts(followed())).toMatchInlineSnapshot(`
      [
        {
          "description": "7月3日14时5分发布的务川县滑坡橙色预警现已解除。",
          "headline": "解除：务川县滑坡橙色预警",
          "instruction": "已转移人员请按当地安排有序返回，进屋前先检查房屋和周边；如发现险情，立即撤离并报告。",
          "language": "zh-CN",
        },
        {
          "description": "All clear. The orange landslide warning issued for Wuchuan County at 14:05 on 3 July has been lifted.",
          "headline": "All clear: orange landslide warning for Wuchuan County",
          "instruction": "If you left, go back only as your local authorities tell you. Check your house and what is around it before you go in. If you see any danger, leave at once and report it.",
          "language": "en",
        },
      ]
    `);
    expect(correctionTexts(followed({ mode: "drill" }))).toMatchInlineSnapshot(`
      [
        {
          "description": "【演习】现对7月3日14时5分发布的务川县滑坡橙色预警更正如下：7月3日14时5分，务川县可能发生滑坡，级别为重大，发布橙色预警。以上是演习。",
          "headline": "【演习】更正：务川县滑坡橙色预警",
          "instruction": "请坡体及坡脚人员立即向滑坡两侧转移，到指定避险点集合，不要返回。以上是演习。",
          "language": "zh-CN",
        },
        {
          "description": "[DRILL] This corrects the orange landslide warning for Wuchuan County of 14:05 on 3 July. At 14:05 on 3 July an orange warning, the second highest of four levels, was issued for Wuchuan County. A landslide is possible. This is a drill.",
          "headline": "[DRILL] Correction: Orange landslide warning for Wuchuan County",
          "instruction": "Leave the slope and its foot at once, moving to the side. Gather at the meeting point, and do not go back. This is a drill.",
          "language": "en",
        },
      ]
    `);
    expect(extensionTexts(followed({ eventCode: "11B17", level: 4 }), until)).toMatchInlineSnapshot(`
      [
        {
          "description": "7月3日14时5分发布的务川县大雾蓝色预警延长至7月4日20时30分。7月3日14时5分，务川县有大雾，能见度很低，级别为一般，发布蓝色预警。",
          "headline": "延长：务川县大雾蓝色预警",
          "instruction": "请减少出行，驾车减速并开启雾灯。",
          "language": "zh-CN",
        },
        {
          "description": "The blue fog warning for Wuchuan County of 14:05 on 3 July has been extended until 20:30 on 4 July. At 14:05 on 3 July a blue warning, the lowest of four levels, was issued for Wuchuan County. There is dense fog.",
          "headline": "Extended: Blue fog warning for Wuchuan County",
          "instruction": "Travel only if you must. Drive slowly, with your fog lights on.",
          "language": "en",
        },
      ]
    `);
  });

  it("can be aired, in good English and Chinese, of each event, level and mode", () => {
    for (const { code } of EVENT_CODES) {
      for (const level of LEVELS) {
        for (const mode of MODES) {
          for (const make of makers) {
            const texts = make(followed({ eventCode: code, level, mode }));
            expect(texts.map(({ language }) => language)).toEqual(["zh-CN", "en"]);
            const [chinese, english] = texts;
            for (const text of texts) expect(textSchema.safeParse(text).error, code).toBeUndefined();
            const heard = [english!.headline, english!.description, english!.instruction!];
            for (const text of heard) {
              expect(text, code).toMatch(/^(\[(DRILL|TRAINING)\] )?[A-Z]/);
              expect(text, code).not.toMatch(
                /[{}]|undefined|\b[Aa] [aeiou]|[.,;:]{2}| {2}|\p{Script=Han}|[.!?] [a-z]/u,
              );
            }
            expect(english!.description, code).toContain("14:05 on 3 July");
            expect(chinese!.description, code).toContain("7月3日14时5分");
            for (const text of texts) expect(text.description).toMatch(/Wuchuan County|务川县/);
            expect(JSON.stringify(chinese), code).not.toMatch(/[。，；：]{2}|undefined/);
            const framed = mode === "actual" ? "" : mode === "drill" ? "【演习】" : "【培训】";
            expect(chinese!.headline.startsWith(framed), code).toBe(true);
            expect(chinese!.headline.match(/【/g)?.length ?? 0).toBe(framed === "" ? 0 : 1);
          }
        }
      }
    }
  });

  it("tells those who had to leave how to come back, and others that they may go on", () => {
    expect(allClearTexts(followed())[1]?.instruction).toContain("go back only as");
    expect(allClearTexts(followed({ eventCode: "13A00" }))[1]?.instruction).toContain("You may go on");
  });

  it("speaks the languages of the original; an all-clear in others is left to a person", () => {
    const own = [
      { language: "zh-Hans-CN", headline: "山体滑坡", description: "请撤离。" },
      { language: "za", headline: "Bya lak", description: "Deuz okbae." },
      { language: "en-GB", headline: "Landslide", description: "Leave." },
    ];
    const original = followed({ texts: own });
    expect(allClearTexts(original).map(({ language }) => language)).toEqual(["zh-Hans-CN", "en-GB"]);
    const corrected = correctionTexts(original);
    expect(corrected.map(({ headline }) => headline)).toEqual([
      "更正：山体滑坡",
      "Bya lak",
      "Correction: Landslide",
    ]);
    expect(corrected[1]).toEqual(own[1]);
    const only = allClearTexts(followed({ texts: [own[1]!] }));
    expect(only.map(({ language }) => language)).toEqual(["zh-CN", "en"]);
  });

  it("calls what is no warning of ours by its headline", () => {
    const texts = [
      frameText({ language: "en", headline: "Market day moved", description: "It is on Monday." }, "drill"),
    ];
    const daily = followed({ class: "daily", mode: "drill", texts });
    const [english] = allClearTexts(daily);
    expect(english).toMatchObject({
      headline: "[DRILL] All clear: Market day moved",
      description: expect.stringContaining("“Market day moved”"),
    });
    expect(correctionTexts({ ...daily, eventCode: undefined })[0]?.description).toBe(
      "[DRILL] This corrects the announcement of 14:05 on 3 July. It is on Monday. This is a drill.",
    );
  });

  it("of a follow-up begins by naming the warning once, in whatever order they follow each other", () => {
    const ways = {
      correction: { make: correctionTexts, zh: "更正：", en: "Correction: " },
      extension: {
        make: (one: FollowedBroadcast) => extensionTexts(one, until),
        zh: "延长：",
        en: "Extended: ",
      },
    };
    for (const mode of ["actual", "drill"] as const) {
      for (const first of Object.values(ways)) {
        for (const second of Object.values(ways)) {
          const original = followed({ mode });
          const texts = first.make(original);
          const again = second.make(followed({ mode, texts, isFollowUp: true }));
          expect(again).toEqual(second.make(original));
          const [chinese, english] = again;
          const [zh, en] = mode === "drill" ? ["【演习】", "[DRILL] "] : ["", ""];
          expect(chinese!.headline).toBe(`${zh}${second.zh}务川县滑坡橙色预警`);
          expect(english!.headline).toBe(`${en}${second.en}Orange landslide warning for Wuchuan County`);
        }
      }
    }
    // What a person has begun so in a warning of their own stays.
    const own = [{ language: "zh-CN", headline: "更正：x", description: "现对昨日的广播更正如下：请转移。" }];
    expect(correctionTexts(followed({ texts: own }))[0]?.description).toContain(
      "现对昨日的广播更正如下：请转移。",
    );
  });

  it("of an all-clear corrects an announcement, and no warning", () => {
    const texts = allClearTexts(followed());
    const [chinese, english] = correctionTexts(followed({ texts, isFollowUp: true, isAllClear: true }));
    expect(chinese!.description).toMatch(/^现对7月3日14时5分发布的广播更正如下：/);
    expect(english!.description).toMatch(/^This corrects the announcement of 14:05 on 3 July\. All clear\./);
  });

  it("says once, and anew, how long a warning is extended", () => {
    const later = new Date("2026-07-05T12:30:00Z");
    const once = extensionTexts(followed(), until);
    const twice = extensionTexts(followed({ texts: once, isFollowUp: true, at: until }), later);
    const [chinese, english] = twice;
    expect(chinese!.headline).toBe("延长：务川县滑坡橙色预警");
    expect(english!.headline).toBe("Extended: Orange landslide warning for Wuchuan County");
    expect(chinese!.description.match(/延长至/g)).toHaveLength(1);
    expect(english!.description.match(/extended until/g)).toHaveLength(1);
    expect(chinese!.description).toContain("延长至7月5日20时30分");
    expect(english!.description).toContain("extended until 20:30 on 5 July");
    expect(english!.description).toContain("A landslide is possible.");
  });
});
