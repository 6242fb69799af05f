import { useQuery } from "@tanstack/react-query";
import type { CSSProperties } from "react";
import { type BroadcastJson, storedPreviewQuery, type TargetReportJson } from "../../../api/broadcasts.ts";
import { placeName } from "../../../map/place-name.ts";
import { StateGlyph } from "../../../ui/marks.tsx";
import { useNow } from "../../../ui/now.ts";
import { Panel } from "../../../ui/panel.tsx";
import { useLanguage, useTexts } from "../../../ui/texts.ts";
import { clockTime, duration } from "../../../ui/time.ts";
import { reasonTexts } from "../reason-texts.ts";
import styles from "./progress-panel.module.css";
import { onAirTexts } from "./texts.ts";

/** How far the repeats are, reckoned, and what happened last. */
export function ProgressPanel({
  broadcast,
  targets,
}: {
  broadcast: BroadcastJson;
  targets: readonly TargetReportJson[];
}) {
  return (
    <Panel flush>
      <div className={styles.halves}>
        <Repeats broadcast={broadcast} targets={targets} />
        <Happenings targets={targets} />
      </div>
    </Panel>
  );
}

/** The speakers do not say which repeat they are at: it is reckoned from the first one's beginning, and says so. */
function Repeats({ broadcast, targets }: { broadcast: BroadcastJson; targets: readonly TargetReportJson[] }) {
  const words = useTexts(onAirTexts);
  const language = useLanguage();
  const now = useNow();
  const { repeatCount } = broadcast.message;
  const preview = useQuery({
    ...storedPreviewQuery(broadcast.id, broadcast.revision),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const begun = targets.flatMap(({ state, startedAt }) =>
    state === "started" && startedAt !== null ? Date.parse(startedAt) : [],
  );
  const seconds = (preview.data?.readingSeconds ?? 0) / repeatCount;
  if (begun.length === 0 || seconds === 0) {
    return (
      <div>
        <h3>{words.repeatsAll(repeatCount)}</h3>
        {begun.length === 0 && <p className={styles.about}>{words.notYetPlaying}</p>}
      </div>
    );
  }
  const passed = Math.max(0, (now - Math.min(...begun)) / 1000);
  const share = Math.min(1, passed / (seconds * repeatCount));
  const at = Math.min(repeatCount, Math.floor(passed / seconds) + 1);
  return (
    <div>
      <h3>{words.repeat(at, repeatCount)}</h3>
      <div className={styles.progress} aria-hidden>
        <i style={{ "--share": share } as CSSProperties} />
      </div>
      <p className={styles.about}>{words.repeatAbout(duration(seconds * 1000, language))}</p>
    </div>
  );
}

const SHOWN = 4;
const momentOf = ({ endedAt, startedAt, acknowledgedAt, handedOverAt }: TargetReportJson) =>
  endedAt ?? startedAt ?? acknowledgedAt ?? handedOverAt;

/** The latest speakers that failed or refused. */
function Happenings({ targets }: { targets: readonly TargetReportJson[] }) {
  const words = useTexts(onAirTexts);
  const { reasons, other } = useTexts(reasonTexts);
  const latest = targets
    .flatMap((target) => {
      const at = momentOf(target);
      const { state } = target;
      return at !== null && (state === "failed" || state === "refused") ? [{ target, at, state }] : [];
    })
    .sort((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, SHOWN);
  return (
    <div>
      <h3>{words.happenings}</h3>
      {latest.length === 0 && <p className={styles.about}>{words.noHappenings}</p>}
      <ul className={styles.events}>
        {latest.map(({ target, at, state }) => (
          <li key={target.deviceId}>
            <time dateTime={at}>{clockTime(at)}</time>
            <StateGlyph state={state} />
            {words.happened(
              target.name ?? target.deviceId,
              placeName(target.villageName ?? ""),
              reasons[target.reason ?? state] ?? other,
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
