import type { BroadcastJson } from "../../../api/broadcasts.ts";
import { StopButton } from "../../../app/stop-button.tsx";
import { shownCounts } from "../../../map/speaker-counts.ts";
import { useSentOut, useVillages } from "../../../map/use-villages.ts";
import type { Village } from "../../../map/village-groups.ts";
import { Banner } from "../../../ui/banner.tsx";
import { Skeleton } from "../../../ui/empty.tsx";
import { Loaded } from "../../../ui/loaded.tsx";
import { useTexts } from "../../../ui/texts.ts";
import { Afterwards } from "../afterwards.tsx";
import { BroadcastPage } from "../broadcast-page.tsx";
import { ReviewPanel } from "../ended/review-panel.tsx";
import { headlineOf } from "../phase.ts";
import { ReadingPanel } from "../reading-panel.tsx";
import { Part, Split } from "../split.tsx";
import { StepNotice } from "../step-notice.tsx";
import { UnprovenSide } from "../unproven-side.tsx";
import type { Steps } from "../use-steps.ts";
import { Announcer } from "./announcer.tsx";
import { CountsPanel } from "./counts-panel.tsx";
import { Elapsed } from "./elapsed.tsx";
import { MatrixPanel } from "./matrix-panel.tsx";
import { ProgressPanel } from "./progress-panel.tsx";
import { onAirTexts } from "./texts.ts";

/** What sounds now: what has been proven, where nobody hears anything, and the way to stop it. */
export function OnAir({ broadcast, steps }: { broadcast: BroadcastJson; steps: Steps }) {
  const words = useTexts(onAirTexts);
  const { coverage, villages, targets } = useVillages(broadcast);
  const sentOut = useSentOut(broadcast);
  const counts = broadcast.counts && shownCounts(broadcast.counts, sentOut);
  const villagesIn = (wanted: Village["group"]) =>
    villages?.filter(({ group }) => group === wanted).length ?? 0;
  return (
    <BroadcastPage
      broadcast={broadcast}
      about={<Elapsed broadcast={broadcast} />}
      end={<StopButton broadcast={broadcast} headline={headlineOf(broadcast, "zh")} />}
    >
      <StepNotice broadcast={broadcast} steps={steps} />
      {counts && villages && (
        <Announcer counts={counts} silent={villagesIn("silent")} away={villagesIn("offline")} />
      )}
      <Split
        left={
          <>
            <Part place={1}>
              {counts ? <CountsPanel counts={counts} /> : <Banner>{words.countsUnknown}</Banner>}
            </Part>
            <Part place={3}>
              {villages ? <MatrixPanel villages={villages} /> : <Skeleton lines={8} label={words.matrix} />}
              <ProgressPanel broadcast={broadcast} targets={targets} />
              <ReadingPanel broadcast={broadcast} />
              <Afterwards broadcast={broadcast} />
            </Part>
          </>
        }
        right={
          <Part place={2}>
            <ReviewPanel broadcast={broadcast} steps={steps} />
            <Loaded query={coverage} lines={8}>
              {(data) => (
                <UnprovenSide broadcast={broadcast} coverage={data} villages={villages ?? []} steps={steps} />
              )}
            </Loaded>
          </Part>
        }
      />
    </BroadcastPage>
  );
}
