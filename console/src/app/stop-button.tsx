import { useQueryClient } from "@tanstack/react-query";
import { Square } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { isStopPending, takeStep } from "../api/broadcast-steps.ts";
import { type BroadcastJson, broadcastKeys } from "../api/broadcasts.ts";
import { isApiError } from "../api/problem.ts";
import { Button } from "../ui/button.tsx";
import { ProblemBanner } from "../ui/problem-view.tsx";
import { useTexts } from "../ui/texts.ts";
import styles from "./stop-button.module.css";
import { stopTexts } from "./stop-texts.ts";
import { noteStopped } from "./stopped.ts";

/** Dialogs take much to load, and this one is seldom asked for. */
const StopCode = lazy(() => import("./stop-code.tsx"));

export interface StopButtonProps {
  readonly broadcast: Pick<BroadcastJson, "id" | "steps">;
  readonly headline: string;
  /** In the strip of the shell, where there may be several. */
  readonly small?: boolean;
}

/**
 * One press stops it: no question between the hand and the stop, and a reason that is written already. Only where the
 * platform wants a code for it, there is no other way than to ask for one.
 */
export function StopButton({ broadcast: { id, steps }, headline, small }: StopButtonProps) {
  const words = useTexts(stopTexts);
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const [asksCode, setAsksCode] = useState(false);
  const step = steps.find(({ action }) => action === "cancel");

  async function stop(code?: string) {
    setBusy(true);
    setError(undefined);
    try {
      // The platform ignores the revision here: this step is never too late.
      const answer = await takeStep(id, "cancel", {
        revision: 1,
        reason: words.reason,
        ...(code && { code }),
      });
      noteStopped({ id, headline, isPending: isStopPending(answer) });
      setAsksCode(false);
    } catch (refusal) {
      // Somebody else was faster, or it has just ended: the page shows it.
      if (!isApiError(refusal, "broadcast_state")) setError(refusal as Error);
    } finally {
      setBusy(false);
      void queries.invalidateQueries({ queryKey: broadcastKeys.one(id) });
      void queries.invalidateQueries({ queryKey: broadcastKeys.history(id) });
      void queries.invalidateQueries({ queryKey: broadcastKeys.coverage(id) });
      void queries.invalidateQueries({ queryKey: broadcastKeys.lists });
    }
  }

  if (!step?.allowed) return small ? null : <p className={styles.mayNot}>{words.mayNot}</p>;
  return (
    <div className={small ? styles.small : styles.stop}>
      <Button
        look="stop"
        busy={busy}
        aria-label={words.stopOf(headline)}
        onClick={() => (step.needsCode ? setAsksCode(true) : void stop())}
      >
        <Square aria-hidden className={styles.square} />
        {words.stop}
      </Button>
      {!small && <p className={styles.hint}>{words.hint}</p>}
      {error && <ProblemBanner error={error} onAgain={() => void stop()} />}
      {asksCode && (
        <Suspense>
          <StopCode busy={busy} onCode={(code) => void stop(code)} onClose={() => setAsksCode(false)} />
        </Suspense>
      )}
    </div>
  );
}
