import { useQueries } from "@tanstack/react-query";
import { Siren, Volume2 } from "lucide-react";
import type { BroadcastItemJson } from "../../api/broadcasts.ts";
import { regionQuery } from "../../api/regions.ts";
import { placeName } from "../../map/place-name.ts";
import { type ShownCounts, shownCounts } from "../../map/speaker-counts.ts";
import { useSentOut, useTownshipNames, useVillages } from "../../map/use-villages.ts";
import type { Village } from "../../map/village-groups.ts";
import { groupBy } from "../../ui/group-by.ts";
import { LevelBand, useModeWords, useStateWords } from "../../ui/marks.tsx";
import { useNow } from "../../ui/now.ts";
import { count, listOf } from "../../ui/number.ts";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { elapsed, hourMinute } from "../../ui/time.ts";
import styles from "./air.module.css";
import { fitMatrix } from "./matrix-layout.ts";
import { Figures, Hero, Segments, SideLine, SideList, SilentBox } from "./side.tsx";
import { wallTexts } from "./texts.ts";
import { MatrixHead, WallMatrix } from "./wall-matrix.tsx";

/** In rem: what is free for villages beside one broadcast, and what a line of another one takes of it. */
const MATRIX_HEIGHT = 47;
const OTHER_HEIGHT = 3.25;
const OTHERS = 3;

/** What is on air: the most severe one large at the left, its villages at the right, the others in lines above them. */
export function Air({ broadcasts }: { broadcasts: readonly BroadcastItemJson[] }) {
  const [broadcast, ...others] = broadcasts;
  if (!broadcast) return null;
  return <AirOf key={broadcast.id} broadcast={broadcast} others={others} />;
}

function AirOf({
  broadcast,
  others,
}: {
  broadcast: BroadcastItemJson;
  others: readonly BroadcastItemJson[];
}) {
  const words = useTexts(wallTexts).matrix;
  const { villages } = useVillages(broadcast);
  const townshipName = useTownshipNames(villages ?? []);
  const rows = villages && rowsOf(villages, townshipName);
  const lines = Math.min(others.length, OTHERS + 1);
  return (
    <>
      <section className={styles.left}>
        <AirTitle broadcast={broadcast} />
        <AirCounts broadcast={broadcast} />
        {villages && <AirVillages villages={villages} townshipName={townshipName} />}
      </section>
      <section className={styles.right}>
        <Others broadcasts={others} />
        <MatrixHead title={words.title} states="air" />
        {rows === undefined && <p role="status">{words.loading}</p>}
        {rows?.length === 0 && <p>{words.empty}</p>}
        {rows && (
          <WallMatrix layout={fitMatrix(rows, MATRIX_HEIGHT - lines * OTHER_HEIGHT, words.folded("✓"))} />
        )}
      </section>
    </>
  );
}

const MODE_ICONS = { actual: <Siren aria-hidden />, drill: <Volume2 aria-hidden />, training: null };

function AirTitle({ broadcast }: { broadcast: BroadcastItemJson }) {
  const words = useTexts(wallTexts).air;
  const modes = useModeWords();
  const language = useLanguage();
  const { mode, level, texts, repeatCount } = broadcast.message;
  const headline = texts.find((text) => text.language.startsWith(language))?.headline || broadcast.headline;
  const places = usePlaces(broadcast.regions);
  return (
    <>
      <div className={`${styles.mode} ${styles[mode]}`}>
        <b>
          {MODE_ICONS[mode]}
          {modes[mode]}
        </b>
        <AirTime broadcast={broadcast} />
      </div>
      <div className={styles.title}>
        <LevelBand level={level} />
        <h2 className={headline.length > 16 ? styles.long : ""}>{headline}</h2>
      </div>
      <p className={styles.about}>
        {words.places(listOf(places, language), broadcast.regions.length)} · {words.repeats(repeatCount)}
      </p>
    </>
  );
}

/** Names of the first regions that it reaches. */
function usePlaces(regions: readonly string[]): readonly string[] {
  return useQueries({
    queries: regions.slice(0, 3).map((code) => regionQuery(code)),
    combine: (answers) => answers.flatMap(({ data }) => (data ? [placeName(data.name)] : [])),
  });
}

function AirTime({ broadcast: { releasedAt, message } }: { broadcast: BroadcastItemJson }) {
  const words = useTexts(wallTexts).air;
  const now = useNow();
  const begins = Math.max(
    releasedAt === null ? 0 : Date.parse(releasedAt),
    message.startsAt ? Date.parse(message.startsAt) : 0,
  );
  if (begins > now) return <span>{words.begins(hourMinute(begins))}</span>;
  return (
    <span>
      {words.onAir} · {words.elapsed} <b>{elapsed(now - begins)}</b>
    </span>
  );
}

function AirCounts({ broadcast }: { broadcast: BroadcastItemJson }) {
  const words = useTexts(wallTexts).air;
  const states = useStateWords();
  const sentOut = useSentOut(broadcast);
  if (!broadcast.counts) return <p className={styles.about}>{words.noCounts}</p>;
  const counts: ShownCounts = shownCounts(broadcast.counts, sentOut);
  const { playing, waiting, failed, refused, offline, cancelled } = counts;
  return (
    <>
      <Hero value={counts.sounded} all={counts.all} word={words.sounded} about={words.soundedAbout} />
      <Segments
        parts={(["sounded", "playing", "waiting", "failed", "refused", "offline", "cancelled"] as const).map(
          (state) => ({ state, value: counts[state] }),
        )}
      />
      <Figures
        figures={[
          { state: "playing", name: states.playing, value: playing },
          { state: "waiting", name: states.waiting, value: waiting },
          { state: "failed", name: words.failed, value: failed + refused, isBad: true },
          { state: "offline", name: states.offline, value: offline, isBad: true },
          ...(cancelled > 0
            ? [{ state: "cancelled" as const, name: states.cancelled, value: cancelled }]
            : []),
        ]}
      />
    </>
  );
}

/** Where nobody is proven to have heard it, in the order in which something has to be done. */
function AirVillages({
  villages,
  townshipName,
}: {
  villages: readonly Village[];
  townshipName: (code: string) => string;
}) {
  const words = useTexts(wallTexts).silent;
  const named = (group: Village["group"]) =>
    villages
      .filter((village) => village.group === group)
      .map(({ code, name, township }) => ({
        code,
        name: placeName(name),
        township: townshipName(township),
      }));
  const names = (group: Village["group"]) => named(group).map(({ name }) => name);
  const silent = named("silent");
  return (
    <>
      {/* There is room for one box of names. */}
      {silent.length > 0 ? (
        <SilentBox title={words.sure} villages={silent} />
      ) : (
        <SilentBox title={words.away} villages={named("offline")} />
      )}
      <SideList>
        {silent.length > 0 && <SideLine title={words.away} names={names("offline")} />}
        <SideLine title={words.partly} names={names("partly")} />
        <SideLine title={words.none} names={names("none")} />
        <SideLine title={words.unproven} names={names("waiting")} about={words.mayCome} />
      </SideList>
    </>
  );
}

function rowsOf(villages: readonly Village[], townshipName: (code: string) => string) {
  return [...groupBy(villages, ({ township }) => township)].map(([code, own]) => {
    const sum = (of: "sounded" | "targeted") => own.reduce((all, village) => all + village[of], 0);
    return {
      code,
      name: placeName(townshipName(code)),
      about: `${count(sum("sounded"))} / ${count(sum("targeted"))}`,
      tiles: own.map((village) => ({
        code: village.code,
        name: placeName(village.name),
        state: village.state,
      })),
    };
  });
}

/** What else is on air, a line each. */
function Others({ broadcasts }: { broadcasts: readonly BroadcastItemJson[] }) {
  const words = useTexts(wallTexts);
  const modes = useModeWords();
  if (broadcasts.length === 0) return null;
  const rest = broadcasts.length - OTHERS;
  return (
    <ul className={styles.others} aria-label={words.air.others}>
      {broadcasts.slice(0, OTHERS).map(({ id, message, headline, counts }) => (
        <li key={id}>
          <span className={`${styles.tag} ${styles[message.mode]}`}>{modes[message.mode]}</span>
          <LevelBand level={message.level} />
          <b>{headline}</b>
          {counts && (
            <span className={styles.end}>
              {words.rest.proven(count(counts.sounded), count(counts.targets))}
            </span>
          )}
        </li>
      ))}
      {rest > 0 && <li>{words.air.more(rest)}</li>}
    </ul>
  );
}
