/** The place of an event among all that was told: a piece of news, and a place in it. */
export interface EventPlace {
  /** The number of the piece of news, which is the same in every process and after each restart. */
  readonly newsNo: number;
  /** From 0 on. `WHOLE`: the end of the piece. */
  readonly index: number;
}

/** Stands for all events of a piece. */
const WHOLE = Number.POSITIVE_INFINITY;

/** The place behind a piece of news. */
export const endOf = (newsNo: number): EventPlace => ({ newsNo, index: WHOLE });

export const isBefore = (a: EventPlace, b: EventPlace): boolean =>
  a.newsNo < b.newsNo || (a.newsNo === b.newsNo && a.index < b.index);

/** As clients see it: `4711.2`, or `4711` behind the whole piece. */
export const writeEventId = ({ newsNo, index }: EventPlace): string =>
  index === WHOLE ? String(newsNo) : `${newsNo}.${index}`;

/** @returns undefined for a text that no platform of this version has made */
export function readEventId(text: string): EventPlace | undefined {
  const [, newsNo, index] = /^(\d{1,15})(?:\.(\d{1,9}))?$/.exec(text) ?? [];
  if (newsNo === undefined) return undefined;
  return { newsNo: Number(newsNo), index: index === undefined ? WHOLE : Number(index) };
}
