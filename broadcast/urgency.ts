/** What decides who gives way on a speaker. */
interface Urgency {
  readonly class: "emergency" | "daily";
  /** 1 to 4. */
  readonly level: number;
}

/** Below 0 when `a` goes first: emergencies before daily programmes, then level 1 before 4. 0: who is there goes on. */
export const byUrgency = (a: Urgency, b: Urgency): number =>
  Number(a.class === "daily") - Number(b.class === "daily") || a.level - b.level;
