import type { BroadcastItemJson } from "../../api/broadcasts.ts";
import { Moment } from "../../ui/age.tsx";
import { LevelBand, type LevelNumber, ModeTag } from "../../ui/marks.tsx";
import { PageLink } from "../../ui/page-link.tsx";

/** A draft with the way to go on with it, in its own mode. */
export function DraftLine({
  draft: { id, headline, message, updatedAt },
}: {
  draft: Pick<BroadcastItemJson, "id" | "headline" | "message" | "updatedAt">;
}) {
  return (
    <li>
      <ModeTag mode={message.mode} />
      <LevelBand level={message.level as LevelNumber} size="small" />
      <PageLink href={`/broadcasts/new/${message.mode}?draft=${id}`}>{headline || id}</PageLink>
      <Moment at={updatedAt} only="age" />
    </li>
  );
}
