import type { BroadcastJson } from "../../../api/broadcasts.ts";
import { useNow } from "../../../ui/now.ts";
import { useLanguage, useTexts } from "../../../ui/texts.ts";
import { duration, shortMoment } from "../../../ui/time.ts";
import { useLastStep, usePeopleNames } from "../names.ts";
import { pendingTexts } from "./texts.ts";
import styles from "./when-pending.module.css";

/** Who submitted it when, and how long it may still be decided on. */
export function WhenPending({ broadcast }: { broadcast: BroadcastJson }) {
  const words = useTexts(pendingTexts);
  const language = useLanguage();
  const now = useNow();
  const nameOf = usePeopleNames(broadcast.id);
  const submitted = useLastStep(broadcast.id, "submit");
  const { expiresAt } = broadcast;
  const left = expiresAt === null ? undefined : Date.parse(expiresAt) - now;
  return (
    <div className={styles.when}>
      {submitted && (
        <span>
          {words.submitted(nameOf(broadcast.submittedBy), shortMoment(submitted.at, language, now))}
        </span>
      )}
      {expiresAt !== null && left !== undefined && (
        <b>
          {left > 0
            ? words.expiresIn(shortMoment(expiresAt, language, now), duration(left, language))
            : words.expired(shortMoment(expiresAt, language, now))}
        </b>
      )}
    </div>
  );
}
