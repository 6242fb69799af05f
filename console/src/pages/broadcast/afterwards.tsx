import type { BroadcastJson } from "../../api/broadcasts.ts";
import { FactsPanel } from "./record/facts-panel.tsx";
import { HistoryPanel } from "./record/history-panel.tsx";
import { NotesPanel } from "./record/notes-panel.tsx";
import { RevisionsPanel } from "./record/revisions-panel.tsx";

/** What every view ends with: who did what, what people remarked, how the content changed, and the rest of its facts. */
export function Afterwards({ broadcast }: { broadcast: BroadcastJson }) {
  return (
    <>
      <HistoryPanel id={broadcast.id} />
      <NotesPanel broadcast={broadcast} />
      <RevisionsPanel broadcast={broadcast} />
      <FactsPanel broadcast={broadcast} />
    </>
  );
}
