import type { AlarmJson } from "../../api/alarms.ts";
import type { BroadcastItemJson } from "../../api/broadcasts.ts";
import type { DeviceJson } from "../../api/devices.ts";
import { type MeJson, mayDo } from "../../api/session.ts";

/** Something that waits for the person. */
export type Need =
  | { readonly type: "approve"; readonly broadcast: BroadcastItemJson }
  | { readonly type: "onAir"; readonly broadcast: BroadcastItemJson }
  | { readonly type: "review"; readonly broadcast: BroadcastItemJson }
  | { readonly type: "returned"; readonly broadcast: BroadcastItemJson }
  | { readonly type: "alarm"; readonly alarm: AlarmJson; readonly proposal: string | undefined }
  | { readonly type: "moreAlarms"; readonly alarms: number; readonly isLeast: boolean }
  | { readonly type: "deaf"; readonly offline: readonly string[]; readonly without: readonly string[] }
  | { readonly type: "gateway"; readonly gateway: DeviceJson };

/** What is known of the region; a part that the caller may not see is empty. */
export interface Situation {
  readonly pending: readonly BroadcastItemJson[];
  readonly onAir: readonly BroadcastItemJson[];
  readonly reviews: readonly BroadcastItemJson[];
  readonly returned: readonly BroadcastItemJson[];
  /** Drafts that an alarm proposed. */
  readonly drafts: readonly BroadcastItemJson[];
  readonly alarms: readonly AlarmJson[];
  /** True where there are more alarms than these. */
  readonly alarmsAreCut: boolean;
  readonly deaf: { readonly offline: readonly string[]; readonly without: readonly string[] };
  /** Those that are silent. */
  readonly gateways: readonly DeviceJson[];
}

/** So many alarms have a line of their own; the others share one. */
const ALARM_LINES = 3;

/** Real before drill, the most serious level first, the longest waiting first. */
function byWeight(a: BroadcastItemJson, b: BroadcastItemJson): number {
  const real = (one: BroadcastItemJson) => (one.message.mode === "actual" ? 0 : 1);
  return (
    real(a) - real(b) ||
    a.message.level - b.message.level ||
    Date.parse(a.updatedAt) - Date.parse(b.updatedAt)
  );
}

const isActual = ({ message }: BroadcastItemJson): boolean => message.mode === "actual";

/** What nobody else may do in one's place is no need of this person: own submissions, own releases. */
function ownNeeds(me: MeJson, situation: Situation) {
  const approve = mayDo(me, "broadcasts:approve")
    ? situation.pending.filter(({ submittedBy, createdBy }) => submittedBy !== me.id && createdBy !== me.id)
    : [];
  const reviews = mayDo(me, "broadcasts:review")
    ? situation.reviews.filter(({ approvedBy }) => approvedBy !== me.id)
    : [];
  return { approve, reviews, returned: situation.returned.filter(({ createdBy }) => createdBy === me.id) };
}

function alarmNeeds(situation: Situation): { critical: Need[]; major: Need[]; more: Need[] } {
  const urgent = situation.alarms.filter(({ severity }) => severity === "critical" || severity === "major");
  // A line that says "one more" is no shorter than that one.
  const own = urgent.length === ALARM_LINES + 1 ? urgent.length : ALARM_LINES;
  const lines = urgent.slice(0, own).map((alarm) => ({
    type: "alarm" as const,
    alarm,
    proposal: situation.drafts.find(({ proposedByAlarm }) => proposedByAlarm === alarm.id)?.id,
  }));
  const rest = urgent.length - lines.length;
  // Where the list was cut among the urgent ones, nobody knows how many more there are.
  const isLeast = situation.alarmsAreCut && urgent.length === situation.alarms.length;
  return {
    critical: lines.filter(({ alarm }) => alarm.severity === "critical"),
    major: lines.filter(({ alarm }) => alarm.severity === "major"),
    more: rest > 0 ? [{ type: "moreAlarms", alarms: rest, isLeast }] : [],
  };
}

/** What needs the person now, the most urgent first. Alarms come in the order in which the platform gives them. */
export function whatNeeds(me: MeJson, situation: Situation): readonly Need[] {
  const { approve, reviews, returned } = ownNeeds(me, situation);
  const { critical, major, more } = alarmNeeds(situation);
  const lines =
    (type: "approve" | "onAir" | "review" | "returned") =>
    (broadcasts: readonly BroadcastItemJson[]): Need[] =>
      broadcasts.toSorted(byWeight).map((broadcast) => ({ type, broadcast }));
  const { offline, without } = situation.deaf;
  return [
    ...lines("approve")(approve.filter(isActual)),
    ...lines("onAir")(situation.onAir.filter(isActual)),
    ...critical,
    ...lines("review")(reviews),
    ...major,
    ...more,
    ...lines("approve")(approve.filter((one) => !isActual(one))),
    ...lines("onAir")(situation.onAir.filter((one) => !isActual(one))),
    ...lines("returned")(returned),
    ...(offline.length + without.length > 0 ? [{ type: "deaf" as const, offline, without }] : []),
    ...situation.gateways.map((gateway) => ({ type: "gateway" as const, gateway })),
  ];
}
