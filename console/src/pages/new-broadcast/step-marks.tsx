import { Check } from "lucide-react";
import { useTexts } from "../../ui/texts.ts";
import styles from "./step-marks.module.css";
import { newTexts } from "./texts.ts";

const STEPS = ["kind", "event", "content", "check"] as const;
export type StepName = (typeof STEPS)[number];

/** How far one is: kind, event, place and text, check. They tell, and lead nowhere. */
export function StepMarks({ now }: { now: StepName }) {
  const words = useTexts(newTexts);
  const at = STEPS.indexOf(now);
  return (
    <ol className={styles.steps} aria-label={words.steps}>
      {STEPS.map((step, place) => (
        <li
          key={step}
          className={place < at ? styles.done : place === at ? styles.now : undefined}
          aria-current={place === at ? "step" : undefined}
        >
          <i aria-hidden>{place < at ? <Check /> : place + 1}</i>
          <span className={styles.word}>{words.stepNames[step]}</span>
          {place < at && <span className={styles.hidden}>{words.stepDone}</span>}
        </li>
      ))}
    </ol>
  );
}
