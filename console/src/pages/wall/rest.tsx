import { useQuery } from "@tanstack/react-query";
import { AudioLines } from "lucide-react";
import { Fragment, type ReactNode } from "react";
import type { AlarmJson } from "../../api/alarms.ts";
import { type BroadcastItemJson, latestBroadcastsQuery } from "../../api/broadcasts.ts";
import { kindsQuery } from "../../api/kinds.ts";
import { type MeJson, mayDo } from "../../api/session.ts";
import { summaryQuery } from "../../api/summary.ts";
import { placeName } from "../../map/place-name.ts";
import { shortPlace } from "../../map/short-place.ts";
import type { TownshipRow } from "../../map/tile-state.ts";
import { LevelBand, useModeWords } from "../../ui/marks.tsx";
import { useNow } from "../../ui/now.ts";
import { count } from "../../ui/number.ts";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { shortMoment } from "../../ui/time.ts";
import { useVillageRows } from "../overview/use-village-rows.ts";
import { restingState } from "../overview/villages.ts";
import air from "./air.module.css";
import { Fact, WallAlarm } from "./foot.tsx";
import { pagesOf } from "./matrix-layout.ts";
import styles from "./rest.module.css";
import { Figures, Hero, Segments, SideLine, SideList, SilentBox } from "./side.tsx";
import { wallTexts } from "./texts.ts";
import { READ_AGAIN_MS, type WallSummary } from "./use-wall.ts";
import { MatrixHead, WallMatrix } from "./wall-matrix.tsx";

/** In rem. */
const MATRIX_HEIGHT = 47;
const TURN_MS = 20_000;
const RECENT = 7;
const ALARMS = 11;
const KINDS = 6;

interface RestProps {
  readonly me: MeJson;
  readonly region: string | undefined;
  readonly summary: WallSummary | undefined;
  readonly alarms: readonly AlarmJson[] | undefined;
}

/** Nothing is on air: who could hear at the left, at the right pages that turn every 20 seconds. */
export function Rest({ me, region, summary, alarms }: RestProps) {
  const villages = useVillageRows(me, region);
  const isCounty = region !== undefined && region.length >= 6;
  useQuery({ ...summaryQuery(region, "village"), refetchInterval: READ_AGAIN_MS, enabled: isCounty });
  const recent = useQuery({
    ...latestBroadcastsQuery("completed,cancelled,failed", RECENT),
    enabled: mayDo(me, "broadcasts:read"),
  });
  const rows = villages.data;
  return (
    <>
      <section className={air.left}>
        <RestMode last={recent.data?.items[0]} />
        {rows ? <Hearing rows={rows} /> : summary && <SpeakersOnline summary={summary} />}
      </section>
      <section className={air.right}>
        <Pages
          pages={[
            ...(rows ? villagePages(rows) : []),
            ...(!isCounty && summary ? placePages(summary) : []),
            ...(summary ? [<DevicesPage key="devices" summary={summary} />] : []),
            ...(alarms && alarms.length > 0 ? [<AlarmsPage key="alarms" alarms={alarms} />] : []),
            ...(recent.data && recent.data.items.length > 0
              ? [<RecentPage key="recent" items={recent.data.items} />]
              : []),
          ]}
        />
      </section>
    </>
  );
}

function RestMode({ last }: { last: BroadcastItemJson | undefined }) {
  const words = useTexts(wallTexts).rest;
  const language = useLanguage();
  const now = useNow(15_000);
  return (
    <div className={`${air.mode} ${styles.quiet}`}>
      <b>
        <AudioLines aria-hidden />
        {words.mode}
      </b>
      <span>
        {last?.releasedAt ? words.lastAir(shortMoment(last.releasedAt, language, now)) : words.neverAired}
      </span>
    </div>
  );
}

/** In how many villages a broadcast would be heard now, and in which it would not. */
function Hearing({ rows }: { rows: readonly TownshipRow[] }) {
  const words = useTexts(wallTexts);
  const tiles = rows.flatMap((row) => row.tiles.map((tile) => ({ ...tile, township: row.name })));
  const of = (state: string) => tiles.filter((tile) => tile.state === state);
  const parts = (["online", "partly", "offline", "none"] as const).map((state) => ({
    state,
    value: of(state).length,
  }));
  const [online, partly, offline, none] = parts.map(({ value }) => value) as [number, number, number, number];
  return (
    <>
      <p className={air.about}>{words.rest.title}</p>
      <Hero
        value={online + partly}
        all={tiles.length}
        word={words.rest.canHear}
        about={words.rest.canHearAbout}
      />
      <Segments parts={parts} />
      <Figures
        figures={[
          { state: "sounded", name: words.rest.states.online, value: online },
          { state: "late", name: words.rest.states.partly, value: partly },
          { state: "offline", name: words.rest.states.offline, value: offline, isBad: true },
          { state: "none", name: words.rest.states.none, value: none },
        ]}
      />
      <SilentBox title={words.silent.offline} villages={of("offline")} />
      <SideList>
        <SideLine title={words.silent.none} names={of("none").map(({ name }) => name)} />
      </SideList>
    </>
  );
}

/** Of an area larger than a county. */
function SpeakersOnline({ summary: { total } }: { summary: WallSummary }) {
  const words = useTexts(wallTexts).rest;
  const { connected, total: all } = total.speakers;
  return (
    <>
      <p className={air.about}>{words.titleSpeakers}</p>
      <Hero value={connected} all={all} word={words.online} about={words.speakersAbout} />
      <Segments
        parts={[
          { state: "online", value: connected },
          { state: "offline", value: all - connected },
        ]}
      />
    </>
  );
}

/** One page at a time, by the clock, so that two screens beside each other show the same. */
function Pages({ pages }: { pages: readonly ReactNode[] }) {
  const words = useTexts(wallTexts).rest;
  const now = useNow(TURN_MS);
  if (pages.length === 0) return null;
  const at = Math.round(now / TURN_MS) % pages.length;
  return (
    <>
      {pages[at]}
      {pages.length > 1 && (
        <div className={styles.dots} role="img" aria-label={words.page(at + 1, pages.length)}>
          {pages.map((_, page) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a dot is its place
            <i key={page} className={page === at ? styles.here : ""} />
          ))}
        </div>
      )}
    </>
  );
}

function villagePages(rows: readonly TownshipRow[]): ReactNode[] {
  const shown = rows.map(({ code, name, tiles }) => ({ code, name: placeName(name), tiles }));
  return pagesOf(shown, MATRIX_HEIGHT).map((layout, page) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a page has no other name
    <Fragment key={page}>
      <VillagesHead />
      <WallMatrix layout={layout} />
    </Fragment>
  ));
}

const VillagesHead = () => <MatrixHead title={useTexts(wallTexts).matrix.title} states="rest" />;
const PlacesHead = () => <MatrixHead title={useTexts(wallTexts).matrix.parts} states="rest" />;

/** The parts of a province or a city as tiles. */
function placePages(summary: WallSummary): ReactNode[] {
  const tiles = summary.items.map(({ code, name, speakers }) => ({
    code,
    name: shortPlace(name),
    state: restingState({ total: speakers.total, ok: speakers.connected }),
  }));
  const row = { code: "", name: shortPlace(summary.region?.name ?? ""), tiles };
  return pagesOf([row], MATRIX_HEIGHT).map((layout, page) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a page has no other name
    <Fragment key={`places${page}`}>
      <PlacesHead />
      <WallMatrix layout={layout} />
    </Fragment>
  ));
}

function DevicesPage({ summary: { total } }: { summary: WallSummary }) {
  const words = useTexts(wallTexts).rest;
  const language = useLanguage();
  const kinds = useQuery(kindsQuery);
  const largest = Object.entries(total.devices)
    .sort(([, a], [, b]) => b.total - a.total)
    .slice(0, KINDS);
  return (
    <>
      <h2 className={styles.title}>
        {words.devices} · {words.onTime}
      </h2>
      <dl className={styles.kinds}>
        {largest.map(([kind, { ok, total: all }]) => (
          <Fact
            key={kind}
            name={kinds.data?.find((one) => one.kind === kind)?.title[language] ?? kind}
            value={ok}
            all={all}
          />
        ))}
      </dl>
    </>
  );
}

function AlarmsPage({ alarms }: { alarms: readonly AlarmJson[] }) {
  const words = useTexts(wallTexts);
  const rest = alarms.length - ALARMS;
  return (
    <>
      <h2 className={styles.title}>{words.rest.alarms}</h2>
      <ul className={styles.lines}>
        {alarms.slice(0, ALARMS).map((alarm) => (
          <WallAlarm key={alarm.id} alarm={alarm} />
        ))}
        {rest > 0 && <li>{words.foot.more(count(rest))}</li>}
      </ul>
    </>
  );
}

function RecentPage({ items }: { items: readonly BroadcastItemJson[] }) {
  const words = useTexts(wallTexts);
  const modes = useModeWords();
  const language = useLanguage();
  const now = useNow(15_000);
  return (
    <>
      <h2 className={styles.title}>{words.rest.recent}</h2>
      <ul className={air.others}>
        {items.map(({ id, message, headline, counts, releasedAt, state }) => (
          <li key={id} className={styles.recent}>
            <span className={`${air.tag} ${air[message.mode]}`}>{modes[message.mode]}</span>
            <LevelBand level={message.level} />
            <b>{headline}</b>
            <span className={air.end}>
              {words.states[state]}
              {counts && ` · ${words.rest.proven(count(counts.sounded), count(counts.targets))}`}
              {releasedAt && ` · ${shortMoment(releasedAt, language, now)}`}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
