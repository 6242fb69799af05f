import { defineTexts } from "../ui/texts.ts";

/** The way to stop what sounds. */
export const stopTexts = defineTexts(
  {
    stop: "立即停播",
    stopOf: (headline: string) => `立即停播：${headline}`,
    /** Of two that are called the same. */
    releasedAt: (time: string) => `${time} 发布`,
    hint: "按一下就停，不再询问",
    reason: "值班人员立即停播",
    mayNot: "停播不在你的权限里，请找值班长。",
    codeTitle: "停播要验证码",
    codeAbout: "这个平台停播也要第二因素。",
    code: "第二因素验证码",
    codeNot: "先不停",
    strip: "播发中",
    onAir: { actual: "实际", drill: "演练", training: "培训" },
    open: "看现场",
    stopped: (headline: string) => `已停播：${headline}`,
    ended: (headline: string) => `已结束：${headline}`,
    stopPending: (headline: string) =>
      `已取消，但停播指令尚未发出或未必送到全部喇叭，平台会继续发送。急的话，同时电话联系村里：${headline}`,
    seeStopped: "看结果，发布解除或更正",
    close: "知道了",
    notStopped: (headline: string) => `还没有停：${headline}`,
    trying: (headline: string) => `停播没有得到确认！正在反复重试：${headline}`,
    tryingFor: (time: string) => `平台没有答复，已试 ${time}。按还在响处理：急的话，同时电话联系村里。`,
    giveUp: "不再试",
  },
  {
    stop: "Stop now",
    stopOf: (headline: string) => `Stop now: ${headline}`,
    releasedAt: (time: string) => `released at ${time}`,
    hint: "One press stops it; no question",
    reason: "Stopped at once by the person on duty",
    mayNot: "You have no right to stop it: ask the duty officer.",
    codeTitle: "Stopping needs a code",
    codeAbout: "This platform wants the second factor for a stop too.",
    code: "Code of your second factor",
    codeNot: "Not now",
    strip: "On air",
    onAir: { actual: "Actual", drill: "Drill", training: "Training" },
    open: "See it",
    stopped: (headline: string) => `Stopped: ${headline}`,
    ended: (headline: string) => `Over: ${headline}`,
    stopPending: (headline: string) =>
      `Cancelled; but the stop may not have reached all speakers yet. The platform goes on trying. If it is urgent, telephone the villages too: ${headline}`,
    seeStopped: "See the result, give the all-clear or a correction",
    close: "Got it",
    notStopped: (headline: string) => `NOT stopped: ${headline}`,
    trying: (headline: string) => `Stop NOT confirmed: trying again: ${headline}`,
    tryingFor: (time: string) =>
      `The platform has not answered; tried for ${time}. Take it as still sounding: if it is urgent, telephone the villages too.`,
    giveUp: "Stop trying",
  },
);
