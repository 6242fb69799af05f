import { useQuery } from "@tanstack/react-query";
import { type BroadcastJson, reportQuery } from "../../../api/broadcasts.ts";
import { useVillages } from "../../../map/use-villages.ts";
import { Banner } from "../../../ui/banner.tsx";
import { Loaded, Reading } from "../../../ui/loaded.tsx";
import { useShortWait } from "../../../ui/short-wait.ts";
import { useTexts } from "../../../ui/texts.ts";
import { Afterwards } from "../afterwards.tsx";
import { BroadcastPage } from "../broadcast-page.tsx";
import { useLastStep } from "../names.ts";
import { MatrixPanel } from "../on-air/matrix-panel.tsx";
import { ReadingPanel } from "../reading-panel.tsx";
import { Part, Split } from "../split.tsx";
import { StepNotice } from "../step-notice.tsx";
import { UnprovenSide } from "../unproven-side.tsx";
import type { Steps } from "../use-steps.ts";
import { EndedWhen, PrintButton, RepeatLink } from "./ended-heading.tsx";
import { FollowUpPanel } from "./follow-up-panel.tsx";
import { OutcomePanel } from "./outcome-panel.tsx";
import { RepairPanel, ReportPanels } from "./report-panels.tsx";
import { ReviewPanel } from "./review-panel.tsx";
import { endedTexts } from "./texts.ts";

/** What has become of it: the report where something was aired, and the decision where nothing was. */
export function Ended({ broadcast, steps }: { broadcast: BroadcastJson; steps: Steps }) {
  const wasAired = broadcast.releasedAt !== null && broadcast.message.mode !== "training";
  return (
    <BroadcastPage
      broadcast={broadcast}
      about={<EndedWhen broadcast={broadcast} />}
      end={
        <>
          <RepeatLink broadcast={broadcast} />
          {wasAired && <PrintButton />}
        </>
      }
    >
      <StepNotice broadcast={broadcast} steps={steps} />
      {wasAired ? (
        <Report broadcast={broadcast} steps={steps} />
      ) : (
        <>
          <NeverAired broadcast={broadcast} />
          <ReadingPanel broadcast={broadcast} />
          <Afterwards broadcast={broadcast} />
        </>
      )}
    </BroadcastPage>
  );
}

/** Why it was never aired: whose decision that was. */
function NeverAired({ broadcast }: { broadcast: BroadcastJson }) {
  const words = useTexts(endedTexts);
  const last = useLastStep(broadcast.id, "reject", "cancel", "expire");
  return (
    <Banner>
      {broadcast.message.mode === "training" ? words.training : words.neverAired}
      {last?.reason && <p>{words.reason(last.reason)}</p>}
    </Banner>
  );
}

function Report({ broadcast, steps }: { broadcast: BroadcastJson; steps: Steps }) {
  const { coverage, villages, targets } = useVillages(broadcast);
  const report = useQuery(reportQuery(broadcast.id));
  if (useShortWait(coverage.isPending)) return <Reading lines={8} />;
  return (
    <Split
      left={
        <>
          <Part place={1}>
            <OutcomePanel broadcast={broadcast} villages={villages} coverage={coverage.data} />
          </Part>
          <Part place={3}>
            {villages && <MatrixPanel villages={villages} />}
            <RepairPanel targets={targets} />
            <Loaded query={report} lines={6}>
              {(data) => <ReportPanels report={data} />}
            </Loaded>
            <ReadingPanel broadcast={broadcast} />
            <Afterwards broadcast={broadcast} />
          </Part>
        </>
      }
      right={
        <Part place={2}>
          <ReviewPanel broadcast={broadcast} steps={steps} />
          <FollowUpPanel broadcast={broadcast} />
          <Loaded query={coverage} lines={8}>
            {(data) => (
              <UnprovenSide broadcast={broadcast} coverage={data} villages={villages ?? []} steps={steps} />
            )}
          </Loaded>
        </Part>
      }
    />
  );
}
