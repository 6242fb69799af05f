/** The event, as a sentence without its full stop, and the instruction, in both languages. */
export interface Wording {
  readonly zh: readonly [situation: string, advice: string];
  readonly en: readonly [situation: string, advice: string];
}

/** The wordings of the templates, by event code. */
export const WORDINGS: Readonly<Record<string, Wording>> = {
  "11A01": {
    zh: ["江河水位上涨，可能发生洪水", "请低洼地带人员立即向高处转移，不要涉水，不要靠近河道和桥梁。"],
    en: [
      "Rivers are rising and a flood is possible",
      "Leave low ground for higher ground now. Do not wade through water, and keep away from rivers and bridges.",
    ],
  },
  "11A51": {
    zh: ["可能发生山洪", "请沟谷、河道两侧人员立即向两侧高处转移，不要沿沟谷上下游跑，不要返回取物。"],
    en: [
      "A flash flood is possible",
      "Leave valleys and river banks at once. Climb to the side, not along the valley, and do not go back for belongings.",
    ],
  },
  "11B01": {
    zh: ["将受台风影响", "请关好门窗，收好室外物品，留在坚固的房屋内，船只回港避风。"],
    en: [
      "A typhoon is approaching",
      "Close doors and windows, bring in loose things and stay inside a solid building. Boats must return to harbour.",
    ],
  },
  "11B03": {
    zh: ["将有或正有暴雨", "请减少外出，远离低洼、河道和山坡，注意防范山洪和地质灾害。"],
    en: [
      "Heavy rain is falling or expected",
      "Stay indoors if you can. Keep away from low ground, rivers and slopes: floods and landslides may follow.",
    ],
  },
  "11B14": {
    zh: ["有雷电活动", "请进入室内，远离树木、电线杆和水面，停止户外作业。"],
    en: ["There is lightning", "Go indoors. Keep away from trees, poles and water, and stop work outside."],
  },
  "11B17": {
    zh: ["有大雾，能见度很低", "请减少出行，驾车减速并开启雾灯。"],
    en: ["There is dense fog", "Travel only if you must. Drive slowly, with your fog lights on."],
  },
  "11C02": {
    zh: [
      "发生地震，可能有余震",
      "请护住头部，就近避险，震动停止后撤到空旷处，不要乘坐电梯，不要返回受损房屋。",
    ],
    en: [
      "There has been an earthquake, and more shocks may follow",
      "Protect your head and take cover. When the shaking stops, go into the open. Do not use lifts, and do not return to damaged houses.",
    ],
  },
  "11D01": {
    zh: ["可能发生滑坡", "请坡体及坡脚人员立即向滑坡两侧转移，到指定避险点集合，不要返回。"],
    en: [
      "A landslide is possible",
      "Leave the slope and its foot at once, moving to the side. Gather at the meeting point, and do not go back.",
    ],
  },
  "11D02": {
    zh: ["可能发生泥石流", "请沟口和沟道两侧人员立即向两侧山坡高处转移，不要停留在沟谷内。"],
    en: [
      "A debris flow is possible",
      "Leave the gully and its mouth at once and climb the slopes to the side. Do not stay in the valley.",
    ],
  },
  "11D03": {
    zh: ["可能发生崩塌落石", "请陡坡、危岩下方人员立即撤离，车辆行人绕行。"],
    en: ["Rocks may fall", "Leave the foot of steep slopes at once, and take another road."],
  },
  "11G00": {
    zh: ["发生森林草原火灾", "请林区人员向火场侧风向、空旷地带撤离，听从指挥，不要自行扑火。"],
    en: [
      "A wildfire is burning",
      "Leave the woods for open ground, moving across the wind. Follow instructions, and do not fight the fire yourself.",
    ],
  },
  "12D02": {
    zh: ["发生危险化学品泄漏", "请用湿毛巾捂住口鼻，向上风方向撤离；来不及撤离的关闭门窗，留在室内。"],
    en: [
      "A hazardous chemical is leaking",
      "Cover your nose and mouth with a wet cloth and leave upwind. If you cannot leave, stay indoors and close doors and windows.",
    ],
  },
  "12G03": {
    zh: ["发生建筑火灾", "请附近人员立即撤离，弯腰捂住口鼻，走楼梯，不要乘坐电梯，为消防车让路。"],
    en: [
      "A building is on fire",
      "Leave at once. Stay low, and cover your nose and mouth. Use the stairs, not the lifts, and make way for the fire brigade.",
    ],
  },
  "12N03": {
    zh: ["发生压力管道事故", "请附近人员立即撤离到警戒线外，不要使用明火。"],
    en: ["A pressure pipeline has failed", "Leave the area at once, and do not use open flames."],
  },
  "12P09": {
    zh: [
      "监测到燃气泄漏",
      "请立即熄灭明火，不要开关电器，不要在现场打电话，关闭燃气阀门，开窗通风，撤到室外上风处。",
    ],
    en: [
      "A gas leak has been detected",
      "Put out all flames. Do not touch switches or use a phone there. Close the valve, open the windows, and go outside, upwind.",
    ],
  },
  "13A00": {
    zh: ["发生传染病疫情", "请减少聚集，佩戴口罩，勤洗手；如有发热等症状，及时就医并报告。"],
    en: [
      "There is an epidemic",
      "Avoid crowds, wear a mask and wash your hands. If you have a fever or other symptoms, see a doctor and report it.",
    ],
  },
  "14000": {
    zh: ["发生紧急求助或社会安全事件", "请附近人员注意安全，不要围观，发现情况立即拨打110。"],
    en: [
      "There has been a call for help or a threat to public safety",
      "Take care, do not gather, and call 110 if you see anything.",
    ],
  },
  "00000": {
    zh: ["正在进行应急广播测试", "这是测试，无需采取任何行动。"],
    en: ["The emergency broadcast is being tested", "This is a test. You do not need to do anything."],
  },
};
