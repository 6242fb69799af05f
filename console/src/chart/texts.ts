import { defineTexts } from "../ui/texts.ts";

export const chartTexts = defineTexts(
  {
    asTable: "看表格",
    asChart: "看图",
    time: "时间",
    remark: "说明",
    missing: "缺",
    missingSpan: (span: string) => `缺 ${span}`,
    before: "登记前",
    incomplete: "未收齐",
    ahead: "还没到的时间",
    keys: "按左右键逐点读数",
    /** What a screen reader hears of the whole chart. */
    summary: (name: string, first: string, last: string, least: string, most: string) =>
      `${name}，${first} 至 ${last}，最低 ${least}，最高 ${most}`,
    noValues: (name: string) => `${name}，这段时间没有数据`,
    empty: "这段时间没有数据",
    emptyNext: "换一段时间，或看它最近什么时候上报过。",
  },
  {
    asTable: "As a table",
    asChart: "As a chart",
    time: "Time",
    remark: "Remark",
    missing: "Missing",
    missingSpan: (span: string) => `Missing ${span}`,
    before: "Before it was added",
    incomplete: "Not complete",
    ahead: "Lies in the future",
    keys: "Left and right read point by point",
    summary: (name: string, first: string, last: string, least: string, most: string) =>
      `${name}, ${first} to ${last}, lowest ${least}, highest ${most}`,
    noValues: (name: string) => `${name}, no data in this time`,
    empty: "No data in this time",
    emptyNext: "Choose another time, or look when it last reported.",
  },
);
