import { asOf, decide, type Principal } from "../access/decide.ts";
import { covers, type Limits } from "../access/limits.ts";
import type { Broadcast } from "../store/broadcasts.ts";
import { decideStep, peopleEverBehind } from "./lifecycle.ts";
import type { Level } from "./message.ts";
import { isUnreleased } from "./service-release.ts";
import type { Speaker } from "./targets.ts";

/** Whether all speakers lie within the limits; asked of many people, so the first one outside is enough. */
const reachesAll = (speakers: readonly Speaker[], limits: Limits): boolean =>
  speakers.every((speaker) => covers(limits, { ...speaker, kind: "speaker" }));

/** Somebody who could approve, at once or once what was given to them holds. */
export interface PossibleApprover {
  readonly person: Principal;
  /** Undefined: now. */
  readonly until: Date | undefined;
}

/**
 * The people who could approve a broadcast now, or once they need not wait any more: by the same rules as an approval. Of a draft, as if `asker` had
 * submitted it. Nobody, once it was decided on or while it is aimed at no speaker.
 */
export function approversAmong(
  people: readonly Principal[],
  broadcast: Broadcast,
  speakers: readonly Speaker[],
  asker: Principal,
  now: Date,
): PossibleApprover[] {
  if (!isUnreleased(broadcast) || speakers.length === 0) return [];
  const isSubmitted = broadcast.state === "pending_approval";
  const facts = {
    ...broadcast,
    state: "pending_approval" as const,
    level: broadcast.level as Level,
    ...(isSubmitted
      ? {}
      : { submittedBy: asker.id, submittedFor: peopleEverBehind(asker), submitterWithoutOwner: false }),
  };
  /** Many have the same areas. */
  const known = new Map<string, boolean>();
  const reaches = (limits: Limits) => {
    const key = JSON.stringify(limits);
    const before = known.get(key);
    if (before !== undefined) return before;
    const answer = reachesAll(speakers, limits);
    known.set(key, answer);
    return answer;
  };
  const could = (person: Principal): boolean => {
    const decision = decide(person, "broadcasts:approve");
    if (!decision.allowed) return false;
    return (
      decideStep(facts, "approve", person, { now, acknowledgeSuperseded: true }).allowed &&
      reaches(decision.limits)
    );
  };
  return people.flatMap((person): PossibleApprover[] => {
    if (could(person)) return [{ person, until: undefined }];
    const moments = person.grants.flatMap(({ heldUntil }) => heldUntil ?? []);
    const until = moments
      .sort((a, b) => a.getTime() - b.getTime())
      .find((moment) => could(asOf(person, moment)));
    return until ? [{ person, until }] : [];
  });
}
