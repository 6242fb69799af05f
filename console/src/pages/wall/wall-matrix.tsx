import type { CSSProperties } from "react";
import { glyphOf, type TileState, type TownshipRow } from "../../map/tile-state.ts";
import { useTileWords } from "../../map/village-matrix.tsx";
import { StateGlyph } from "../../ui/marks.tsx";
import { count } from "../../ui/number.ts";
import { useTexts } from "../../ui/texts.ts";
import type { Cell, MatrixLayout } from "./matrix-layout.ts";
import { wallTexts } from "./texts.ts";
import styles from "./wall-matrix.module.css";
import tiles from "./wall-tiles.module.css";

const AIR_STATES: readonly TileState[] = [
  "sounded",
  "playing",
  "waiting",
  "failed",
  "refused",
  "offline",
  "none",
];
const REST_STATES: readonly TileState[] = ["online", "partly", "offline", "none"];

/** The title of the right side with what its tiles mean. */
export function MatrixHead({ title, states }: { title: string; states: "air" | "rest" }) {
  const wordsOf = useTileWords();
  const shown = states === "air" ? AIR_STATES : REST_STATES;
  return (
    <div className={styles.head}>
      <h2>{title}</h2>
      {shown.map((state) => (
        <span key={state}>
          <i className={tiles[state]}>
            <Glyph state={state} />
          </i>
          {wordsOf({ state })}
        </span>
      ))}
    </div>
  );
}

function Glyph({ state }: { state: TileState }) {
  const glyph = glyphOf(state);
  return glyph ? <StateGlyph state={glyph} /> : null;
}

/** All villages by name: a row a township, or one flow where they are many. */
export function WallMatrix({ layout }: { layout: MatrixLayout }) {
  if (layout.look === "rows") {
    return (
      <div className={styles.rows}>
        {layout.rows.map((row) => (
          <TownshipLine key={row.code} row={row} />
        ))}
      </div>
    );
  }
  const { columns, cells } = layout;
  return (
    <>
      <ul className={styles.flow} style={{ "--columns": columns } as CSSProperties}>
        {cells.map((cell) => (
          <FlowCell key={cell.code} cell={cell} />
        ))}
      </ul>
      <Hidden {...layout} />
    </>
  );
}

function TownshipLine({ row }: { row: TownshipRow }) {
  return (
    <div className={styles.row}>
      <div className={styles.township}>
        <b>{row.name}</b>
        {row.about}
      </div>
      <ul className={styles.tiles} aria-label={row.name}>
        {row.tiles.map(({ code, name, state }) => (
          <Tile key={code} name={name} state={state} />
        ))}
      </ul>
    </div>
  );
}

function Tile({ name, state, span }: { name: string; state: TileState; span?: number }) {
  const wordsOf = useTileWords();
  return (
    <li
      className={`${styles.tile} ${tiles[state]} ${name.length > 4 ? styles.long : ""}`}
      style={{ "--span": span ?? 1 } as CSSProperties}
    >
      <span>{name}</span>
      <span className={styles.unseen}>{wordsOf({ state })}</span>
      <Glyph state={state} />
    </li>
  );
}

function FlowCell({ cell: { name, state, span, about } }: { cell: Cell }) {
  if (state !== "township") return <Tile name={name} state={state} span={span} />;
  return (
    <li className={styles.label} style={{ "--span": span } as CSSProperties}>
      <b>{name}</b>
      {about}
    </li>
  );
}

/** What has no tile is counted, so that nobody takes the rest for all. */
function Hidden({ hidden, hiddenSounded }: { hidden: number; hiddenSounded: number }) {
  const words = useTexts(wallTexts).matrix;
  if (hidden + hiddenSounded === 0) return null;
  return (
    <p className={styles.hidden}>
      {hidden > 0 && <b>{words.hidden(count(hidden))}</b>}
      {hiddenSounded > 0 && <span>{words.hiddenSounded(count(hiddenSounded))}</span>}
    </p>
  );
}
