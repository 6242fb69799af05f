import { type UseQueryResult, useQueries, useQuery } from "@tanstack/react-query";
import { MOST_URGENT, unacknowledgedQuery } from "../../api/alarms.ts";
import { broadcastsQuery, ON_AIR } from "../../api/broadcasts.ts";
import { devicesQuery } from "../../api/devices.ts";
import { kindsQuery } from "../../api/kinds.ts";
import { type MeJson, mayDo } from "../../api/session.ts";
import type { Situation } from "./needs.ts";
import type { VillageRows } from "./use-village-rows.ts";
import { deafVillages } from "./villages.ts";

/** More silent gateways than these are one breakdown, not twenty. */
const GATEWAYS = 20;

/** What is asked of the platform before anybody can say what needs the person. */
export interface SituationQuery {
  readonly situation: Situation;
  /** True once every part has an answer, so that lines do not come one by one and push each other. */
  readonly isSettled: boolean;
  readonly failed: readonly UseQueryResult<unknown>[];
}

function useBroadcasts(me: MeJson, region: string | undefined) {
  const where = region === undefined ? {} : { region };
  const reads = mayDo(me, "broadcasts:read");
  const pending = useQuery({
    ...broadcastsQuery({ state: "pending_approval", ...where }),
    enabled: reads,
  });
  const onAir = useQuery({ ...broadcastsQuery({ state: ON_AIR.join(), ...where }), enabled: reads });
  const reviews = useQuery({ ...broadcastsQuery({ review: "open", ...where }), enabled: reads });
  const own = useQuery({
    ...broadcastsQuery({ state: "draft,returned", ...where }),
    enabled: reads && mayDo(me, "broadcasts:draft"),
  });
  return { pending, onAir, reviews, own };
}

function useSilentGateways(me: MeJson, region: string | undefined) {
  const kinds = useQuery(kindsQuery);
  const gateways = useQueries({
    queries: (kinds.data ?? [])
      .filter(({ gateway }) => gateway)
      .map(({ kind }) => ({
        ...devicesQuery({ kind, status: "silent", limit: GATEWAYS, ...(region && { region }) }),
        enabled: mayDo(me, "devices:read"),
      })),
  });
  return [kinds, ...gateways] as const;
}

/** What is going on in the region, of what the person may see. */
export function useSituation(
  me: MeJson,
  region: string | undefined,
  villages: VillageRows | undefined,
): SituationQuery {
  const { pending, onAir, reviews, own } = useBroadcasts(me, region);
  const alarms = useQuery({ ...unacknowledgedQuery(region), enabled: mayDo(me, "alarms:read") });
  const [kinds, ...gateways] = useSilentGateways(me, region);
  const queries: readonly UseQueryResult<unknown>[] = [
    pending,
    onAir,
    reviews,
    own,
    alarms,
    kinds,
    ...gateways,
    ...(villages?.queries ?? []),
  ];
  const ownItems = own.data?.items ?? [];
  return {
    situation: {
      pending: pending.data?.items ?? [],
      onAir: onAir.data?.items ?? [],
      reviews: reviews.data?.items ?? [],
      returned: ownItems.filter(({ state }) => state === "returned"),
      drafts: ownItems.filter(({ state, proposedByAlarm }) => state === "draft" && proposedByAlarm !== null),
      alarms: alarms.data?.items ?? [],
      alarmsAreCut: (alarms.data?.items.length ?? 0) === MOST_URGENT && alarms.data?.nextCursor !== null,
      deaf: villages?.data && villages.subject === "speakers" ? deafVillages(villages.data) : NOBODY_DEAF,
      gateways: gateways.flatMap(({ data }) => data?.items ?? []),
    },
    isSettled: queries.every(({ isPending, fetchStatus }) => !isPending || fetchStatus === "idle"),
    failed: queries.filter(({ error }) => error !== null),
  };
}

const NOBODY_DEAF = { offline: [], without: [] } as const;
