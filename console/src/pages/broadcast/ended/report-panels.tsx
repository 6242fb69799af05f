import type { TargetReportJson } from "../../../api/broadcasts.ts";
import type { components } from "../../../api/schema.ts";
import { placeName } from "../../../map/place-name.ts";
import { StateMark } from "../../../ui/marks.tsx";
import { amount, count } from "../../../ui/number.ts";
import { PageLink } from "../../../ui/page-link.tsx";
import { Panel } from "../../../ui/panel.tsx";
import { Table } from "../../../ui/table.tsx";
import { useTexts } from "../../../ui/texts.ts";
import { reasonTexts } from "../reason-texts.ts";
import styles from "./ended.module.css";
import { endedTexts } from "./texts.ts";

type ReportJson = components["schemas"]["BroadcastReport"];

/** As many as one answer holds. */
const MOST = 1000;
const TO_REPAIR = ["failed", "refused", "offline"] as const;
type Broken = TargetReportJson & { readonly state: (typeof TO_REPAIR)[number] };
const isBroken = (target: TargetReportJson): target is Broken =>
  (TO_REPAIR as readonly string[]).includes(target.state);

/** The speakers that somebody has to look at. */
export function RepairPanel({ targets }: { targets: readonly TargetReportJson[] }) {
  const words = useTexts(endedTexts);
  const { reasons, other } = useTexts(reasonTexts);
  const broken = targets.filter(isBroken);
  return (
    <Panel
      flush={broken.length > 0}
      title={words.repair}
      count={broken.length}
      about={broken.length > 0 && words.repairAbout}
    >
      {broken.length === 0 ? (
        words.noRepair
      ) : (
        <Table
          caption={words.repair}
          rows={broken}
          rowKey={({ deviceId }) => deviceId}
          columns={[
            {
              key: "speaker",
              head: words.speaker,
              cell: ({ deviceId, name }) => (
                <PageLink href={`/devices/${deviceId}`}>{name ?? deviceId}</PageLink>
              ),
            },
            {
              key: "village",
              head: words.village,
              cell: ({ villageName, townshipName }) =>
                [townshipName, villageName && placeName(villageName)].filter(Boolean).join(" "),
            },
            { key: "state", head: words.state, cell: ({ state }) => <StateMark state={state} /> },
            {
              key: "why",
              head: words.why,
              cell: ({ reason, state }) => reasons[reason ?? state] ?? other,
            },
          ]}
        />
      )}
      {targets.length >= MOST && <p className={styles.foot}>{words.repairCut}</p>}
    </Panel>
  );
}

/** By township, and how fast it went. */
export function ReportPanels({ report }: { report: ReportJson }) {
  return (
    <>
      <TownshipsPanel report={report} />
      <TimesPanel report={report} />
    </>
  );
}

/** The outcome of each township. */
function TownshipsPanel({ report: { townships } }: { report: ReportJson }) {
  const words = useTexts(endedTexts);
  const numbers = ["targeted", "sounded", "failed", "refused", "offline", "cancelled"] as const;
  return (
    <Panel flush title={words.townships}>
      <Table
        caption={words.townships}
        rows={townships}
        rowKey={({ regionCode }) => regionCode}
        columns={[
          { key: "township", head: words.township, cell: ({ name, regionCode }) => name ?? regionCode },
          ...numbers.map((key) => ({
            key,
            head: words[key],
            numeric: true,
            cell: (row: ReportJson["townships"][number]) => count(row[key]),
          })),
          {
            key: "partly",
            head: words.partly,
            numeric: true,
            cell: ({ partlyHeard }) => count(partlyHeard),
          },
        ]}
      />
    </Panel>
  );
}

const STAGES = ["handedOver", "acknowledged", "started", "ended"] as const;

/** How fast it went, in seconds from the release; of those that got so far. */
function TimesPanel({ report: { seconds } }: { report: ReportJson }) {
  const words = useTexts(endedTexts);
  const written = (value: number | null) => (value === null ? "—" : amount(value, 1));
  return (
    <Panel flush title={words.times}>
      <Table
        caption={words.times}
        rows={STAGES}
        rowKey={(stage) => stage}
        columns={[
          { key: "stage", head: words.state, cell: (stage) => words.stages[stage] },
          {
            key: "count",
            head: words.measured,
            numeric: true,
            cell: (stage) => count(seconds[stage].count),
          },
          { key: "p50", head: words.half, numeric: true, cell: (stage) => written(seconds[stage].p50) },
          { key: "p95", head: words.most, numeric: true, cell: (stage) => written(seconds[stage].p95) },
          { key: "max", head: words.slowest, numeric: true, cell: (stage) => written(seconds[stage].max) },
        ]}
      />
    </Panel>
  );
}
