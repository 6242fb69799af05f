/** The flags of values, and what they say of a station's report. The better ones first. */
const WORDS: Readonly<Record<string, string>> = {
  N: "normal",
  S: "set_by_hand",
  M: "maintenance",
  C: "calibrating",
  F: "off",
  B: "no_communication",
  D: "fault",
  T: "over_range",
};
const ORDER = Object.keys(WORDS);

/** The word for the worst of some flags. One that the standard does not know is worse than all but its faults. */
export function worstOf(flags: readonly string[]): string {
  const ranks = flags.map((flag) => (Object.hasOwn(WORDS, flag) ? ORDER.indexOf(flag) : UNKNOWN));
  const worst = Math.max(...ranks);
  return worst === UNKNOWN ? "unknown" : WORDS[ORDER[worst]!]!;
}

/** Between a station that is off and one whose communication is broken. */
const UNKNOWN = 4.5;
