import { useQuery } from "@tanstack/react-query";
import { type BroadcastJson, broadcastQuery } from "../../../api/broadcasts.ts";
import { followUpKindOf } from "../../../api/follow-ups.ts";
import { useFollowUpWords } from "../../../ui/follow-up-tag.tsx";
import { PageLink } from "../../../ui/page-link.tsx";
import { useTexts } from "../../../ui/texts.ts";
import { phaseOf } from "../phase.ts";
import { broadcastTexts } from "../texts.ts";

/** How far another has come that is to take a broadcast's place. */
function stageOf(
  other: Pick<BroadcastJson, "state" | "releasedAt">,
): "waits" | "written" | "unheard" | "taken" {
  const phase = phaseOf(other);
  if (phase === "pending") return "waits";
  if (phase === "written") return "written";
  // A training is complete without a release.
  const isOver = other.releasedAt === null && other.state !== "completed" && phase === "over";
  return isOver ? "unheard" : "taken";
}

/** One that is to take its place, or has taken it: only what was released has. */
export function ReplacedBy({ id }: { id: string }) {
  const words = useTexts(broadcastTexts);
  const kinds = useFollowUpWords();
  const { data, error } = useQuery(broadcastQuery(id));
  const link = <PageLink href={`/broadcasts/${id}`}>{id}</PageLink>;
  if (!data) return <p>{error && link}</p>;
  const kind = followUpKindOf(data) ?? "replacement";
  return (
    <p>
      {words.replacing[stageOf(data)](kinds[kind])} {link}
    </p>
  );
}
