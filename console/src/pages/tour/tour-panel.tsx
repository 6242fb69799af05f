import type { MeJson } from "../../api/session.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { useTexts } from "../../ui/texts.ts";
import { TOUR_STEPS } from "./steps.ts";
import { tourTexts } from "./texts.ts";
import styles from "./tour-panel.module.css";
import { useTour } from "./use-tour.ts";

/** On the demo's overview: how far the tour is, and the way to it. */
export default function TourPanel({ me, onDismiss }: { me: MeJson; onDismiss: () => void }) {
  const words = useTexts(tourTexts);
  const { done, isKnown } = useTour(me);
  const next = TOUR_STEPS.find((step) => !done.has(step));
  return (
    <section className={styles.panel} aria-label={words.title}>
      <h2>{words.title}</h2>
      <span className={styles.next}>
        {isKnown &&
          `${words.progress(done.size, TOUR_STEPS.length)} · ${next ? words.next(words.steps[next].title) : words.finished}`}
      </span>
      <span className={styles.ways}>
        <ButtonLink small href="/tour">
          {words.open}
        </ButtonLink>
        <Button small look="quiet" onClick={onDismiss}>
          {words.dismiss}
        </Button>
      </span>
    </section>
  );
}
