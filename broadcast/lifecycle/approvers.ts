import { asOf, decide, type Principal } from "../../access/decide.ts";
import type { Limits } from "../../access/limits.ts";
import type { Broadcast } from "../../store/broadcast/index.ts";
import type { Level, MessageClass, Mode } from "../message/index.ts";
import type { Aim } from "../targets/index.ts";
import { decideStep, isUnreleased, type LifecycleFacts, peopleEverBehind } from "./lifecycle.ts";

/** A person who could approve, at once or once their grants hold. */
export interface PossibleApprover {
  readonly person: Principal;
  /** Undefined: now. */
  readonly until: Date | undefined;
}

/** The facts about a broadcast that decide who could approve it. */
export type ToApprove = Omit<LifecycleFacts, "level"> & Pick<Broadcast, "level">;

/** The same of a broadcast that somebody thinks of, as if they had written it. */
export const toBeWritten = (
  author: Principal,
  message: { readonly mode: Mode; readonly class: MessageClass; readonly level: Level },
): ToApprove => ({
  ...message,
  state: "draft",
  authors: peopleEverBehind(author),
  submittedBy: null,
  submittedFor: [],
  submitterWithoutOwner: false,
  approvedBy: null,
  approvedFor: [],
  review: "none",
  expiresAt: null,
  supersededBy: null,
});

/**
 * The people who could approve a broadcast now, or once they need not wait any more: by the same rules as an approval.
 * For a draft, as if `asker` had submitted it. Empty once it was decided on, or while it has no speaker.
 */
export async function approversAmong(
  people: readonly Principal[],
  broadcast: ToApprove,
  aim: Aim,
  asker: Principal,
  now: Date,
): Promise<PossibleApprover[]> {
  if (!isUnreleased(broadcast) || (await aim.isEmpty())) return [];
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
  const reaches = async (limits: Limits) => {
    const key = JSON.stringify(limits);
    const answer = known.get(key) ?? (await aim.isWithin(limits));
    known.set(key, answer);
    return answer;
  };
  const could = async (person: Principal): Promise<boolean> => {
    const decision = decide(person, "broadcasts:approve");
    if (!decision.allowed) return false;
    const step = decideStep(facts, "approve", person, { now, acknowledgeSuperseded: true });
    return step.allowed && (await reaches(decision.limits));
  };
  const firstOf = async (person: Principal): Promise<PossibleApprover[]> => {
    if (await could(person)) return [{ person, until: undefined }];
    const moments = person.grants.flatMap(({ heldUntil }) => heldUntil ?? []);
    for (const until of moments.sort((a, b) => a.getTime() - b.getTime())) {
      if (await could(asOf(person, until))) return [{ person, until }];
    }
    return [];
  };
  const approvers: PossibleApprover[] = [];
  for (const person of people) approvers.push(...(await firstOf(person)));
  return approvers;
}
