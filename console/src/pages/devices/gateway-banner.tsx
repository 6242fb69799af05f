import { useQuery } from "@tanstack/react-query";
import { Router } from "lucide-react";
import { type DeviceFilters, deviceCountsQuery, visibleDeviceQuery } from "../../api/devices.ts";
import { Moment } from "../../ui/age.tsx";
import { Banner } from "../../ui/banner.tsx";
import { count } from "../../ui/number.ts";
import { PageLink } from "../../ui/page-link.tsx";
import { useTexts } from "../../ui/texts.ts";
import { narrowing } from "./filters.ts";
import { type GatewayHint, gatewayHints } from "./gateway-hint.ts";
import { devicesTexts } from "./texts.ts";

/** Many late devices are one silent gateway: says so, in place of a row for each. */
export function GatewayBanners({ filters }: { filters: DeviceFilters }) {
  const { status, alarm, ...place } = narrowing(filters);
  const overdue = useQuery(deviceCountsQuery("gateway", { ...place, status: "late,silent" }));
  const some = overdue.data?.items.some(({ value }) => value !== null) ?? false;
  const all = useQuery({ ...deviceCountsQuery("gateway", place), enabled: some });
  if (!overdue.data || !all.data) return null;
  return gatewayHints(overdue.data.items, all.data.items).map((hint) => (
    <GatewayBanner key={hint.gateway} {...hint} />
  ));
}

/** A gateway that reports by itself is not the reason, so it needs no banner. */
function GatewayBanner({ gateway, overdue }: GatewayHint) {
  const words = useTexts(devicesTexts);
  const { data } = useQuery(visibleDeviceQuery(gateway));
  if (data === undefined || data?.status === "ok") return null;
  return (
    <Banner>
      <b>
        <Router aria-hidden /> {words.silentGateway(count(overdue), data?.name ?? gateway)}
      </b>
      {data === null && words.gatewayHidden}
      {data && (
        <>
          {data.lastSeenAt !== null && (
            <>
              {words.gatewaySince} <Moment at={data.lastSeenAt} />
            </>
          )}
          {words.gatewayFirst}{" "}
          <PageLink href={`/devices/${encodeURIComponent(gateway)}`}>{words.seeGateway}</PageLink>
        </>
      )}
    </Banner>
  );
}
