import type { Language } from "../ui/texts.ts";

interface ReasonText {
  /** What was wrong, for a list. */
  readonly word: string;
  /** What would have been right, and what to do. */
  readonly next: string;
}

/** The closed list, which a test compares with the platform's. */
const ZH = {
  not_json: { word: "不是 JSON", next: "消息体要是 JSON 文本，用 UTF-8 编码。" },
  bad_frame: { word: "报文读不懂", next: "报文完整，但内容不合规约。对照平台的原话检查设备的协议版本。" },
  payload_too_large: { word: "超过 256 KiB", next: "一条消息最多 256 KiB，分几条发。" },
  too_deep: { word: "嵌套太深", next: "最多嵌套 16 层，把量放在最外层。" },
  bad_shape: { word: "结构不对", next: "结构和这个主题要的不同，对照平台的原话修改。" },
  empty: { word: "没有内容", next: "里面一条读数也没有；没有就不必发。" },
  no_quantity: { word: "没有认识的量", next: "对照设备类型的量改名称和单位，量和观测时间放在同一层。" },
  bad_type: { word: "数值的类型不对", next: "数字不带引号和单位，状态只能是规定的值。" },
  off_scale: {
    word: "超出量程",
    next: "多半是单位不对或传感器坏了。同一条里的其他数值照常入库，告警照样判断。",
  },
  sensor_fault: { word: "传感器没有读到值", next: "这是传感器没有值时的占位数，检查传感器和接线。" },
  conflict: {
    word: "同一时刻已有另一个值",
    next: "先到的算数。查是否有两处在发同一台设备的数据，或设备的时钟停了。",
  },
  time_missing: {
    word: "没有观测时间",
    next: "一次发多条时，每条都要有观测时间；放在别的名称下的时间不认。",
  },
  bad_time: {
    word: "观测时间写法不对",
    next: "写成 2026-06-21T02:16:00+08:00 的样子，或从 1970 年起的整数毫秒。",
  },
  clock_ahead: { word: "设备时钟快了一天以上", next: "先给设备对时；对好以前的消息不能入库。" },
  clock_unset: { word: "设备时钟没有校准", next: "时间早于 2015 年，时钟多半从没对过，先对时。" },
  too_old: { word: "时间早于保存期", next: "这类读数的保存期已过，入库也会立即被清掉。" },
  bad_text: { word: "文字里有不能保存的字符", next: "去掉空字符和不完整的字符再发。" },
  unknown_device: {
    word: "没有登记这台设备",
    next: "先登记设备，再重放。已经登记的，查编号是否一致、是否属于同一租户。",
  },
  not_assigned: { word: "设备不归这个网关", next: "在设备资料里改它的网关，再重放。" },
  unknown_event: { word: "这类设备没有这种事件", next: "对照设备类型改事件的名称。" },
  foreign_topic: {
    word: "发到了不属于它的主题",
    next: "设备只能发到自己的主题，查程序里的编号和账号是不是同一台。一小时只记一条，原文是第一条的。",
  },
  rate_limited: { word: "发得太快", next: "超过了它的速率上限。降低频率，或让设备等到确认后再发下一条。" },
  store_refused: { word: "数据库没有收下", next: "不是设备的错。把这一条的编号告诉平台运维。" },
} as const satisfies Readonly<Record<string, ReasonText>>;

type ReasonCode = keyof typeof ZH;

const EN: Readonly<Record<ReasonCode, ReasonText>> = {
  not_json: { word: "Not JSON", next: "Send JSON text in UTF-8." },
  bad_frame: {
    word: "A packet that says nothing we know",
    next: "It came whole. Compare the device's edition of the protocol with the platform's words.",
  },
  payload_too_large: { word: "Larger than 256 KiB", next: "Send it in several messages of at most 256 KiB." },
  too_deep: { word: "Nested too deep", next: "At most 16 levels; put quantities at the outermost." },
  bad_shape: {
    word: "Wrong shape",
    next: "Not the shape that this topic takes; the platform's own words say which.",
  },
  empty: { word: "Nothing in it", next: "There is no reading in it; then send none." },
  no_quantity: {
    word: "No known quantity",
    next: "Use the names and units of its kind, beside observedAt and not inside another object.",
  },
  bad_type: {
    word: "Value of a wrong type",
    next: "Numbers without quotes or units; of a state only its listed values.",
  },
  off_scale: {
    word: "Outside its range",
    next: "Most likely a wrong unit or a broken sensor. Other values of the message are kept, and alarms look at this one too.",
  },
  sensor_fault: {
    word: "Sensor had no value",
    next: "The sensor sends this number when it has none: check it and its wires.",
  },
  conflict: {
    word: "Another value at the same moment",
    next: "The first one stands. Look for two senders for one device, or a clock that stands still.",
  },
  time_missing: {
    word: "No time of observation",
    next: "With several items in one message, each needs its observedAt; a time under another key is not taken.",
  },
  bad_time: {
    word: "Time in a wrong form",
    next: "Write 2026-06-21T02:16:00+08:00, or whole milliseconds since 1970.",
  },
  clock_ahead: {
    word: "Clock more than a day ahead",
    next: "Set the device's clock; until then nothing can be stored.",
  },
  clock_unset: { word: "Clock never set", next: "The time is before 2015: set the device's clock." },
  too_old: { word: "Older than what is kept", next: "Readings of that time have been dropped already." },
  bad_text: { word: "Text that cannot be stored", next: "Leave out NUL and broken characters." },
  unknown_device: {
    word: "Unknown device",
    next: "Register it, then replay. Where it is registered, check its id and its owner.",
  },
  not_assigned: { word: "Not this gateway's device", next: "Change the gateway of the device, then replay." },
  unknown_event: { word: "Event that its kind has not", next: "Use an event that the kind knows." },
  foreign_topic: {
    word: "On a topic of another",
    next: "A device publishes on its own topics alone: check that id and user name are of one device. One record an hour; the payload is the first one's.",
  },
  rate_limited: {
    word: "Too fast",
    next: "Above the device's rate limit. Send less often, or wait for each acknowledgement.",
  },
  store_refused: {
    word: "Refused by the database",
    next: "Not the device's fault: tell the operator the number.",
  },
};

const textOf = (reason: string, language: Language): ReasonText | undefined =>
  (language === "zh" ? ZH : EN)[reason as ReasonCode];

/** Every reason that there is. */
export const REASONS = Object.keys(ZH) as readonly ReasonCode[];

/** In words; the code itself where it is a new one. */
export const reasonWord = (reason: string, language: Language): string =>
  textOf(reason, language)?.word ?? reason;

/** What the sender should do otherwise; undefined for a reason that this console does not know. */
export const reasonNext = (reason: string, language: Language): string | undefined =>
  textOf(reason, language)?.next;
