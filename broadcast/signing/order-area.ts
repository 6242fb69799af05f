import { boxAround, hullAround, joinNearest, ringOfBox } from "../../geo/enclose.ts";
import type { Ring } from "../../geo/shapes.ts";
import type { Polygon } from "../message/index.ts";
import { bytesOf } from "../targets/index.ts";

/**
 * An order that is too large because of its polygons carries simpler ones around them. The platform has stored the
 * broadcast's targets, speaker by speaker; the area is each terminal's own check that it is meant at all, so it may be
 * larger than the drawn one, and never smaller.
 */

/**
 * Left free beside polygons that are simplified anyway, so that a later attempt can name speakers: some 350 of them.
 */
const ROOM_FOR_AGAIN_BYTES = 8 * 1024;

/** A point is at least `[0,0],`. */
const LEAST_POINT_BYTES = 6;

/** A polygon and its replacement. It is measured only when needed: 50,000 points take long to write. */
class Shape {
  readonly drawn: Ring;
  now: Ring;
  #bytes: number | undefined;

  constructor(drawn: Ring) {
    this.drawn = drawn;
    this.now = drawn;
  }

  /** With the comma after it. */
  get bytes(): number {
    this.#bytes ??= bytesOf(this.now) + 1;
    return this.#bytes;
  }

  get leastBytes(): number {
    return this.#bytes ?? this.now.length * LEAST_POINT_BYTES;
  }

  /** Takes another ring in place of the present one, when that is shorter. */
  become(ring: Ring): void {
    const bytes = bytesOf(ring) + 1;
    if (bytes >= this.leastBytes && bytes >= this.bytes) return;
    this.now = ring;
    this.#bytes = bytes;
  }
}

const sum = (shapes: readonly Shape[], of: (shape: Shape) => number) =>
  shapes.reduce((total, shape) => total + of(shape), 0);

const fits = (shapes: readonly Shape[], room: number): boolean =>
  sum(shapes, ({ leastBytes }) => leastBytes) <= room && sum(shapes, ({ bytes }) => bytes) <= room;

const boxRing = (ring: Ring) => ringOfBox(boxAround(ring));

/**
 * The polygons themselves when they fit, else shapes that hold them: hulls in place of those with the most points, as
 * many as are needed; then boxes; then one box in place of several neighbours.
 * @param room bytes of JSON for the text between the brackets
 * @returns as the last resort one box, also when that does not fit
 */
export function fitPolygons(polygons: readonly Ring[], room: number): Polygon[] {
  const shapes = polygons.map((drawn) => new Shape(drawn));
  const result = () => shapes.map(({ now }) => now as Polygon);
  if (fits(shapes, room)) return result();
  for (const around of [hullAround, boxRing]) {
    for (const shape of shapes.toSorted((a, b) => b.now.length - a.now.length)) {
      if (fits(shapes, room - ROOM_FOR_AGAIN_BYTES)) return result();
      shape.become(around(shape.drawn));
    }
  }
  if (fits(shapes, room)) return result();
  let boxes = shapes.map(({ drawn }) => boxAround(drawn));
  const rings = () => boxes.map((box) => ringOfBox(box) as Polygon);
  while (boxes.length > 1 && bytesOf(rings()) > room) boxes = joinNearest(boxes);
  return rings();
}

/** One box around all polygons: if an order does not fit with it, it never fits. */
export const leastPolygons = (polygons: readonly Ring[]): Polygon[] =>
  polygons.length === 0 ? [] : [boxRing(polygons.flat()) as Polygon];
