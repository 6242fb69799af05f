import { useQuery } from "@tanstack/react-query";
import { childRegionsQuery, type RegionDetailJson, regionQuery } from "../../api/regions.ts";
import { type MeJson, mayDo, meQuery } from "../../api/session.ts";
import { homeRegion, shownRegion } from "../../app/area.ts";
import { useParameters } from "../../ui/address.ts";
import { Page } from "../../ui/page.tsx";
import { ProblemView } from "../../ui/problem-view.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { AlarmsPanel } from "./alarms-panel.tsx";
import { CountyPanel } from "./county-panel.tsx";
import { DemoTour } from "./demo-tour.tsx";
import { KindStrip } from "./kind-strip.tsx";
import { NeedsPanel } from "./needs-panel.tsx";
import styles from "./overview.module.css";
import { overviewTexts } from "./texts.ts";
import { UsagePanel } from "./usage-panel.tsx";
import { useSituation } from "./use-situation.ts";
import { useVillageRows } from "./use-village-rows.ts";
import { VillagePanel } from "./village-panel.tsx";

/** What needs the person now, and how their area is. */
export default function Overview() {
  const { data: me } = useQuery(meQuery);
  if (!me) return null;
  return <Home me={me} />;
}

/** Finds the region: the address names it, or it is the caller's own; a country of one province is that province. */
function Home({ me }: { me: MeJson }) {
  const [parameters] = useParameters();
  const own = shownRegion(parameters.get("region")) ?? homeRegion(me);
  const provinces = useQuery({ ...childRegionsQuery(undefined), enabled: own === undefined });
  const only = provinces.data?.items.length === 1 ? provinces.data.items[0]?.code : undefined;
  if (own === undefined && provinces.isPending) return null;
  return <RegionOverview key={own ?? only} me={me} region={own ?? only} />;
}

function RegionOverview({ me, region }: { me: MeJson; region: string | undefined }) {
  const words = useTexts(overviewTexts);
  const language = useLanguage();
  const place = useQuery({ ...regionQuery(region ?? ""), enabled: region !== undefined });
  const rows = useVillageRows(me, region);
  const situation = useSituation(me, region, rows);
  const name = place.data ? nameOf(place.data, language) : words.everywhere;
  // Above the county there are too many villages for tiles.
  const isLarge = region !== undefined && region.length < 6;
  const usage = mayDo(me, "readings:read") && <UsagePanel region={region} mayAsk={situation.isSettled} />;
  if (place.error) {
    return (
      <Page title={words.title}>
        <ProblemView error={place.error} onAgain={() => void place.refetch()} />
      </Page>
    );
  }
  return (
    <Page
      title={words.title}
      about={
        <div className={styles.about}>
          {place.data && <About place={place.data} name={name} villages={rows} />}
        </div>
      }
    >
      <DemoTour me={me} />
      <KindStrip region={region} />
      <div className={styles.columns}>
        <div className={styles.column}>
          <NeedsPanel me={me} region={region} query={situation} />
          {isLarge && <CountyPanel me={me} region={region} place={name} />}
          {!isLarge && usage}
        </div>
        <div className={styles.column}>
          {region !== undefined && !isLarge && <VillagePanel region={region} place={name} rows={rows} />}
          {mayDo(me, "alarms:read") && <AlarmsPanel region={region} />}
          {isLarge && usage}
        </div>
      </div>
    </Page>
  );
}

const nameOf = ({ name, nameEn }: RegionDetailJson, language: "zh" | "en"): string =>
  language === "en" ? (nameEn ?? name) : name;

/** Beside the title: the place, and how many parts it has. */
function About({
  place,
  name,
  villages,
}: {
  place: RegionDetailJson;
  name: string;
  villages: ReturnType<typeof useVillageRows>;
}) {
  const words = useTexts(overviewTexts);
  const tiles = villages.data?.reduce((sum, { tiles }) => sum + tiles.length, 0);
  const parts =
    place.level === "county"
      ? tiles !== undefined && words.about(place.childCount, tiles)
      : place.level === "township"
        ? words.aboutVillages(place.childCount)
        : place.level === "city" && words.aboutCounties(place.childCount);
  return <>{[name, parts].filter(Boolean).join(" · ")}</>;
}
