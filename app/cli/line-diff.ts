/**
 * The lines that differ, as `diff` shows them: `-` only in `before`, `+` only in `after`, with up to `context`
 * equal lines around and the number of the line in `before` above each group. Empty when nothing differs.
 * Takes memory for (lines × lines) numbers: meant for texts of a few thousand lines.
 */
export function diffLines(before: string, after: string, context = 3): string[] {
  if (before === after) return [];
  const a = before.split("\n");
  const b = after.split("\n");
  const marked = markLines(a, b);
  const near = marked.map((_, i) =>
    marked.slice(Math.max(0, i - context), i + context + 1).some(({ sign }) => sign !== " "),
  );
  return marked.flatMap(({ sign, text, line }, i) => {
    if (!near[i]) return [];
    const shown = `${sign}${text}`;
    return near[i - 1] ? [shown] : [`@@ line ${line} @@`, shown];
  });
}

interface Marked {
  readonly sign: " " | "-" | "+";
  readonly text: string;
  /** Its place, present or possible, in the text before; counted from 1. */
  readonly line: number;
}

/** Walks the longest common subsequence of both texts. */
function markLines(a: readonly string[], b: readonly string[]): Marked[] {
  // common[i][j]: how many lines a[i…] and b[j…] have in common at most.
  const common = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i]![j] =
        a[i] === b[j] ? common[i + 1]![j + 1]! + 1 : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
    }
  }
  const marked: Marked[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      marked.push({ sign: " ", text: a[i]!, line: i + 1 });
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && common[i + 1]![j]! >= common[i]![j + 1]!)) {
      marked.push({ sign: "-", text: a[i]!, line: i + 1 });
      i++;
    } else {
      marked.push({ sign: "+", text: b[j]!, line: i + 1 });
      j++;
    }
  }
  return marked;
}
