import { useState } from "react";
import type { BroadcastJson } from "../../../api/broadcasts.ts";
import { Button } from "../../../ui/button.tsx";
import { Panel } from "../../../ui/panel.tsx";
import { useTexts } from "../../../ui/texts.ts";
import { usePeopleNames } from "../names.ts";
import { stepOf } from "../phase.ts";
import { ReasonDialog } from "../reason-dialog.tsx";
import type { Steps } from "../use-steps.ts";
import styles from "./ended.module.css";
import { endedTexts } from "./texts.ts";

/** A release through the green channel: another person looks at it afterwards. */
export function ReviewPanel({ broadcast, steps }: { broadcast: BroadcastJson; steps: Steps }) {
  const words = useTexts(endedTexts);
  const [isOpen, setOpen] = useState(false);
  const nameOf = usePeopleNames(broadcast.id);
  if (broadcast.review !== "open") return null;
  const step = stepOf(broadcast, "review");
  return (
    <Panel tone="note" title={words.reviewTitle}>
      {step?.allowed ? (
        <div className={styles.review}>
          <span>{words.reviewOpenTo}</span>
          <Button look="primary" onClick={() => setOpen(true)}>
            {words.review}
          </Button>
        </div>
      ) : (
        <p>{words.reviewReasons[step?.code ?? ""] ?? words.reviewBySomebody}</p>
      )}
      {isOpen && (
        <ReasonDialog
          step="review"
          name={nameOf(broadcast.approvedBy)}
          needsCode={step?.needsCode ?? false}
          busy={steps.busy !== undefined}
          onClose={() => setOpen(false)}
          onStep={(reason, code) =>
            void steps.take("review", { reason, ...(code && { code }) }).then(() => setOpen(false))
          }
        />
      )}
    </Panel>
  );
}
