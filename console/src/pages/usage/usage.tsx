import { useQuery } from "@tanstack/react-query";
import { deviceCountsQuery } from "../../api/devices.ts";
import { type KindJson, kindsQuery, type MetricJson } from "../../api/kinds.ts";
import { meQuery } from "../../api/session.ts";
import { homeRegion } from "../../app/area.ts";
import { useParameters } from "../../ui/address.ts";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { useNow } from "../../ui/now.ts";
import { Page } from "../../ui/page.tsx";
import { useTexts } from "../../ui/texts.ts";
import { periodOf } from "./period.ts";
import { usageTexts } from "./texts.ts";
import { UsageControls } from "./usage-controls.tsx";
import { UsageView } from "./usage-view.tsx";

/** What can be added up over a region. */
const countersOf = (kind: KindJson): readonly MetricJson[] =>
  kind.metrics.filter(({ type, fleetAggregates }) => type === "counter" && fleetAggregates.includes("delta"));

/** How much was used where and when. The period, the region and the quantity stand in the address. */
export default function Usage() {
  const words = useTexts(usageTexts);
  const [search, change] = useParameters();
  const me = useQuery(meQuery);
  const kinds = useQuery(kindsQuery);
  const counts = useQuery(deviceCountsQuery("kind", {}));
  const now = useNow(60_000);
  const period = periodOf(search, now);
  const present = new Set(counts.data?.items.map(({ value }) => value));
  const metered = (kinds.data ?? []).filter((kind) => present.has(kind.kind) && countersOf(kind).length > 0);
  // Gateways count packets too; what households use comes first.
  const kind =
    metered.find((one) => one.kind === search.get("kind")) ??
    metered.find(({ gateway }) => !gateway) ??
    metered[0];
  const metrics = kind ? countersOf(kind) : [];
  const metric = metrics.find(({ key }) => key === search.get("metric")) ?? metrics[0];
  const home = me.data && homeRegion(me.data);
  const region = search.get("region") ?? home;
  return (
    <Page title={words.title}>
      <Loaded query={counts}>
        {() =>
          kind && metric ? (
            <>
              <UsageControls
                {...{ period, home, kind, metric, metrics, kinds: metered }}
                region={search.get("region") ?? undefined}
                onChange={change}
              />
              <UsageView {...{ period, region, kind, metric, now }} />
            </>
          ) : (
            kinds.data && <Empty title={words.noMeters}>{words.noMetersNext}</Empty>
          )
        }
      </Loaded>
    </Page>
  );
}
