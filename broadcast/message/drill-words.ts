import { plainForm } from "./plain-form.ts";

/**
 * Finds out what a text tells people about being real, as far as Chinese, English and some Japanese and Korean go.
 * Listeners hear sentences and not words: `Exercise caution` speaks of no exercise, and `This is not a drill` says the
 * contrary. A list of ways to announce a drill decides; any other wording counts for nothing, so that a drill that is
 * announced in other words is refused, with an example, and never aired for real by mistake.
 */

/** Zero width, or white space of any kind, stands for a space in a Chinese pattern; white space in an English one. */
const chinese = (source: string) => new RegExp(source.replaceAll(" ", "\\s*"), "u");
const english = (source: string) => new RegExp(source.replaceAll(" ", "\\s+"), "iu");
const everyOf = (pattern: RegExp) => new RegExp(pattern.source, `${pattern.flags}g`);

// --- Words. Chinese ones are in simplified characters, as `plainForm` gives them; 训练 is the Japanese word as well.

const ZH_DRILL = "(?:演习|演练|训练)";
const ZH_UNREAL = "(?:演习|演练|训练|测试|试鸣|试播|试响|模拟)";
const ZH_ANY = "(?:演习|演练|训练|测试|试鸣|试播|试响|模拟|培训)";
/** The subject of a drill or a test, in front of its name. */
const ZH_KIND =
  "(?:应急|防汛|防洪|防台|防灾|减灾|防空|人防|消防|火灾|森林|地震|地质|灾害|山洪|洪水|滑坡|泥石流|暴雨|台风|疏散|避险|避难|转移|撤离|逃生|救援|反恐|卫生|综合|实战|全县|全市|全镇|全村|广播|系统|预警|警报|信号|设备|喇叭|放送|大|小|年度|月度|例行|日常|紧急|突发|事件|定期|模拟|桌面|联合|演练|演习){0,12}";
const ZH_THING =
  "(?:消息|信息|广播|内容|警报|通知|信号|预警|指令|短信|活动|放送|环节|项目|时间|阶段|专用|用语)";
/**
 * A statement ends here, or another one begins; a question is none. A text with 演练路线 or 演练之后 has not said that it is
 * one.
 */
const ZH_END =
  "(?! [?？])(?= (?:[^\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}]|$|请|不要|不必|无需|勿|切勿|大家|各位))";

const EN_UNREAL = "(?:drills?|exercises?|tests?|simulations?)";
const EN_KIND =
  "(?:(?:emergency|evacuation|earthquake|fire|flood|flash|tsunami|landslide|typhoon|storm|rainstorm|siren|alarm|monthly|weekly|annual|yearly|daily|regular|routine|required|scheduled|planned|periodic|public|community|national|nationwide|regional|local|provincial|county|city|town|village|school|safety|disaster|preparedness|response|warning|alert|alerting|broadcast|broadcasting|speaker|loudspeaker|system|civil|defen[cs]e|air|raid|full-scale|live|mass|practice|training|communications?|notification|wireless|technical|operational|simulated|joint|major|small|large|big|short|brief) ){0,12}";
const EN_THING =
  "(?:messages?|broadcasts?|announcements?|alerts?|warnings?|alarms?|sirens?|calls?|transmissions?)";
const EN_END =
  "(?!\\s*[?？])(?=\\s*(?:[^\\s\\p{L}\\p{N}]|$)| (?:only|of|by|for|and|but|so|please|do|no|not|there|conducted|being|today|now|in|on|from|with|run|held|organi[sz]ed|messages?|broadcasts?|announcements?|alerts?|warnings?|alarms?|signals?|transmissions?)\\b)";

const EN_STOP = "(?!\\s*[?？])(?=\\s*(?:[^\\s\\p{L}\\p{N}]|$))";

const OPEN = "[【\\[〔〖「『《〈<{（(]";
const CLOSE = "[】\\]〕〗」』》〉>}）)]";
/**
 * Signs in which a warning says something about itself; a remark on something else stands in the others, within a
 * sentence.
 */
const FRAME = "[【\\[〔〖]";
const REMARK = "[「『《〈<{（(]";
/** A place where something stands by itself: a beginning, or the end of a sentence or line before it. */
const START = '(?:^|[.。!！?？;；:：\\n】\\]>〉》」』)）]|(?<![\\p{L}\\p{N}])[*#=~_|"“”‘-])\\s*';

// --- That it is no drill.

/** People and things that a drill does not concern: 非演练区域. */
const ZH_OTHERS = "(?!的?(?:区域?|范围|人员|任务|地区|单位|对象|时段))";
const DENIALS = [
  chinese(
    `(?<!是)(?:不是|并非|绝非|决非|不属于?|不再是|而非|(?<!除)非) [^，。；！？,.;!?\\n]{0,10}? ${ZH_ANY}${ZH_OTHERS}`,
  ),
  chinese(`(?:没有|并无|未安排|未组织) (?:任何|安排)? ${ZH_KIND}${ZH_DRILL}${ZH_OTHERS}`),
  chinese(
    `(?:不要|不能|不可|切勿|请勿|勿|别|莫) (?:再|误)?(?:以为|认为|当作|当成|看作|看成|视为|误认为|把[^。；！？.;!?\\n]{0,12}?(?:当|视|看))[^。；！？.;!?\\n]{0,10}? ${ZH_ANY}`,
  ),
  chinese(`${ZH_ANY}(?:放送)?(?:では|じゃ|で)(?:ありません|ない|なく)`),
  /훈련이\s*아닙니다/u,
  english(
    `(?:\\b(?:not|never|no longer)|n't) (?:really |actually )?(?:(?:a|an|the|any|part of an?|for) )+(?:[\\w-]+ ){0,2}?${EN_UNREAL}\\b`,
  ),
  english(`\\b(?:this|it|that)(?: is|'s) no ${EN_KIND}${EN_UNREAL}\\b`),
  english(`${START}no ${EN_KIND}${EN_UNREAL}(?=\\s*(?:[^\\s\\p{L}\\p{N}]|$))`),
  english(
    `(?:\\b(?:not|never)|n't) (?:be mistaken|think|assume|believe|treat|take(?! part)|mistake|regard|suppose|see|consider)\\b[^.;!?\\n]{0,40}?\\b(?:a|an|the|as|for) ${EN_KIND}${EN_UNREAL}\\b`,
  ),
  english(`\\b(?:rather than|instead of) (?:a|an|the) ${EN_KIND}${EN_UNREAL}\\b`),
];

const REAL_ZH = "(?:险情|灾情|警报|预警|情况|灾害|突发|紧急|事故|火情|汛情|疫情|转移|广播|消息)";
const REAL_EN =
  "(?:thing|deal|emergency|warning|alert|alarm|event|incident|disaster|situation|danger|threat|evacuation|message|broadcast)";
const CLAIMS_REAL = [
  chinese(
    `(?:这|此|本次|此次|以上|以下|现在)[^不非没，。；！？,.;!?\\n]{0,6}?是[^不非没，。；！？,.;!?\\n]{0,4}?(?<!模拟|贴近|接近|假设|假定)真(?:实|正)?的? ${REAL_ZH}`,
  ),
  chinese("(?:这|以上|此次|本次)(?:次|一次|回)?是真的(?!的)"),
  english(`\\bthis (?:${EN_THING} )?is (?:a |an |the )?(?:real|actual|genuine) ${REAL_EN}\\b`),
  english("\\bthis (?:time it )?is (?:for )?real(?=\\s*(?:[^\\s\\p{L}]|$))"),
];

/** Says that it is not real, without saying what it is. */
const CLAIMS_UNREAL = [
  chinese(
    `(?:这|此|本|以上)(?:次|条|则)?(?:消息|广播|警报|通知)? (?:不是|并非|并不是|非) (?:一次|任何)?真(?:实|正)?的? ${REAL_ZH}`,
  ),
  english(
    `\\bthis (?:is not|isn't|is no) (?:a |an |the |any )?(?:real|actual|genuine) (?:emergency|warning|alert|alarm)\\b`,
  ),
];

// --- Words of others.

/** A rumour, to the end of the clause: a text that repeats it to refute it says the contrary. */
const RUMOURS = [
  chinese("(?:网传|谣传|传言|谣言|流言|误传|谎称|谣称)[：:，,]?[^，。！？,!?;；\\n]{0,30}"),
  english(
    "\\b(?:rumou?rs?|rumou?red|hoax(?:es)?)(?: (?:is|are|has it|say|says|claims?|saying|claiming))*[\\s,:'\"]+(?:that[\\s,:'\"]+)?(?:this|it)\\b[^.;!?\\n]{0,60}",
  ),
];
/** Reported words of any kind, and a rumour with the name that it gets afterwards. */
const REPORTED = [
  chinese(
    "(?:网传|谣传|传言|谣言|流言|误传)[^。！？!?\\n]{0,40}?(?:不实|(?:不是|并非|非)真(?:实|正)?的?|[是系属]谣言|是假)[^，。！？,!?\\n]{0,10}",
  ),
  ...RUMOURS,
  chinese(
    "(?:有人|网友|群里|别人|任何人)[^，。！？,!?;；\\n]{0,6}?(?:说|称|传|告诉)[：:，,]?[^，。！？,!?;；\\n]{0,30}",
  ),
  english(
    "\\b(?:says?|saying|said|claims?|claiming|claimed|tells?|telling|told)(?: (?:you|people|us|them|everybody|everyone))?[\\s,:'\"]+(?:that[\\s,:'\"]+)?(?:this|it)\\b[^.;!?\\n]{0,60}",
  ),
];

// --- That it is a drill, an exercise or a test.

const MEANT = "(?:这里|这次|这条|这|此次|此条|此|本次|本条|本|以上|以下|上述|下面|下列|接下来|现在)";
const statementsOf = (words: string) => [
  chinese(
    `${MEANT} ${ZH_THING}?(?:的)?(?:全部|所有)?${ZH_THING}? (?:只|仅|均|都|全部|皆|正)? (?:是|为|系|属于|属) (?:我[县市镇乡村区省])? (?:一[次场个]|本[次月年])? (?:的)? ${ZH_KIND} ${words} (?:的)?${ZH_THING}?${ZH_END}`,
  ),
  chinese(`(?:仅|只|限)(?:供|用于|作为?|限)? ${ZH_KIND} ${words} (?:使用|之用|用途|目的|用)?${ZH_END}`),
];
const JAPANESE = chinese(`(?:${ZH_DRILL}|テスト)(?:放送|です|であります|である|だ)`);
/** The same as a sentence: 训练だけ and 训练放送は go on, and may say anything. */
const JAPANESE_SENTENCE = chinese(
  `(?:${ZH_DRILL}|テスト)(?:放送)?(?:です|であります|である|だ)(?![\\p{Script=Hiragana}])`,
);
const KOREAN = /훈련\s*(?:상황|방송)?\s*입니다/u;

const SAID_IN_CHINESE = [
  ...statementsOf(ZH_UNREAL),
  chinese(
    `${OPEN} ${ZH_KIND} ${ZH_UNREAL}(?:[、，,·\\s]*${ZH_UNREAL}){0,8} (?:用|${ZH_THING})? (?:${CLOSE}|[，,、·:：])`,
  ),
  // Three times as on the radio, or once at the head of a sentence.
  chinese(`(${ZH_UNREAL})(?:[、，,！!。*\\s]*\\1){1,8}(?:${ZH_END}|[、，,！!。*])`),
  chinese(`${START}${ZH_KIND}${ZH_DRILL}${ZH_THING}? (?:[：:！!。.*]|-|—|$|\\n)`),
];
const SAID_IN_ENGLISH = [
  english(
    `\\b(?:this|these|(?:the|what) (?:following|above|preceding|foregoing|present|follows))(?: ${EN_THING})?(?: (?:is|was|are|were|has been|will be)|'s)(?: (?:only|just|merely|simply|all|part of|solely))*(?: (?:a|an|the|our|your|another))? ${EN_KIND}${EN_UNREAL}${EN_END}`,
  ),
  english(
    `\\bit(?: is|'s)(?: (?:only|just|merely|simply))* (?:a|an|the|our) ${EN_KIND}${EN_UNREAL}${EN_END}`,
  ),
  english(`(?<!\\bnot |n't )\\b(?:only|just|merely) (?:a|an) ${EN_KIND}${EN_UNREAL}${EN_STOP}`),
  english(`\\bfor (?:an? )?(?:drill|exercise|test|testing)(?: (?:purposes?|use))? only${EN_STOP}`),
  english(`(?<!\\b(?:a|an|the) )\\b${EN_KIND}(?:drill|exercise|test) only${EN_STOP}`),
  english(`${OPEN}\\s*${EN_KIND}${EN_UNREAL}(?: (?:only|${EN_THING}))*\\s*(?:${CLOSE}|[:;-])`),
  english(`\\b(?:drill|exercise|test)(?:[\\s,.!*-]+(?:drill|exercise|test)\\b){1,8}`),
  english(
    `${START}${EN_KIND}(?:drill|exercise|test)(?: ${EN_THING})?\\s*(?:[:!–—]|[.*=#~_-](?![\\p{L}\\p{N}])|$|\\n)`,
  ),
];

/**
 * Texts that an actual message must not have, whoever approves it: the frames of the product's own drills, and
 * sentences that can mean nothing else. A fault stops a warning at 3 a.m., so all other words that may make people
 * think of a drill only give a warning: a message may speak of drills that are called off, of tests for a fever, of the
 * army's exercises.
 */
const SAYS_UNREAL = [
  statementsOf(ZH_UNREAL)[0]!,
  statementsOf("培训")[0]!,
  chinese(
    `(?:${START}|${MEANT} ${ZH_THING}?(?:均|都|全部|皆)?) 仅(?:供|用于) ${ZH_KIND} ${ZH_ANY} (?:使用|之用|用途|目的|用)?${ZH_END}`,
  ),
  chinese(`(?:${FRAME}|${START}${REMARK}) ${ZH_KIND} ${ZH_ANY} (?:用|${ZH_THING})? ${CLOSE}`),
  chinese(`(${ZH_UNREAL})(?:[、，,！!。*\\s]*\\1){2,8}`),
  JAPANESE_SENTENCE,
  KOREAN,
  english(
    `\\b(?:this|(?:the|what) (?:following|above|preceding|foregoing|follows))(?: ${EN_THING})?(?: (?:is|was)|'s)(?: (?:only|just|merely|simply|part of))*(?: (?:a|an|our))? ${EN_KIND}(?:drill|exercise|test|simulation)(?:${EN_STOP}|(?= (?:of the|only|${EN_THING})\\b))`,
  ),
  english(
    `(?:${START}|\\bthis(?: ${EN_THING})?(?: is|'s| was)(?: (?:only|just|merely))? )for (?:an? )?(?:drill|exercise|test|testing|training)(?: (?:purposes?|use))? only${EN_STOP}`,
  ),
  english(
    `(?:${FRAME}|${START}${REMARK})\\s*${EN_KIND}(?:drill|exercise|test|training)(?: (?:only|${EN_THING}))*\\s*${CLOSE}`,
  ),
  english("\\b(drill|exercise|test)(?:[\\s,.!*-]+\\1\\b){2,8}"),
  ...CLAIMS_UNREAL,
];

/**
 * Words for something that is going on now. For a drill they say enough; an actual message may tell people of a drill
 * that is to come.
 */
const GOING_ON_IN_CHINESE = [
  chinese(
    `(?:现在|正在|马上|即将|下面|此刻|目前|今天|今日|我们|我[县市镇乡村区]|将)[^了过没不，。；！？,.;!?\\n]{0,14}?(?:进行|开展|举行|组织|启动|开始|实施|举办)(?![了过])[^了过没不，。；！？,.;!?\\n]{0,16}?${ZH_UNREAL}(?:活动)?${ZH_END}`,
  ),
  chinese(`${ZH_KIND}${ZH_UNREAL} (?:现在|正式|马上|即将|正在)* (?:开始|进行中|进行)(?![了过之])`),
];
const GOING_ON_IN_ENGLISH = [
  english(
    `\\b(?:are|is|am|'re|now) (?:now |currently )?(?:conducting|carrying out|holding|running|performing|practi[sc]ing) (?:a|an|the|our) ${EN_KIND}${EN_UNREAL}${EN_END}`,
  ),
  english(
    `\\b(?:a|an|the|our|this) ${EN_KIND}(?:drill|exercise|test) (?:is|has) (?:now |currently )?(?:in progress|under ?way|being|taking place|starting|beginning|begun|started)\\b`,
  ),
  english(`\\b(?:during|in|for|as part of|throughout) this ${EN_KIND}(?:drill|exercise|test)\\b`),
];

// --- Words that speak of something else. These lists of words do not understand a text either: a missing word costs a
// warning too much, or hides a mention that no person needed to see. It never makes a fault, nor does it remove one.

const BENIGN = [
  // The verb, and exercises for people's health.
  english(
    "(?<!\\b(?:an|the|this|our|emergency|evacuation) )\\bexercis(?:e|es|ing)(?: [\\w-]+){0,4}? (?:caution|care|vigilance|patience|restraint|judge?ment|discretion|prudence|control|rights?|options?|sense|safety|awareness|diligence|attention|authority|powers?)\\b",
  ),
  english(
    "\\b(?:physical|outdoor|strenuous|vigorous|heavy|intense|hard|aerobic|excessive|morning|light|moderate|any|much) exercises?\\b",
  ),
  english(
    "\\b(?:avoid|limit|reduce|stop|do not|don't|postpone|cancel|to|after|while|without) exercis(?:e|ing)\\b",
  ),
  english(
    "\\bexercises? (?:outdoors|outside|indoors|early|heavily|in the heat|equipment|bikes?|class(?:es)?)\\b",
  ),
  // Names of machines, documents and addresses.
  english(
    "(?<![\\w-])[\\w-]{1,64}[._](?:drill|exercise|test)\\w*|\\b(?:drill|exercise|test)(?:[._]\\w+|-\\d+)",
  ),
  // Places.
  english(
    "\\b(?:training|exercise|test|drill) (?:grounds?|cent(?:er|re)s?|schools?|camps?|rooms?|halls?|colleges?|facilit(?:y|ies)|areas?|fields?|yards?|sites?|ranges?|bases?|rigs?|holes?|pipes?|platforms?|bits?)\\b",
  ),
  // Medicine and measuring.
  english(
    "\\b(?:covid(?:-19)?|pcr|antigen|blood|medical|rapid|water|laboratory|lab|breath|diagnostic|virus|urine|acid|home) tests?\\b",
  ),
  english("\\btests? (?:positive|negative|kits?|results?|strips?|stations?|(?:the|your|all|any) [\\w-]+)\\b"),
  english(
    "\\b(?:take|have|get|need|offer|offered|available) (?:a|an|the|your|free)? ?tests?\\b(?! (?:of|broadcast|message))",
  ),
  english("\\b(?:numerical|computer|model|weather|flood|dam-break) simulations?\\b"),
  english("\\bsimulat(?:ions?|ed) (?:shows?|suggests?|indicates?|predicts?|rainfall|flow|waves?)\\b"),
  chinese("(?:校外|校内|各类|线下|各级)? 培训 (?:机构|中心|学校|班|基地|楼|教室|场所|活动|点|和|及|、)"),
  chinese("(?:训练|测试|演习|演练) (?:场|基地|中心|馆|营|塔|仪|结果|站|室)"),
  chinese("(?:核酸|抗原|水质|血液|数值|模型|计算机|数字|气象|体能|体质|健身) ?(?:测试|模拟|训练)"),
  chinese("模拟 (?:显示|结果|表明|预测|预报|分析|计算)"),
  chinese(
    "(?:平时|日常|以往|此前|之前|按照?|依照?|熟悉的?|过去|事先)(?:的)? ?(?:应急|避险|转移)?(?:演练|演习)(?:过)?(?:时)?的? ?(?:确定|规定|指定)?的? ?(?:路线|线路|方案|预案|地点|要求|方法)",
  ),
].map(everyOf);

/** Words of languages that are not understood here. */
const OTHER_WORDS =
  /(?<!\p{L})(?:exercices?|ejercicios?|simulacros?|simulados?|übung(?:en)?|probealarm|esercitazion[ei]|exercícios?|oefening|övning|øvelse|cvičení|ćwiczenia|tatbikat|latihan|simulasi|учени[яей]|учебн\p{L}+|diễn tập|ซ้อม|تمرين)(?!\p{L})/iu;

const WORDS = [
  /演习|演练|训练|测试|试鸣|试播|模拟|培训|テスト|훈련/u,
  /\b(?:drills?|exercises?|training|tests?|simulat\w+)\b/iu,
  OTHER_WORDS,
];

/** Every pattern needs one of these: a text without them is done with at once, as nearly every one is. */
const HINTS =
  /演习|演练|训练|测试|试鸣|试播|试响|模拟|培训|テスト|훈련|真|drill|exerci|test|training|simula|real|actual|genuine/iu;
const firstOf = (patterns: readonly RegExp[], text: string): string | undefined => {
  for (const pattern of patterns) {
    const found = pattern.exec(text)?.[0].trim();
    if (found !== undefined) return found;
  }
  return undefined;
};

const without = (patterns: readonly RegExp[], text: string): string =>
  patterns.reduce((rest, pattern) => rest.replace(pattern, " … "), text);

const DENIALS_EVERYWHERE = DENIALS.map(everyOf);
const REPORTED_EVERYWHERE = REPORTED.map(everyOf);

/** Finds a text that says that it is real, or no drill. @returns the words that say so */
export function deniesDrill(text: string): string | undefined {
  const plain = plainForm(text);
  return HINTS.test(plain) ? firstOf([...DENIALS, ...CLAIMS_REAL], plain) : undefined;
}

/** Finds a text that tells people in so many words that it is not real. @returns these words */
export function callsItUnreal(text: string): string | undefined {
  const plain = plainForm(text);
  return HINTS.test(plain)
    ? firstOf(SAYS_UNREAL, without([...DENIALS_EVERYWHERE, ...REPORTED_EVERYWHERE], plain))
    : undefined;
}

const ANNOUNCED_IN_CHINESE = [...SAID_IN_CHINESE, ...GOING_ON_IN_CHINESE];
const ANNOUNCED_IN_ENGLISH = [...SAID_IN_ENGLISH, ...GOING_ON_IN_ENGLISH];
const ANNOUNCED = {
  zh: ANNOUNCED_IN_CHINESE,
  en: ANNOUNCED_IN_ENGLISH,
  // In a language that is not understood here, a word alone has to do.
  other: [...ANNOUNCED_IN_CHINESE, ...ANNOUNCED_IN_ENGLISH, JAPANESE, KOREAN, OTHER_WORDS],
} as const;

/**
 * True when a text says that it is a drill, an exercise or a test, in a language.
 * @param language other: in any that is known here
 */
export function announcesDrill(text: string, language: keyof typeof ANNOUNCED): boolean {
  const plain = plainForm(text);
  if (!HINTS.test(plain) && (language !== "other" || !OTHER_WORDS.test(plain))) return false;
  return firstOf(ANNOUNCED[language], without(NOT_ANNOUNCED, plain)) !== undefined;
}

const NOT_ANNOUNCED = [...DENIALS_EVERYWHERE, ...RUMOURS.map(everyOf), ...BENIGN];

/** A word that may make people think of a drill, a training or a test. @returns the word */
export function mentionsDrill(text: string): string | undefined {
  const plain = plainForm(text);
  return firstOf(WORDS, plain) === undefined ? undefined : firstOf(WORDS, without(BENIGN, plain));
}
