import { targetsCsvPath } from "../../api/broadcast-record.ts";
import type { BroadcastJson, CoverageJson } from "../../api/broadcasts.ts";
import type { Village } from "../../map/village-groups.ts";
import { CsvButton } from "../../ui/csv-button.tsx";
import { useTexts } from "../../ui/texts.ts";
import { onAirTexts } from "./on-air/texts.ts";
import { RetryButton } from "./retry-button.tsx";
import { UnprovenPanel } from "./unproven-panel.tsx";
import type { Steps } from "./use-steps.ts";

/** The villages that are not proven to hear it, with what can be done about it from here. */
export function UnprovenSide({
  broadcast,
  coverage,
  villages,
  steps,
}: {
  broadcast: BroadcastJson;
  coverage: CoverageJson;
  villages: readonly Village[];
  steps: Steps;
}) {
  const words = useTexts(onAirTexts);
  return (
    <UnprovenPanel
      villages={villages}
      coverage={coverage}
      actions={
        <>
          <CsvButton path={targetsCsvPath(broadcast.id)} name={broadcast.id} label={words.list} />
          <RetryButton broadcast={broadcast} steps={steps} />
        </>
      }
    />
  );
}
