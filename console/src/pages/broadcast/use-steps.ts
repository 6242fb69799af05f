import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { isStopPending, type StepInput, takeStep } from "../../api/broadcast-steps.ts";
import { type BroadcastJson, type BroadcastStep, broadcastKeys } from "../../api/broadcasts.ts";

import { isApiError } from "../../api/problem.ts";
import { noteStopped } from "../../app/stopped.ts";

export type TakenStep = Exclude<BroadcastStep, "change">;

/** The steps of one broadcast, as its page takes them. It outlives the view that asked, whose state may change. */
export interface Steps {
  /** The step that is on its way. */
  readonly busy: TakenStep | undefined;
  /** Why the last one was refused. */
  readonly error: Error | undefined;
  readonly take: (step: TakenStep, input?: Omit<StepInput, "revision">) => Promise<boolean>;
  readonly clear: () => void;
}

/** Takes steps with the revision that is shown, and reads everything of the broadcast again afterwards. */
export function useSteps({
  id,
  revision,
  headline,
  state,
}: Pick<BroadcastJson, "id" | "revision" | "headline" | "state">): Steps {
  const queries = useQueryClient();
  const [busy, setBusy] = useState<TakenStep>();
  const [error, setError] = useState<Error>();
  const [shown, setShown] = useState(state);
  if (shown !== state) {
    setShown(state);
    // It has arrived after all, or somebody else has done it.
    if (isApiError(error, "offline")) setError(undefined);
  }

  async function readAgain(): Promise<void> {
    const keys = [broadcastKeys.one(id), broadcastKeys.history(id), broadcastKeys.preview(id)];
    await Promise.all(keys.map((queryKey) => queries.invalidateQueries({ queryKey })));
    void queries.invalidateQueries({ queryKey: broadcastKeys.lists });
    void queries.invalidateQueries({ queryKey: broadcastKeys.coverage(id) });
  }

  return {
    busy,
    error,
    clear: () => setError(undefined),
    async take(step, input = {}) {
      setBusy(step);
      setError(undefined);
      try {
        const answer = await takeStep(id, step, { revision, ...input });
        if (isStopPending(answer)) noteStopped({ id, headline, isPending: true });
        await readAgain();
        return true;
      } catch (refusal) {
        await readAgain().catch(() => {});
        setError(refusal as Error);
        return false;
      } finally {
        setBusy(undefined);
      }
    },
  };
}
