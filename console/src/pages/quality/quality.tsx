import { useQuery } from "@tanstack/react-query";
import { listAddress } from "../../api/devices.ts";
import { type MeJson, mayDo, meQuery } from "../../api/session.ts";
import { useParameters } from "../../ui/address.ts";
import { CsvButton } from "../../ui/csv-button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Columns, Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { useTexts } from "../../ui/texts.ts";
import { pagePlace } from "./filters.ts";
import { GatewaysPanel } from "./gateways-panel.tsx";
import { LedgerSums } from "./ledger-sums.tsx";
import { QualityFilters } from "./quality-filters.tsx";
import { RefusedCounts } from "./refused-counts.tsx";
import { RefusedList } from "./refused-list.tsx";
import { qualityTexts } from "./texts.ts";

/** Whether the account is exact, what was refused and why, and what is silent behind which gateway. */
export default function Quality() {
  const words = useTexts(qualityTexts);
  const { data: me } = useQuery(meQuery);
  const [parameters] = useParameters();
  const place = pagePlace(parameters);
  if (!me) return null;
  return (
    <Page
      title={words.title}
      about={words.about}
      end={
        <CsvButton
          label={words.ledger.csv}
          path={listAddress("ledger", { ...place, groupBy: "kind" })}
          name={words.ledger.file}
        />
      }
    >
      <QualityFilters me={me} />
      <LedgerSums place={place} />
      <Columns side={<GatewaysPanel place={place} />}>
        <Refused me={me} />
      </Columns>
    </Page>
  );
}

/** Whoever may not read what was refused is told who may, and nothing of it is asked for. */
function Refused({ me }: { me: MeJson }) {
  const { refused: words } = useTexts(qualityTexts);
  if (!mayDo(me, "rejections:read")) {
    return (
      <Panel title={words.title}>
        <Empty title={words.mayNot}>{words.whoMay}</Empty>
      </Panel>
    );
  }
  return (
    <>
      <RefusedCounts />
      <RefusedList mayReplay={mayDo(me, "rejections:replay")} />
    </>
  );
}
