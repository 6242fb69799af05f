import { type KeyboardEvent, type ReactNode, useState } from "react";
import { SeverityGlyph, StateGlyph, useSeverityWords, useStateWords } from "../ui/marks.tsx";
import { useTexts } from "../ui/texts.ts";
import {
  glyphOf,
  inOrder,
  type TileState,
  type TownshipRow,
  tileTexts,
  type VillageTile,
} from "./tile-state.ts";
import styles from "./village-matrix.module.css";

export interface VillageMatrixProps {
  readonly caption: string;
  readonly rows: readonly TownshipRow[];
  /** `words`: name, fraction and state; `names`: name and fraction; `dots`: the glyph alone. */
  readonly density: "words" | "names" | "dots";
  /** Makes each tile a button; without it they are a list to read. */
  readonly onPick?: (tile: VillageTile) => void;
  /** For a tile that can be picked: whether it is in the target. */
  readonly isPressed?: (tile: VillageTile) => boolean;
  /** What the numbers at the right of the rows are. */
  readonly ends?: ReactNode;
}

/** The words of a tile's state. */
export function useTileWords(): (tile: Pick<VillageTile, "state" | "words">) => string {
  const states = useStateWords();
  const words = useTexts(tileTexts);
  return (tile) => {
    if (tile.words !== undefined) return tile.words;
    const { state } = tile;
    return state === "online" || state === "partly" || state === "out" ? words[state] : states[state];
  };
}

/**
 * A row a township, a tile a village. Colour, pattern, glyph and words say the same. With the keyboard one tile of it is
 * reached by Tab and the others by the arrow keys.
 */
export function VillageMatrix({ caption, rows, density, onPick, isPressed, ends }: VillageMatrixProps) {
  const ordered = inOrder(rows);
  const [current, setCurrent] = useState<string>();
  const first = ordered[0] && inOrder(ordered[0].tiles)[0]?.code;
  const reachable =
    current !== undefined && rows.some(({ tiles }) => tiles.some(({ code }) => code === current))
      ? current
      : first;
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const to = neighbour(event);
    if (!to) return;
    event.preventDefault();
    to.focus();
    setCurrent(to.dataset.tile);
  };
  return (
    <fieldset
      className={`${styles.matrix} ${styles[density]}`}
      aria-label={caption}
      onKeyDown={onPick && onKeyDown}
    >
      {ends !== undefined && (
        <div className={styles.ends} aria-hidden>
          {ends}
        </div>
      )}
      {ordered.map((row) => (
        <div key={row.code} className={styles.row}>
          <div className={`${styles.township} ${row.tiles.some((tile) => tile.outlined) ? styles.hot : ""}`}>
            <b>{row.name}</b>
            {row.about !== undefined && <span>{row.about}</span>}
          </div>
          <ul className={styles.tiles} aria-label={row.name}>
            {inOrder(row.tiles).map((tile) => (
              <li key={tile.code}>
                <Tile
                  tile={tile}
                  density={density}
                  onPick={onPick}
                  pressed={isPressed?.(tile)}
                  reachable={tile.code === reachable}
                />
              </li>
            ))}
          </ul>
          {row.end !== undefined && <div className={styles.end}>{row.end}</div>}
        </div>
      ))}
    </fieldset>
  );
}

/** The tiles of one township in a line, for a page that draws the row itself. */
export function VillageDots({ label, tiles }: { label: string; tiles: readonly VillageTile[] }) {
  return (
    <div className={`${styles.dots} ${styles.line}`}>
      <ul className={styles.tiles} aria-label={label}>
        {inOrder(tiles).map((tile) => (
          <li key={tile.code}>
            <Tile tile={tile} density="dots" onPick={undefined} pressed={undefined} reachable={false} />
          </li>
        ))}
      </ul>
    </div>
  );
}

interface TileProps {
  readonly tile: VillageTile;
  readonly density: VillageMatrixProps["density"];
  readonly onPick: VillageMatrixProps["onPick"];
  readonly pressed: boolean | undefined;
  readonly reachable: boolean;
}

function Tile({ tile, density, onPick, pressed, reachable }: TileProps) {
  const wordsOf = useTileWords();
  const severities = useSeverityWords();
  const alarmed = density === "dots" && tile.alarm === "critical";
  const className = [
    styles.tile,
    styles[alarmed ? "alarmed" : tile.state],
    tile.outlined && !alarmed ? styles.outlined : "",
  ].join(" ");
  const label = [tile.name, tile.fraction, wordsOf(tile), tile.alarm && severities[tile.alarm]]
    .filter(Boolean)
    .join(" ");
  const content = <TileContent tile={tile} density={density} words={wordsOf(tile)} />;
  if (!onPick) {
    return (
      <span className={className} title={label}>
        {content}
        {density === "dots" && <span className={styles.hidden}>{label}</span>}
      </span>
    );
  }
  return (
    <button
      type="button"
      className={className}
      title={label}
      aria-label={label}
      aria-pressed={pressed}
      data-tile={tile.code}
      tabIndex={reachable ? 0 : -1}
      onClick={() => onPick(tile)}
    >
      {content}
    </button>
  );
}

function TileContent({
  tile,
  density,
  words,
}: {
  tile: VillageTile;
  density: TileProps["density"];
  words: string;
}) {
  const glyph = glyphOf(tile.state);
  if (density === "dots" && tile.alarm === "critical") return <SeverityGlyph severity="critical" />;
  if (density === "dots") return glyph ? <StateGlyph state={glyph} /> : null;
  return (
    <>
      <span className={styles.name}>
        <b>{tile.name}</b>
        {tile.fraction !== undefined && <small>{tile.fraction}</small>}
        {density === "names" && glyph && <StateGlyph state={glyph} />}
      </span>
      {density === "words" && (
        <span className={styles.state}>
          {glyph && <StateGlyph state={glyph} />}
          {words}
        </span>
      )}
    </>
  );
}

/** The tile to which an arrow key leads. */
function neighbour(event: KeyboardEvent<HTMLElement>): HTMLElement | undefined {
  const here = (event.target as HTMLElement).closest<HTMLElement>("[data-tile]");
  if (!here) return undefined;
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-tile]")];
  const at = all.indexOf(here);
  if (event.key === "ArrowRight") return all[at + 1];
  if (event.key === "ArrowLeft") return all[at - 1];
  if (event.key === "Home") return all[0];
  if (event.key === "End") return all.at(-1);
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return undefined;
  const down = event.key === "ArrowDown";
  const from = here.getBoundingClientRect();
  const others = all
    .map((tile) => ({ tile, box: tile.getBoundingClientRect() }))
    .filter(({ box }) => (down ? box.top > from.top + 1 : box.top < from.top - 1))
    .sort((a, b) => distance(a.box, from) - distance(b.box, from));
  return others[0]?.tile;
}

/** The next line first, then the nearest column. */
const distance = (box: DOMRect, from: DOMRect): number =>
  Math.abs(box.top - from.top) * 100 + Math.abs(box.left - from.left);

export interface TileLegendProps {
  readonly states: readonly TileState[];
  /** As in a matrix of dots. */
  readonly dots?: boolean;
  /** What the outline of a tile means; without it there is none. */
  readonly outlined?: string | undefined;
  /** Words in place of a state's. */
  readonly words?: Readonly<Partial<Record<TileState, string>>>;
}

/** What the tiles of the states shown here mean. */
export function TileLegend({ states, dots, outlined, words = {} }: TileLegendProps) {
  const wordsOf = useTileWords();
  return (
    <span className={`${dots ? styles.dots : ""} ${styles.legend}`}>
      {states.map((state) => {
        const glyph = glyphOf(state);
        return (
          <span key={state}>
            <i className={`${styles.tile} ${styles[state]}`}>{glyph && <StateGlyph state={glyph} />}</i>
            {wordsOf({ state, words: words[state] })}
          </span>
        );
      })}
      {outlined !== undefined && (
        <span>
          <i className={`${styles.tile} ${styles.online} ${styles.outlined}`} />
          {outlined}
        </span>
      )}
    </span>
  );
}
