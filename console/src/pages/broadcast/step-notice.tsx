import type { BroadcastJson } from "../../api/broadcasts.ts";
import { isApiError } from "../../api/problem.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { useNow } from "../../ui/now.ts";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { shortMoment } from "../../ui/time.ts";
import { ChangeList, type ContentChange } from "./change-list.tsx";
import { useLastStep } from "./names.ts";
import { pendingTexts } from "./pending/texts.ts";
import { broadcastTexts } from "./texts.ts";
import type { Steps } from "./use-steps.ts";

/** Steps after which the state is another one. */
const DECIDING = ["approve", "return", "reject", "cancel", "release", "expire", "submit"];

/** Why the last step was not taken: somebody was faster, somebody changed the content, or what the platform says. */
export function StepNotice({ broadcast, steps }: { broadcast: BroadcastJson; steps: Steps }) {
  const { error } = steps;
  if (!error) return null;
  if (isApiError(error, "broadcast_state")) return <SomebodyWasFaster broadcast={broadcast} steps={steps} />;
  if (isApiError(error, "broadcast_changed")) {
    return (
      <ContentChanged changes={(error.problem.changes ?? []) as readonly ContentChange[]} steps={steps} />
    );
  }
  return <ProblemBanner error={error} />;
}

/** Two decided at once: the one who was later sees who did what and when. */
function SomebodyWasFaster({ broadcast, steps }: { broadcast: BroadcastJson; steps: Steps }) {
  const words = useTexts(pendingTexts);
  const { states, close } = useTexts(broadcastTexts);
  const language = useLanguage();
  const now = useNow(60_000);
  const last = useLastStep(broadcast.id, ...DECIDING);
  return (
    <Banner
      end={
        <Button small onClick={steps.clear}>
          {close}
        </Button>
      }
    >
      <b>{(last && words.decidedTitle[last.action]) ?? words.decidedOther}</b>
      {last && (
        <> {words.decidedBy(last.actor.name ?? last.actor.id ?? "", shortMoment(last.at, language, now))}</>
      )}
      {" · "}
      {states[broadcast.state]}
      {" · "}
      {words.yourStepNot}
      {last?.reason && <p>{last.reason}</p>}
    </Banner>
  );
}

function ContentChanged({ changes, steps }: { changes: readonly ContentChange[]; steps: Steps }) {
  const words = useTexts(pendingTexts);
  const { close } = useTexts(broadcastTexts);
  return (
    <Banner
      end={
        <Button small onClick={steps.clear}>
          {close}
        </Button>
      }
    >
      <b>{words.changedTitle}</b>
      <p>{words.changedAbout}</p>
      <ChangeList changes={changes} />
    </Banner>
  );
}
