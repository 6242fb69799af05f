import { defineTexts } from "../../ui/texts.ts";

/** A draft, or one that came back. */
export const writtenTexts = defineTexts(
  {
    returnedBy: (name: string) => `${name}退回：`,
    next: "下一步",
    missing: "还缺：",
    goOn: "继续编辑",
    mayNotChange: "修改它不在你的权限里，或范围超出你的管辖。",
    drop: "丢弃…",
  },
  {
    returnedBy: (name: string) => `Returned by ${name}:`,
    next: "Next",
    missing: "Still missing:",
    goOn: "Continue",
    mayNotChange: "You have no right to change it, or a part of it lies outside your area.",
    drop: "Discard…",
  },
);
