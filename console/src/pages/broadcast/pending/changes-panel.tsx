import { CircleSlash, Minus, Plus, Radio, VolumeX } from "lucide-react";
import type { ReactNode } from "react";
import type { StoredPreviewJson } from "../../../api/broadcasts.ts";
import { placeName } from "../../../map/place-name.ts";
import { count, listOf } from "../../../ui/number.ts";
import { Panel } from "../../../ui/panel.tsx";
import { useLanguage, useTexts } from "../../../ui/texts.ts";
import { duration } from "../../../ui/time.ts";
import styles from "./changes-panel.module.css";
import { pendingTexts } from "./texts.ts";
import type { useFreshPreview } from "./use-fresh-preview.ts";

interface Line {
  readonly key: string;
  readonly icon: ReactNode;
  readonly text: string;
  /** It is worse than when it was submitted. */
  readonly worse?: boolean;
}

/** What changed since the submission, and who else wants these speakers. */
export function Changes({ preview: { query, age } }: { preview: ReturnType<typeof useFreshPreview> }) {
  if (!query.data) return null;
  return (
    <>
      <ChangesPanel preview={query.data} age={query.isFetching ? undefined : age} />
      <ConflictsPanel preview={query.data} />
    </>
  );
}

/** What is no longer as it was when it was submitted, computed now. */
function ChangesPanel({ preview, age }: { preview: StoredPreviewJson; age: number | undefined }) {
  const words = useTexts(pendingTexts);
  const language = useLanguage();
  const lines = useLines(preview);
  const known = preview.changedSinceSubmission !== null;
  return (
    <Panel
      flush
      title={words.changes}
      {...(known && { count: lines.length })}
      more={age === undefined ? words.recomputing : words.recomputed(duration(age, language))}
    >
      <ul className={styles.list}>
        {lines.map(({ key, icon, text, worse }) => (
          <li key={key} className={worse ? styles.worse : undefined}>
            {icon}
            {text}
          </li>
        ))}
        {known && lines.length === 0 && <li>{words.noChanges}</li>}
        {!known && <li>{words.changesUnknown}</li>}
      </ul>
      {known && <p className={styles.same}>{words.sameContent}</p>}
    </Panel>
  );
}

/** Names a few places and counts the others. */
const SHOWN_PLACES = 4;

function useLines(preview: StoredPreviewJson): Line[] {
  const words = useTexts(pendingTexts);
  const language = useLanguage();
  const { changedSinceSubmission: changed } = preview;
  if (!changed) return [];
  const names = new Map(preview.byVillage?.map(({ regionCode, name }) => [regionCode, name]));
  const named = (all: readonly string[]) => {
    const places = [...new Set(all)].map(placeName);
    const shown = listOf(places.slice(0, SHOWN_PLACES), language);
    return places.length > SHOWN_PLACES ? words.and(shown, count(places.length)) : shown;
  };
  const placesOf = ({ items }: { items: readonly { regionCode: string }[] }) =>
    named(items.map(({ regionCode }) => names.get(regionCode) ?? regionCode));
  const lines: Line[] = [];
  const add = (is: boolean, line: () => Line) => is && lines.push(line());
  const { wentOffline, cameOnline, added, removed, villagesWithoutSpeaker: without } = changed;
  add(wentOffline.count > 0, () => ({
    key: "offline",
    icon: <CircleSlash aria-hidden />,
    text: words.wentOffline(placesOf(wentOffline), count(wentOffline.count)),
    worse: true,
  }));
  add(removed.count > 0, () => ({
    key: "removed",
    icon: <Minus aria-hidden />,
    text: words.removed(placesOf(removed), count(removed.count)),
    worse: true,
  }));
  add((without?.added.count ?? 0) > 0, () => ({
    key: "without",
    icon: <VolumeX aria-hidden />,
    text: words.newlyWithout(named(without!.added.items.map(({ name }) => name))),
    worse: true,
  }));
  add(cameOnline.count > 0, () => ({
    key: "online",
    icon: <Radio aria-hidden />,
    text: words.cameOnline(placesOf(cameOnline), count(cameOnline.count)),
  }));
  add(added.count > 0, () => ({
    key: "added",
    icon: <Plus aria-hidden />,
    text: words.added(placesOf(added), count(added.count)),
  }));
  add((without?.removed.count ?? 0) > 0, () => ({
    key: "with",
    icon: <Plus aria-hidden />,
    text: words.nowWith(named(without!.removed.items.map(({ name }) => name))),
  }));
  return lines;
}

/** Other broadcasts on the same speakers, and which of the two gives way. */
function ConflictsPanel({ preview }: { preview: StoredPreviewJson }) {
  const words = useTexts(pendingTexts);
  const { conflicts, replacesWider } = preview;
  if (conflicts.length === 0 && replacesWider.length === 0) return null;
  return (
    <Panel flush title={words.conflicts} count={conflicts.length}>
      <ul className={styles.list}>
        {conflicts.map((conflict, at) => (
          <li key={conflict.id ?? at} className={conflict.givesWay === "this" ? styles.worse : undefined}>
            <Radio aria-hidden />
            <span>
              <b>{conflict.headline ?? words.hidden}</b>
              <br />
              {words.plays(count(conflict.speakers))} · {words.gives[conflict.givesWay]}
            </span>
          </li>
        ))}
        {replacesWider.length > 0 && <li className={styles.worse}>{words.replacesWider}</li>}
      </ul>
    </Panel>
  );
}
