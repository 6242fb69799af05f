import { setImmediate as nextTurn } from "node:timers/promises";
import type { Fault } from "../../base/errors.ts";
import { longEdge, type SelfContact, selfContact } from "../../geo/ring.ts";
import type { Ring } from "../../geo/shapes.ts";
import type { Target } from "../message/index.ts";

/**
 * Polygons that cross themselves, or the 180th meridian: their inside is not clear, so no order carries one. A ring
 * that only touches itself is accepted, as borders in real feeds do that.
 */

/** Verdicts on rings that were judged before. 5,000 are a hundred drafts of the largest kind. */
const MAX_KNOWN = 5000;
const known = new Map<string, SelfContact | null>();

/** Of rings that are still in memory. */
const judged = new WeakMap<Ring, SelfContact | null>();

const point = new Float64Array(2);

/** Two sums over a ring's numbers, of 32 bits each: the name of a ring in the table of verdicts. */
function nameOf(ring: Ring): string {
  const bits = new Uint32Array(point.buffer);
  let one = 0x811c9dc5;
  let two = 0x9e3779b9;
  for (let at = 0; at < ring.length; at++) {
    const [longitude, latitude] = ring[at]!;
    point[0] = longitude;
    point[1] = latitude;
    for (let word = 0; word < bits.length; word++) {
      one = Math.imul(one ^ bits[word]!, 0x01000193);
      two = Math.imul((two << 5) ^ (two >>> 27) ^ bits[word]!, 0x85ebca6b);
    }
  }
  return `${ring.length}.${one}.${two}`;
}

function judge(ring: Ring): SelfContact | null {
  const before = judged.get(ring);
  if (before !== undefined) return before;
  const contact = judgeNew(ring);
  judged.set(ring, contact);
  return contact;
}

function judgeNew(ring: Ring): SelfContact | null {
  const name = nameOf(ring);
  const before = known.get(name);
  if (before !== undefined) return before;
  const contact = selfContact(ring) ?? null;
  known.set(name, contact);
  if (known.size > MAX_KNOWN) known.delete(known.keys().next().value!);
  return contact;
}

/** The rings that cross themselves or may lead over the 180th meridian, each with its edges. */
export function ringFaults(polygons: readonly Ring[]): Fault[] {
  return polygons.flatMap((ring, number) => {
    const long = longEdge(ring);
    if (long !== undefined) {
      return [
        {
          path: `/target/polygons/${number}`,
          message: `the edge from point ${long} spans more than 180 degrees of longitude: expected a polygon on each side of the 180th meridian, or points between`,
        },
      ];
    }
    const contact = judge(ring);
    if (contact?.kind !== "crosses") return [];
    const [one, other] = contact.edges;
    return [
      {
        path: `/target/polygons/${number}`,
        message: `its line crosses itself: the edge from point ${one} meets the edge from point ${other}; expected a simple ring`,
      },
    ];
  });
}

/** Judges rings, one a turn of the event loop, so that the next caller who asks for their faults has them at once. */
export async function judgeRings(polygons: readonly Ring[]): Promise<void> {
  for (const ring of polygons) {
    judge(ring);
    await nextTurn();
  }
}

/**
 * The codes of `exclude` that take nothing out, or all of a region. Beside shapes every region is accepted: the tree
 * has no border of it, so it may lie in one of them.
 */
export function excludeFaults({ regions, polygons, circles, exclude = [] }: Target): Fault[] {
  return exclude.flatMap((code, number): Fault[] => {
    const path = `/target/exclude/${number}`;
    const whole = regions.find((region) => region.startsWith(code));
    if (whole !== undefined) {
      return [
        {
          path,
          message: `${code} takes out the whole of the region ${whole}: leave that out of the regions`,
        },
      ];
    }
    const lies = regions.some((region) => code.startsWith(region));
    if (lies || polygons.length + circles.length > 0) return [];
    return [{ path, message: `${code} lies in none of the regions, so it takes nothing out` }];
  });
}
