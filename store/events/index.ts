export type { AlarmDoubt } from "./alarm-doubts.ts";
export {
  type AlarmWait,
  type AskedForNewer,
  findNewerReadings,
  listWaits,
  type WaitChange,
  type WaitNews,
  writeWaits,
} from "./alarm-waits.ts";
export {
  ALARM_SORTS,
  type Alarm,
  acknowledgeAlarm,
  listAlarms,
  SEVERITY_RANK,
} from "./alarms.ts";
export { countAlarmsByRegion, type RegionAlarms } from "./count-alarms.ts";
export { type DeviceEvent, listEvents } from "./events.ts";
export type { AlarmNews, AlarmSeverity, EventNews } from "./told.ts";
export {
  type AlarmChange,
  type AlarmTransition,
  applyAlarmTransitions,
  endAlarmsOf,
  listActiveAlarms,
} from "./write-alarms.ts";
export {
  type EventPhase,
  insertEvents,
  insertNewEvents,
  insertNewReplies,
  insertReplies,
  MAX_MOVE_MS,
  type NewEvent,
  type NewReply,
  type SettledItems,
  settleEvents,
  settleReplies,
} from "./write-events.ts";
