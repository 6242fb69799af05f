import { CircleSlash, EarOff, VolumeX } from "lucide-react";
import type { ReactNode } from "react";
import type { StoredPreviewJson } from "../../../api/broadcasts.ts";
import { placeName } from "../../../map/place-name.ts";
import { townshipOf } from "../../../map/village-groups.ts";
import { count } from "../../../ui/number.ts";
import { Panel } from "../../../ui/panel.tsx";
import { useTexts } from "../../../ui/texts.ts";
import { pendingTexts } from "./texts.ts";
import styles from "./unheard-panel.module.css";

/** The villages that would hear nothing, by name, in the groups in which somebody has to do something about it. */
export function UnheardPanel({ preview }: { preview: StoredPreviewJson }) {
  const words = useTexts(pendingTexts);
  const {
    villagesOffline: offline,
    villagesWithoutSpeaker: without,
    possiblyWithoutSpeaker: perhaps,
  } = preview;
  const newOnes = newlyUnheard(preview);
  const all = offline.count + (without.count ?? 0);
  const title = without.unknown ? words.silentAtLeast(count(all)) : words.silent(count(all));
  const nameOf = townshipNames(preview);
  const list = (items: readonly NamedVillage[], number: number | null) => (
    <VillageList items={items} all={number ?? items.length} newOnes={newOnes} nameOf={nameOf} />
  );
  return (
    <Panel
      flush
      title={
        <span className={styles.title}>
          <EarOff aria-hidden />
          {all === 0 && !without.unknown ? words.silentNone : title}
        </span>
      }
      about={all > 0 && words.silentAbout}
    >
      <div className={styles.groups}>
        <Group icon={<CircleSlash aria-hidden />} title={words.allOffline} number={offline.count}>
          {list(offline.items, offline.count)}
        </Group>
        <Group icon={<VolumeX aria-hidden />} title={words.noSpeaker} number={without.count ?? 0}>
          {list(without.items, without.count)}
          {without.unknown && <p className={styles.note}>{words.unknownVillages}</p>}
        </Group>
        {perhaps.count > 0 && (
          <Group icon={<VolumeX aria-hidden />} title={words.perhaps} number={perhaps.count}>
            {list(perhaps.items, perhaps.count)}
          </Group>
        )}
      </div>
    </Panel>
  );
}

interface NamedVillage {
  readonly code: string;
  readonly name: string;
}

function Group({
  icon,
  title,
  number,
  children,
}: {
  icon: ReactNode;
  title: string;
  number: number;
  children: ReactNode;
}) {
  return (
    <div className={styles.group}>
      <h3>
        {icon}
        {title}
        <span className={styles.count}>{count(number)}</span>
      </h3>
      {children}
    </div>
  );
}

function VillageList({
  items,
  all,
  newOnes,
  nameOf,
}: {
  items: readonly NamedVillage[];
  all: number;
  newOnes: ReadonlySet<string>;
  nameOf: (code: string) => string;
}) {
  const words = useTexts(pendingTexts);
  if (items.length === 0) return <p className={styles.note}>{words.none}</p>;
  return (
    <ul className={styles.list}>
      {items.map(({ code, name }) => (
        <li key={code}>
          <b>{placeName(name)}</b>
          <span className={styles.township}>{nameOf(code)}</span>
          {newOnes.has(code) && <span className={styles.new}>{words.isNew}</span>}
        </li>
      ))}
      {all > items.length && <li>{words.andMore(count(all - items.length))}</li>}
    </ul>
  );
}

/** The names of townships by a village's code. */
function townshipNames({ byTownship }: StoredPreviewJson): (village: string) => string {
  const names = new Map(byTownship.map(({ regionCode, name }) => [regionCode, name]));
  return (village) => names.get(townshipOf(village)) ?? "";
}

/** Those that heard it when it was submitted: their speakers went offline since, or were taken away. */
function newlyUnheard({ changedSinceSubmission: changed, villagesOffline }: StoredPreviewJson): Set<string> {
  if (!changed) return new Set();
  const wentOffline = new Set(changed.wentOffline.items.map(({ regionCode }) => regionCode));
  return new Set([
    ...villagesOffline.items.map(({ code }) => code).filter((code) => wentOffline.has(code)),
    ...(changed.villagesWithoutSpeaker?.added.items ?? []).map(({ code }) => code),
  ]);
}
