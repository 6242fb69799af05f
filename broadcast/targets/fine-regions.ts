/** Most codes that a set holds before it becomes coarser. */
export const MAX_CODES = 500;

/** Digits of a village, a township, a county, a city and a province. */
const LEVELS = [12, 9, 6, 4, 2];

/**
 * The regions of speakers, as fine as so many codes can say: villages, else townships, else counties. They hold every
 * speaker that was added, and for a region that is too fine the one around it.
 * @param most for tests, and for callers that have room for more
 */
export class FineRegions {
  private codes = new Set<string>();
  private level = 0;
  private readonly most: number;

  constructor(most = MAX_CODES) {
    this.most = most;
  }

  add(regionCode: string): void {
    this.codes.add(regionCode.slice(0, LEVELS[this.level]));
    while (this.codes.size > this.most && this.level < LEVELS.length - 1) {
      this.level++;
      this.codes = new Set([...this.codes].map((code) => code.slice(0, LEVELS[this.level])));
    }
  }

  /** In the order of their codes. */
  list(): string[] {
    return [...this.codes].sort();
  }
}
