import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { type AlarmJson, activeAlarmsQuery } from "../../api/alarms.ts";
import { clockOffset } from "../../api/clock.ts";
import {
  type DeviceFilters,
  deviceCountsQuery,
  devicePages,
  devicesQuery,
  listAddress,
} from "../../api/devices.ts";
import { kindsQuery, kindTitle } from "../../api/kinds.ts";
import { mayDo, meQuery } from "../../api/session.ts";
import { homeRegion } from "../../app/area.ts";
import { usePlaceName } from "../../map/region-name.tsx";
import { useParameters } from "../../ui/address.ts";
import { Button } from "../../ui/button.tsx";
import { CsvButton } from "../../ui/csv-button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { count } from "../../ui/number.ts";
import { Page } from "../../ui/page.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { clockTime, duration } from "../../ui/time.ts";
import { AddDevice } from "./add-device.tsx";
import { DeviceList } from "./device-list.tsx";
import { DevicePoints } from "./device-points.tsx";
import styles from "./devices.module.css";
import { FilterBar } from "./filter-bar.tsx";
import { deviceFiltersOf, narrowing } from "./filters.ts";
import { GatewayBanners } from "./gateway-banner.tsx";

import { listedMetrics } from "./listed-metrics.ts";
import { StatusTabs } from "./status-tabs.tsx";
import { devicesTexts } from "./texts.ts";

/** So many gateways are known by name; of others the id is shown. */
const GATEWAYS = 1000;

/** Names of gateways that the caller may see. */
function useGatewayNames(): ReadonlyMap<string, string> {
  const kinds = useQuery(kindsQuery);
  const kind = kinds.data?.find(({ gateway }) => gateway)?.kind;
  const gateways = useQuery({
    ...devicesQuery({ kind: kind ?? "", limit: GATEWAYS }),
    enabled: kind !== undefined,
    staleTime: 5 * 60_000,
  });
  return useMemo(
    () =>
      new Map(gateways.data?.items.flatMap(({ id, name }) => (name === null ? [] : [[id, name] as const]))),
    [gateways.data],
  );
}

/** The active alarms of what is listed, by device. */
function useAlarms(filters: DeviceFilters, enabled: boolean) {
  const { kind, region } = filters;
  const { data } = useQuery({
    ...activeAlarmsQuery({ ...(kind && { kind }), ...(region && { region }) }),
    enabled,
  });
  return useMemo(() => {
    if (!data) return { alarms: undefined, allAlarms: true };
    const byDevice = new Map<string, AlarmJson[]>();
    for (const alarm of data.items)
      byDevice.set(alarm.deviceId, [...(byDevice.get(alarm.deviceId) ?? []), alarm]);
    return { alarms: byDevice, allAlarms: data.nextCursor === null };
  }, [data]);
}

export default function Devices() {
  const words = useTexts(devicesTexts);
  const language = useLanguage();
  const [search, change] = useParameters();
  const text = search.toString();
  const filters = useMemo(() => deviceFiltersOf(new URLSearchParams(text)), [text]);
  const me = useQuery(meQuery);
  const mayWrite = me.data !== undefined && mayDo(me.data, "devices:write");
  const asPoints = search.get("view") === "points";
  const mayReadAlarms = me.data !== undefined && mayDo(me.data, "alarms:read");
  const kinds = useQuery(kindsQuery);
  const pages = useInfiniteQuery(devicePages(filters));
  // The list comes first: a small database answers one question after the other.
  const listed = pages.data !== undefined || pages.isError;
  const counts = useQuery({ ...deviceCountsQuery("status", narrowing(filters)), enabled: listed });
  const byKind = useQuery({ ...deviceCountsQuery("kind", narrowing(filters)), enabled: listed });
  const gatewayNames = useGatewayNames();
  const place = usePlaceName(filters.region);
  const alarms = useAlarms(filters, mayReadAlarms && listed);
  const devices = useMemo(() => pages.data?.pages.flatMap(({ items }) => items) ?? [], [pages.data]);
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = pages;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  const [onlyKind, ...otherKinds] = byKind.data?.items ?? [];
  const kind = kinds.data?.find((one) => one.kind === onlyKind?.value && otherKinds.length === 0);
  // The list may have grown since it was counted.
  const total = Math.max(counts.data?.total ?? 0, hasNextPage ? devices.length + 1 : devices.length);
  const filtered = Object.keys(narrowing(filters)).length > 0;
  return (
    <Page
      title={words.title}
      about={
        <span className={styles.kinds}>
          {(byKind.data?.items ?? [])
            .map(
              ({ value, devices: many }) => `${kindTitle(kinds.data, value ?? "", language)} ${count(many)}`,
            )
            .join(" · ")}
        </span>
      }
      end={
        <>
          <ViewSwitch asPoints={asPoints} onChange={(view) => change({ view })} />
          {counts.data && counts.data.total > 0 && (
            <CsvButton
              label={words.csv(count(counts.data.total))}
              path={listAddress("devices", filters)}
              name={[words.csvName, place].filter(Boolean).join("-")}
            />
          )}
          {mayWrite && <AddDevice />}
        </>
      }
    >
      <StatusTabs filters={filters} mayReadAlarms={mayReadAlarms} listed={listed} />
      <FilterBar
        filters={filters}
        onChange={change}
        gatewayNames={gatewayNames}
        home={me.data && homeRegion(me.data)}
        mayReadAlarms={mayReadAlarms}
        listed={listed}
      />
      {listed && <GatewayBanners filters={filters} />}
      <Loaded query={pages} lines={12}>
        {() =>
          devices.length === 0 ? (
            <Empty title={words.empty}>
              <p>{filtered ? words.emptyFiltered : words.emptyAll}</p>
              {!filtered && <p>{mayWrite ? words.emptyAdd : words.mayNotWrite}</p>}
            </Empty>
          ) : asPoints ? (
            <DevicePoints filters={filters} total={total} />
          ) : (
            <DeviceList
              key={text}
              devices={devices}
              total={total}
              metrics={listedMetrics(kind)}
              answers={{ ...alarms, gatewayNames }}
              filters={filters}
              onSort={(sort, order) => change({ sort, order })}
              onEnd={onEnd}
            />
          )
        }
      </Loaded>
      {!asPoints && (
        <p className={styles.foot}>
          {words.loaded(count(devices.length), count(total))}
          {kind && ` · ${words.rhythm(duration(kind.reportIntervalSeconds * 1000, language))}`}
          {pages.dataUpdatedAt > 0 && (
            <span className={styles.age}>
              {words.asOf(clockTime(pages.dataUpdatedAt + clockOffset()))}
              <Button look="quiet" small busy={pages.isRefetching} onClick={() => void pages.refetch()}>
                {words.again}
              </Button>
            </span>
          )}
        </p>
      )}
    </Page>
  );
}

function ViewSwitch({
  asPoints,
  onChange,
}: {
  asPoints: boolean;
  onChange: (view: string | undefined) => void;
}) {
  const words = useTexts(devicesTexts);
  return (
    <Button look="quiet" small onClick={() => onChange(asPoints ? undefined : "points")}>
      {asPoints ? words.asList : words.asPoints}
    </Button>
  );
}
