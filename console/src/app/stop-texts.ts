import { defineTexts } from "../ui/texts.ts";

/** The way to stop what sounds. */
export const stopTexts = defineTexts(
  {
    stop: "立即停播",
    stopOf: (headline: string) => `立即停播：${headline}`,
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
    stopPending: (headline: string) => `已取消，停播指令尚未发出，派发恢复后立即发出：${headline}`,
    seeStopped: "看结果，发布解除或更正",
    close: "知道了",
  },
  {
    stop: "Stop now",
    stopOf: (headline: string) => `Stop now: ${headline}`,
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
      `Cancelled; the stop is not on its way yet, and goes out as soon as the platform dispatches again: ${headline}`,
    seeStopped: "See the result, give the all-clear or a correction",
    close: "Got it",
  },
);
