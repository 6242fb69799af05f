import { useMutation, useQueryClient } from "@tanstack/react-query";
import { reasonWord } from "../../api/reason-words.ts";
import { type RejectedMessageJson, replayRejection } from "../../api/rejections.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { useNow } from "../../ui/now.ts";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { shortMoment } from "../../ui/time.ts";
import styles from "./refused-dialog.module.css";
import { qualityTexts } from "./texts.ts";

type Outcome = "stored" | "duplicate" | "rejected";

/** Sends the message through the checks once more, and says what came of it; whoever may not is told who may. */
export function ReplayStep({ message, mayReplay }: { message: RejectedMessageJson; mayReplay: boolean }) {
  const { replay: words } = useTexts(qualityTexts);
  const queries = useQueryClient();
  const replay = useMutation({
    mutationFn: () => replayRejection(message.id),
    onSettled: () =>
      Promise.all(
        ["rejections", "ledger", "readings", "events"].map((key) =>
          queries.invalidateQueries({ queryKey: [key] }),
        ),
      ),
  });
  const outcome = replay.data?.outcome ?? message.replayOutcome;
  const isStored = outcome === "stored" || outcome === "duplicate";
  return (
    <section className={styles.replay} aria-live="polite">
      {replay.error && <ProblemBanner error={replay.error} />}
      {replay.data ? <Came {...replay.data} /> : <Last message={message} />}
      {isStored ? (
        !replay.data && <p className={styles.quiet}>{words.done}</p>
      ) : mayReplay ? (
        <div className={styles.step}>
          <Button busy={replay.isPending} onClick={() => replay.mutate()}>
            {words.go}
          </Button>
          <p className={styles.quiet}>{words.about}</p>
        </div>
      ) : (
        <p className={styles.quiet}>{words.mayNot}</p>
      )}
    </section>
  );
}

/** What came of it just now. A refusal's detail begins with the code of its reason. */
function Came({ outcome, detail }: { outcome: Outcome; detail: string }) {
  const { replay: words, colon } = useTexts(qualityTexts);
  const language = useLanguage();
  const [, reason, rest] = /^([a-z_]+): (.*)$/s.exec(detail) ?? [];
  return (
    <Banner tone={outcome === "rejected" ? "bad" : "note"}>
      <b>
        {words.outcomes[outcome]}
        {reason !== undefined && `${colon}${reasonWord(reason, language)}`}
      </b>{" "}
      <span lang="en">{rest ?? detail}</span>
    </Banner>
  );
}

/** What came of it the last time. */
function Last({ message: { replayedAt, replayOutcome } }: { message: RejectedMessageJson }) {
  const { replay: words } = useTexts(qualityTexts);
  const language = useLanguage();
  const now = useNow(60_000);
  if (replayedAt === null || replayOutcome === null) return null;
  const outcome = words.outcomes[replayOutcome as Outcome] ?? replayOutcome;
  return <p>{words.last(outcome, shortMoment(replayedAt, language, now))}</p>;
}
