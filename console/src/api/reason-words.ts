import type { Language } from "../ui/texts.ts";

/** Why a message, or a value of it, was not stored. The list is closed; see `reason` of a rejection. */
const ZH: Readonly<Record<string, string>> = {
  not_json: "不是 JSON",
  payload_too_large: "超过 256 KiB",
  too_deep: "嵌套太深",
  bad_shape: "结构不对",
  empty: "没有内容",
  no_quantity: "没有认识的量",
  bad_type: "数值的类型不对",
  off_scale: "超出量程",
  sensor_fault: "传感器没有读到值",
  conflict: "同一时刻已有另一个值",
  time_missing: "没有观测时间",
  bad_time: "观测时间写法不对",
  clock_ahead: "设备时钟快了一天以上",
  clock_unset: "设备时钟没有校准",
  too_old: "时间早于保存期",
  bad_text: "文字里有不能保存的字符",
  unknown_device: "没有登记这台设备",
  not_assigned: "设备不归这个网关",
  unknown_event: "这类设备没有这种事件",
  foreign_topic: "发到了不属于它的主题",
  rate_limited: "发得太快",
  store_refused: "数据库没有收下",
};

const EN: Readonly<Record<string, string>> = {
  not_json: "Not JSON",
  payload_too_large: "Larger than 256 KiB",
  too_deep: "Nested too deep",
  bad_shape: "Wrong shape",
  empty: "Nothing in it",
  no_quantity: "No known quantity",
  bad_type: "Value of a wrong type",
  off_scale: "Outside its range",
  sensor_fault: "Sensor had no value",
  conflict: "Another value at the same moment",
  time_missing: "No time of observation",
  bad_time: "Time in a wrong form",
  clock_ahead: "Clock more than a day ahead",
  clock_unset: "Clock never set",
  too_old: "Older than what is kept",
  bad_text: "Text that cannot be stored",
  unknown_device: "Unknown device",
  not_assigned: "Not this gateway's device",
  unknown_event: "Event that its kind has not",
  foreign_topic: "On a topic of another",
  rate_limited: "Too fast",
  store_refused: "Refused by the database",
};

/** In words; the code itself where it is a new one. */
export const reasonWord = (reason: string, language: Language): string =>
  (language === "zh" ? ZH : EN)[reason] ?? reason;
