import { useQuery } from "@tanstack/react-query";
import { useParams } from "wouter";
import { type BroadcastJson, broadcastQuery } from "../../api/broadcasts.ts";
import { isApiError } from "../../api/problem.ts";
import { ComingFrame } from "../../app/frame.tsx";
import { Loaded, Reading } from "../../ui/loaded.tsx";
import { Page } from "../../ui/page.tsx";
import { PageLink } from "../../ui/page-link.tsx";
import { ProblemView } from "../../ui/problem-view.tsx";
import { useTexts } from "../../ui/texts.ts";
import { EndAnnouncer } from "./end-announcer.tsx";
import { Ended } from "./ended/ended.tsx";
import { OnAir } from "./on-air/on-air.tsx";
import { Pending } from "./pending/pending.tsx";
import { phaseOf } from "./phase.ts";
import { broadcastTexts } from "./texts.ts";
import { useSteps } from "./use-steps.ts";
import { UnsubmittedView } from "./written.tsx";

const VIEWS = { written: UnsubmittedView, pending: Pending, onAir: OnAir, over: Ended } as const;

/** One broadcast for its whole life, in the view of its state. */
export default function Broadcast() {
  const { id = "" } = useParams();
  const query = useQuery(broadcastQuery(id));
  if (query.error && !query.data)
    return <NotShown error={query.error} onAgain={() => void query.refetch()} />;
  return (
    <Loaded
      query={query}
      skeleton={
        <>
          <ComingFrame />
          <Reading lines={10} />
        </>
      }
    >
      {(broadcast) => <Shown key={id} broadcast={broadcast} />}
    </Loaded>
  );
}

/** Not there, or not to be seen; both are said in the same words. */
function NotShown({ error, onAgain }: { error: Error; onAgain: () => void }) {
  const words = useTexts(broadcastTexts);
  return (
    <Page title={words.broadcasts}>
      <ProblemView error={error} onAgain={isApiError(error, "broadcast_not_found") ? undefined : onAgain} />
      <PageLink href="/broadcasts">{words.toList}</PageLink>
    </Page>
  );
}

function Shown({ broadcast }: { broadcast: BroadcastJson }) {
  const steps = useSteps(broadcast);
  const View = VIEWS[phaseOf(broadcast)];
  return (
    <>
      <EndAnnouncer broadcast={broadcast} />
      <View broadcast={broadcast} steps={steps} />
    </>
  );
}
