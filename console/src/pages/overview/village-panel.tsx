import type { TileState } from "../../map/tile-state.ts";
import { TileLegend, VillageMatrix } from "../../map/village-matrix.tsx";
import { VillageTable } from "../../map/village-table.tsx";
import { useParameters } from "../../ui/address.ts";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Severity } from "../../ui/marks.tsx";
import { count } from "../../ui/number.ts";
import { PageLink } from "../../ui/page-link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ProblemView } from "../../ui/problem-view.tsx";
import { useTexts } from "../../ui/texts.ts";
import { overviewTexts } from "./texts.ts";
import type { VillageRows } from "./use-village-rows.ts";
import styles from "./village-panel.module.css";
import type { RestingTownship, TileSubject, WorstAlarms } from "./villages.ts";

export interface VillagePanelProps {
  readonly region: string;
  readonly place: string;
  readonly rows: VillageRows;
}

const STATES: readonly TileState[] = ["online", "partly", "offline", "none"];

/** The region's villages at rest, as a matrix or as a table with the same numbers. */
export function VillagePanel({ region, place, rows }: VillagePanelProps) {
  const { villages: words } = useTexts(overviewTexts);
  const [parameters, setParameters] = useParameters();
  const asTable = parameters.get("view") === "table";
  return (
    <Panel
      title={words.title}
      about={words.about}
      more={
        <Button look="quiet" small onClick={() => setParameters({ view: asTable ? undefined : "table" })}>
          {asTable ? words.matrix : words.table}
        </Button>
      }
      flush={asTable}
    >
      <div className={styles.room}>
        <Villages region={region} place={place} rows={rows} asTable={asTable} />
      </div>
    </Panel>
  );
}

function Villages({ region, place, rows, asTable }: VillagePanelProps & { asTable: boolean }) {
  const { villages: words, loading } = useTexts(overviewTexts);
  const failed = rows.queries.find(({ error, data }) => error !== null && data === undefined);
  if (failed?.error) return <ProblemView error={failed.error} onAgain={() => void failed.refetch()} />;
  if (!rows.data)
    return <div className={styles.skeleton} role="status" aria-label={loading} aria-busy="true" />;
  if (rows.data.every(({ tiles }) => tiles.length === 0)) {
    return <Empty title={words.none}>{words.noneNext}</Empty>;
  }
  const named = nameNone(rows.data, rows.subject, words.noDevice);
  const caption = words.caption(place);
  if (asTable) return <VillageTable caption={caption} rows={named} />;
  return (
    <>
      <VillageMatrix
        caption={caption}
        density="dots"
        rows={named.map((row) => ({
          ...row,
          tiles: row.tiles.map((tile) => ({ ...tile, alarm: tile.worst?.severity })),
          end: <RowEnd row={row} region={region} />,
        }))}
        ends={
          <>
            <span>{rows.subject === "speakers" ? words.speakers : words.devices}</span>
            <span>{words.alarms}</span>
          </>
        }
      />
      <div className={styles.legend}>
        <TileLegend
          dots
          states={STATES}
          {...(rows.subject === "devices" && { words: { none: words.noDevice } })}
          {...(rows.data.some(({ tiles }) => tiles.some((tile) => tile.outlined)) && {
            outlined: words.range,
          })}
        />
      </div>
    </>
  );
}

/** Who has no speakers in their area sees devices: then a village without any lacks devices. */
const nameNone = (rows: readonly RestingTownship[], subject: TileSubject, words: string) =>
  subject === "speakers"
    ? rows
    : rows.map((row) => ({
        ...row,
        tiles: row.tiles.map((tile) => (tile.state === "none" ? { ...tile, words } : tile)),
      }));

/** How many answer of all, and the worst alarms that nobody has acknowledged. */
function RowEnd({ row, region }: { row: RestingTownship; region: string }) {
  return (
    <>
      <span>
        {count(row.well)}
        <span className={styles.of}>/{count(row.total)}</span>
      </span>
      {row.worst ? (
        <PageLink
          href={`/alarms?acknowledged=false&region=${region.length === 9 ? region : row.code}`}
          className={styles.worst}
          takesRoom
        >
          <RowAlarms worst={row.worst} />
        </PageLink>
      ) : (
        <span className={styles.of}>—</span>
      )}
    </>
  );
}

const RowAlarms = ({ worst }: { worst: WorstAlarms }) => (
  <>
    <Severity severity={worst.severity} /> {count(worst.alarms)}
  </>
);
