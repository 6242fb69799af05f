export { announcesDrill, callsItUnreal, deniesDrill, mentionsDrill } from "./drill-words.ts";
export { findEventCode } from "./event-codes.ts";
export {
  type AlertExtras,
  alertExtrasSchema,
  type BroadcastMessage,
  CATEGORIES,
  CERTAINTIES,
  type Circle,
  CLASSES,
  circleSchema,
  DEFAULT_LIFETIME_HOURS,
  LEVELS,
  type Level,
  MAX_LIFETIME_HOURS,
  MAX_POINTS,
  MAX_REGIONS,
  MAX_SHAPES,
  MAX_SPOKEN,
  type MessageClass,
  MODES,
  type Mode,
  messageSchema,
  type Polygon,
  polygonSchema,
  RESPONSE_TYPES,
  SEVERITY_OF_LEVEL,
  type Target,
  type Text,
  targetSchema,
  textSchema,
  URGENCIES,
} from "./message.ts";
export { describePlace, describeReached, UNNAMED } from "./places.ts";
export { plainForm } from "./plain-form.ts";
export { spokenSeconds } from "./spoken-length.ts";
export {
  type BilingualName,
  chineseTime,
  englishTime,
  fillTexts,
  frameText,
  isChinese,
  isEnglish,
  LEVEL_WORDS,
  PLACEHOLDERS,
  strangersIn,
  unframe,
} from "./template-fill.ts";
export { findTemplate, listTemplates, lowerFirst, type Template } from "./templates.ts";
export { byUrgency } from "./urgency.ts";
