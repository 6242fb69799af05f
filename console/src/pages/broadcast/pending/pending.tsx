import type { BroadcastJson, StoredPreviewJson } from "../../../api/broadcasts.ts";
import { Loaded, Reading } from "../../../ui/loaded.tsx";
import { useShortWait } from "../../../ui/short-wait.ts";
import { Afterwards } from "../afterwards.tsx";
import { BroadcastPage } from "../broadcast-page.tsx";
import { ReadingPanel } from "../reading-panel.tsx";
import { Remarks } from "../remarks.tsx";
import { Part, Split } from "../split.tsx";
import { StepNotice } from "../step-notice.tsx";
import type { Steps } from "../use-steps.ts";
import { Changes } from "./changes-panel.tsx";
import { Decision, DecisionSpace } from "./decision.tsx";
import { UnheardPanel } from "./unheard-panel.tsx";
import { useFreshPreview } from "./use-fresh-preview.ts";
import { WhenPending } from "./when-pending.tsx";
import { WherePanel } from "./where-panel.tsx";

/** A broadcast that waits for a decision: what would sound where, computed now, what changed, and the decision. */
export function Pending({ broadcast, steps }: { broadcast: BroadcastJson; steps: Steps }) {
  const preview = useFreshPreview(broadcast.id, broadcast.revision);
  const isComing = useShortWait(preview.query.isPending);
  return (
    <BroadcastPage broadcast={broadcast} end={<WhenPending broadcast={broadcast} />}>
      <StepNotice broadcast={broadcast} steps={steps} />
      <Remarks broadcast={broadcast} />
      {isComing ? <Reading lines={8} /> : <Parts broadcast={broadcast} steps={steps} preview={preview} />}
    </BroadcastPage>
  );
}

interface PartsProps {
  readonly broadcast: BroadcastJson;
  readonly steps: Steps;
  readonly preview: ReturnType<typeof useFreshPreview>;
}

function Parts({ broadcast, steps, preview }: PartsProps) {
  return (
    <Split
      left={
        <>
          <Part place={1}>
            <Loaded query={preview.query} lines={8}>
              {(data: StoredPreviewJson) => <WherePanel broadcast={broadcast} preview={data} />}
            </Loaded>
          </Part>
          <Part place={3}>
            <ReadingPanel broadcast={broadcast} />
            {preview.query.data && <UnheardPanel preview={preview.query.data} />}
          </Part>
          <Part place={5}>
            <Afterwards broadcast={broadcast} />
          </Part>
        </>
      }
      right={
        <>
          <Part place={2}>
            <Changes preview={preview} />
          </Part>
          <Part place={4}>
            <Decision broadcast={broadcast} preview={preview} steps={steps} />
          </Part>
          <Part place={5}>
            <DecisionSpace />
          </Part>
        </>
      }
    />
  );
}
