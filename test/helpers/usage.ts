/**
 * What a counter counted, in plain words and one reading at a time: the model that the database's answers are compared
 * with. All numbers are whole steps of the counter's resolution.
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
}

/**
 * The step of each reading. `readings` are in the order of time.
 * @param exchanges those that a person has recorded: between two readings they move the later ones up by what the new
 *   register lacks
 */
export function stepsOf(
  readings: readonly CounterReading[],
  { tolerance, rollsOverAt }: CounterRules,
  exchanges: readonly Exchange[] = [],
): number[] {
  const movedBy = (at: number) =>
    exchanges
      .filter((exchange) => exchange.at <= at)
      .reduce((sum, { oldRegister, newRegister }) => sum + oldRegister - newRegister, 0);
  const values = readings.map(({ at, value }) => value + movedBy(at));
  // What the register has reached, as far as readings are believed.
  let level = values[0] ?? 0;
  return values.map((value, i) => {
    const next = values[i + 1];
    const wentBack = (from: number, to: number) => to < from - tolerance;
    if (wentBack(level, value)) {
      const confirmed = next !== undefined && !wentBack(value, next) && wentBack(level, next);
      if (!confirmed) return 0;
      const around = rollsOverAt === undefined ? -1 : value + rollsOverAt - level;
      const step =
        around >= 0 && rollsOverAt !== undefined && around <= rollsOverAt / 10
          ? around
          : Math.max(0, value - movedBy(readings[i]!.at));
      level = value;
      return step;
    }
    // A single reading that sticks out: the next one is back where it was before.
    if (next !== undefined && wentBack(value, next) && !wentBack(level, next)) return 0;
    const step = Math.max(0, value - level);
    level += step;
    return step;
  });
}

export const sumOf = (steps: readonly number[]): number => steps.reduce((sum, step) => sum + step, 0);
