import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import type { BroadcastJson } from "../../api/broadcasts.ts";
import { followUpKindOf } from "../../api/follow-ups.ts";
import { ModeFrame } from "../../app/frame.tsx";
import { FollowUpTag } from "../../ui/follow-up-tag.tsx";
import { LevelBand, type LevelNumber } from "../../ui/marks.tsx";
import { Page } from "../../ui/page.tsx";
import { PageLink } from "../../ui/page-link.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import styles from "./broadcast-page.module.css";
import { FollowUpLine } from "./follow-up-line.tsx";
import { useFrameWords } from "./frame-words.ts";
import { headlineOf, phaseOf } from "./phase.ts";
import { broadcastTexts } from "./texts.ts";

const TAB_OF = { written: "mine", pending: "mine", onAir: "air", over: "history" } as const;

/** What every view of a broadcast has around it: the frame of its mode, the way back, level and headline. */
export function BroadcastPage({
  broadcast,
  about,
  end,
  children,
}: {
  broadcast: BroadcastJson;
  about?: ReactNode;
  end?: ReactNode;
  children: ReactNode;
}) {
  const words = useTexts(broadcastTexts);
  const language = useLanguage();
  const frame = useFrameWords(broadcast);
  const { mode, level } = broadcast.message;
  const kind = followUpKindOf(broadcast);
  const headline = headlineOf(broadcast, language) || words.untitled;
  return (
    <>
      <ModeFrame mode={mode} {...frame} />
      <Crumbs broadcast={broadcast} />
      <Page
        title={words.tab(words.modeMark[mode], words.states[broadcast.state], headline)}
        heading={
          <span className={styles.heading}>
            <LevelBand level={level as LevelNumber} size="big" />
            <FollowUpTag kind={kind} />
            <span>{headline}</span>
          </span>
        }
        about={about}
        end={end}
      >
        <FollowUpLine kind={kind} replaces={broadcast.replaces} isTagged={false} />
        {children}
      </Page>
    </>
  );
}

function Crumbs({ broadcast }: { broadcast: BroadcastJson }) {
  const words = useTexts(broadcastTexts);
  const tab = TAB_OF[phaseOf(broadcast)];
  return (
    <nav className={styles.crumbs} aria-label={words.crumbs}>
      <PageLink href="/broadcasts">{words.broadcasts}</PageLink>
      <ChevronRight aria-hidden />
      <PageLink href={`/broadcasts?tab=${tab}`}>{words.tabs[tab]}</PageLink>
      <ChevronRight aria-hidden />
      <b>{broadcast.id}</b>
    </nav>
  );
}
