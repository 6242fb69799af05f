import { ADMINISTRATOR } from "../../access/decide.ts";
import type { ErrorCode } from "../../base/errors.ts";
import type { Level, MessageClass, Mode } from "../message/index.ts";

/**
 * The life of a broadcast: one table of states and actions, and the conditions beside it. Everything here is pure;
 * `service*.ts` and `dispatch/` make it so, each step with its row of history.
 */
export const STATES = [
  "draft",
  "pending_approval",
  "returned",
  "rejected",
  "approved",
  "dispatching",
  "playing",
  "completed",
  "cancelled",
  "expired",
  "failed",
] as const;
export type State = (typeof STATES)[number];

export const LIFECYCLE_ACTIONS = [
  "submit",
  "approve",
  /** Back to its author, with a reason; it can be changed and submitted again. */
  "return",
  "reject",
  /** The green channel. */
  "release",
  /** Targets and order are stored; commands may leave. */
  "dispatch",
  /** The first speaker has started. */
  "play",
  "complete",
  "expire",
  "fail",
  /** Proof that came after the end shows that people heard it. */
  "correct",
  "cancel",
  /** Try failed speakers again. */
  "retry",
  /** A person looks at a release by the green channel afterwards. The state stays as it is. */
  "review",
] as const;
export type LifecycleAction = (typeof LIFECYCLE_ACTIONS)[number];

type Row = Partial<Record<LifecycleAction, State>>;

/**
 * The transitions; every other one is refused. `approved` lasts no longer than the transaction that approves: from
 * there an actual broadcast or a drill is dispatched and a training is complete. Only `retry` opens `completed` and
 * `failed` again, and both may be withdrawn while their message is in force; `rejected` and `cancelled` are the end. A
 * broadcast that is `failed` or `expired` becomes `completed` when proof comes late.
 */
export const TRANSITIONS: Readonly<Record<State, Readonly<Row>>> = {
  draft: { submit: "pending_approval", release: "approved", cancel: "cancelled" },
  returned: { submit: "pending_approval", release: "approved", cancel: "cancelled" },
  pending_approval: {
    approve: "approved",
    return: "returned",
    reject: "rejected",
    release: "approved",
    cancel: "cancelled",
  },
  approved: { dispatch: "dispatching", complete: "completed" },
  dispatching: {
    play: "playing",
    complete: "completed",
    expire: "expired",
    fail: "failed",
    cancel: "cancelled",
    retry: "dispatching",
    review: "dispatching",
  },
  playing: {
    complete: "completed",
    expire: "expired",
    fail: "failed",
    cancel: "cancelled",
    retry: "playing",
    review: "playing",
  },
  completed: { retry: "dispatching", review: "completed", cancel: "cancelled" },
  failed: { correct: "completed", retry: "dispatching", review: "failed", cancel: "cancelled" },
  cancelled: { review: "cancelled" },
  expired: { correct: "completed", review: "expired" },
  rejected: {},
};

/** The state to which `action` leads from `from`; undefined when it is not possible there. */
export const nextState = (from: State, action: LifecycleAction): State | undefined =>
  TRANSITIONS[from][action];

/** States from which nothing leads to another state any more. */
export const FINAL_STATES: readonly State[] = ["rejected", "cancelled"];

/** Its content can be changed. */
export const EDITABLE_STATES: readonly State[] = ["draft", "returned"];

/** True when it was not released yet, and still may be. */
export const isUnreleased = ({ state }: { readonly state: State }): boolean =>
  EDITABLE_STATES.includes(state) || state === "pending_approval";

/** Every speaker is resolved; the message may be in force all the same, as a warning is after people have heard it. */
export const ENDED_STATES: readonly State[] = ["completed", "failed"];

/** Steps that only the platform takes, by itself. */
const BY_THE_PLATFORM: ReadonlySet<LifecycleAction> = new Set([
  "dispatch",
  "play",
  "complete",
  "expire",
  "fail",
  "correct",
]);

/**
 * Steps of a person, who has a name. The administrator's key has none: its holder sounds no speaker, whatever the table
 * of roles says.
 */
const BY_A_PERSON: ReadonlySet<LifecycleAction> = new Set([
  "approve",
  "return",
  "reject",
  "release",
  "retry",
  "review",
]);

/** Steps that need a reason in words. */
const WITH_A_REASON: ReadonlySet<LifecycleAction> = new Set(["return", "reject", "cancel", "review"]);

/** The facts about a broadcast that decide if a step is possible. */
export interface LifecycleFacts {
  readonly state: State;
  readonly mode: Mode;
  readonly class: MessageClass;
  readonly level: Level;
  readonly submittedBy: string | null;
  /** Everybody who may have been acting when it was submitted; see `peopleBehind`. */
  readonly submittedFor: readonly string[];
  /** True when an application without an owner submitted it, as an earlier version allowed. */
  readonly submitterWithoutOwner: boolean;
  /** Everybody behind any revision of its content. */
  readonly authors: readonly string[];
  /** The person who approved it, or released it by the green channel. */
  readonly approvedBy: string | null;
  /** Everybody who may have been acting then. */
  readonly approvedFor: readonly string[];
  readonly review: "none" | "open" | "done";
  readonly expiresAt: Date | null;
  /** A later alert that says other things. */
  readonly supersededBy: {
    readonly identifier: string;
    readonly sent: string;
    readonly msgType: string;
    readonly why: string;
  } | null;
}

/**
 * The person, application or platform that takes a step. The id is unique among people and applications; the platform
 * has none.
 */
export interface Doer {
  readonly type: "person" | "application" | "display" | "device" | "machine" | "platform";
  readonly id: string | null;
  /** Of an application: the person who answers for it. */
  readonly ownerId?: string | null;
  /** Others who may be acting through it, e.g. people to whom a key of an application was shown. */
  readonly behind?: readonly string[];
  /** Others who made them, or changed how they sign in, at any time. */
  readonly makers?: readonly string[];
}

/**
 * Everybody who may be acting when this doer does. Two people are two when they have nobody in common here: a
 * submission by an application counts as its owner's, and as one of those who made its keys.
 */
export function peopleBehind({ id, ownerId, behind = [] }: Doer): string[] {
  return [...new Set([id, ownerId, ...behind].filter((each) => each !== null && each !== undefined))];
}

/**
 * The same for the record of a step, with which people who decide on it later are compared: a person who once made a
 * dispatcher, say, may still be acting as them, and is no second person for their submissions.
 */
export const peopleEverBehind = (doer: Doer): string[] => [
  ...new Set([...peopleBehind(doer), ...(doer.makers ?? [])]),
];

const shareSomebody = (doer: Doer, others: readonly string[]): boolean =>
  peopleBehind(doer).some((each) => others.includes(each));

export type Step =
  | { readonly allowed: true; readonly from: State; readonly to: State }
  | { readonly allowed: false; readonly code: ErrorCode; readonly message: string };

const refuse = (code: ErrorCode, message: string): Step => ({ allowed: false, code, message });

const isPersonal = (doer: Doer) => doer.type === "person" && doer.id !== ADMINISTRATOR.id;

/** The reason why this doer may submit nothing at all; undefined when it may. */
function noSubmitter(doer: Doer): Step | undefined {
  if (isPersonal(doer)) return undefined;
  if (doer.type !== "application" || doer.id === ADMINISTRATOR.id) {
    return refuse("forbidden", "'submit' is for a person, or for an application with an owner");
  }
  if (doer.ownerId !== null && doer.ownerId !== undefined) return undefined;
  return refuse(
    "application_without_owner",
    `The application '${doer.id}' has no owner: give it one, as whose its submissions then count`,
  );
}

/** The moment and the parameters of a requested step. */
export interface StepAsked {
  readonly now: Date;
  readonly reason?: string | undefined;
  /** True when the caller knows of the later alert. */
  readonly acknowledgeSuperseded?: boolean | undefined;
}

/** Steps towards the speakers: with a superseded broadcast nobody takes them without knowing. */
const TOWARDS_THE_AIR: ReadonlySet<LifecycleAction> = new Set(["submit", "approve", "release", "retry"]);

/** Decides if `doer` may take this step now, and to which state it leads. */
export function decideStep(
  facts: LifecycleFacts,
  action: LifecycleAction,
  doer: Doer,
  { now, reason, acknowledgeSuperseded }: StepAsked,
): Step {
  const to = nextState(facts.state, action);
  if (to === undefined) {
    const possible = (Object.keys(TRANSITIONS[facts.state]) as LifecycleAction[]).filter(
      (name) => !BY_THE_PLATFORM.has(name) && !isOutOfPlace(CONDITIONS[name]?.(facts, doer, now)),
    );
    return refuse(
      "broadcast_state",
      `'${action}' is not possible while the broadcast is '${facts.state}'${possible.length > 0 ? `: possible is ${possible.join(", ")}` : ""}`,
    );
  }
  if (BY_THE_PLATFORM.has(action) && doer.type !== "platform") {
    return refuse("forbidden", `'${action}' is the platform's own step`);
  }
  if (BY_A_PERSON.has(action) && !isPersonal(doer)) {
    return refuse("forbidden", `'${action}' is for a person to do`);
  }
  const stranger = action === "submit" ? noSubmitter(doer) : undefined;
  if (stranger) return stranger;
  if (WITH_A_REASON.has(action) && (reason === undefined || reason.trim() === "")) {
    return refuse("invalid_request", `'${action}' needs a reason: expected 'reason' with what led to it`);
  }
  const refusal = CONDITIONS[action]?.(facts, doer, now);
  if (refusal) return refusal;
  if (facts.supersededBy && TOWARDS_THE_AIR.has(action) && acknowledgeSuperseded !== true) {
    const { msgType, identifier, sent, why } = facts.supersededBy;
    return refuse(
      "broadcast_superseded",
      `The CAP ${msgType} ${identifier}, sent ${sent}, supersedes this broadcast (${why}): look at it, and send 'acknowledgeSuperseded' to go on nevertheless`,
    );
  }
  return { allowed: true, from: facts.state, to };
}

/** True when a step is refused because of the broadcast's state, and not because of the caller. */
const isOutOfPlace = (step: Step | undefined): boolean =>
  step !== undefined &&
  !step.allowed &&
  ["broadcast_state", "broadcast_expired", "green_channel_closed"].includes(step.code);

/** True when there is anything left to cancel: something that can be heard, be released, or is in force. */
export function isCancellable(
  { state, mode, expiresAt }: Pick<LifecycleFacts, "state" | "mode" | "expiresAt">,
  now: Date,
): boolean {
  if (nextState(state, "cancel") === undefined) return false;
  if (!ENDED_STATES.includes(state)) return true;
  return mode !== "training" && (expiresAt === null || expiresAt > now);
}

/** The reason why a condition refuses the step; undefined when it does not. */
type Condition = (facts: LifecycleFacts, doer: Doer, now: Date) => Step | undefined;

const refuseExpired: Condition = ({ expiresAt }, _doer, now) =>
  expiresAt !== null && expiresAt <= now
    ? refuse("broadcast_expired", `The message expired at ${expiresAt.toISOString()}: it is never aired`)
    : undefined;

const refuseTraining: Condition = ({ mode }) =>
  mode === "training" ? refuse("broadcast_state", "A training never reaches a speaker") : undefined;

const refuseApproval: Condition = (facts, doer, now) => {
  if (facts.submitterWithoutOwner) {
    return refuse(
      "application_without_owner",
      `The application '${facts.submittedBy}', which has no owner, submitted this broadcast: give it an owner, or return it to be submitted again`,
    );
  }
  if (shareSomebody(doer, facts.submittedFor)) {
    const by =
      doer.id === facts.submittedBy ? "You" : `'${facts.submittedBy}', through whom you may be acting,`;
    return refuse("own_submission", `${by} submitted this broadcast: another person has to approve it`);
  }
  if (shareSomebody(doer, facts.authors)) {
    return refuse(
      "own_content",
      "You wrote some of this broadcast's message: another person has to approve it",
    );
  }
  return refuseExpired(facts, doer, now);
};

const refuseRelease: Condition = (facts, doer, now) =>
  facts.mode !== "actual" || facts.class !== "emergency" || facts.level > 2
    ? refuse(
        "green_channel_closed",
        `The green channel is for actual emergencies of level 1 or 2; this is ${facts.mode}, ${facts.class}, level ${facts.level}: submit it for approval`,
      )
    : refuseExpired(facts, doer, now);

const refuseCancel: Condition = (facts, _doer, now) => {
  if (isCancellable(facts, now)) return undefined;
  return facts.mode === "training"
    ? refuse("broadcast_state", "A training never sounded: there is nothing to withdraw")
    : refuse(
        "broadcast_expired",
        `The message expired at ${facts.expiresAt?.toISOString()}: it is no longer in force`,
      );
};

const refuseReview: Condition = (facts, doer) => {
  if (facts.review !== "open") return refuse("broadcast_state", "There is no review open");
  return shareSomebody(doer, facts.approvedFor)
    ? refuse("own_release", "You released this broadcast: another person has to review it")
    : undefined;
};

const CONDITIONS: Partial<Record<LifecycleAction, Condition>> = {
  submit: refuseExpired,
  approve: refuseApproval,
  release: refuseRelease,
  dispatch: refuseTraining,
  complete: ({ state, mode }) =>
    state === "approved" && mode !== "training"
      ? refuse("broadcast_state", "An approved broadcast has to be dispatched")
      : undefined,
  retry: (facts, doer, now) => refuseTraining(facts, doer, now) ?? refuseExpired(facts, doer, now),
  cancel: refuseCancel,
  review: refuseReview,
};
