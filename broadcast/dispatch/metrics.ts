import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { TARGET_STATES, type TargetState } from "../../store/broadcast/index.ts";

export interface DispatchMetrics {
  /** Called when a broadcast has ended. */
  count(broadcast: { readonly state: string; readonly counts: Readonly<Record<TargetState, number>> }): void;
  /** Commands that were handed to a connection. */
  readonly commands: Counter<"type">;
  /** Verdicts of broadcasts that had ended which late proof has corrected. */
  readonly corrected: Counter;
  /** Targets of broadcasts that have ended, by how they ended. */
  readonly resolved: Counter<"state">;
  readonly ended: Counter<"state">;
  /** Release to the last command of the first round. */
  readonly handOverSeconds: Histogram;
  readonly writeSeconds: Histogram;
  /** The gauges tell of these broadcasts from now on. */
  show(state: ShownState): void;
}

/** Everything that a dispatcher has in memory. */
interface ShownState {
  onAir(at: number): number;
  readonly open: number;
}

const NOTHING: ShownState = { onAir: () => 0, open: 0 };

export function createDispatchMetrics(registry: Registry, now: () => number = Date.now): DispatchMetrics {
  const registers = [registry];
  let state = NOTHING;
  new Gauge({
    name: "sbi_broadcast_on_air",
    help: "Broadcasts that are dispatched, played or being stopped",
    registers,
    collect() {
      this.set(state.onAir(now()));
    },
  });
  new Gauge({
    name: "sbi_broadcast_open_targets",
    help: "Speakers of these broadcasts that are not resolved",
    registers,
    collect() {
      this.set(state.open);
    },
  });
  const metrics: DispatchMetrics = {
    show(shown) {
      state = shown;
    },
    count({ state, counts }) {
      metrics.ended.inc({ state });
      for (const [target, targets] of Object.entries(counts)) {
        if (targets > 0) metrics.resolved.inc({ state: target }, targets);
      }
    },
    commands: new Counter({
      name: "sbi_broadcast_commands_total",
      help: "Commands handed to the connection of a speaker: first ones, repeated ones, and those that stop",
      labelNames: ["type"],
      registers,
    }),
    resolved: new Counter({
      name: "sbi_broadcast_targets_total",
      help: "Speakers of broadcasts that have ended, by outcome",
      labelNames: ["state"],
      registers,
    }),
    corrected: new Counter({
      name: "sbi_broadcast_corrected_targets_total",
      help: "Speakers whose verdict was corrected after their broadcast had ended",
      registers,
    }),
    ended: new Counter({
      name: "sbi_broadcasts_total",
      help: "Broadcasts that have ended",
      labelNames: ["state"],
      registers,
    }),
    handOverSeconds: new Histogram({
      name: "sbi_broadcast_hand_over_seconds",
      help: "From release until every speaker that was online had its command on its connection",
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 1.5, 2.5, 5, 10, 30],
      registers,
    }),
    writeSeconds: new Histogram({
      name: "sbi_broadcast_write_duration_seconds",
      help: "Time to write the course of up to 2,000 targets",
      buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
      registers,
    }),
  };
  for (const type of ["first", "repeated", "stop"]) metrics.commands.inc({ type }, 0);
  for (const target of TARGET_STATES.filter(
    (s: TargetState) => !["waiting", "handed_over", "acknowledged", "started"].includes(s),
  ))
    metrics.resolved.inc({ state: target }, 0);
  for (const end of ["completed", "cancelled", "expired", "failed"]) metrics.ended.inc({ state: end }, 0);
  return metrics;
}
