import { useState } from "react";
import { placeName } from "../../../map/place-name.ts";
import type { TileState, TownshipRow } from "../../../map/tile-state.ts";
import { useTownshipNames } from "../../../map/use-villages.ts";
import type { Village } from "../../../map/village-groups.ts";
import { TileLegend, VillageMatrix } from "../../../map/village-matrix.tsx";
import { VillageTable } from "../../../map/village-table.tsx";
import { Button } from "../../../ui/button.tsx";
import { groupBy } from "../../../ui/group-by.ts";
import { count } from "../../../ui/number.ts";
import { Panel } from "../../../ui/panel.tsx";
import { useTexts } from "../../../ui/texts.ts";
import styles from "./matrix-panel.module.css";
import { onAirTexts } from "./texts.ts";

/** Up to so many villages have their names in their tiles. */
const MOST_WITH_WORDS = 300;
/** More tiles than these no browser draws at once. */
const MOST_TILES = 3000;
const LEGEND: readonly TileState[] = [
  "sounded",
  "playing",
  "waiting",
  "failed",
  "refused",
  "offline",
  "none",
];

/** Every village by its worst speaker, a row a township. */
export function MatrixPanel({ villages }: { villages: readonly Village[] }) {
  const words = useTexts(onAirTexts);
  const [asTable, setAsTable] = useState(false);
  const townshipName = useTownshipNames(villages);
  const rows = worthDrawing(rowsOf(villages, townshipName, words));
  const drawn = rows.reduce((sum, { tiles }) => sum + tiles.length, 0);
  return (
    <Panel
      title={words.matrix}
      about={words.matrixAbout}
      more={
        <>
          <TileLegend states={LEGEND} />
          <Button small look="quiet" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {asTable ? words.asMatrix : words.asTable}
          </Button>
        </>
      }
    >
      {drawn < villages.length && (
        <p className={styles.cut}>{words.tooMany(count(drawn), count(villages.length))}</p>
      )}
      {asTable ? (
        <VillageTable caption={words.matrix} rows={rows} />
      ) : (
        <div className={styles.matrix}>
          <VillageMatrix
            caption={words.matrix}
            rows={rows}
            density={drawn > MOST_WITH_WORDS ? "dots" : "words"}
          />
        </div>
      )}
    </Panel>
  );
}

function rowsOf(
  villages: readonly Village[],
  townshipName: (code: string) => string,
  words: Pick<(typeof onAirTexts)["zh"], "township" | "noneShort">,
): TownshipRow[] {
  return [...groupBy(villages, ({ township }) => township)].map(([code, own]) => {
    const sum = (of: "sounded" | "targeted") => own.reduce((all, village) => all + village[of], 0);
    return {
      code,
      name: townshipName(code),
      about: words.township(count(sum("sounded")), count(sum("targeted"))),
      tiles: own.map(({ code: village, name, state, sounded, targeted }) => ({
        code: village,
        name: placeName(name),
        state,
        words: state === "none" ? words.noneShort : undefined,
        // A village of one speaker says it by its state.
        fraction: targeted > 1 && sounded < targeted ? `${sounded}/${targeted}` : undefined,
      })),
    };
  });
}

/** Where there are too many, those that are all well are left out first. */
function worthDrawing(rows: readonly TownshipRow[]): readonly TownshipRow[] {
  let room = MOST_TILES;
  const isWrong = ({ tiles }: TownshipRow) => tiles.some(({ state }) => state !== "sounded");
  return rows
    .toSorted((a, b) => Number(isWrong(b)) - Number(isWrong(a)))
    .filter(({ tiles }) => {
      room -= tiles.length;
      return room >= 0;
    });
}
