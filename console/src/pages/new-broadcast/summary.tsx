import type { ApproversJson, BroadcastJson, StoredPreviewJson } from "../../api/broadcasts.ts";
import { followUpKindOf } from "../../api/follow-ups.ts";
import { placeName } from "../../map/place-name.ts";
import { Banner } from "../../ui/banner.tsx";
import { LevelBand, type LevelNumber, ModeTag } from "../../ui/marks.tsx";
import { count, listOf } from "../../ui/number.ts";
import { Panel } from "../../ui/panel.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { FollowUpLine } from "../broadcast/follow-up-line.tsx";
import { checkTexts } from "./check-texts.ts";
import { useEventName } from "./event-panel.tsx";
import { FactsList, HeardVillages } from "./facts-list.tsx";
import { PreviewAge } from "./preview-panel.tsx";
import { Reads } from "./reads.tsx";
import { SilentList } from "./silent-list.tsx";
import styles from "./summary.module.css";
import { PREVIEW_LASTS_MS } from "./use-preview.ts";

export interface SummaryProps {
  readonly broadcast: BroadcastJson;
  readonly preview: StoredPreviewJson;
  readonly names: {
    readonly regions: readonly { readonly name: string }[];
    readonly exclude: readonly { readonly name: string }[];
  };
  readonly approvers: ApproversJson | undefined;
  readonly ageMs: number;
}

/** What somebody is about to decide on, on one page. */
export function Summary({ broadcast, preview, names, approvers, ageMs }: SummaryProps) {
  const { message } = broadcast;
  return (
    <>
      <Warnings broadcast={broadcast} />
      <FollowUpLine kind={followUpKindOf(broadcast)} replaces={broadcast.replaces} />
      <Panel flush>
        <What broadcast={broadcast} names={names} />
        <Stats broadcast={broadcast} preview={preview} ageMs={ageMs} />
        <div className={styles.facts}>
          <FactsList
            mode={message.mode}
            preview={preview}
            conflicts={preview.conflicts}
            approvers={approvers}
            expiresAt={preview.airedUntil ?? message.expiresAt ?? null}
            without="counts"
          />
        </div>
        <div className={styles.silent}>
          <SilentList preview={preview} />
        </div>
        <Reads texts={message.texts} />
      </Panel>
    </>
  );
}

function What({ broadcast: { message }, names }: Pick<SummaryProps, "broadcast" | "names">) {
  const words = useTexts(checkTexts);
  const language = useLanguage();
  const nameOf = useEventName();
  const { target } = message;
  const list = (places: SummaryProps["names"]["regions"]) =>
    listOf(
      places.map(({ name }) => placeName(name)),
      language,
    );
  const isDrawn = target.polygons.length + target.circles.length > 0;
  const places = [
    ...(names.regions.length > 0 ? [list(names.regions)] : []),
    ...(isDrawn ? [words.drawn] : []),
  ];
  return (
    <div className={styles.what}>
      <LevelBand level={message.level as LevelNumber} size="big" />
      <div className={styles.place}>
        <h2>{nameOf(message.eventCode ?? "")}</h2>
        <p>
          {listOf(places, language)}
          {names.exclude.length > 0 && `（${words.without(list(names.exclude))}）`}
        </p>
      </div>
      <ModeTag mode={message.mode} />
    </div>
  );
}

function Stats({
  broadcast: { message },
  preview,
  ageMs,
}: Pick<SummaryProps, "broadcast" | "preview" | "ageMs">) {
  const words = useTexts(checkTexts);
  const { speakers, online, readingSeconds } = preview;
  return (
    <dl className={styles.stats}>
      <div>
        <dt className={styles.aged}>
          {words.speakers}
          <PreviewAge
            live={{ ageMs, isOfThis: Number.isFinite(ageMs), isCurrent: ageMs <= PREVIEW_LASTS_MS }}
          />
        </dt>
        <dd>
          <b>{count(speakers)}</b> {words.only}
        </dd>
      </div>
      <div>
        <dt>{words.online}</dt>
        <dd>
          <b>{count(online)}</b> {words.offline(count(speakers - online))}
        </dd>
      </div>
      <div>
        <dt>{words.covered}</dt>
        <dd>
          <HeardVillages preview={preview} />
        </dd>
      </div>
      <div>
        <dt>{words.plays}</dt>
        <dd>
          <b>{words.times(message.repeatCount)}</b>{" "}
          {readingSeconds !== null && words.seconds(count(readingSeconds))}
        </dd>
      </div>
    </dl>
  );
}

/** Doubts of the platform about the texts, and about the alert from which they came. */
function Warnings({ broadcast: { warnings, source } }: Pick<SummaryProps, "broadcast">) {
  const words = useTexts(checkTexts);
  const details = [...warnings, ...(source?.warnings ?? [])];
  if (details.length === 0) return null;
  const rules = [...new Set(warnings.map(({ rule }) => rule))];
  return (
    <Banner>
      {rules.length > 0 && <b>{words.warnings}：</b>}
      {rules.map((rule) => words.warning[rule] ?? words.otherWarning).join("；")}
      {(source?.warnings.length ?? 0) > 0 && <p>{words.alertWarnings(source!.warnings.length)}</p>}
      <details>
        <summary>{words.details}</summary>
        <ul lang="en">
          {details.map(({ rule, message }) => (
            <li key={rule + message}>{message}</li>
          ))}
        </ul>
      </details>
    </Banner>
  );
}
