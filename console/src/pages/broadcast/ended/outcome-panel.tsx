import type { BroadcastJson, CoverageJson } from "../../../api/broadcasts.ts";
import { shownCounts } from "../../../map/speaker-counts.ts";
import type { Village } from "../../../map/village-groups.ts";
import { Banner } from "../../../ui/banner.tsx";
import { useNow } from "../../../ui/now.ts";
import { count } from "../../../ui/number.ts";
import { useLanguage, useTexts } from "../../../ui/texts.ts";
import { shortMoment } from "../../../ui/time.ts";
import { useLastStep } from "../names.ts";
import { CountsPanel } from "../on-air/counts-panel.tsx";
import styles from "./ended.module.css";
import { endedTexts } from "./texts.ts";

/** The result in one sentence, speakers and villages, and the numbers behind it. */
export function OutcomePanel({
  broadcast,
  villages,
  coverage,
}: {
  broadcast: BroadcastJson;
  villages: readonly Village[] | undefined;
  coverage: CoverageJson | undefined;
}) {
  const words = useTexts(endedTexts);
  const counts = broadcast.counts && shownCounts(broadcast.counts, true);
  const silent = villages?.filter(({ group }) => group !== "heard").length;
  const without = coverage?.villagesWithoutSpeaker;
  const isUnknown = without === null || without?.unknown === true;
  return (
    <>
      {broadcast.state === "cancelled" && <Stopped broadcast={broadcast} coverage={coverage} />}
      {counts ? (
        <>
          <p className={styles.verdict} role="status">
            <b>{words.verdict(count(counts.sounded), count(counts.all))}</b>
            {silent !== undefined && (
              <span className={silent > 0 ? styles.bad : undefined}>
                {silent > 0
                  ? words.silentVillages(count(silent))
                  : isUnknown
                    ? words.allTargetedVillages
                    : words.allVillages}
              </span>
            )}
            {without === null && <span>{words.villagesUnknown}</span>}
            {without?.unknown === true && <span>{words.villagesInShape}</span>}
          </p>
          <CountsPanel counts={counts} />
        </>
      ) : (
        <Banner>{words.noCounts}</Banner>
      )}
    </>
  );
}

/** What was stopped, by whom, and how far it had got. */
function Stopped({ broadcast, coverage }: { broadcast: BroadcastJson; coverage: CoverageJson | undefined }) {
  const words = useTexts(endedTexts);
  const language = useLanguage();
  const now = useNow(60_000);
  const last = useLastStep(broadcast.id, "cancel");
  const { counts } = broadcast;
  return (
    <Banner>
      <b>
        {last
          ? words.stoppedAbout(last.actor.name ?? last.actor.id ?? "", shortMoment(last.at, language, now))
          : words.stoppedTitle}
      </b>
      {broadcast.cancelReason && ` · ${broadcast.cancelReason}`}
      {counts && coverage && (
        <p>
          {words.stoppedNumbers(
            count(counts.sounded),
            count(coverage.total.partlyHeard),
            count(counts.cancelled),
          )}
        </p>
      )}
    </Banner>
  );
}
