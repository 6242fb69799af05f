import type { EventRule, OffScaleRule, SilenceRule } from "../devices/kind.ts";
import type { AlarmTransition, AlarmWait, WaitChange } from "../store/events/index.ts";
import { holds, transition } from "./alarm-conditions.ts";
import { isBlank, newState, type RuleState, step, waitChange } from "./alarm-states.ts";
import type { CheckedQuantity, QuantityRule } from "./checked-quantity.ts";
import type { DeviceEntry, Directory } from "./directory.ts";
import type { CheckedReading } from "./kind-runtime.ts";

/**
 * Alarms are about now. A reading that arrives later than this after it was observed is history: it is stored,
 * but neither raises nor clears anything.
 */
export const ALARM_HORIZON_MS = 24 * 60 * 60 * 1000;

type Emit = (transition: AlarmTransition) => void;

/** Takes what follows from a reading. */
export interface LookResult {
  readonly emit: Emit;
  /** A rule begins to wait, or ends it. */
  readonly note: (device: DeviceEntry, change: Omit<WaitChange, "at">) => void;
}

/** A reading that the rules look at once it is committed. */
export interface Look {
  readonly device: DeviceEntry;
  /** Its moment for the rules. */
  readonly at: number;
  readonly kind: string;
  /** Its place among its kind's readings of the batch; undefined when nothing of it was to be stored. */
  readonly row: number | undefined;
  /** True when it may be a turn for a rule with a delay: what others know of the device is then to be known before. */
  readonly isTurn: () => boolean;
  /** Called once, in the order of arrival. @param refused quantities whose stored value is another one */
  readonly evaluate: (refused: ReadonlySet<string> | undefined, result: LookResult) => void;
}

/**
 * Decides when alarms are raised and cleared; `store` writes it, in the batch of the reading that caused it. State
 * exists only for rules whose condition holds or whose alarm is active, so a healthy fleet costs one comparison per
 * rule and reading.
 */
export class AlarmEngine {
  /** Weak, so that the states of a deleted device go with it. */
  private readonly states = new WeakMap<DeviceEntry, Map<string, RuleState>>();
  /** When the newest event was observed that raises a rule's alarm, and the newest that clears it. */
  private readonly events = new WeakMap<DeviceEntry, Map<string, { raise: number; clear: number }>>();
  /**
   * When this process began, by the platform's clock. Readings from before may be older than the last one that its
   * predecessor looked at, so their consequences are in doubt: they happen only where the database has nothing newer
   * that contradicts them.
   */
  readonly startedAt: number;
  /** By device: when the readings were observed that wait for their look. */
  private readonly waiting = new Map<DeviceEntry, number[]>();

  constructor(startedAt = 0) {
    this.startedAt = startedAt;
  }

  /**
   * Takes up the alarms that were active when the platform last stopped.
   * @returns transitions that clear alarms of rules that their kind has given up
   */
  restore(
    active: readonly { deviceNo: number; rule: string }[],
    directory: Directory,
    at: number,
  ): AlarmTransition[] {
    const orphans: AlarmTransition[] = [];
    for (const { deviceNo, rule } of active) {
      const device = directory.findByNo(deviceNo);
      if (device?.runtime.ruleNames.has(rule)) this.stateOf(device, rule).active = true;
      else {
        const message = "The rule or the device is no more";
        orphans.push({ action: "clear", deviceNo, rule, severity: "warning", message, value: undefined, at });
      }
    }
    return orphans;
  }

  /**
   * Takes up what rules waited for when the platform last stopped; after `restore`.
   * @returns changes that end those of which nothing is left to wait for
   */
  restoreWaits(waits: readonly AlarmWait[], directory: Directory): WaitChange[] {
    return waits.flatMap((wait) => {
      const device = directory.findByNo(wait.deviceNo);
      const isKnown = device?.runtime.ruleNames.has(wait.rule);
      const isActive = (device && this.states.get(device)?.get(wait.rule)?.active) ?? false;
      if (!isKnown || (wait.isOver && !isActive)) return [{ ...wait, since: undefined, at: wait.since }];
      this.takeUp(device!, wait);
      return [];
    });
  }

  /** Takes up what another process knows of a rule. */
  private takeUp(device: DeviceEntry, { rule, isOver, since }: AlarmWait): void {
    device.evaluatedAt = Math.max(device.evaluatedAt, since);
    const state = this.stateOf(device, rule);
    state.since = isOver ? undefined : since;
    state.overSince = isOver ? since : undefined;
    state.unsure = false;
  }

  /**
   * Takes note that at another process a rule has begun to wait, or ended it. Where this process has looked at a newer
   * reading, it has heard of it too late: then the stored readings have the last word.
   */
  onOthersWait(device: DeviceEntry, { rule, isOver, since, at }: Omit<WaitChange, "deviceNo">): void {
    if (!device.runtime.ruleNames.has(rule)) return;
    const isLate = at < device.evaluatedAt;
    if (!isLate) device.evaluatedAt = at;
    if (since !== undefined) {
      if (!isLate) return this.takeUp(device, { deviceNo: device.deviceNo, rule, isOver, since });
      const state = this.stateOf(device, rule);
      if (state.since === undefined && state.overSince === undefined) state.unsure = true;
      return;
    }
    const state = this.states.get(device)?.get(rule);
    if (!state) return;
    if ((state.since ?? state.overSince ?? at) > at) return;
    Object.assign(state, { since: undefined, overSince: undefined, unsure: false });
    if (isBlank(state)) this.forget(device, rule);
  }

  /**
   * Takes note of a reading that will be committed.
   * @param row its place among its kind's readings of the batch; undefined when nothing of it will be stored
   * @returns a look to evaluate once it is known what was kept of it; undefined where that would change nothing, as
   * with a healthy device
   */
  onReading(
    device: DeviceEntry,
    reading: CheckedReading,
    receivedAt: number,
    row: number | undefined,
    emit: Emit,
  ): Look | undefined {
    if (device.runtime.silenceRules.length > 0) this.endSilence(device, receivedAt, emit);
    // A clock that is ahead counts as the platform's: once it is right again, the device is not deaf until then.
    const at = Math.min(reading.observedAt, receivedAt);
    if (at < device.evaluatedAt || receivedAt - at > ALARM_HORIZON_MS) return undefined;
    if (device.looks === 0 && !this.concerns(device, reading)) {
      device.evaluatedAt = at;
      return undefined;
    }
    device.looks++;
    const { observedAt } = reading;
    this.moments(device).push(observedAt);
    const values = reading.metrics
      .slice(0, reading.count)
      .map((metric, i) => ({ metric, value: reading.values[i]! }));
    for (const { offScale } of reading.aside) if (offScale) values.push(offScale);
    return {
      device,
      at,
      row,
      kind: device.runtime.kind.kind,
      isTurn: () =>
        values.some(({ metric, value }) =>
          metric.rules.some((rule) => this.isTurn(device, metric, rule, value, at)),
        ),
      evaluate: (refused, result) => {
        this.hasLooked(device, observedAt);
        if (at < device.evaluatedAt) return;
        device.evaluatedAt = at;
        for (const { metric, value } of values) {
          if (refused?.has(metric.key)) continue;
          for (const rule of metric.rules) this.evaluate(device, metric, rule, value, at, result);
          if (metric.offScale) this.evaluate(device, metric, metric.offScale, value, at, result);
        }
      },
    };
  }

  /** When the readings of a device were observed that wait for their look. */
  moments(device: DeviceEntry): number[] {
    let moments = this.waiting.get(device);
    if (!moments) {
      moments = [];
      this.waiting.set(device, moments);
    }
    return moments;
  }

  private hasLooked(device: DeviceEntry, observedAt: number): void {
    device.looks--;
    const moments = this.moments(device);
    moments.splice(moments.indexOf(observedAt), 1);
    if (moments.length === 0) this.waiting.delete(device);
  }

  /** True when a reading may raise or clear something. */
  private concerns(device: DeviceEntry, reading: CheckedReading): boolean {
    if (reading.aside.length > 0 || this.states.has(device)) return true;
    for (let i = 0; i < reading.count; i++) {
      for (const rule of reading.metrics[i]!.rules) if (holds(rule, reading.values[i]!)) return true;
    }
    return false;
  }

  /** Takes note that a device was heard, by any message: a reply to a command ends its silence as well. */
  onHeard(device: DeviceEntry, receivedAt: number, emit: Emit): void {
    if (device.runtime.silenceRules.length > 0) this.endSilence(device, receivedAt, emit);
  }

  /** Looks at an event that will be committed. */
  onEvent(device: DeviceEntry, type: string, observedAt: number, receivedAt: number, emit: Emit): void {
    this.onHeard(device, receivedAt, emit);
    if (receivedAt - observedAt > ALARM_HORIZON_MS) return;
    const at = Math.min(observedAt, receivedAt);
    for (const rule of device.runtime.eventRules) {
      // Its state is not remembered here: its acknowledgement may clear such an alarm, which this process need not see.
      // The database keeps at most one active.
      if (rule.event === type) this.onRuleEvent("raise", device, rule, at, emit);
      else if (rule.clearedBy.includes(type)) this.onRuleEvent("clear", device, rule, at, emit);
    }
  }

  /**
   * An event that comes late says nothing where a newer one says the opposite. This process knows which it has seen; what its
   * predecessor has stored, and what others have made of theirs, the database says.
   */
  private onRuleEvent(
    action: "raise" | "clear",
    device: DeviceEntry,
    rule: EventRule,
    at: number,
    emit: Emit,
  ) {
    const plain = transition(action, device, rule, at, rule.about);
    if (rule.clearedBy.length === 0) return emit(plain);
    let rules = this.events.get(device);
    if (!rules) {
      rules = new Map();
      this.events.set(device, rules);
    }
    let newest = rules.get(rule.rule);
    if (!newest) {
      newest = { raise: 0, clear: 0 };
      rules.set(rule.rule, newest);
    }
    if (at < (action === "raise" ? newest.clear : newest.raise)) return;
    newest[action] = Math.max(newest[action], at);
    const ordered = { ...plain, isOrdered: true };
    if (at >= this.startedAt) return emit(ordered);
    const opposite = action === "raise" ? rule.clearedBy : [rule.event];
    emit({ ...ordered, eventDoubt: { types: opposite, before: this.startedAt } });
  }

  /**
   * The devices, at most `limit`, that this process has not heard for too long and that have no such alarm. Other
   * processes may have heard them: ask for that before `checkSilence`.
   */
  findSilent(devices: Iterable<DeviceEntry>, now: number, limit: number): DeviceEntry[] {
    const found: DeviceEntry[] = [];
    for (const device of devices) {
      const { runtime, lastReportAt } = device;
      const isSilent = ({ rule, intervals }: SilenceRule) =>
        now - lastReportAt > intervals * runtime.reportIntervalMs &&
        !this.states.get(device)?.get(rule)?.active;
      if (runtime.silenceRules.some(isSilent) && found.push(device) >= limit) break;
    }
    return found;
  }

  /**
   * Raises the alarms of devices that have been silent for too long, by the platform's clock. @returns how many it
   * raised
   */
  checkSilence(devices: Iterable<DeviceEntry>, now: number, emit: Emit): number {
    let raised = 0;
    for (const device of devices) {
      const { runtime } = device;
      for (const rule of runtime.silenceRules) {
        const silentMs = now - device.lastReportAt;
        if (silentMs <= rule.intervals * runtime.reportIntervalMs) continue;
        const state = this.stateOf(device, rule.rule);
        if (state.active) continue;
        state.active = true;
        const raise = transition("raise", device, rule, now, `${rule.about}; ${heardOf(device)}`);
        emit({ ...raise, silenceDoubt: { table: runtime.table, heardAt: device.lastReportAt } });
        raised++;
      }
    }
    return raised;
  }

  /**
   * Forgets the silence of devices that turned out to have been heard by another process before it was raised: the
   * database refused it.
   */
  forgetHeard(devices: Iterable<DeviceEntry>, now: number): void {
    for (const device of devices) {
      const { runtime, lastReportAt } = device;
      for (const { rule, intervals } of runtime.silenceRules) {
        if (now - lastReportAt <= intervals * runtime.reportIntervalMs) this.forget(device, rule);
      }
    }
  }

  private endSilence(device: DeviceEntry, at: number, emit: Emit): void {
    const states = this.states.get(device);
    if (!states) return;
    for (const rule of device.runtime.silenceRules) {
      if (!states.get(rule.rule)?.active) continue;
      this.forget(device, rule.rule);
      emit(transition("clear", device, rule, at, rule.about));
    }
  }

  private evaluate(
    device: DeviceEntry,
    metric: CheckedQuantity,
    rule: QuantityRule | OffScaleRule,
    value: number | string,
    at: number,
    { emit, note }: LookResult,
  ): void {
    const known = this.states.get(device)?.get(rule.rule);
    if (!known && !holds(rule, value)) return;
    const state = known ?? newState();
    const before = { ...state };
    step({ device, metric, rule, value, at, startedAt: this.startedAt }, state, emit);
    const change = waitChange(rule, before, state);
    if (change) note(device, { deviceNo: device.deviceNo, rule: rule.rule, ...change });
    if (isBlank(state)) this.forget(device, rule.rule);
    else if (!known) this.stateOf(device, rule.rule, state);
  }

  /** True when a value would begin or end a wait of a rule, or raise or clear its alarm after one. */
  private isTurn(
    device: DeviceEntry,
    metric: CheckedQuantity,
    rule: QuantityRule,
    value: number | string,
    at: number,
  ): boolean {
    if (rule.onDelayMs === 0 && !rule.offDelayMs) return false;
    const known = this.states.get(device)?.get(rule.rule);
    if (!known && !holds(rule, value)) return false;
    const state = known ? { ...known } : newState();
    const before = { ...state };
    let isTurn = false;
    step({ device, metric, rule, value, at, startedAt: this.startedAt }, state, () => {
      isTurn = true;
    });
    return isTurn || waitChange(rule, before, state) !== undefined;
  }

  private stateOf(device: DeviceEntry, rule: string, made?: RuleState): RuleState {
    let states = this.states.get(device);
    if (!states) {
      states = new Map();
      this.states.set(device, states);
    }
    let state = states.get(rule);
    if (!state) {
      state = made ?? newState();
      states.set(rule, state);
    }
    return state;
  }

  /**
   * Takes note of a change of an alarm that another process has committed. One of this process may be on its way that
   * was decided on before, so from now on the database has the last word: the next reading that says so raises or clears
   * the alarm again, which changes nothing where it is so already.
   * @returns a transition for an alarm that this process knows to be over
   */
  onOthersChange(
    device: DeviceEntry,
    {
      change,
      rule,
      at,
    }: { readonly change: "raised" | "cleared"; readonly rule: string; readonly at: number },
  ): AlarmTransition | undefined {
    const { runtime } = device;
    // Of events nothing is remembered.
    if (!runtime.ruleNames.has(rule) || runtime.eventRules.some((other) => other.rule === rule))
      return undefined;
    const silence = runtime.silenceRules.find((other) => other.rule === rule);
    // The other one has looked at a reading of that moment: what is older comes too late for this one as well.
    if (!silence) device.evaluatedAt = Math.max(device.evaluatedAt, at);
    if (change === "cleared") {
      const state = this.states.get(device)?.get(rule);
      if (state)
        Object.assign(state, { since: undefined, overSince: undefined, active: false, doubtful: true });
      return undefined;
    }
    if (silence && at - device.lastReportAt <= silence.intervals * runtime.reportIntervalMs)
      return transition("clear", device, silence, device.lastReportAt, silence.about);
    Object.assign(this.stateOf(device, rule), { overSince: undefined, active: true, doubtful: true });
    return undefined;
  }

  /** Drops the state of a rule's condition, so that it is looked at afresh. */
  forget(device: DeviceEntry, rule: string): void {
    const states = this.states.get(device);
    states?.delete(rule);
    if (states?.size === 0) this.states.delete(device);
  }
}

/** When it was last heard, unless that was before its present holder had it, who must not know. */
function heardOf({ lastReportAt, notedAt, formerPlaces }: DeviceEntry): string {
  const since = formerPlaces?.at(-1)?.until ?? Number.NEGATIVE_INFINITY;
  if (lastReportAt < since) return `not heard since it was moved here at ${new Date(since).toISOString()}`;
  const at = new Date(lastReportAt).toISOString();
  return notedAt > 0 ? `last heard at ${at}` : `never heard, registered at ${at}`;
}
