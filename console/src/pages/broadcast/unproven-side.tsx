import type { BroadcastJson, CoverageJson } from "../../api/broadcasts.ts";
import type { Village } from "../../map/village-groups.ts";
import { ListButton } from "./list-button.tsx";
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
  return (
    <UnprovenPanel
      villages={villages}
      coverage={coverage}
      actions={
        <>
          <ListButton id={broadcast.id} />
          <RetryButton broadcast={broadcast} steps={steps} />
        </>
      }
    />
  );
}
