import type { EventPhase } from "./write-events.ts";

export type AlarmSeverity = "critical" | "major" | "minor" | "warning";

/**
 * A change of an alarm in the news (topic `alarm`), with the place that decides who may hear of it. Moments in the news
 * are texts of ISO 8601.
 */
export interface AlarmNews {
  readonly alarmNo: number;
  readonly deviceNo: number;
  readonly deviceId: string;
  readonly kind: string;
  readonly regionCode: string;
  readonly tenantId: string | null;
  readonly change: "raised" | "acknowledged" | "cleared";
  readonly rule: string;
  readonly severity: AlarmSeverity;
  readonly message: string;
  readonly value: number | null;
  readonly at: string;
  /** The person who acknowledged it; null for other changes. */
  readonly by: string | null;
}

/** A stored event in the news (topic `event`). */
export interface EventNews {
  readonly deviceNo: number;
  readonly observedAt: string;
  readonly receivedAt: string;
  readonly eventId: string;
  readonly phase: EventPhase;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}
