export {
  assertOwnTime,
  type DeviceKey,
  type DeviceSpan,
  deviceNosIn,
  deviceNosOf,
  getDeviceKey,
  lockOwnKey,
  type OwnDevice,
  spansParameters,
  withinSpans,
} from "./device-key.ts";
export { DEVICE_SPANS, joinPlace } from "./device-spans.ts";
export {
  devicesOf,
  getRegion,
  lengthOf,
  levelBelow,
  listRegions,
  nameRegionsInBoth,
  REGION_LEVELS,
  type RegionLevel,
  regionsBelow,
} from "./regions.ts";
