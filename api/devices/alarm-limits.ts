import { decide, type Principal } from "../../access/decide.ts";
import { PlatformError } from "../../base/errors.ts";
import type { DeviceFilter } from "../../store/devices/index.ts";

type AskedFilter = Omit<DeviceFilter, "alarmLimits">;

/** A filter by alarms tells about alarms, so it is limited to where the caller may read alarms. */
export function withAlarmLimits(filter: AskedFilter, principal: Principal): DeviceFilter {
  if (filter.alarm === undefined) return filter;
  const decision = decide(principal, "alarms:read");
  if (!decision.allowed) throw new PlatformError("forbidden", `The filter 'alarm': ${decision.reason}`);
  return { ...filter, alarmLimits: decision.limits };
}
