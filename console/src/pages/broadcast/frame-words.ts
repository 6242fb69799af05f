import type { BroadcastJson } from "../../api/broadcasts.ts";
import { useNow } from "../../ui/now.ts";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { shortMoment } from "../../ui/time.ts";
import { useLastStep, usePeopleNames } from "./names.ts";
import { maySo, phaseOf } from "./phase.ts";
import { broadcastTexts } from "./texts.ts";

/** What the ribbon says: what happens now, and who submitted and approved it. */
export function useFrameWords(broadcast: BroadcastJson): { readonly text: string; readonly end: string } {
  const words = useTexts(broadcastTexts);
  const people = usePeopleWords(broadcast);
  const { mode } = broadcast.message;
  const phase = phaseOf(broadcast);
  const said = phase === "pending" ? (maySo(broadcast, "approve") ? "mayApprove" : "waits") : phase;
  const neverAired = phase === "over" && broadcast.releasedAt === null;
  return {
    text: neverAired ? words.notReleased : words.frame[said][mode],
    end:
      phase === "pending" || phase === "written"
        ? words.revision(words.states[broadcast.state], broadcast.revision)
        : people,
  };
}

/** `张敏提交 02:08 · 王芳批准 02:16` */
function usePeopleWords({ id, submittedBy, approvedBy, greenChannel, releasedAt }: BroadcastJson): string {
  const words = useTexts(broadcastTexts);
  const language = useLanguage();
  const nameOf = usePeopleNames(id);
  const submitted = useLastStep(id, "submit");
  const now = useNow(60_000);
  const parts: string[] = [];
  if (submittedBy !== null && submitted) {
    parts.push(words.submittedBy(nameOf(submittedBy), shortMoment(submitted.at, language, now)));
  }
  if (approvedBy !== null && releasedAt !== null) {
    const say = greenChannel ? words.releasedBy : words.approvedBy;
    parts.push(say(nameOf(approvedBy), shortMoment(releasedAt, language, now)));
  }
  return parts.join(" · ");
}
