import type { ReactNode } from "react";
import type { BroadcastJson, StoredPreviewJson } from "../../api/broadcasts.ts";
import { ButtonLink } from "../../ui/button.tsx";
import styles from "../../ui/decision.module.css";
import { Empty, Skeleton } from "../../ui/empty.tsx";
import type { ModeName } from "../../ui/marks.tsx";
import { Columns } from "../../ui/page.tsx";
import { ProblemBanner, ProblemView } from "../../ui/problem-view.tsx";
import { useTexts } from "../../ui/texts.ts";
import { checkTexts } from "./check-texts.ts";
import { ModePage } from "./mode-page.tsx";
import { Summary } from "./summary.tsx";
import { newTexts } from "./texts.ts";
import { type Checked, useChecked } from "./use-checked.ts";

interface CheckedPageProps {
  readonly mode: ModeName;
  readonly id: string;
  readonly heading: string;
  /** So little that it may stay in sight on a phone, too. */
  readonly isLow?: boolean;
  /** What is decided beside it. */
  readonly children: (facts: DecisionFacts) => ReactNode;
}

export interface DecisionFacts {
  readonly broadcast: BroadcastJson;
  readonly preview: StoredPreviewJson;
  readonly names: NonNullable<Checked["names"]>;
  readonly ageMs: number;
  readonly again: () => void;
}

/** A stored broadcast as it is now, and beside it a step. The address names the mode, and a draft of another is refused. */
export function CheckedPage({ mode, id, heading, isLow, children }: CheckedPageProps) {
  const words = useTexts(checkTexts);
  const checked = useChecked(id);
  const { broadcast, preview, approvers, names, ageMs, again } = checked;
  const error = broadcast.error ?? (preview.data ? null : preview.error);
  const page = (content: ReactNode) => (
    <ModePage mode={mode} heading={heading} step="check">
      {content}
    </ModePage>
  );
  if (broadcast.data && broadcast.data.message.mode !== mode) {
    return page(<OtherMode id={id} mode={broadcast.data.message.mode} />);
  }
  if (!broadcast.data || !preview.data || !names) {
    return page(
      error ? <ProblemView error={error} onAgain={again} /> : <Skeleton lines={8} label={words.fetching} />,
    );
  }
  const facts = { broadcast: broadcast.data, preview: preview.data, names, ageMs, again };
  return page(
    <>
      {preview.error && <ProblemBanner error={preview.error} onAgain={again} />}
      <Columns
        side={<div className={`${styles.decision} ${isLow ? styles.low : ""}`}>{children(facts)}</div>}
      >
        <Summary {...facts} approvers={approvers} />
      </Columns>
    </>,
  );
}

function OtherMode({ id, mode }: { id: string; mode: ModeName }) {
  const words = useTexts(newTexts);
  const name = words.modes[mode];
  return (
    <Empty title={words.otherMode(name)}>
      <p>{words.otherModeAbout}</p>
      <ButtonLink href={`/broadcasts/new/${mode}/check/${id}`}>{words.openThere(name)}</ButtonLink>
    </Empty>
  );
}
