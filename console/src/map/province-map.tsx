import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { Link } from "wouter";
import { useSeverityWords } from "../ui/marks.tsx";
import { defineTexts, useTexts } from "../ui/texts.ts";
import { crowdedCodes } from "./crowded.ts";
import styles from "./province-map.module.css";
import { type PlacePoint, type SchematicCell, schematic } from "./schematic.ts";
import { barePlace } from "./short-place.ts";
import type { VillageTile } from "./tile-state.ts";
import { useTileWords } from "./village-matrix.tsx";

const texts = defineTexts(
  {
    note: "示意图（非行政界线）",
    keys: "按方向键在各县之间移动，回车打开。",
    inset: "放大",
    onAir: "播发中",
    pending: "待批范围",
  },
  {
    note: "Schematic, not administrative borders",
    keys: "Arrow keys go from county to county, Enter opens.",
    inset: "Enlarged",
    onAir: "on air",
    pending: "awaits approval",
  },
);

/** A county as the drawing shows it, in the words and patterns of the village matrix. */
export interface CountyCell extends VillageTile {
  readonly longitude: number;
  readonly latitude: number;
  readonly isOnAir: boolean;
}

export interface ProvinceMapProps {
  readonly caption: string;
  readonly counties: readonly CountyCell[];
  readonly hrefOf: (code: string) => string;
}

const WIDTH = 740;
const HEIGHT = 560;
const MARGIN = 64;
/** The inset with its title, in the same units. */
const INSET = { width: 188, height: 176, title: 22, margin: 34, edge: 4 } as const;
const LETTER = 12;

const pathOf = (ring: SchematicCell["ring"]): string =>
  `M${ring.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}Z`;

/** The counties of a province around their points. A target is never drawn on it: it is wrong by kilometres. */
export default function ProvinceMap({ caption, counties, hrefOf }: ProvinceMapProps) {
  const words = useTexts(texts);
  const { main, inset, corner } = useLayout(counties);
  const byCode = new Map(counties.map((county) => [county.code, county]));
  const crowded = new Set(inset.map(({ code }) => code));
  const [current, setCurrent] = useState<string>();
  const drawing = useRef<SVGSVGElement>(null);
  const first = main[0]?.code;
  const onKeyDown = (event: KeyboardEvent<SVGSVGElement>) => {
    const here = (event.target as Element).closest<SVGElement>("[data-cell]")?.dataset.cell;
    const next = here === undefined ? undefined : neighbourOf(main, here, event.key);
    if (next === undefined) return;
    event.preventDefault();
    setCurrent(next);
    drawing.current?.querySelector<SVGAElement>(`[data-main] [data-cell="${next}"]`)?.focus();
  };
  const draw = (cells: readonly SchematicCell[], named: (cell: SchematicCell) => boolean, isInset = false) =>
    cells.map((cell) => (
      <Cell
        key={cell.code}
        cell={cell}
        county={byCode.get(cell.code)!}
        isNamed={named(cell)}
        href={hrefOf(cell.code)}
        tabIndex={!isInset && cell.code === (current ?? first) ? 0 : -1}
        isHidden={isInset}
        onFocus={() => setCurrent(cell.code)}
      />
    ));
  return (
    <figure className={styles.figure}>
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing has no other group */}
      <svg
        ref={drawing}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        className={styles.map}
        role="group"
        aria-label={`${caption}. ${words.note}. ${words.keys}`}
        onKeyDown={onKeyDown}
      >
        <Patterns />
        <g data-main>{draw(outlinedLast(main, byCode), (cell) => !crowded.has(cell.code) && fits(cell))}</g>
        {inset.length > 0 && (
          <g transform={`translate(${corner.x} ${corner.y})`}>
            <rect className={styles.inset} width={INSET.width} height={INSET.height} rx={8} />
            <text className={styles.insetTitle} x={10} y={18}>
              {words.inset}
            </text>
            <g transform={`translate(0 ${INSET.title})`}>{draw(inset, fits, true)}</g>
          </g>
        )}
      </svg>
      <figcaption className={styles.note}>{words.note}</figcaption>
    </figure>
  );
}

/** The drawing depends on places alone, not on what is going on in them. */
function useLayout(counties: readonly PlacePoint[]) {
  const key = counties.map(({ code }) => code).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the codes stand for the points, which do not move
  return useMemo(() => {
    const main = schematic(counties, WIDTH, HEIGHT, MARGIN);
    const crowded = new Set(crowdedCodes(main));
    const inset = schematic(
      counties.filter(({ code }) => crowded.has(code)),
      INSET.width,
      INSET.height - INSET.title,
      INSET.margin,
    );
    return { main, inset, corner: freeCorner(main) };
  }, [key]);
}

/** A neighbour that is drawn later would cover half of an outline. */
const outlinedLast = (
  cells: readonly SchematicCell[],
  byCode: ReadonlyMap<string, CountyCell>,
): readonly SchematicCell[] => {
  const isOutlined = ({ code }: SchematicCell) => byCode.get(code)?.outlined === true;
  return [...cells.filter((cell) => !isOutlined(cell)), ...cells.filter(isOutlined)];
};

/** The corner in which the inset covers the least. */
function freeCorner(cells: readonly SchematicCell[]): { x: number; y: number } {
  const { width, height, edge } = INSET;
  const corners = [edge, WIDTH - width - edge].flatMap((x) =>
    [edge, HEIGHT - height - edge].map((y) => ({ x, y })),
  );
  const covered = ({ x, y }: { x: number; y: number }) =>
    cells
      .flatMap(({ ring }) => ring)
      .filter(([px, py]) => px > x && px < x + width && py > y && py < y + height).length;
  return corners.reduce((best, corner) => (covered(corner) < covered(best) ? corner : best));
}

const fits = ({ name, width, height }: SchematicCell): boolean =>
  barePlace(name).length * LETTER + 6 <= width && height >= LETTER + 4;

interface CellProps {
  readonly cell: SchematicCell;
  readonly county: CountyCell;
  readonly isNamed: boolean;
  readonly href: string;
  readonly tabIndex: 0 | -1;
  /** Drawn a second time: screen readers have the first. */
  readonly isHidden: boolean;
  readonly onFocus: () => void;
}

function Cell({ cell, county, isNamed, href, tabIndex, isHidden, onFocus }: CellProps) {
  const words = useTexts(texts);
  const wordsOf = useTileWords();
  const severities = useSeverityWords();
  const label = [
    county.name,
    county.fraction,
    wordsOf(county),
    county.alarm && severities[county.alarm],
    county.isOnAir && words.onAir,
    county.outlined && words.pending,
  ]
    .filter(Boolean)
    .join(" ");
  const [x, y] = cell.centre;
  return (
    <Link
      href={href}
      className={`${styles.cell} ${styles[county.isOnAir ? "playing" : county.state]} ${county.outlined ? styles.outlined : ""}`}
      aria-hidden={isHidden || undefined}
      tabIndex={tabIndex}
      data-cell={cell.code}
      onFocus={onFocus}
    >
      <title>{label}</title>
      <path d={pathOf(cell.ring)} />
      {county.alarm === "critical" && (
        <g className={styles.alarm} transform={`translate(${x - 7} ${y - (isNamed ? 19 : 7)}) scale(0.6)`}>
          <path d="M8 2.5h8L21.5 8v8L16 21.5H8L2.5 16V8z" />
          <path className={styles.exclamation} d="M12 7v6M12 17v.01" />
        </g>
      )}
      {isNamed && (
        <text x={x} y={y + 4} className={styles.name} aria-hidden>
          {barePlace(cell.name)}
        </text>
      )}
    </Link>
  );
}

/** The same patterns as the tiles of the village matrix. */
const Patterns = () => (
  <defs>
    <pattern
      id="map-offline"
      width="8"
      height="8"
      patternUnits="userSpaceOnUse"
      patternTransform="rotate(45)"
    >
      <rect width="8" height="8" className={styles.offlineGround} />
      <rect width="2" height="8" className={styles.offlineStripe} />
    </pattern>
    <pattern id="map-playing" width="12" height="12" patternUnits="userSpaceOnUse">
      <rect width="12" height="12" className={styles.playGround} />
      <rect width="2" height="12" className={styles.playStripe} />
    </pattern>
    <pattern
      id="map-partly"
      width="10"
      height="10"
      patternUnits="userSpaceOnUse"
      patternTransform="rotate(45)"
    >
      <rect width="10" height="10" className={styles.onlineGround} />
      <rect width="2" height="10" className={styles.offlineStripe} />
    </pattern>
  </defs>
);

const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

/** The nearest cell in the direction of an arrow key; what lies aside counts as farther. */
export function neighbourOf(cells: readonly SchematicCell[], from: string, key: string): string | undefined {
  const direction = DIRECTIONS[key];
  const here = cells.find(({ code }) => code === from)?.centre;
  if (!direction || !here) return undefined;
  const [dx, dy] = direction;
  const candidates = cells.flatMap(({ code, centre: [x, y] }) => {
    const along = (x - here[0]) * dx + (y - here[1]) * dy;
    const aside = Math.abs((x - here[0]) * dy) + Math.abs((y - here[1]) * dx);
    return along > 1 && aside < 2 * along ? [{ code, distance: along + 2 * aside }] : [];
  });
  return candidates.sort((a, b) => a.distance - b.distance)[0]?.code;
}
