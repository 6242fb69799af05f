import { useQuery } from "@tanstack/react-query";
import { Ban, Undo2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { BroadcastJson } from "../../../api/broadcasts.ts";
import { meQuery } from "../../../api/session.ts";
import { Button } from "../../../ui/button.tsx";
import { useTexts } from "../../../ui/texts.ts";
import { usePeopleNames } from "../names.ts";
import { maySo, stepOf } from "../phase.ts";
import { ReasonDialog } from "../reason-dialog.tsx";
import type { Steps } from "../use-steps.ts";
import { Approval } from "./approval.tsx";
import styles from "./decision.module.css";
import { pendingTexts } from "./texts.ts";
import type { useFreshPreview } from "./use-fresh-preview.ts";
import { WhyNot } from "./why-not.tsx";

/** Steps apart from the approval, each in a row of its own with a sentence. */
const OTHERS = ["return", "reject", "cancel"] as const;
type OtherStep = (typeof OTHERS)[number];

/** Approve, return and reject, apart from each other; who may not approve reads why, and who can. */
export function Decision({
  broadcast,
  preview,
  steps,
}: {
  broadcast: BroadcastJson;
  preview: ReturnType<typeof useFreshPreview>;
  steps: Steps;
}) {
  const words = useTexts(pendingTexts);
  const author = usePeopleNames(broadcast.id)(broadcast.submittedBy);
  const [asked, ask] = useState<OtherStep>();
  const { data: me } = useQuery(meQuery);
  const approve = stepOf(broadcast, "approve");
  // To the submitter this is the reason, whatever else is missing.
  const code = me && broadcast.submittedBy === me.id ? "own_submission" : (approve?.code ?? null);
  const mayApprove = approve?.allowed === true || approve?.code === "broadcast_superseded";
  // An approver rejects; taking back is for those who may not.
  const others = OTHERS.filter((step) => maySo(broadcast, step) && (step !== "cancel" || !mayApprove));
  return (
    <>
      <section className={`${styles.panel} ${mayApprove ? styles.fixed : ""}`} aria-label={words.decision}>
        <div className={styles.ask}>
          {mayApprove ? (
            // Another revision is another decision: what was typed for the former is gone.
            <Approval key={broadcast.revision} broadcast={broadcast} preview={preview} steps={steps} />
          ) : (
            <WhyNot id={broadcast.id} code={code} />
          )}
        </div>
        {others.length > 0 && (
          <div className={styles.others}>
            {others.map((step) => (
              <OtherRow key={step} step={step} author={author} onAsk={() => ask(step)} />
            ))}
          </div>
        )}
        {maySo(broadcast, "return") && <p className={styles.foot}>{words.reasonsSeen(author)}</p>}
      </section>
      {asked && (
        <ReasonDialog
          step={asked}
          name={author}
          needsCode={stepOf(broadcast, asked)?.needsCode ?? false}
          busy={steps.busy !== undefined}
          onClose={() => ask(undefined)}
          onStep={(reason, code) =>
            void steps.take(asked, { reason, ...(code && { code }) }).then(() => ask(undefined))
          }
        />
      )}
    </>
  );
}

/** Room at the end of the page for what the decision covers on a phone. */
export const DecisionSpace = () => <div className={styles.space} />;

const ICONS: Readonly<Record<OtherStep, ReactNode>> = {
  return: <Undo2 aria-hidden />,
  reject: <Ban aria-hidden />,
  cancel: <Ban aria-hidden />,
};

function OtherRow({ step, author, onAsk }: { step: OtherStep; author: string; onAsk: () => void }) {
  const words = useTexts(pendingTexts);
  const { about, label } = {
    return: { about: words.returnAbout(author), label: words.return },
    reject: { about: words.rejectAbout, label: words.reject },
    cancel: { about: words.withdrawAbout, label: words.withdraw },
  }[step];
  return (
    <div className={styles.row}>
      <span>{about}</span>
      <Button look={step === "return" ? "secondary" : "danger"} onClick={onAsk}>
        {ICONS[step]}
        {label}
      </Button>
    </div>
  );
}
