import { EarOff } from "lucide-react";
import type { PreviewJson } from "../../api/drafts.ts";
import { byTownship } from "../../map/by-township.ts";
import { placeName } from "../../map/place-name.ts";
import { count } from "../../ui/number.ts";
import { useTexts } from "../../ui/texts.ts";
import { previewTexts } from "./preview-texts.ts";
import styles from "./silent-list.module.css";

type SilentFacts = Pick<
  PreviewJson,
  "villagesOffline" | "villagesWithoutSpeaker" | "possiblyWithoutSpeaker" | "byTownship"
>;
type Named = { readonly code: string; readonly name: string };

/** How many villages are known to hear nothing, whatever else is not known. */
export const silentCount = ({ villagesOffline, villagesWithoutSpeaker }: SilentFacts): number =>
  villagesOffline.count + (villagesWithoutSpeaker.count ?? 0);

/** The villages that would hear nothing, by name: somebody has to tell them in another way. */
export function SilentList({ preview }: { preview: SilentFacts }) {
  const words = useTexts(previewTexts);
  const { villagesOffline: offline, villagesWithoutSpeaker: without, possiblyWithoutSpeaker } = preview;
  const silent = silentCount(preview);
  const isKnown = !without.unknown;
  if (silent === 0 && isKnown && possiblyWithoutSpeaker.count === 0) {
    return <p className={styles.none}>{words.allHear}</p>;
  }
  return (
    <section className={styles.silent} aria-label={words.silent(count(silent))}>
      <h3>
        <EarOff aria-hidden />
        {silent > 0 || isKnown ? words.silent(count(silent)) : words.silentUnknown}
      </h3>
      <dl tabIndex={0}>
        <Villages title={words.allOffline} list={offline} preview={preview} />
        <Villages
          title={words.noSpeaker}
          list={{ count: without.count ?? 0, items: without.items }}
          preview={preview}
        />
        <Villages title={words.possibly} list={possiblyWithoutSpeaker} preview={preview} />
      </dl>
      {!isKnown && <p>{words.shapesUnknown}</p>}
      <p>{words.tellThem}</p>
    </section>
  );
}

function Villages({
  title,
  list,
  preview: { byTownship: townships },
}: {
  title: string;
  list: { readonly count: number; readonly items: readonly Named[] };
  preview: Pick<SilentFacts, "byTownship">;
}) {
  const words = useTexts(previewTexts);
  if (list.count === 0) return null;
  const nameOf = (code: string) => townships.find(({ regionCode }) => regionCode === code)?.name ?? "";
  return (
    <>
      <dt>
        {title} {count(list.count)}
      </dt>
      {byTownship(list.items).map(([township, villages]) => (
        <dd key={township}>
          {villages.map(({ code, name }) => (
            <span key={code} className={styles.village}>
              {placeName(name)}
            </span>
          ))}
          <small>{nameOf(township)}</small>
        </dd>
      ))}
      {list.count > list.items.length && <dd>{words.others(count(list.count - list.items.length))}</dd>}
    </>
  );
}
