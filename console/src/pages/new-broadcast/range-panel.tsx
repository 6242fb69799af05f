import type { PreviewJson } from "../../api/drafts.ts";
import { placeName } from "../../map/place-name.ts";
import { TileLegend, VillageMatrix } from "../../map/village-matrix.tsx";
import { Button } from "../../ui/button.tsx";
import { Empty, Skeleton } from "../../ui/empty.tsx";
import { count, listOf } from "../../ui/number.ts";
import { Panel } from "../../ui/panel.tsx";
import { Table } from "../../ui/table.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import styles from "./range-panel.module.css";
import { RegionPicker } from "./region-picker.tsx";
import { rowsOf } from "./rows.ts";
import { type Aim, addRegion, dropRegion, hasShapes, isNowhere, toggleVillage } from "./target.ts";
import { newTexts } from "./texts.ts";

export interface RangePanelProps {
  readonly aim: Aim;
  readonly preview: PreviewJson | undefined;
  readonly onChange: (aim: Aim) => void;
}

/** Where it will be heard: regions by name, and their villages one by one. */
export function RangePanel({ aim, preview, onChange }: RangePanelProps) {
  const words = useTexts(newTexts);
  const villages = preview?.villages;
  const about = preview && (
    <>
      {words.rangeCount(aim.regions.length, villages == null ? "?" : count(villages))}
      {hasShapes(aim) && ` · ${words.shapesToo}`}
    </>
  );
  return (
    <Panel
      title={words.range}
      about={about}
      more={<TileLegend states={["online", "offline", "none"]} />}
      spills
    >
      <div className={styles.range}>
        <RegionPicker
          regions={aim.regions}
          onAdd={(region) => onChange(addRegion(aim, region))}
          onDrop={(code) => onChange(dropRegion(aim, code))}
        />
        {isNowhere(aim) ? (
          <Empty title={words.noRange}>{words.noRangeNext}</Empty>
        ) : (
          <Villages aim={aim} preview={preview} onChange={onChange} />
        )}
      </div>
    </Panel>
  );
}

function Villages({ aim, preview, onChange }: RangePanelProps) {
  const words = useTexts(newTexts);
  const language = useLanguage();
  if (!preview) return <Skeleton lines={3} tall label={words.matrix} />;
  if (preview.byVillage === null) return <Townships preview={preview} />;
  const rows = rowsOf(preview, aim, (villages, speakers) =>
    words.townshipAbout(count(villages), count(speakers)),
  );
  const known = rows.flatMap(({ tiles }) => tiles);
  return (
    <>
      <VillageMatrix
        caption={words.matrix}
        rows={rows}
        density="names"
        isPressed={({ state }) => state !== "out"}
        onPick={({ code, name }) => onChange(toggleVillage(aim, { code, name }, known))}
      />
      {aim.exclude.length > 0 && (
        <p className={styles.out}>
          {words.takenOut(
            listOf(
              aim.exclude.map(({ name }) => placeName(name)),
              language,
            ),
          )}
          <Button look="quiet" small onClick={() => onChange({ ...aim, exclude: [] })}>
            {words.putBackAll}
          </Button>
        </p>
      )}
    </>
  );
}

/** Of a province: its townships, since nobody takes out villages of 18,000. */
function Townships({ preview }: { preview: PreviewJson }) {
  const words = useTexts(newTexts);
  return (
    <>
      <p>{words.tooMany}</p>
      <div className={styles.townships}>
        <Table
          caption={words.range}
          rows={preview.byTownship}
          rowKey={({ regionCode }) => regionCode}
          columns={[
            { key: "name", head: words.township, cell: ({ name, regionCode }) => name ?? regionCode },
            {
              key: "villages",
              head: words.villages,
              cell: ({ villages }) => (villages === null ? "—" : count(villages)),
              numeric: true,
            },
            {
              key: "covered",
              head: words.covered,
              cell: ({ villagesCovered }) => count(villagesCovered),
              numeric: true,
            },
            {
              key: "speakers",
              head: words.speakers,
              cell: ({ online, speakers }) => `${count(online)}/${count(speakers)}`,
              numeric: true,
            },
          ]}
        />
      </div>
    </>
  );
}
