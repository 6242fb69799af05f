import { RotateCw } from "lucide-react";
import type { BroadcastJson } from "../../api/broadcasts.ts";
import { Button } from "../../ui/button.tsx";
import { count } from "../../ui/number.ts";
import { useTexts } from "../../ui/texts.ts";
import { toast } from "../../ui/toast.tsx";
import { onAirTexts } from "./on-air/texts.ts";
import { maySo } from "./phase.ts";
import type { Steps } from "./use-steps.ts";

/** Again to the speakers that failed; those that sounded never get it twice. Shown where the platform lets one. */
export function RetryButton({ broadcast, steps }: { broadcast: BroadcastJson; steps: Steps }) {
  const words = useTexts(onAirTexts);
  if (!maySo(broadcast, "retry")) return null;
  const failed = broadcast.counts?.failed ?? 0;
  return (
    <Button
      small
      busy={steps.busy === "retry"}
      onClick={() => void steps.take("retry").then((done) => done && toast(words.retried))}
    >
      <RotateCw aria-hidden />
      {failed > 0 ? words.retryCount(count(failed)) : words.retry}
    </Button>
  );
}
