/**
 * The usage of a counter, in plain words and one reading at a time: the model with which the database's answers are
 * compared. All numbers are whole steps of the counter's resolution.
 */
export interface CounterReading {
  readonly at: number;
  readonly value: number;
}

export interface Exchange {
  readonly at: number;
  readonly oldRegister: number;
  readonly newRegister: number;
}

export interface CounterRules {
  readonly tolerance: number;
  readonly rollsOverAt?: number | undefined;
  readonly restarts?: boolean | undefined;
}

/** A fall of the register that may turn out to have been wrong readings. */
interface Fall {
  /** The value before the fall. */
  readonly from: number;
  /** The number of the reading. */
  readonly reading: number;
  counted: number;
  /** How many readings since then showed 0. */
  zeros: number;
}

/** For so many readings after a fall. */
const DOUBTED_FOR = 24;

/**
 * The step of each reading. `readings` are in the order of time.
 * @param exchanges exchanges that a person has recorded: between two readings they move the later ones up by the amount
 * that the new
 *   register lacks
 */
export function stepsOf(
  readings: readonly CounterReading[],
  { tolerance, rollsOverAt, restarts = false }: CounterRules,
  exchanges: readonly Exchange[] = [],
): number[] {
  const movedBy = (at: number) =>
    exchanges
      .filter((exchange) => exchange.at <= at)
      .reduce((sum, { oldRegister, newRegister }) => sum + oldRegister - newRegister, 0);
  const values = readings.map(({ at, value }) => value + movedBy(at));
  // The highest value of the register, as far as readings are believed.
  let level = values[0] ?? 0;
  let fall: Fall | undefined;
  return values.map((value, i) => {
    const next = values[i + 1];
    const moved = movedBy(readings[i]!.at);
    /** The value that the device's own register shows where the whole history comes to a number. */
    const shown = (number: number) => number - moved;
    /** The least value that a register shows which had come to a number and has not begun anew. */
    const leastOf = (number: number) =>
      number - (restarts ? tolerance : Math.max(Math.trunc(shown(number) / 100), 10 * tolerance));
    // While it shows 0, no usage speaks against a fault.
    if (fall && i > fall.reading && shown(value) === 0) fall.zeros++;
    if (fall && i - fall.reading - fall.zeros > DOUBTED_FOR) fall = undefined;

    if (value < leastOf(level)) {
      const stays = next !== undefined && next < leastOf(level) && next >= value - tolerance;
      if (!stays) return 0;
      const step = afterFall(shown(level), shown(value));
      const doubted = fall !== undefined && fall.from >= level;
      fall = {
        from: doubted ? fall!.from : level,
        counted: (doubted ? fall!.counted : 0) + step,
        reading: i,
        zeros: 0,
      };
      level = value;
      return step;
    }

    // A single reading that sticks out: the next one is back where it was before.
    const sticksOut = next !== undefined && next < value - tolerance && next >= leastOf(level);
    if (value <= level || sticksOut) return 0;
    const rise = value - level;
    const leapsFrom = level;
    level = value;
    if (fall && !restarts && value >= leastOf(fall.from)) {
      const tenth = Math.trunc(shown(fall.from) / 10);
      if (leapsFrom <= fall.from - tenth) {
        const billed = fall.from + fall.counted;
        fall = undefined;
        if (value >= leastOf(billed)) level = Math.max(value, billed);
        return Math.max(0, value - billed);
      }
    }
    if (fall) fall.counted += rise;
    return rise;
  });

  /** The usage of a register that showed `before`, and shows `after`, which is less. */
  function afterFall(before: number, after: number): number {
    if (rollsOverAt !== undefined) {
      const around = after + rollsOverAt - before;
      if (around >= 0 && around <= rollsOverAt / 10) return around;
    }
    const beganAnew = restarts || after < before / 2;
    return beganAnew ? Math.max(0, after) : 0;
  }
}

export const sumOf = (steps: readonly number[]): number => steps.reduce((sum, step) => sum + step, 0);
