import { BellOff, CalendarPlus, PencilLine, Replace } from "lucide-react";
import type { FollowUpKind } from "../api/follow-ups.ts";
import styles from "./follow-up-tag.module.css";
import { defineTexts, useTexts } from "./texts.ts";

const texts = defineTexts(
  { kinds: { all_clear: "解除", correction: "更正", extension: "延长", replacement: "代替" } },
  {
    kinds: {
      all_clear: "All-clear",
      correction: "Correction",
      extension: "Extension",
      replacement: "Replacement",
    },
  },
);

export const useFollowUpWords = () => useTexts(texts).kinds;

const ICONS = {
  all_clear: <BellOff aria-hidden />,
  correction: <PencilLine aria-hidden />,
  extension: <CalendarPlus aria-hidden />,
  replacement: <Replace aria-hidden />,
};

/** What a broadcast is to an earlier one, by an icon and its word: nobody takes an all-clear for a new warning. */
export function FollowUpTag({ kind }: { kind: FollowUpKind | null }) {
  const words = useFollowUpWords();
  if (kind === null) return null;
  return (
    <span className={styles.tag} data-follow-up={kind}>
      {ICONS[kind]}
      <span>{words[kind]}</span>
    </span>
  );
}
