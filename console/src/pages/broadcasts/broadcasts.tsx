import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { mayDo, meQuery } from "../../api/session.ts";
import { useParameters } from "../../ui/address.ts";
import { ButtonLink } from "../../ui/button.tsx";
import { Page } from "../../ui/page.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useTexts } from "../../ui/texts.ts";
import { AirTab } from "./air-tab.tsx";
import { HistoryTab } from "./history-tab.tsx";
import { MineTab } from "./mine-tab.tsx";
import { broadcastsTexts } from "./texts.ts";

const TABS = { mine: MineTab, air: AirTab, history: HistoryTab } as const;
type TabName = keyof typeof TABS;
const NAMES = Object.keys(TABS) as TabName[];

/** Broadcasts: what waits for me, what is on air, and what was. */
export default function Broadcasts() {
  const words = useTexts(broadcastsTexts);
  const { data: me } = useQuery(meQuery);
  const [parameters, setParameters] = useParameters();
  const asked = parameters.get("tab") as TabName;
  const tab = NAMES.includes(asked) ? asked : "mine";
  const Tab = TABS[tab];
  return (
    <Page
      title={words.title}
      about={
        <Segmented
          label={words.tabsLabel}
          options={NAMES.map((value) => ({ value, label: words.tabs[value] }))}
          value={tab}
          onChange={(value) => setParameters({ tab: value })}
        />
      }
      end={
        me &&
        mayDo(me, "broadcasts:draft") && (
          <ButtonLink look="primary" href="/broadcasts/new">
            <Plus aria-hidden />
            {words.write}
          </ButtonLink>
        )
      }
    >
      <Tab />
    </Page>
  );
}
