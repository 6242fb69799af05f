import { useState } from "react";
import type { BroadcastJson, StoredPreviewJson } from "../../../api/broadcasts.ts";
import { placeName } from "../../../map/place-name.ts";
import { VillageDots } from "../../../map/village-matrix.tsx";
import { VillageTable } from "../../../map/village-table.tsx";
import { Button } from "../../../ui/button.tsx";
import { count, listOf } from "../../../ui/number.ts";
import { Panel } from "../../../ui/panel.tsx";
import { useLanguage, useTexts } from "../../../ui/texts.ts";
import { duration } from "../../../ui/time.ts";
import { type ReachRow, reachRows } from "./reach-rows.ts";
import { pendingTexts } from "./texts.ts";
import styles from "./where-panel.module.css";

/** Where it will sound: a line a township, a square a village, and the four numbers that decide. */
export function WherePanel({ broadcast, preview }: { broadcast: BroadcastJson; preview: StoredPreviewJson }) {
  const words = useTexts(pendingTexts);
  const language = useLanguage();
  const [byVillage, setByVillage] = useState(false);
  const rows = reachRows(preview);
  const hasVillages = rows.some(({ tiles }) => tiles.length > 0);
  return (
    <Panel
      flush
      title={words.where}
      about={listOf(
        rows.map(({ name }) => name),
        language,
      )}
      more={
        hasVillages && (
          <Button small look="quiet" aria-pressed={byVillage} onClick={() => setByVillage(!byVillage)}>
            {byVillage
              ? words.asRows
              : preview.villages === null
                ? words.asTable
                : words.asTableCount(count(preview.villages))}
          </Button>
        )
      }
    >
      {byVillage ? <VillageTable caption={words.where} rows={rows} /> : <Townships rows={rows} />}
      <Facts broadcast={broadcast} preview={preview} />
    </Panel>
  );
}

const SHOWN_NAMES = 3;

function Townships({ rows }: { rows: readonly ReachRow[] }) {
  const words = useTexts(pendingTexts);
  const language = useLanguage();
  /** A few by name; all of them stand below. */
  const unheardWords = (names: readonly string[]) => {
    const shown = listOf(names.slice(0, SHOWN_NAMES).map(placeName), language);
    return words.unheard(names.length > SHOWN_NAMES ? words.andOthers(shown, count(names.length)) : shown);
  };
  if (rows.length === 0) return <p className={styles.empty}>{words.reachesNone}</p>;
  return (
    <ul className={styles.rows} aria-label={words.where}>
      {rows.map((row) => (
        <li key={row.code} className={styles.row}>
          <b>{row.name}</b>
          <VillageDots label={row.name} tiles={row.tiles} />
          <span className={styles.number}>
            {row.villages === null ? "" : words.villages(count(row.villages))}
          </span>
          <span className={styles.number}>{words.online(count(row.online), count(row.speakers))}</span>
          <span className={row.unheard.length > 0 ? undefined : styles.calm}>
            {row.unheard.length > 0 ? unheardWords(row.unheard) : row.tiles.length > 0 && words.allHear}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Facts({ broadcast, preview }: { broadcast: BroadcastJson; preview: StoredPreviewJson }) {
  const words = useTexts(pendingTexts);
  const language = useLanguage();
  const { repeatCount } = broadcast.message;
  const hearing = preview.villagesCovered - preview.villagesOffline.count;
  const each = preview.readingSeconds === null ? undefined : preview.readingSeconds / repeatCount;
  return (
    <dl className={styles.facts}>
      <div>
        <dt>{words.speakers}</dt>
        <dd>
          {count(preview.speakers)}
          <small>{words.pieces}</small>
        </dd>
      </div>
      <div>
        <dt>{words.nowOnline}</dt>
        <dd>
          {count(preview.online)}
          <small>{words.offline(count(preview.speakers - preview.online))}</small>
        </dd>
      </div>
      <div>
        <dt>{words.hear}</dt>
        <dd>
          {count(hearing)}
          <small>{preview.villages === null ? words.ofUnknown : words.of(count(preview.villages))}</small>
        </dd>
      </div>
      <div>
        <dt>{words.repeats}</dt>
        <dd>
          {words.times(repeatCount)}
          {each !== undefined && <small>{words.each(duration(each * 1000, language))}</small>}
        </dd>
      </div>
    </dl>
  );
}
