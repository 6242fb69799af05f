import type { FollowUpKind } from "../../api/follow-ups.ts";
import { FollowUpTag } from "../../ui/follow-up-tag.tsx";
import { PageLink } from "../../ui/page-link.tsx";
import { defineTexts, useTexts } from "../../ui/texts.ts";
import styles from "./follow-up-line.module.css";

const texts = defineTexts(
  {
    of: {
      all_clear: "这是解除，不是新的预警：告诉听众危险已过。",
      correction: "这是更正：改掉先前说错的话。",
      extension: "这是延长：先前的预警继续有效。",
      replacement: "它播出后，代替先前的播发。",
    },
    earlier: "先前的播发：",
  },
  {
    of: {
      all_clear: "This is an all-clear and no new warning: it says that the danger is over.",
      correction: "This is a correction: it mends what was said before.",
      extension: "This is an extension: the earlier warning goes on.",
      replacement: "Once it is released it takes the place of an earlier broadcast.",
    },
    earlier: "The earlier one: ",
  },
);

/** Of what kind a follow-up is, in a sentence, with the way to what it follows. */
export function FollowUpLine({
  kind,
  replaces,
  isTagged = true,
}: {
  readonly kind: FollowUpKind | null;
  readonly replaces: readonly string[];
  /** False where the tag stands in the heading above. */
  readonly isTagged?: boolean;
}) {
  const words = useTexts(texts);
  if (kind === null) return null;
  return (
    <p className={styles.line}>
      {isTagged && <FollowUpTag kind={kind} />}
      <span>{words.of[kind]}</span>
      {replaces.length > 0 && (
        <span>
          {words.earlier}
          {replaces.map((id) => (
            <PageLink key={id} href={`/broadcasts/${id}`}>
              {id}
            </PageLink>
          ))}
        </span>
      )}
    </p>
  );
}
