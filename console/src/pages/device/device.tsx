import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useParams } from "wouter";
import { alarmPages } from "../../api/alarms.ts";
import { type DeviceJson, deviceQuery, latestQuery } from "../../api/devices.ts";
import { kindsQuery, kindTitle } from "../../api/kinds.ts";
import { type ActionName, mayDo, meQuery } from "../../api/session.ts";
import { RegionName } from "../../map/region-name.tsx";
import { Moment } from "../../ui/age.tsx";
import { Loaded, Reading } from "../../ui/loaded.tsx";
import { StateMark } from "../../ui/marks.tsx";
import { Columns, Page } from "../../ui/page.tsx";
import { PageLink } from "../../ui/page-link.tsx";
import { useShortWait } from "../../ui/short-wait.ts";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { DeviceSteps } from "../devices/device-steps.tsx";
import { AlarmPanels } from "./alarm-panels.tsx";
import { BehindPanel, BelongsPanel, GatewayLink } from "./belongs-panel.tsx";
import { ChartSection } from "./chart-section.tsx";
import { CommandsPanel } from "./commands-panel.tsx";
import styles from "./device.module.css";
import { EventsPanel, PastAlarmsPanel, RejectionsPanel } from "./happened.tsx";
import { LedgerPanel } from "./ledger-panel.tsx";
import { NowPanel } from "./now-panel.tsx";
import { RecordsPanel } from "./records-panel.tsx";
import { deviceTexts } from "./texts.ts";

const REJECTIONS = "rejections";

export default function Device() {
  const words = useTexts(deviceTexts);
  const { id = "" } = useParams<{ id: string }>();
  const query = useQuery(deviceQuery(id));
  if (query.data) return <Known key={id} device={query.data} />;
  return (
    <Page title={words.title}>
      <Loaded query={query} lines={10}>
        {() => null}
      </Loaded>
    </Page>
  );
}

function Known({ device }: { device: DeviceJson }) {
  const me = useQuery(meQuery);
  const kinds = useQuery(kindsQuery);
  const kind = kinds.data?.find((one) => one.kind === device.kind);
  const may = (action: ActionName) => me.data !== undefined && mayDo(me.data, action);
  const active = useInfiniteQuery({
    ...alarmPages({ device: device.id, sort: "severity" }),
    enabled: may("alarms:read"),
  });
  const latest = useQuery({ ...latestQuery(device.id), enabled: may("readings:read") });
  // Of these each part's height is made.
  const isComing = useShortWait(kinds.isLoading || active.isLoading || latest.isLoading);
  const alarms = active.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Page title={device.name ?? device.id} about={<About device={device} />} end={<Heard device={device} />}>
      {isComing ? (
        <Reading lines={8} />
      ) : (
        <Columns
          side={
            <>
              {kind && may("readings:read") && <NowPanel device={device.id} kind={kind} />}
              {kind && <CommandsPanel device={device} kind={kind} />}
              {kind?.gateway && <BehindPanel gateway={device.id} />}
              <BelongsPanel device={device} more={may("devices:write") && <DeviceSteps device={device} />} />
            </>
          }
        >
          <AlarmPanels alarms={alarms} kind={kind} />
          {kind && may("readings:read") && <ChartSection device={device} kind={kind} alarms={alarms} />}
          {may("ledger:read") && (
            <LedgerPanel
              device={device.id}
              rejections={may("rejections:read") ? `#${REJECTIONS}` : undefined}
            />
          )}
          {may("events:read") && <EventsPanel device={device.id} kind={kind} />}
          {may("alarms:read") && <PastAlarmsPanel device={device.id} />}
          {may("rejections:read") && <RejectionsPanel device={device.id} id={REJECTIONS} />}
          {may("readings:read") && <RecordsPanel device={device.id} />}
        </Columns>
      )}
    </Page>
  );
}

function About({ device }: { device: DeviceJson }) {
  const words = useTexts(deviceTexts);
  const language = useLanguage();
  const kinds = useQuery(kindsQuery);
  return (
    <span className={styles.about}>
      <PageLink href="/devices">{words.devices}</PageLink>
      <code>{device.id}</code>
      <span>
        <RegionName code={device.regionCode} />
      </span>
      <span>{kindTitle(kinds.data, device.kind, language)}</span>
      {device.gatewayId !== null && (
        <span>
          {words.via} <GatewayLink id={device.gatewayId} />
        </span>
      )}
    </span>
  );
}

/** How it is by its reports, and the newest of these. */
function Heard({ device }: { device: DeviceJson }) {
  const words = useTexts(deviceTexts);
  return (
    <>
      <StateMark state={device.status} />
      {device.lastSeenAt !== null && (
        <span className={styles.heard}>
          {words.reported.before} <Moment at={device.lastSeenAt} only="moment" /> {words.reported.after}{" "}
          <Moment at={device.lastSeenAt} only="age" />
        </span>
      )}
    </>
  );
}
