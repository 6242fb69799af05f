import { type Point, type Ring, turn } from "./shapes.ts";

/**
 * A ring with at most `most` points. It leaves out first the points that change the area least (Visvalingam's way), so
 * that the shape stays. The first point stays.
 * @param ring closed: first = last
 */
export function simplifyRing(ring: Ring, most: number): Point[] {
  const points = ring.map((point, i) => ({ point, before: i - 1, after: i + 1, gone: false }));
  const last = points.length - 1;
  const area = (i: number) => {
    const [a, b, c] = [points[points[i]!.before]!.point, points[i]!.point, points[points[i]!.after]!.point];
    return Math.abs(turn(a, b, c));
  };
  const heap = new AreaHeap();
  const current = new Float64Array(points.length);
  const weigh = (i: number) => {
    if (i <= 0 || i >= last) return;
    current[i] = area(i);
    heap.push(i, current[i]!);
  };
  for (let i = 1; i < last; i++) weigh(i);
  for (let left = points.length; left > most; ) {
    const next = heap.pop();
    if (next === undefined) break;
    const entry = points[next.index]!;
    // Weighed anew since, or gone: the heap holds the later weight as well.
    if (entry.gone || next.area !== current[next.index]) continue;
    entry.gone = true;
    left -= 1;
    points[entry.before]!.after = entry.after;
    points[entry.after]!.before = entry.before;
    weigh(entry.before);
    weigh(entry.after);
  }
  return points.filter(({ gone }) => !gone).map(({ point }) => point);
}

/** The smallest area first. */
class AreaHeap {
  readonly #entries: { index: number; area: number }[] = [];

  push(index: number, area: number): void {
    const entries = this.#entries;
    let at = entries.push({ index, area }) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (entries[parent]!.area <= area) break;
      entries[at] = entries[parent]!;
      at = parent;
    }
    entries[at] = { index, area };
  }

  pop(): { index: number; area: number } | undefined {
    const entries = this.#entries;
    const first = entries[0];
    const moved = entries.pop();
    if (first === undefined || moved === undefined || entries.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && entries[child + 1]!.area < entries[child]!.area) child += 1;
      if (entries[child]!.area >= moved.area) break;
      entries[at] = entries[child]!;
      at = child;
    }
    entries[at] = moved;
    return first;
  }
}
