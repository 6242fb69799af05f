import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { type DeviceJson, deviceCountsQuery, latestQuery, visibleDeviceQuery } from "../../api/devices.ts";
import { kindsQuery, kindTitle } from "../../api/kinds.ts";
import { meQuery } from "../../api/session.ts";
import { Loaded } from "../../ui/loaded.tsx";
import { StateMark } from "../../ui/marks.tsx";
import { count } from "../../ui/number.ts";
import { PageLink } from "../../ui/page-link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { dayOf } from "../../ui/time.ts";
import styles from "./belongs-panel.module.css";
import { deviceTexts } from "./texts.ts";

const deviceAddress = (id: string): string => `/devices/${encodeURIComponent(id)}`;

/** Whose it is, what it is, by which way it speaks. */
export function BelongsPanel({ device, more }: { device: DeviceJson; more?: ReactNode }) {
  const { belongs: words } = useTexts(deviceTexts);
  const language = useLanguage();
  const kinds = useQuery(kindsQuery);
  const latest = useQuery(latestQuery(device.id));
  const firmware = latest.data?.metrics.firmware?.value ?? device.attributes.firmware;
  const attributes = Object.entries(device.attributes).filter(([key]) => key !== "firmware");
  const { location } = device;
  return (
    <Panel title={words.title} more={more}>
      <dl className={styles.facts}>
        <dt>{words.tenant}</dt>
        <dd>
          <TenantName id={device.tenantId} />
        </dd>
        <dt>{words.kind}</dt>
        <dd>{kindTitle(kinds.data, device.kind, language)}</dd>
        {device.model && (
          <>
            <dt>{words.model}</dt>
            <dd>
              <code>{device.model}</code>
            </dd>
          </>
        )}
        {device.identities.length > 0 && (
          <>
            <dt>{words.identities}</dt>
            <dd>
              {device.identities.map(({ scheme, value }) => (
                <div key={`${scheme}:${value}`}>
                  {scheme} <code>{value}</code>
                </div>
              ))}
            </dd>
          </>
        )}
        {firmware !== undefined && (
          <>
            <dt>{words.firmware}</dt>
            <dd>
              <code>{String(firmware)}</code>
            </dd>
          </>
        )}
        <dt>{words.gateway}</dt>
        <dd>{device.gatewayId === null ? words.none : <GatewayLink id={device.gatewayId} />}</dd>
        {location && (
          <>
            <dt>{words.location}</dt>
            <dd>
              {location.longitude.toFixed(5)}, {location.latitude.toFixed(5)}
            </dd>
          </>
        )}
        <dt>{words.added}</dt>
        <dd>{dayOf(device.createdAt, language)}</dd>
        {attributes.length > 0 && (
          <>
            <dt>{words.attributes}</dt>
            <dd>
              {attributes.map(([key, value]) => (
                <div key={key}>
                  {key} <code>{typeof value === "string" ? value : JSON.stringify(value)}</code>
                </div>
              ))}
            </dd>
          </>
        )}
      </dl>
    </Panel>
  );
}

/** The own tenant is known; others have their names for who may read them, and their ids for the rest. */
function TenantName({ id }: { id: string | null }) {
  const { belongs: words } = useTexts(deviceTexts);
  const me = useQuery(meQuery);
  if (id === null) return words.operator;
  return me.data?.tenant?.id === id ? me.data.tenant.name : <code>{id}</code>;
}

/** The gateway by name; who may not see it is told so. */
export function GatewayLink({ id }: { id: string }) {
  const { belongs: words } = useTexts(deviceTexts);
  const { data } = useQuery(visibleDeviceQuery(id));
  if (data === null)
    return (
      <>
        <code>{id}</code> <span className={styles.quiet}>{words.gatewayHidden}</span>
      </>
    );
  return (
    <>
      <PageLink href={deviceAddress(id)}>{data?.name ?? id}</PageLink>
      {data && data.status !== "ok" && (
        <>
          {" "}
          <StateMark state={data.status} />
        </>
      )}
    </>
  );
}

/** What hangs behind a gateway, and how many of these have not reported in time. */
export function BehindPanel({ gateway }: { gateway: string }) {
  const { behind: words } = useTexts(deviceTexts);
  const query = useQuery(deviceCountsQuery("status", { gateway }));
  const list = (status?: string) =>
    `/devices?gateway=${encodeURIComponent(gateway)}${status ? `&status=${status}` : ""}`;
  return (
    <Panel title={words.title}>
      <Loaded query={query} lines={2}>
        {({ total, items }) => {
          if (total === 0) return <p className={styles.quiet}>{words.none}</p>;
          const overdue = items
            .filter(({ value }) => value === "late" || value === "silent")
            .reduce((sum, { devices }) => sum + devices, 0);
          return (
            <p>
              <PageLink href={list()}>{words.all(count(total))}</PageLink>
              {overdue > 0 && (
                <>
                  {" · "}
                  <PageLink href={list("late,silent")}>{words.overdue(count(overdue))}</PageLink>
                </>
              )}
            </p>
          );
        }}
      </Loaded>
    </Panel>
  );
}
