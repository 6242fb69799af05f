import type { ReactNode } from "react";
import type { ModeName } from "../../ui/marks.tsx";
import { count } from "../../ui/number.ts";
import { Panel } from "../../ui/panel.tsx";
import { ProblemBanner } from "../../ui/problem-view.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { duration } from "../../ui/time.ts";
import { FactsList } from "./facts-list.tsx";
import styles from "./preview-panel.module.css";
import { previewTexts } from "./preview-texts.ts";
import { SilentList } from "./silent-list.tsx";
import type { LivePreview } from "./use-preview.ts";

export interface PreviewPanelProps {
  readonly mode: ModeName;
  readonly live: LivePreview;
  readonly expiresAt: string;
  /** The button that leads on, with what it does. */
  readonly children: ReactNode;
}

/** Whom it would reach now, beside what is being written. */
export function PreviewPanel({ mode, live, expiresAt, children }: PreviewPanelProps) {
  const words = useTexts(previewTexts);
  const { data, error, again } = live;
  return (
    <Panel title={words.title[mode]} more={data && <PreviewAge live={live} />} flush>
      {error && (
        <div className={styles.pad}>
          <ProblemBanner error={error} onAgain={again} />
        </div>
      )}
      {data ? (
        <div className={live.isOfThis ? undefined : styles.old} aria-busy={!live.isOfThis}>
          <p className={styles.big}>
            <b>{count(data.speakers)}</b>
            <span>{words.willHear[mode]}</span>
          </p>
          <OnlineBar online={data.online} offline={data.speakers - data.online} />
          <div className={styles.pad}>
            <FactsList
              mode={mode}
              preview={data}
              conflicts={data.conflicts}
              approvers={data.approvers}
              expiresAt={expiresAt}
            />
          </div>
          <SilentList preview={data} />
        </div>
      ) : (
        !error && <p className={styles.nowhere}>{words.nowhere}</p>
      )}
      <div className={styles.foot}>{children}</div>
    </Panel>
  );
}

/** How old the numbers are, or that they are of another place. */
export function PreviewAge({ live }: { live: Pick<LivePreview, "ageMs" | "isOfThis" | "isCurrent"> }) {
  const words = useTexts(previewTexts);
  const language = useLanguage();
  if (!live.isOfThis) return <span>{words.computing}</span>;
  return (
    <span className={styles.age}>
      <span className={live.isCurrent ? styles.beat : styles.lost} aria-hidden />
      {words.computed(duration(live.ageMs, language))}
    </span>
  );
}

function OnlineBar({ online, offline }: { online: number; offline: number }) {
  const words = useTexts(previewTexts);
  if (online + offline === 0) return null;
  return (
    <div className={styles.bar} role="img" aria-label={words.bar(count(online), count(offline))}>
      {online > 0 && <i style={{ flexGrow: online }} />}
      {offline > 0 && <i className={styles.offline} style={{ flexGrow: offline }} />}
    </div>
  );
}
