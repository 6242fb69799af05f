/** The fields that decide which broadcast gives way on a speaker. */
interface Urgency {
  readonly class: "emergency" | "daily";
  /** "actual", "drill" or "training". */
  readonly mode: string;
  /** 1 to 4. */
  readonly level: number;
}

/**
 * An emergency drill waits for every actual emergency, of whatever level: no drill keeps a warning from being heard.
 */
const rank = ({ class: kind, mode }: Urgency) => (kind === "daily" ? 2 : mode === "actual" ? 0 : 1);

/**
 * Below 0 when `a` goes first: actual emergencies, then drills of one, then daily programmes; among these level 1
 * before level 4. 0: the one that plays goes on.
 */
export const byUrgency = (a: Urgency, b: Urgency): number => rank(a) - rank(b) || a.level - b.level;
