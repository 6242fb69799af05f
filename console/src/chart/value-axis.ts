export interface ValueAxis {
  readonly from: number;
  readonly to: number;
  readonly marks: readonly number[];
  /** How many decimals the marks need. */
  readonly decimals: number;
}

/** A step of 1, 2, 2.5, 3 or 5 times a power of ten, so that about `wanted` of them cover `span`. */
function niceStep(span: number, wanted: number): number {
  const rough = span / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 2.5, 3, 5, 10].find((one) => one * power >= rough * 0.999) ?? 10) * power;
}

const decimalsOf = (step: number): number => {
  for (let decimals = 0; decimals < 9; decimals++) {
    if (Math.abs(step * 10 ** decimals - Math.round(step * 10 ** decimals)) < 1e-6) return decimals;
  }
  return 9;
};

/**
 * The axis for values from `low` to `high`. Bars always stand on zero; a line does where that does not flatten it, so
 * that 2.03 of 2.0 to 2.1 kPa can still be read. `words` wants room for a line of words at the top.
 */
export function valueAxis(low: number, high: number, bars: boolean, words = false): ValueAxis {
  const onZero = bars || (low >= 0 && low <= high * 0.6);
  const bottom = onZero ? Math.min(0, low) : low;
  const top = onZero ? Math.max(0, high) : high;
  // All alike: room above and below.
  const span = top - bottom || Math.abs(top) * 0.2 || 1;
  const step = niceStep(span, 4);
  const from = Math.floor((top === bottom && !onZero ? bottom - span / 2 : bottom) / step + 1e-9) * step;
  let to = Math.ceil((top === bottom ? top + span / 2 : top) / step - 1e-9) * step;
  // The last value's label stands above its point.
  if (to - top < step * 0.15) to += step / 2;
  if (words && to - top < step * 0.8) to += step;
  const decimals = decimalsOf(step);
  const marks: number[] = [];
  for (let n = 0; from + n * step <= to + step * 1e-6; n++)
    marks.push(Number((from + n * step).toFixed(decimals)));
  return { from, to, marks, decimals };
}
