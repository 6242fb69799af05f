import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Square } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { BroadcastJson } from "../api/broadcasts.ts";
import { meQuery } from "../api/session.ts";
import { Button } from "../ui/button.tsx";
import { ProblemBanner } from "../ui/problem-view.tsx";
import { useTexts } from "../ui/texts.ts";
import styles from "./stop-button.module.css";
import { stopTexts } from "./stop-texts.ts";
import { isStopRefused, useWantedStops, wantStop } from "./wanted-stops.ts";

/** Dialogs take much to load, and this one is seldom asked for. */
const StopCode = lazy(() => import("./stop-code.tsx"));

export interface StopButtonProps {
  readonly broadcast: Pick<BroadcastJson, "id" | "steps">;
  readonly headline: string;
  /** What tells it from another one of the same headline, where there is one. */
  readonly apart?: string | undefined;
  /** In the strip of the shell, where there may be several. */
  readonly small?: boolean;
}

/**
 * One press stops it: no question between the hand and the stop, and a reason that is written already. Only where the
 * platform wants a code for it, there is no other way than to ask for one.
 */
export function StopButton({ broadcast: { id, steps }, headline, apart, small }: StopButtonProps) {
  const words = useTexts(stopTexts);
  const queries = useQueryClient();
  const { data: me } = useQuery(meQuery);
  const wanted = useWantedStops().find((one) => one.id === id);
  const [asksCode, setAsksCode] = useState(false);
  const step = steps.find(({ action }) => action === "cancel");

  async function stop(code?: string) {
    await wantStop(queries, { id, headline, reason: words.reason, person: me?.id ?? "", code });
    if (!isStopRefused(id)) setAsksCode(false);
  }

  if (!step?.allowed) return small ? null : <p className={styles.mayNot}>{words.mayNot}</p>;
  return (
    <div className={small ? styles.small : styles.stop}>
      <Button
        look="stop"
        busy={wanted?.isOnWay === true && !wanted.isUnanswered}
        aria-label={[words.stopOf(headline), apart].filter(Boolean).join(" · ")}
        onClick={() => (step.needsCode ? setAsksCode(true) : void stop())}
      >
        <Square aria-hidden className={styles.square} />
        {words.stop}
      </Button>
      {!small && <p className={styles.hint}>{words.hint}</p>}
      {wanted?.refusal && !small && <ProblemBanner error={wanted.refusal} />}
      {asksCode && (
        <Suspense>
          <StopCode
            busy={wanted?.isOnWay === true}
            onCode={(code) => void stop(code)}
            onClose={() => setAsksCode(false)}
          />
        </Suspense>
      )}
    </div>
  );
}
