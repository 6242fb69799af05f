import { type UseQueryResult, useQueries, useQuery } from "@tanstack/react-query";
import { type DeviceJson, deviceCountsQuery, devicesQuery } from "../../api/devices.ts";
import { kindsQuery } from "../../api/kinds.ts";
import type { Place } from "./filters.ts";
import { type GatewayState, rankGateways } from "./gateways.ts";

/** More of them are one breakdown. */
const MOST_UNWELL = 100;
const UNWELL = "late,silent,never";

export interface Gateways {
  readonly ranked: readonly GatewayState[];
  /** Of the gateways themselves. */
  readonly total: number;
  readonly unwell: number;
  /** The first of the kinds that are gateways, for the way to their list. */
  readonly kind: string | undefined;
}

/** All gateways of a place by what is overdue behind them, in some requests however many there are. */
export function useGateways({
  region,
  kind,
}: Place): Pick<UseQueryResult<Gateways>, "data" | "error" | "refetch"> {
  const inRegion = region === undefined ? {} : { region };
  const behind = { ...inRegion, ...(kind !== undefined && { kind }) };
  const kinds = useQuery(kindsQuery);
  const gatewayKinds = (kinds.data ?? []).filter(({ gateway }) => gateway).map((one) => one.kind);
  const counts = useQueries({
    queries: [
      deviceCountsQuery("gateway", behind),
      ...(["late", "silent", "never"] as const).map((status) =>
        deviceCountsQuery("gateway", { ...behind, status }),
      ),
    ],
  });
  const unwell = useQueries({
    queries: gatewayKinds.map((one) =>
      devicesQuery({ kind: one, status: UNWELL, limit: MOST_UNWELL, ...inRegion }),
    ),
  });
  const own = useQueries({
    queries: gatewayKinds.map((one) => deviceCountsQuery("status", { kind: one, ...inRegion })),
  });

  const queries = [kinds, ...counts, ...unwell, ...own];
  const refetch = () => Promise.all(queries.map((query) => query.refetch())) as never;
  const error = queries.find((query) => query.error)?.error ?? null;
  const [total, late, silent, never] = counts.map(({ data }) => data?.items);
  const isThere = kinds.data && [...unwell, ...own].every(({ data }) => data);
  if (!isThere || !total || !late || !silent || !never) return { data: undefined, error, refetch };
  const statuses = own.flatMap(({ data }) => data?.items ?? []);
  const sum = (items: typeof statuses) => items.reduce((all, { devices }) => all + devices, 0);
  const devices: DeviceJson[] = unwell.flatMap(({ data }) => data?.items ?? []);
  const data = {
    ranked: rankGateways({ total, late, silent, never }, devices),
    total: sum(statuses),
    unwell: sum(statuses.filter(({ value }) => value !== "ok")),
    kind: gatewayKinds[0],
  };
  return { data, error, refetch };
}
