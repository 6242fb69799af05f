/** The alarm bits of a location, and what changes from one to the next. Pure but for what it remembers. */

/** The word for each bit: a type of event, but for those that are states of the reading. */
const NAMES: readonly string[] = [
  ...["sos", "overspeed", "fatigue_driving", "danger_warning", "gnss_fault", "antenna_cut", "antenna_short"],
  ...["power_low", "power_off", "display_fault", "speech_fault", "camera_fault", "card_reader_fault"],
  ...["overspeed_warning", "fatigue_warning", "violation", "tyre_pressure", "blind_zone", "driving_overtime"],
  ...["long_parking", "area", "route", "route_time", "off_route", "speed_sensor_fault", "fuel_anomaly"],
  ...["stolen", "illegal_ignition", "illegal_displacement", "collision", "rollover", "illegal_door"],
];

/** States that a reading tells in words of their own, so that no event does. */
const STATES: ReadonlySet<string> = new Set([
  "gnss_fault",
  "antenna_cut",
  "antenna_short",
  "power_low",
  "power_off",
]);

/** Of these the end is told, too. */
const ENDING: ReadonlySet<string> = new Set(["overspeed", "fatigue_driving"]);

/** The words for the bits that are set, the lowest first. */
export const alarmNames = (alarm: number): string[] => NAMES.filter((_, bit) => ((alarm >>> bit) & 1) === 1);

const has = (alarm: number, name: string) => ((alarm >>> NAMES.indexOf(name)) & 1) === 1;

/** The vehicle's power, and its receiver of satellites, as alarm bits tell of them. */
export const statesOf = (alarm: number) => ({
  power: has(alarm, "power_off") ? "off" : has(alarm, "power_low") ? "low" : "ok",
  gnss: has(alarm, "antenna_cut")
    ? "antenna_cut"
    : has(alarm, "antenna_short")
      ? "antenna_short"
      : has(alarm, "gnss_fault")
        ? "fault"
        : "ok",
});

/** What a terminal has told last, of the present and of the past. */
interface Memory {
  /** Epoch milliseconds. */
  at: number;
  alarm: number;
  /** Bits that were told since it has logged in. */
  told: number;
  pastAt: number;
  past: number;
}

export interface AlarmEdge {
  /** Types of events. */
  readonly begun: readonly string[];
  readonly ended: readonly string[];
  /** True for what was told afterwards: it is on record, and rings nowhere. */
  readonly isPast: boolean;
}

/** The alarm bits of one location. */
export interface AlarmBits {
  readonly alarm: number;
  /** Epoch milliseconds; undefined where the terminal does not know, or its clock was never set. */
  readonly observedAt: number | undefined;
  /** The terminal says that it makes up for a time without a line. */
  readonly isPast: boolean;
}

/** Terminals whose last alarm bits are remembered. */
const MOST_REMEMBERED = 200_000;

/**
 * An alarm bit stays set for as long as its cause, or until the platform has answered: an event is told where it comes up.
 * Kept in memory: after a restart a bit that still stands is told once more, and the alarm that it raised is open already.
 */
export class AlarmEdges {
  private readonly terminals = new Map<number, Memory>();

  /**
   * A terminal has logged in: what stands is told once more. It may have been at another process meanwhile, where a bit went
   * down and up again; and its clock may have been set back.
   */
  begin(deviceNo: number): void {
    const memory = this.terminals.get(deviceNo);
    if (memory) Object.assign(memory, { at: 0, told: 0 });
  }

  /**
   * Takes what one message tells, in the order of its moments.
   * @returns what each location changes; undefined for more than `most` changes, of which nothing is remembered
   */
  take(
    deviceNo: number,
    all: readonly AlarmBits[],
    receivedAt: number,
    most = Number.POSITIVE_INFINITY,
  ): AlarmEdge[] | undefined {
    const memory = { ...(this.terminals.get(deviceNo) ?? UNKNOWN) };
    const edges: AlarmEdge[] = [];
    let pastBefore = 0;
    let changes = 0;
    for (const { alarm, observedAt, isPast } of all) {
      // Without a moment of its own it is of now, and says nothing of the moments of others.
      const at = observedAt === undefined ? memory.at : Math.min(observedAt, receivedAt);
      const isBehind = isPast || at < memory.at;
      const edge = isBehind ? pastEdge(memory, alarm, at, pastBefore) : liveEdge(memory, alarm, at);
      if (isBehind) pastBefore = alarm;
      changes += edge.begun.length + edge.ended.length;
      if (changes > most) return undefined;
      edges.push(edge);
    }
    this.remember(deviceNo, memory);
    return edges;
  }

  private remember(deviceNo: number, memory: Memory): void {
    // Set anew behind the others: the first one is the oldest.
    this.terminals.delete(deviceNo);
    this.terminals.set(deviceNo, memory);
    if (this.terminals.size > MOST_REMEMBERED)
      this.terminals.delete(this.terminals.keys().next().value as number);
  }
}

const eventsOf = (alarm: number): string[] => alarmNames(alarm).filter((name) => !STATES.has(name));

const UNKNOWN: Readonly<Memory> = { at: 0, alarm: 0, told: 0, pastAt: 0, past: 0 };

/**
 * Behind what the terminal has told of the past before, it is told in full: events have names, by which a repetition is known.
 * @param before the bits before it in the same message, 0 for the first
 */
function pastEdge(memory: Memory, alarm: number, at: number, before: number): AlarmEdge {
  const begun = eventsOf(alarm & ~(at > memory.pastAt ? memory.past : before));
  if (at >= memory.pastAt) Object.assign(memory, { pastAt: at, past: alarm });
  return { begun, ended: [], isPast: true };
}

function liveEdge(memory: Memory, alarm: number, at: number): AlarmEdge {
  const { alarm: before, told } = memory;
  Object.assign(memory, { at, alarm, told: alarm });
  const ended = eventsOf(before & ~alarm).filter((name) => ENDING.has(name));
  return { begun: eventsOf(alarm & ~told), ended: ended.map((name) => `${name}_over`), isPast: false };
}
