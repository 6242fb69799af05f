import type { OffScaleRule } from "../devices/kind.ts";
import type { AlarmDoubt, AlarmTransition, WaitChange } from "../store/events/index.ts";
import { delaysOf, describe, holds, isOver, transition } from "./alarm-conditions.ts";
import type { CheckedQuantity, QuantityRule } from "./checked-quantity.ts";
import type { DeviceEntry } from "./directory.ts";

/** How a rule stands for a device. */
export interface RuleState {
  /** When the condition began, by the device's clock; undefined while it does not hold. */
  since: number | undefined;
  /** When it was over again while the alarm is active; undefined while it is not. */
  overSince: number | undefined;
  active: boolean;
  /** True when the database had the last word about it, which this process does not know. */
  doubtful: boolean;
  /** True when another process says that it waits, and this one does not know since when. */
  unsure: boolean;
}

export const newState = (): RuleState => ({
  since: undefined,
  overSince: undefined,
  active: false,
  doubtful: false,
  unsure: false,
});

/** True when a state says no more than none does. */
export const isBlank = ({ since, overSince, active, doubtful, unsure }: RuleState): boolean =>
  since === undefined && overSince === undefined && !active && !doubtful && !unsure;

/** A value that a rule looks at. */
export interface Looked {
  readonly device: DeviceEntry;
  readonly metric: CheckedQuantity;
  readonly rule: QuantityRule | OffScaleRule;
  readonly value: number | string;
  readonly at: number;
  /** When this process began. */
  readonly startedAt: number;
}

/** Moves a state on by a value, and gives the transition that follows. */
export function step(looked: Looked, state: RuleState, emit: (transition: AlarmTransition) => void): void {
  const { device, metric, rule, value, at } = looked;
  const { onDelayMs, offDelayMs } = delaysOf(rule);
  const change = (action: "raise" | "clear", doubt: AlarmDoubt | undefined) => {
    const plain = transition(action, device, rule, at, describe(rule, metric, value), value);
    emit({ ...plain, isOrdered: true, ...(doubt ? { doubt } : {}) });
  };
  if (holds(rule, value)) {
    state.overSince = undefined;
    if (state.active && state.unsure) Object.assign(state, { since: at, unsure: false });
    if (state.active && !state.doubtful) return;
    state.since ??= at;
    if (at - state.since < onDelayMs && !state.unsure) return;
    const doubt = doubtOf(looked, state.since, onDelayMs, (other) => holds(rule, other));
    state.doubtful = doubt !== undefined;
    if (!doubt) Object.assign(state, { active: true, unsure: false });
    return change("raise", doubt);
  }
  state.since = undefined;
  if (!state.active) state.unsure = false;
  if (!state.active && !state.doubtful) return;
  if (!isOver(rule, metric, value)) {
    state.overSince = undefined;
    state.unsure = false;
    return;
  }
  state.overSince ??= at;
  if (at - state.overSince < offDelayMs && !state.unsure) return;
  const doubt = doubtOf(
    looked,
    state.overSince,
    offDelayMs,
    (other) => !holds(rule, other) && isOver(rule, metric, other),
  );
  if (doubt) state.doubtful = true;
  else Object.assign(state, newState());
  change("clear", doubt);
}

/**
 * The reason to ask the database if a condition that holds at a moment counts: its source may be outdated, or this
 * process does not know for how long it has lasted.
 * @param since from when on this process has seen it
 */
function doubtOf(
  { device, metric: { column }, at, startedAt }: Looked,
  since: number,
  delayMs: number,
  stands: AlarmDoubt["stands"],
): AlarmDoubt | undefined {
  const isShort = at - since < delayMs;
  if (at >= startedAt && !isShort) return undefined;
  const { table } = device.runtime;
  return {
    table,
    column: table.columns[column]!,
    before: startedAt,
    stands,
    lastsFrom: isShort ? at - delayMs : undefined,
  };
}

type Wait = Pick<WaitChange, "isOver" | "since">;

/** What a rule with a delay waits for; `unsure` where only another process knows. */
function waitOf(
  rule: QuantityRule | OffScaleRule,
  { since, overSince, unsure }: RuleState,
): Wait | "unsure" | undefined {
  if (unsure) return "unsure";
  const { onDelayMs, offDelayMs } = delaysOf(rule);
  if (onDelayMs > 0 && since !== undefined) return { isOver: false, since };
  if (offDelayMs > 0 && overSince !== undefined) return { isOver: true, since: overSince };
  return undefined;
}

/** The change of what a rule waits for; undefined where it stays. */
export function waitChange(
  rule: QuantityRule | OffScaleRule,
  before: RuleState,
  after: RuleState,
): Wait | undefined {
  const [was, is] = [waitOf(rule, before), waitOf(rule, after)];
  if (is === "unsure" || (was === undefined && is === undefined)) return undefined;
  if (is === undefined) return { isOver: was === "unsure" ? before.active : was!.isOver, since: undefined };
  if (was !== undefined && was !== "unsure" && was.isOver === is.isOver && was.since === is.since)
    return undefined;
  return is;
}
