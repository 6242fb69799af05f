import { describe, expect, it } from "vitest";
import { modeFaults, textWarnings } from "../../../broadcast/drafting/text-checks.ts";
import type { Level, Mode, Text } from "../../../broadcast/message/message.ts";

/** What people say in warnings, drills and tests, and what is made of it. */

const languageOf = (said: string) => (/\p{Script=Han}/u.test(said) ? "zh-CN" : "en");
const text = (description: string, language = languageOf(description)): Text => ({
  language,
  headline: "x",
  description,
});
const faults = (mode: Mode, said: string, language?: string) =>
  modeFaults({ mode, texts: [text(said, language)] }).map(({ message }) =>
    /tells people/.test(message) ? "contrary" : "not said",
  );
const rules = (mode: Mode, said: string, language?: string, level: Level = 2) =>
  textWarnings({ mode, level, texts: [text(said, language)] }, undefined).map(({ rule }) => rule);

/** Says in so many words that it is a drill or a test. */
const ANNOUNCEMENTS = [
  "这是演习，请转移。",
  "【演习】请转移。",
  "【 演 习 】请转移。",
  "【防汛演练】请转移。",
  "（测试信息）请勿惊慌。",
  "請注意，這是演習。",
  "【測試】請勿驚慌。",
  "請轉移。以上為演習。",
  "這僅是一次避難演練，請勿驚慌。",
  "各位村民，这是一次山洪灾害应急避险转移演练，请大家不要惊慌。",
  "本次广播为应急演练",
  "以下内容为演习。",
  "以上是演练内容。",
  "本消息为测试消息",
  "这条信息是应急广播系统测试信息，请勿理会。",
  "仅供测试",
  "本广播仅用于演练。",
  "演习演习演习，请转移",
  "这是真实的吗？不，这是演习。",
  "这是\n演习",
  "这是演\u200b习。",
  "This is a drill. Leave.",
  "THIS IS ONLY A TEST.",
  "This is a test of the Emergency Alert System. No action is required.",
  "This is just a routine monthly test of the warning sirens.",
  "This was a drill",
  "This message is a test.",
  "The following is a drill.",
  "This is an earthquake drill: drop, cover and hold on.",
  "EXERCISE EXERCISE EXERCISE leave now",
  "Exercise, exercise, exercise. Leave now.",
  "For exercise purposes only",
  "For drill only.",
  "【ＤＲＩＬＬ】 Leave.",
  "［ＴＥＳＴ］ Leave.",
  "(evacuation drill) Leave.",
  "Leave.\nThis is\na drill",
];

/** Announces a drill, and may stand in a warning as well: "Test: county clinic". */
const CALLS = [
  "【演習，請勿驚慌】",
  "演习：请转移",
  "演习！演习！请转移。",
  "请注意：应急演练。请转移。",
  "It's only a drill.",
  "DRILL: leave",
  "***TEST***",
  "*** TEST MESSAGE ***",
  "Exercise - leave now",
  "DRILL ONLY: leave",
];

/** Warnings that speak of drills, exercises and tests, as people write them at 3 a.m. */
const OF_DRILLS = [
  "台风红色预警：停止一切户外训练、演练，立即到避险点。",
  "停止一切军事演习、训练，人员立即撤离。",
  "立即停止户外模拟训练。",
  "立即撤离。消防训练，体育课一律停止。",
  "原定今天上午的演习取消。演习时间，另行通知。",
  "网传水库溃坝不是真实消息，但泄洪已经开始，请立即转移。",
  "Chlorine gas leak. Leave now. Get a test only if you have symptoms.",
  "Come for testing only if you have a fever.",
  "Only a test of the water can show whether it is safe.",
  "Rescue teams with heavy tools (drills, cutters) are on their way.",
  "Cholera outbreak. Boil all water. Test, isolate and stay at home.",
  "This isn't just a test.",
  "Earthquake. Fire drill, evacuation routes: use the stairs.",
  "These are live exercises by the army: keep out.",
  "These are tests from the waterworks: E. coli found.",
  "Naval live firing. Exercise: area A closed.",
  "Test: county clinic.",
  "避难所设在县体育馆，该馆平时仅供训练使用，现已开放。",
  "停止一切户外活动（训练），立即撤离。",
  "网传“这是演习”不实，请立即转移。",
  "有人说这是演习，请勿相信，立即转移。",
  "网传水库溃坝，此消息并非真实消息，但泄洪已经开始，请立即转移。",
  "Rumours that this is a drill are false. Leave now.",
  "Whoever says this is a drill is wrong. Leave now.",
  "Callers claim that this is not a real emergency. Leave now.",
  "Do not enter the hall, which is for training only.",
  "Rescue teams (training) stay at home.",
];

/** A rumour of a drill: it announces none. */
const RUMOURS = [
  "网传这是演习，请立即转移。",
  "谣言：这是演习。请立即转移。",
  "網傳這是演習，請立即轉移。",
  "Rumour has it that this is a drill.",
  "There are rumours this is only a test.",
];

/** Says that it is none, or that it is real. */
const DENIALS = [
  "这不是演习，请转移",
  "這不是演習，請轉移",
  "这并非演练。",
  "非演习，请转移",
  "【非演习】请转移",
  "重复：这绝非测试，立即转移！",
  "不要以为这是演习，请立即转移。",
  "请勿当作演练。",
  "今天没有演习，请立即转移。",
  "This is not a drill. Leave.",
  "THIS IS NOT A DRILL",
  "This isn’t a drill.",
  "Repeat: not a drill.",
  "This is no drill.",
  "This is not an emergency drill or test.",
  "Do not think that this is a drill.",
  "Don't treat this as an exercise.",
  "No drill. Leave now.",
];
const CLAIMS_OF_REALITY = [
  "这是真实险情，请转移",
  "以上是真实的警报",
  "这是真的，请转移",
  "This is a real emergency. Leave.",
  "This is real.",
];

/** Speaks of drills without saying that this is one, or that it is none. */
const MENTIONS = [
  "这是演习？错！快跑！",
  "这是演习？！快跑！",
  "这是演习吗？快跑！",
  "Is this a drill? This is a drill? Run!",
  "You ask: it's only a drill? Run!",
  "演习取消，请转移",
  "演习结束，请立即转移",
  "昨天进行了演习，现在请真正转移",
  "我县上周组织过防汛演练，今天请大家转移。",
  "明天上午10时举行防空演习，请勿惊慌。",
  "测试",
  "We practised a drill yesterday; now leave.",
  "The drill is cancelled. Leave now.",
  "That was a drill, and now it burns.",
  "A siren test takes place tomorrow.",
  "Naval exercises go on off the coast.",
];

/** The ordinary of warnings, which has nothing to do with a drill. */
const ORDINARY = [
  "Flooding is occurring. Exercise caution near streams.",
  "Please exercise caution and leave",
  "Motorists should exercise extreme caution while travelling.",
  "EXERCISE CAUTION WHEN DRIVING",
  "Exercise great care and good judgment.",
  "Avoid strenuous exercise outdoors, and do not exercise in the heat.",
  "Turn around, don't drown when encountering flooded roads.",
  "Gather at the army's training ground.",
  "Move to the vocational training centre.",
  "Have a COVID-19 test if you have a fever. Whoever tests positive stays at home.",
  "The plan is called AIR-Exercise-4.",
  "Look at www.test.org, or call extension pre_test_1.",
  "Test kits are handed out. Test your smoke alarms.",
  "Computer simulations show waves of three metres.",
  "校外培训机构停课，请减少外出。",
  "请到县委党校培训中心集合。",
  "请到民兵训练基地避险。",
  "请到核酸测试点检测。",
  "数值模拟显示，水位将上涨。",
  "请按平时演练的路线转移。",
  "务川县气象台发布暴雨橙色预警信号：预计未来3小时降雨量将达50毫米以上，请注意防范。",
  "【县自然资源局】请加强监测，及时转移受威胁群众。",
];

describe("an announcement of a drill or a test", () => {
  it.each(ANNOUNCEMENTS)("keeps an actual message back, and is what a drill needs: %s", (said) => {
    expect(faults("actual", said)).toEqual(["contrary"]);
    expect(faults("drill", said)).toEqual([]);
    expect(rules("drill", said)).toEqual([]);
    expect(faults("training", said)).toEqual([]);
  });

  it.each(CALLS)("is what a drill needs, and is warned of in an actual message: %s", (said) => {
    expect(faults("drill", said)).toEqual([]);
    expect(faults("actual", said)).toEqual([]);
    expect(rules("actual", said)).toContain("drill_words");
  });

  it.each(OF_DRILLS)(
    "is none in a warning that speaks of drills or tests, which nothing stops: %s",
    (said) => {
      expect(faults("actual", said)).toEqual([]);
    },
  );

  it.each(RUMOURS)("is none where others are said to make it: %s", (said) => {
    expect(faults("actual", said)).toEqual([]);
    expect(rules("actual", said)).toEqual(["drill_words"]);
    expect(faults("drill", said)).toEqual(["not said"]);
  });

  it.each([
    "现在进行防汛应急演练，请大家不要惊慌。",
    "我县正在开展地质灾害避险转移演练，请转移。",
    "防汛演练现在开始，请转移。",
    "今天10时将举行防空警报试鸣，请勿惊慌。",
    "We are conducting an evacuation drill. Walk to the meeting point.",
    "A flood drill is now in progress.",
    "During this drill, walk to the meeting point.",
  ])("is made by what goes on, of which an actual message is warned: %s", (said) => {
    expect(faults("drill", said)).toEqual([]);
    expect(faults("actual", said)).toEqual([]);
    expect(rules("actual", said)).toEqual(["drill_words"]);
  });

  it("is not made by the headline alone, which nobody hears, nor in the other language", () => {
    const headline = { ...text("请转移。"), headline: "【演习】转移" };
    expect(modeFaults({ mode: "drill", texts: [headline] })).toHaveLength(1);
    const instruction = { ...text("请转移。"), instruction: "以上是演习。" };
    expect(modeFaults({ mode: "drill", texts: [instruction] })).toEqual([]);
    expect(faults("drill", "This is a drill.", "zh-CN")).toEqual(["not said"]);
    expect(faults("drill", "这是演习。", "en")).toEqual(["not said"]);
  });

  it("of a training is none of a drill, and none of what happens", () => {
    for (const said of ["【培训】请转移。以上是培训内容。", "[TRAINING] Leave. This is for training only."]) {
      expect(faults("actual", said)).toEqual(["contrary"]);
      expect(faults("drill", said)).toEqual(["not said"]);
    }
  });
});

describe("a text that says that it is real", () => {
  it.each([...DENIALS, ...CLAIMS_OF_REALITY])("is none of a drill: %s", (said) => {
    expect(faults("drill", said)).toEqual(["contrary", "not said"]);
    expect(faults("actual", said)).toEqual([]);
  });

  it.each(DENIALS)("names what it is not, of which an actual one is warned: %s", (said) => {
    expect(rules("actual", said)).toEqual(["drill_words"]);
  });

  it.each([...DENIALS, ...CLAIMS_OF_REALITY])("keeps a drill back also where its frame is: %s", (said) => {
    const framed = /\p{Script=Han}/u.test(said)
      ? `【演习】${said}。以上是演习。`
      : `[DRILL] ${said}. This is a drill.`;
    expect(faults("drill", framed)).toEqual(["contrary"]);
    const headline = { ...text("这是演习。"), headline: said };
    expect(modeFaults({ mode: "drill", texts: [headline] }).map(({ path }) => path)).toEqual([
      "/texts/0/headline",
    ]);
  });

  it.each([
    "这是演习，不是真实险情。",
    "这是演习，并非真的警报，请勿惊慌。",
    "This is a drill. This is not a real emergency.",
    "This is a test. If this had been an actual emergency, you would have been told what to do.",
  ])("is not one that says that the danger is not: %s", (said) => {
    expect(faults("drill", said)).toEqual([]);
  });

  it.each([
    "此次警报并非真实险情，请放心。",
    "This is not a real emergency.",
    "This isn't an actual warning.",
  ])("is not one that says that it is not real: %s", (said) => {
    expect(faults("actual", said)).toEqual(["contrary"]);
    expect(faults("drill", said)).toEqual(["not said"]);
  });
});

describe("other texts with such words", () => {
  it.each(MENTIONS)("announce nothing, and are warned of: %s", (said) => {
    expect(faults("drill", said)).toEqual(["not said"]);
    expect(faults("actual", said)).toEqual([]);
    expect(rules("actual", said)).toEqual(["drill_words"]);
  });

  it.each(ORDINARY)("may be about something else: %s", (said) => {
    expect(faults("actual", said)).toEqual([]);
    expect(rules("actual", said)).toEqual([]);
    expect(faults("drill", said)).toEqual(["not said"]);
    const zh = /\p{Script=Han}/u.test(said);
    expect(faults("drill", zh ? `【演习】${said}以上是演习。` : `[DRILL] ${said} This is a drill.`)).toEqual(
      [],
    );
  });
});

describe("a language that is not understood", () => {
  it.each([
    ["ja", "これは訓練です。避難してください。"],
    ["ja", "訓練、訓練、訓練放送です。"],
    ["ja", "【訓練】避難してください。"],
    ["ja", "これはテストです。"],
    ["ko", "이것은 훈련 상황입니다."],
    ["za", "[DRILL] Bouzfanh. This is a drill."],
  ])("may have words that are known: %s %s", (language, said) => {
    expect(faults("actual", said, language)).toEqual(["contrary"]);
    expect([faults("drill", said, language), rules("drill", said, language)]).toEqual([[], []]);
  });

  it.each([
    ["ja", "これは訓練ではありません。避難してください。"],
    ["ja", "これは訓練でない。"],
    ["ko", "이것은 훈련이 아닙니다."],
  ])("may say that it is none: %s %s", (language, said) => {
    expect(faults("drill", said, language)).toEqual(["contrary"]);
    expect([faults("actual", said, language), rules("actual", said, language)]).toEqual([
      [],
      ["drill_words"],
    ]);
  });

  it.each([
    "本日の避難訓練放送は中止です。直ちに避難してください。",
    "訓練だけの問題ではありません。避難してください。",
  ])("may speak of drills in a warning, which nothing stops: %s", (said) => {
    expect(faults("actual", said, "ja")).toEqual([]);
    expect(rules("actual", said, "ja")).toEqual(["drill_words"]);
  });

  it("is for a person to look at, each text of it, unless one of its words is known", () => {
    expect(rules("drill", "Bouzfanh", "za")).toEqual(["drill_not_said"]);
    const texts = [text("以上是演习。"), text("Bouzfanh", "za"), text("Ceci est un exercice.", "fr")];
    expect(textWarnings({ mode: "drill", level: 2, texts }, undefined)).toMatchObject([
      { rule: "drill_not_said", path: "/texts/1" },
    ]);
    expect(rules("actual", "Ceci n'est pas un exercice.", "fr")).toEqual(["drill_words"]);
    expect(rules("actual", "Evacuez la zone.", "fr")).toEqual([]);
  });
});

it.each([
  [3, "發布橙色暴雨預警。", ["level_contradicts"]],
  [2, "發布橙色暴雨預警。", []],
  [4, "天文台發出紅色暴雨警告信號。", ["level_contradicts"]],
  [3, "A Red Flag Warning is in effect for Orange County until Sunday; the warning is for dry winds.", []],
  [2, "The Red River is rising. A flood warning is in force.", []],
] as const)("at level %i, '%s' is warned of by %j", (level, said, expected) => {
  expect(rules("actual", said, undefined, level)).toEqual(expected);
});

it("looks at the largest texts without going round in circles", () => {
  // 4,000 characters of what patterns begin with: one that tried every way to divide them would not come to an end.
  for (const piece of [
    "这是",
    "不是",
    "现在进行",
    "演练",
    "this is ",
    "not a ",
    "emergency ",
    "exercise ",
    "【演",
    " ",
  ]) {
    const said = piece.repeat(Math.floor(4000 / piece.length));
    for (const mode of ["actual", "drill"] as const) {
      expect(Array.isArray(faults(mode, said)) && Array.isArray(rules(mode, said))).toBe(true);
    }
  }
  // The largest draft: eight texts, each with what made every pattern begin again at every character.
  const worst = ["演练", "【演", "drill ", "exercise a"].map((piece) => {
    const said = `${piece.repeat(Math.floor(3990 / piece.length))}吧`;
    const texts = Array.from({ length: 8 }, (_, n) => ({ ...text(said, `zh-x-a${n}`), instruction: said }));
    const before = process.cpuUsage();
    modeFaults({ mode: "actual", texts });
    textWarnings({ mode: "actual", level: 1, texts }, undefined);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  // Milliseconds of the processor; it was over two thousand, and is some tens on an idle machine.
  expect(Math.max(...worst)).toBeLessThan(1000);
});

it("looks at the beginning and the end of what is too long to be spoken", () => {
  const filler = "请转移。".repeat(100_000);
  expect(faults("drill", `${filler}以上是演习。`)).toEqual([]);
  expect(faults("drill", `这是演习。${filler}`)).toEqual([]);
  expect(faults("actual", `${filler}以上是演习。`)).toEqual(["contrary"]);
  expect(faults("drill", filler)).toEqual(["not said"]);
});
