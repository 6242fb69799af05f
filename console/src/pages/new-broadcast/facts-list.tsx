import { useQueries } from "@tanstack/react-query";
import type { PreviewJson } from "../../api/drafts.ts";
import { regionQuery } from "../../api/regions.ts";
import { placeName } from "../../map/place-name.ts";
import type { ModeName } from "../../ui/marks.tsx";
import { useNow } from "../../ui/now.ts";
import { count, listOf } from "../../ui/number.ts";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { duration, shortMoment } from "../../ui/time.ts";
import styles from "./facts-list.module.css";
import { previewTexts } from "./preview-texts.ts";
import { silentCount } from "./silent-list.tsx";

export interface FactsListProps {
  readonly mode: ModeName;
  readonly preview: Omit<PreviewJson, "conflicts" | "approvers">;
  readonly conflicts: PreviewJson["conflicts"];
  readonly approvers: PreviewJson["approvers"] | undefined;
  readonly expiresAt: string | null;
  /** On the check page online speakers and villages stand in boxes of their own. */
  readonly without?: "counts";
}

/** What is known of a broadcast before it is heard: whom it reaches, what gives way, who decides. */
export function FactsList({ mode, preview, conflicts, approvers, expiresAt, without }: FactsListProps) {
  const words = useTexts(previewTexts);
  const language = useLanguage();
  const now = useNow(15_000);
  const { speakers, online } = preview;
  return (
    <dl className={styles.facts}>
      {without !== "counts" && (
        <>
          <dt>{words.online}</dt>
          <dd>
            <b>{count(online)}</b> / {count(speakers - online)}
          </dd>
          <dt>{words.covered}</dt>
          <dd>
            <HeardVillages preview={preview} />
          </dd>
        </>
      )}
      <dt>{words.interrupts}</dt>
      <dd>
        {mode === "training" ? (
          words.nothingSounds
        ) : conflicts === null ? (
          "—"
        ) : (
          <Conflicts conflicts={conflicts} />
        )}
      </dd>
      <dt>{words.beyond}</dt>
      <dd>
        <Beyond codes={preview.beyond} />
      </dd>
      {expiresAt !== null && (
        <>
          <dt>{words.expires}</dt>
          <dd>
            {words.expiresIn(duration(Date.parse(expiresAt) - now, language))} ·{" "}
            <b>{shortMoment(expiresAt, language, now)}</b>
          </dd>
        </>
      )}
      <dt>{words.approvers}</dt>
      <dd>
        <Approvers approvers={approvers} speakers={speakers} />
      </dd>
    </dl>
  );
}

/** Villages with a speaker that is online, of all. */
export function HeardVillages({ preview }: { preview: FactsListProps["preview"] }) {
  const words = useTexts(previewTexts);
  const { villages } = preview;
  if (villages === null) {
    return (
      <>
        <b>{count(preview.villagesCovered - preview.villagesOffline.count)}</b> · {words.ofUnknown}
      </>
    );
  }
  return (
    <>
      <b>{count(villages - silentCount(preview))}</b> / {count(villages)}
    </>
  );
}

function Conflicts({ conflicts }: { conflicts: NonNullable<PreviewJson["conflicts"]> }) {
  const words = useTexts(previewTexts);
  if (conflicts.length === 0) return words.nothing;
  return conflicts.map(({ id, headline, givesWay, speakers }, at) => (
    <span key={id ?? at} className={styles.line}>
      {headline ?? words.unseen} · {words.inEach(count(speakers))} · {words.way[givesWay]}
    </span>
  ));
}

/** Regions that are not the caller's, by name: a smaller place is the way out. */
function Beyond({ codes }: { codes: readonly string[] }) {
  const words = useTexts(previewTexts);
  const language = useLanguage();
  const found = useQueries({ queries: codes.slice(0, 20).map(regionQuery) });
  if (codes.length === 0) return words.nothing;
  const names = codes.map((code, at) => placeName(found[at]?.data?.name ?? code));
  return <b>{listOf(names, language)}</b>;
}

function Approvers({
  approvers,
  speakers,
}: {
  approvers: PreviewJson["approvers"] | undefined;
  speakers: number;
}) {
  const words = useTexts(previewTexts);
  const language = useLanguage();
  if (approvers === undefined) return "—";
  if (approvers === null) return words.notToldApprovers;
  // The platform looks for nobody then, whoever covers the place.
  if (speakers === 0) return words.nothingToApprove;
  if (approvers.items.length === 0) {
    return (
      <>
        <b>{words.noApprover}</b>
        <span className={styles.line}>{words.noApproverAbout}</span>
      </>
    );
  }
  const separator = language === "zh" ? "；" : "; ";
  return approvers.items.map(({ name, signedIn }) => (signedIn ? words.present(name) : name)).join(separator);
}
