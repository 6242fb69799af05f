import type { BroadcastItemJson } from "../../api/broadcasts.ts";
import { followUpKindOf } from "../../api/follow-ups.ts";
import { Moment } from "../../ui/age.tsx";
import { FollowUpTag } from "../../ui/follow-up-tag.tsx";
import { LevelBand, type LevelNumber, ModeTag } from "../../ui/marks.tsx";
import { PageLink } from "../../ui/page-link.tsx";

/** A draft with the way to go on with it, in its own mode. */
export function DraftLine({
  draft,
}: {
  draft: Pick<BroadcastItemJson, "id" | "headline" | "message" | "updatedAt" | "template" | "replaces">;
}) {
  const { id, headline, message, updatedAt } = draft;
  return (
    <li>
      <ModeTag mode={message.mode} />
      <LevelBand level={message.level as LevelNumber} size="small" />
      <FollowUpTag kind={followUpKindOf(draft)} />
      <PageLink href={`/broadcasts/new/${message.mode}?draft=${id}`} takesRoom>
        {headline || id}
      </PageLink>
      <Moment at={updatedAt} only="age" />
    </li>
  );
}
