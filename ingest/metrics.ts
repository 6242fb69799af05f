import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Channel } from "../base/channels.ts";
import type { Committed } from "./commit.ts";
import { REASONS, type Reason } from "./reasons.ts";

/** The Prometheus metrics of ingest. Updated once per batch, so that counting costs the hot path nothing. */
export interface IngestMetrics {
  /** Plain numbers by channel, read at each scrape: a labelled increment per message would be felt. */
  readonly messages: Record<Channel | "foreign", number>;
  readonly items: Counter<"outcome">;
  readonly rejected: Counter<"reason">;
  /** Of items that were stored, for what else they held. */
  readonly partial: Counter<"reason">;
  readonly batchItems: Histogram;
  readonly commitSeconds: Histogram;
  readonly commitFailures: Counter<"error_type">;
  readonly alarms: Counter<"action">;
}

export function createIngestMetrics(
  registry: Registry,
  state: {
    pending(): number;
    pendingHistory(): number;
    inFlight(): number;
    blockedSeconds(): number;
    devices(): number;
  },
): IngestMetrics {
  const registers = [registry];
  new Gauge({
    name: "sbi_ingest_pending_items",
    help: "Readings and events that were received and are not yet committed",
    registers,
    collect() {
      this.set(state.pending());
    },
  });
  new Gauge({
    name: "sbi_ingest_history_pending_items",
    help: "Of these, items observed more than a day before they came: they may wait for their chunk",
    registers,
    collect() {
      this.set(state.pendingHistory());
    },
  });
  new Gauge({
    name: "sbi_ingest_batches_in_flight",
    help: "Batches that are being committed",
    registers,
    collect() {
      this.set(state.inFlight());
    },
  });
  new Gauge({
    name: "sbi_ingest_blocked_seconds",
    help: "For how long a batch could not be committed, from two seconds on; 0 while all is well",
    registers,
    collect() {
      this.set(state.blockedSeconds());
    },
  });
  new Gauge({
    name: "sbi_devices",
    help: "Devices in the directory",
    registers,
    collect() {
      this.set(state.devices());
    },
  });
  const messages = {
    telemetry: 0,
    events: 0,
    replies: 0,
    "gateway-telemetry": 0,
    "gateway-events": 0,
    "gateway-replies": 0,
    foreign: 0,
  };
  new Counter({
    name: "sbi_messages_total",
    help: "MQTT messages taken in",
    labelNames: ["channel"],
    registers,
    collect() {
      this.reset();
      for (const [channel, count] of Object.entries(messages)) this.inc({ channel }, count);
    },
  });
  const metrics: IngestMetrics = {
    messages,
    items: new Counter({
      name: "sbi_items_total",
      help: "Readings, events and replies by outcome: stored, duplicate or rejected",
      labelNames: ["outcome"],
      registers,
    }),
    rejected: new Counter({
      name: "sbi_rejected_items_total",
      help: "Rejected items by reason",
      labelNames: ["reason"],
      registers,
    }),
    partial: new Counter({
      name: "sbi_partial_rejections_total",
      help: "Stored items of which values were refused, by reason",
      labelNames: ["reason"],
      registers,
    }),
    batchItems: new Histogram({
      name: "sbi_batch_items",
      help: "Items in a committed batch",
      buckets: [1, 10, 50, 100, 500, 1000, 2000, 4000, 8000],
      registers,
    }),
    commitSeconds: new Histogram({
      name: "sbi_commit_duration_seconds",
      help: "Time to commit a batch, retries included",
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120],
      registers,
    }),
    commitFailures: new Counter({
      name: "sbi_commit_failures_total",
      help: "Attempts to commit that failed and are repeated: transient while the database is away, permanent until an operator mends something",
      labelNames: ["error_type"],
      registers,
    }),
    alarms: new Counter({
      name: "sbi_alarm_changes_total",
      help: "Alarms raised and cleared",
      labelNames: ["action"],
      registers,
    }),
  };
  // Every series exists from the start, so that a rate over it is right from the first increase.
  for (const outcome of ["stored", "duplicate", "rejected"]) metrics.items.inc({ outcome }, 0);
  for (const error_type of ["transient", "permanent"]) metrics.commitFailures.inc({ error_type }, 0);
  for (const reason of Object.keys(REASONS) as Reason[]) {
    metrics.rejected.inc({ reason }, 0);
    metrics.partial.inc({ reason }, 0);
  }
  return metrics;
}

/** Counts what a batch did. */
export function countCommitted(metrics: IngestMetrics, committed: Committed): void {
  const { received, stored, rejected } = committed;
  metrics.items.inc({ outcome: "stored" }, stored);
  metrics.items.inc({ outcome: "rejected" }, rejected);
  metrics.items.inc({ outcome: "duplicate" }, received - stored - rejected);
  for (const { reason, partial, items: refused } of committed.rejections) {
    (partial ? metrics.partial : metrics.rejected).inc({ reason }, refused);
  }
  for (const { action } of committed.alarms) metrics.alarms.inc({ action });
}
