import { useQuery } from "@tanstack/react-query";
import { ON_AIR, openBroadcastsQuery } from "../../api/broadcasts.ts";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Panel } from "../../ui/panel.tsx";
import { useTexts } from "../../ui/texts.ts";
import { BroadcastRows } from "./rows.tsx";
import { broadcastsTexts } from "./texts.ts";

/** What sounds now; counts move with the events. */
export function AirTab() {
  const words = useTexts(broadcastsTexts);
  const open = useQuery(openBroadcastsQuery);
  return (
    <Loaded query={open} lines={6}>
      {({ items }) => {
        const onAir = items.filter(({ state }) => ON_AIR.includes(state));
        if (onAir.length === 0) return <Empty title={words.airEmpty}>{words.airEmptyNext}</Empty>;
        return (
          <Panel flush title={words.tabs.air} count={onAir.length}>
            <BroadcastRows label={words.tabs.air} items={onAir} />
          </Panel>
        );
      }}
    </Loaded>
  );
}
