import { defineTexts } from "../ui/texts.ts";

export const searchTexts = defineTexts(
  {
    placeholder: "查找村、设备、广播",
    label: "查找村、设备、广播",
    results: "查找结果",
    groups: { places: "区域", devices: "设备", broadcasts: "广播" },
    seeking: "正在查找",
    none: "没有找到。可以输入名称、编号或拼音开头。",
    found: (results: number) => `${results} 条，按回车打开`,
  },
  {
    placeholder: "Find village, device, broadcast",
    label: "Find villages, devices and broadcasts",
    results: "Search results",
    groups: { places: "Places", devices: "Devices", broadcasts: "Broadcasts" },
    seeking: "Searching",
    none: "Nothing found. Type a name, an id or the beginning in pinyin.",
    found: (results: number) => `${results} found, Enter opens`,
  },
);
