import { useQuery } from "@tanstack/react-query";
import { type BroadcastItemJson, openBroadcastsQuery, openReviewsQuery } from "../../api/broadcasts.ts";
import { meQuery } from "../../api/session.ts";
import { waitsFor } from "../../app/waits-for.ts";
import { Empty } from "../../ui/empty.tsx";
import { groupBy } from "../../ui/group-by.ts";
import { Loaded } from "../../ui/loaded.tsx";
import { Panel } from "../../ui/panel.tsx";
import { useTexts } from "../../ui/texts.ts";
import { BroadcastRows } from "./rows.tsx";
import { broadcastsTexts } from "./texts.ts";

const GROUPS = ["approve", "review", "returned", "others"] as const;

/** What waits for me, by what I am to do; below it what I cannot decide, so that nobody thinks it lost. */
export function MineTab() {
  const words = useTexts(broadcastsTexts);
  const { data: me } = useQuery(meQuery);
  const open = useQuery(openBroadcastsQuery);
  const reviews = useQuery(openReviewsQuery);
  return (
    <Loaded query={open} lines={6}>
      {({ items }) => {
        if (!me) return null;
        const byId = new Map([...items, ...(reviews.data?.items ?? [])].map((item) => [item.id, item]));
        const groups = groupBy(byId.values(), (item) => waitsFor(me, item) ?? "others");
        const of = (group: (typeof GROUPS)[number]): readonly BroadcastItemJson[] =>
          (groups.get(group) ?? []).filter(({ state }) => group !== "others" || state === "pending_approval");
        if (GROUPS.every((group) => of(group).length === 0)) {
          return <Empty title={words.mineEmpty}>{words.mineEmptyNext}</Empty>;
        }
        return GROUPS.map(
          (group) =>
            of(group).length > 0 && (
              <Panel key={group} flush title={words.groups[group]} count={of(group).length}>
                <BroadcastRows label={words.groups[group]} items={of(group)} />
              </Panel>
            ),
        );
      }}
    </Loaded>
  );
}
