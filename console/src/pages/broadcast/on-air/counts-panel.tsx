import { Ban, Check, Circle, CircleSlash, Play, RadioTower, X } from "lucide-react";
import type { CSSProperties, ReactNode } from "react";
import { COUNT_STATES, type ShownCounts } from "../../../map/speaker-counts.ts";
import { useStateWords } from "../../../ui/marks.tsx";
import { count, listOf, percent } from "../../../ui/number.ts";
import { Panel } from "../../../ui/panel.tsx";
import { useLanguage, useTexts } from "../../../ui/texts.ts";
import styles from "./counts-panel.module.css";
import { onAirTexts } from "./texts.ts";

/** How many speakers have proven it, and how many are in each other state: together they are all. */
export function CountsPanel({ counts }: { counts: ShownCounts }) {
  const words = useTexts(onAirTexts);
  const { all, sounded, playing, waiting, failed, refused, offline, cancelled } = counts;
  return (
    <Panel flush>
      <dl className={styles.numbers}>
        <Figure icon={<RadioTower aria-hidden />} name={words.all} value={all} more={words.pieces} />
        <Figure
          icon={<Check aria-hidden />}
          name={words.sounded}
          value={sounded}
          more={percent(sounded, all)}
          look="proven"
        />
        <Figure icon={<Play aria-hidden />} name={words.playing} value={playing} />
        <Figure icon={<Circle aria-hidden />} name={words.waiting} value={waiting} />
        <Figure icon={<X aria-hidden />} name={words.wrong} value={failed + refused} look="bad" />
        <Figure icon={<CircleSlash aria-hidden />} name={words.offline} value={offline} look="bad" />
        {cancelled > 0 && <Figure icon={<Ban aria-hidden />} name={words.cancelled} value={cancelled} />}
      </dl>
      <CountsBar counts={counts} />
    </Panel>
  );
}

function Figure({
  icon,
  name,
  value,
  more,
  look,
}: {
  icon: ReactNode;
  name: string;
  value: number;
  more?: string;
  look?: "proven" | "bad";
}) {
  // Nothing wrong is nothing red.
  const className = look && (look !== "bad" || value > 0) ? styles[look] : undefined;
  return (
    <div className={className}>
      <dt>
        {icon}
        {name}
      </dt>
      <dd>
        {count(value)}
        {more && <small>{more}</small>}
      </dd>
    </div>
  );
}

/** The same numbers as one bar, with the patterns of the tiles. */
function CountsBar({ counts }: { counts: ShownCounts }) {
  const words = useTexts(onAirTexts);
  const states = useStateWords();
  const language = useLanguage();
  const parts = COUNT_STATES.filter((state) => counts[state] > 0);
  const said = parts.map((state) => words.part(count(counts[state]), states[state]));
  return (
    <div className={styles.bar} role="img" aria-label={words.bar(listOf(said, language))}>
      {parts.map((state) => (
        <i
          key={state}
          className={styles[state]}
          title={words.part(count(counts[state]), states[state])}
          style={{ "--share": counts[state] } as CSSProperties}
        />
      ))}
    </div>
  );
}
