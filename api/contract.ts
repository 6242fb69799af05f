import type { z } from "zod";
import type { alarmSchema } from "./alarms/schema.ts";
import type { applicationSchema, keySchema, madeKeySchema } from "./applications/schema.ts";
import type { previewSchema } from "./broadcasts/preview-schema.ts";
import type {
  broadcastDetailSchema,
  broadcastSchema,
  countsSchema,
  importedSchema,
} from "./broadcasts/schema.ts";
import type { commandReplySchema } from "./commands/schema.ts";
import type { createdDeviceSchema, deviceSchema } from "./devices/schema.ts";
import type { eventSchema } from "./events/schema.ts";
import type { kindSchema } from "./kinds/schema.ts";
import type { ledgerSchema } from "./ledger/schema.ts";
import type { meSchema } from "./me/schema.ts";
import type { personSchema } from "./people/schema.ts";
import type { problemSchema } from "./problem.ts";
import type { latestSchema, readingSchema } from "./readings/schema.ts";
import type { regionDetailSchema, regionSchema } from "./regions/schema.ts";
import type { rejectionSchema } from "./rejections/schema.ts";
import type { deviceSeriesSchema, fleetSeriesSchema } from "./series/schema.ts";
import type { tenantSchema } from "./tenants/schema.ts";

/**
 * The types of everything on the wire; the console imports this file and nothing else of the platform. Moments are RFC
 * 3339 text in UTC.
 */
export type DeviceJson = z.input<typeof deviceSchema>;
export type CreatedDeviceJson = z.input<typeof createdDeviceSchema>;
export type KindJson = z.input<typeof kindSchema>;
export type ReadingJson = z.input<typeof readingSchema>;
export type LatestJson = z.input<typeof latestSchema>;
export type DeviceSeriesJson = z.input<typeof deviceSeriesSchema>;
export type FleetSeriesJson = z.input<typeof fleetSeriesSchema>;
export type LedgerJson = z.input<typeof ledgerSchema>;
export type RegionJson = z.input<typeof regionSchema>;
export type RegionDetailJson = z.input<typeof regionDetailSchema>;
export type EventJson = z.input<typeof eventSchema>;
export type ReplyJson = z.input<typeof commandReplySchema>;
export type AlarmJson = z.input<typeof alarmSchema>;
export type BroadcastJson = z.input<typeof broadcastSchema>;
export type BroadcastDetailJson = z.input<typeof broadcastDetailSchema>;
export type BroadcastPreviewJson = z.input<typeof previewSchema>;
export type ImportedAlertJson = z.input<typeof importedSchema>;
export type RejectionJson = z.input<typeof rejectionSchema>;
export type MeJson = z.input<typeof meSchema>;
export type TenantJson = z.input<typeof tenantSchema>;
export type PersonJson = z.input<typeof personSchema>;
export type ApplicationJson = z.input<typeof applicationSchema>;
export type ApiKeyJson = z.input<typeof keySchema>;
export type MadeApiKeyJson = z.input<typeof madeKeySchema>;
export type ProblemJson = z.input<typeof problemSchema>;

/** Every list. `nextCursor` is null on the last page. */
export interface PageJson<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** The topics that a client can ask `/v1/stream` for. */
export const STREAM_TOPICS = ["reading", "event", "alarm", "presence", "device", "broadcast"] as const;
export type StreamTopic = (typeof STREAM_TOPICS)[number];

/** The `data` of each server-sent event, by its `event`. */
export interface StreamEvents {
  /** One device reported. Values that it left out are absent. */
  reading: {
    readonly deviceId: string;
    readonly kind: string;
    readonly regionCode: string;
    readonly observedAt: string;
    readonly receivedAt: string;
    readonly metrics: Readonly<Record<string, number | string>>;
  };
  /** A device reported that something happened. */
  event: EventJson;
  /** An alarm was raised, acknowledged or cleared. */
  alarm: {
    readonly id: number;
    readonly deviceId: string;
    readonly kind: string;
    readonly regionCode: string;
    readonly rule: string;
    readonly severity: AlarmJson["severity"];
    readonly message: string;
    /** The value that raised or cleared it, where there is one. */
    readonly value: number | null;
    readonly change: "raised" | "acknowledged" | "cleared";
    /** When that happened. */
    readonly at: string;
    /** The person who acknowledged it; null for other changes. */
    readonly by: string | null;
  };
  /** A device connected or went away. */
  presence: {
    readonly deviceId: string;
    readonly kind: string;
    readonly regionCode: string;
    readonly connected: boolean;
    readonly changedAt: string;
  };
  /** An operator changed the register of devices. */
  device: {
    readonly deviceId: string;
    readonly kind: string;
    readonly regionCode: string;
    readonly change: "created" | "updated" | "deleted" | "credentials";
  };
  /**
   * A broadcast was written, decided on, or got further. At most two of these a second for each broadcast; the latest
   * has everything.
   */
  broadcast: {
    readonly id: string;
    readonly state: BroadcastJson["state"];
    /** Null while the platform has not learnt it since its start. */
    readonly mode: BroadcastJson["message"]["mode"] | null;
    readonly level: number;
    readonly headline: string;
    /** Null before release. */
    readonly counts: z.input<typeof countsSchema> | null;
    readonly at: string;
  };
  /**
   * Sent first in a stream with the topic `reading`: its readings are those that one process of the platform takes in,
   * the one of this name. All other events are those of all processes.
   */
  readings: { readonly instance: string };
  /** Sent instead of a replay when the platform no longer has the missed events: read the lists again. */
  reset: { readonly reason: "restarted" | "too_old" };
}
