import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { followUpBroadcast } from "../../../api/broadcast-steps.ts";
import type { BroadcastJson } from "../../../api/broadcasts.ts";
import { mayDo, meQuery } from "../../../api/session.ts";
import { Button } from "../../../ui/button.tsx";
import { Panel } from "../../../ui/panel.tsx";
import { ProblemBanner } from "../../../ui/problem-view.tsx";
import { useTexts } from "../../../ui/texts.ts";
import styles from "./ended.module.css";
import { endedTexts } from "./texts.ts";

/** Follow-ups that say something about what people have heard. */
const FOLLOW_UPS = [
  { type: "all_clear", about: "allClearAbout", label: "allClear" },
  { type: "correction", about: "correctionAbout", label: "correction" },
  { type: "extension", about: "extensionAbout", label: "extension" },
] as const;

/** Drafts to the same speakers: the danger is over, something was wrong, or it lasts. Nothing sounds by it. */
export function FollowUpPanel({ broadcast }: { broadcast: BroadcastJson }) {
  const words = useTexts(endedTexts);
  const { data: me } = useQuery(meQuery);
  const [, navigate] = useLocation();
  const [busy, setBusy] = useState<string>();
  const [error, setError] = useState<Error>();
  if (!me || !mayDo(me, "broadcasts:draft")) return null;
  async function follow(type: (typeof FOLLOW_UPS)[number]["type"]) {
    setBusy(type);
    setError(undefined);
    try {
      const draft = await followUpBroadcast(broadcast.id, type);
      navigate(`/broadcasts/new/${draft.message.mode}?draft=${draft.id}`);
    } catch (refusal) {
      setError(refusal as Error);
    } finally {
      setBusy(undefined);
    }
  }
  return (
    <div className={styles.noPrint}>
      <Panel flush title={words.next}>
        <ul>
          {FOLLOW_UPS.map(({ type, about, label }) => (
            <li key={type} className={styles.row}>
              <span>{words[about]}</span>
              <Button busy={busy === type} onClick={() => void follow(type)}>
                {words[label]}
              </Button>
            </li>
          ))}
        </ul>
        {error && <ProblemBanner error={error} />}
        <p className={styles.foot}>{words.followAbout}</p>
      </Panel>
    </div>
  );
}
