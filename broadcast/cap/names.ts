/**
 * Names under which our own data stands in an alert. CAP leaves `valueName` to the author; ours are URNs so that
 * they cannot meet another's.
 */
export const REGION_VALUE_NAME = "urn:smart-broadcast-iot:region";
export const EVENT_CODE_VALUE_NAME = "urn:smart-broadcast-iot:event-code";
export const CLASS_VALUE_NAME = "urn:smart-broadcast-iot:class";
export const VOLUME_VALUE_NAME = "urn:smart-broadcast-iot:volume";
export const REPEAT_VALUE_NAME = "urn:smart-broadcast-iot:repeat-count";
/** The whole target as JSON, where regions are taken out of shapes: CAP's areas cannot say so. */
export const TARGET_VALUE_NAME = "urn:smart-broadcast-iot:target";

/** Parameters that are read into the message. */
export const OWN_PARAMETERS: readonly string[] = [
  CLASS_VALUE_NAME,
  VOLUME_VALUE_NAME,
  REPEAT_VALUE_NAME,
  TARGET_VALUE_NAME,
];

/** `A B`, `a_b` and `a-b` are one name: authors do not agree. */
const fold = (name: string) => name.toLowerCase().replace(/[\s_-]+/g, "");

const REGION_NAMES = new Set(
  [
    "统计用区划代码",
    "统计用区划代码和城乡划分代码",
    "区划代码",
    "行政区划代码",
    "国家行政区划代码",
    "行政区划编码",
    "adcode",
    "GB/T 2260",
    "GB2260",
    "geocode",
    "areacode",
    "China administrative division code",
    "administrative division code",
    "China.NBS.statistical-code",
  ].map(fold),
);

const EVENT_CODE_NAMES = new Set(
  [
    "事件类型编码",
    "事件编码",
    "突发事件类型编码",
    "突发事件编码",
    "预警事件编码",
    "eventType",
    "GY/T 383",
    "GY/T 383-2023",
    "event-code",
  ].map(fold),
);

/** True for a Chinese statutory division code, under one of the names that are in use. */
export const namesRegion = (valueName: string): boolean => REGION_NAMES.has(fold(valueName));

/** True for a code of China's list of events, under one of the names that are in use. */
export const namesEventCode = (valueName: string): boolean => EVENT_CODE_NAMES.has(fold(valueName));
