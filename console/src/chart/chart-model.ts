import { amount } from "../ui/number.ts";
import type { Language } from "../ui/texts.ts";
import { duration } from "../ui/time.ts";
import { type ChartPoint, DAY_MS, gapsOf } from "./points.ts";
import { chartTexts } from "./texts.ts";
import { spanName, stepMoment, type TimeAxis, timeAxis } from "./time-axis.ts";
import { type ValueAxis, valueAxis } from "./value-axis.ts";

/** What a page wants to have drawn. */
export interface ChartInput {
  /** The quantity, with its span: 流量，近 24 小时. */
  readonly name: string;
  /** Lines for states, bars for amounts. */
  readonly look: "line" | "bars";
  /** As people write it. */
  readonly unit: string;
  /** Of the values; those of the axis follow from its step. */
  readonly decimals: number;
  readonly points: readonly ChartPoint[];
  /** A value to compare with for each point, such as that of the day before. */
  readonly comparison?: { readonly name: string; readonly values: readonly (number | null)[] } | undefined;
  /** What began then: nothing is missing before it. */
  readonly since?: number | undefined;
  /** What a rule looked at, and what it found. */
  readonly shaded?: { readonly from: number; readonly until: number; readonly text: string } | undefined;
}

/** From the left and the right edge, as a share of the width. */
export interface Span {
  readonly left: number;
  readonly right: number;
}

export interface ChartModel extends ChartInput {
  readonly from: number;
  readonly to: number;
  /** Of the plot, in pixels: labels at its end have to know. */
  readonly width: number;
  readonly x: TimeAxis;
  readonly y: ValueAxis;
  readonly gaps: readonly (Span & { readonly label: string })[];
  readonly shade: (Span & { readonly text: string }) | undefined;
  /** The newest value, which is labelled. */
  readonly last: { readonly left: number; readonly top: number; readonly label: string } | undefined;
  readonly summary: string;
}

type Began = Pick<ChartInput, "since" | "points">;

/** When what is measured began: a device that was added later than it sent readings did with the first of them. */
const beganAt = ({ since, points }: Began): number | undefined =>
  since && Math.min(since, points.find(({ value }) => value !== null)?.at ?? since);

/** True of a time that was over when what is measured began. */
export function isBefore(chart: Began, until: number): boolean {
  const began = beganAt(chart);
  return began !== undefined && until <= began;
}

/** Where a point stands: a line's at its moment, a bar's in the middle of its step. */
export const placeOf = (look: ChartInput["look"], { at, until }: ChartPoint): number =>
  look === "line" ? at : (at + until) / 2;

/** A value with its unit. */
export const valueWords = (
  { decimals, unit }: Pick<ChartInput, "decimals" | "unit">,
  value: number,
): string => `${amount(value, decimals)}${unit === "" ? "" : ` ${unit}`}`;

/** About how wide a text of 12 px is: Chinese signs are square, others about half as wide. */
export const widthOf = (text: string): number =>
  [...text].reduce((sum, sign) => sum + (sign.charCodeAt(0) > 0x2e80 ? 12 : 6.5), 0);

/** The first that fits, or else the last: a label must not cover the values beside it. */
const longestFor = (roomPx: number, labels: readonly string[]): string =>
  labels.find((label) => widthOf(label) <= roomPx) ?? labels.at(-1)!;

/** A bar of a day or more has its name under its middle; hours stand where they begin. */
function axisFor({ look, points }: ChartInput, axis: TimeAxis): TimeAxis {
  const stepMs = points[0]!.until - points[0]!.at;
  if (look !== "bars" || stepMs < DAY_MS) return axis;
  const named = points.filter(({ at }) => axis.marks.some((mark) => mark.at === at));
  const marks = named.map((point) => ({
    at: placeOf(look, point),
    label: axis.marks.find((mark) => mark.at === point.at)!.label,
  }));
  return { ...axis, marks };
}

function summaryOf(input: ChartInput, language: Language): string {
  const words = chartTexts[language];
  const values = input.points.flatMap(({ value }) => (value === null ? [] : [value]));
  const [first, last] = [input.points.at(0), input.points.at(-1)];
  if (!first || !last || values.length === 0) return words.noValues(input.name);
  return words.summary(
    input.name,
    stepMoment(first.at, first.until, language),
    stepMoment(last.at, last.until, language),
    valueWords(input, Math.min(...values)),
    valueWords(input, Math.max(...values)),
  );
}

/** Everything that is shown, by numbers and words alone. `points` must not be empty. */
export function chartModel(input: ChartInput, widthPx: number, language: Language): ChartModel {
  const { points, look, comparison } = input;
  const words = chartTexts[language];
  const stepMs = points[0]!.until - points[0]!.at;
  const from = points[0]!.at;
  const to = Math.max(look === "line" ? points.at(-1)!.at : points.at(-1)!.until, from + stepMs / 2);
  const share = (moment: number) => Math.min(1, Math.max(0, (moment - from) / (to - from)));
  const span = (start: number, end: number): Span => ({ left: share(start), right: 1 - share(end) });
  const values = [...points.map(({ value }) => value), ...(comparison?.values ?? [])].filter(
    (value) => value !== null,
  );
  const y = valueAxis(Math.min(...values), Math.max(...values), look === "bars", input.shaded !== undefined);
  const gaps = gapsOf(points, beganAt(input)).map(({ at, until }) => {
    // Between the points of a line beside it, which stand at the beginnings of their steps.
    const place = look === "line" ? span(at - stepMs, until) : span(at, until);
    const room = (1 - place.left - place.right) * widthPx;
    if (isBefore(input, until)) return { ...place, label: longestFor(room, [words.before, ""]) };
    return {
      ...place,
      label: longestFor(room, [
        words.missingSpan(spanName(at, until, stepMs, language)),
        words.missingSpan(duration(until - at, language)),
        words.missing,
      ]),
    };
  });
  const newest = points.findLast(({ value }) => value !== null);
  return {
    ...input,
    from,
    to,
    width: widthPx,
    x: axisFor(input, timeAxis(from, to, widthPx, language)),
    y,
    gaps,
    shade: input.shaded && {
      ...span(input.shaded.from, input.shaded.until),
      text: input.shaded.text,
    },
    last: newest && {
      left: share(placeOf(look, newest)),
      top: 1 - (newest.value! - y.from) / (y.to - y.from),
      label: amount(newest.value!, input.decimals),
    },
    summary: summaryOf(input, language),
  };
}
