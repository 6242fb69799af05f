export { bindDevice, type DeviceBinding } from "./bindings.ts";
export { countDevicesByRegion, type RegionDevices } from "./count-by-region.ts";
export { DEVICE_STATUSES, type DeviceStatus, type Rhythm, statusOf } from "./device-status.ts";
export { type Device, getDevice } from "./devices.ts";
export {
  type DirectoryRow,
  type FormerPlace,
  findDirectoryRow,
  findDirectoryRows,
  findDirectoryRowsByNo,
  findIdentifiedRows,
  readDatabaseTime,
  readDirectory,
  readDirectoryChanges,
} from "./directory.ts";
export { readLastHeard, recordLastSeen } from "./last-seen.ts";
export {
  COUNTED_BY,
  countDevices,
  DEVICE_SORTS,
  type DeviceFilter,
  listDevicePoints,
  listDevices,
} from "./list-devices.ts";
export {
  disconnectAll,
  disconnectLost,
  type PresenceChange,
  type PresenceNews,
  recordPresence,
} from "./presence.ts";
export {
  countTargetsWithin,
  findPlacedRegions,
  findSpeakers,
  findUnplacedWithoutSpeaker,
  findVillages,
  hasUnplacedVillages,
  regionsOutside,
  regionsThatMayMeet,
  regionsWithout,
  type SpeakerCandidate,
  speakersInPieces,
  type Whereabouts,
} from "./speakers.ts";
export { findProcessesOf } from "./whereabouts.ts";
export {
  type DeviceNews,
  deleteDevice,
  insertDevice,
  type KindRules,
  updateDevice,
  updateDeviceToken,
} from "./write-devices.ts";
