/** Everything that a caller of the HTTP API can do. A route names exactly one. */
export const ACTIONS = [
  "kinds:read",
  "regions:read",
  "devices:read",
  "devices:write",
  "readings:read",
  /** Void or correct readings of a device, and undo that. */
  "readings:repair",
  "ledger:read",
  "events:read",
  "alarms:read",
  "alarms:acknowledge",
  "rejections:read",
  "rejections:replay",
  "stream:read",
  /** To devices: see `api/commands`. */
  "commands:send",
  "broadcasts:read",
  /** Write, change and preview a draft; import CAP. */
  "broadcasts:draft",
  "broadcasts:submit",
  /** Approve, return or reject what somebody else submitted. */
  "broadcasts:approve",
  /** The green channel: release an actual broadcast of level 1 or 2 at once, to be reviewed afterwards. */
  "broadcasts:release",
  "broadcasts:cancel",
  /** Try failed speakers again. */
  "broadcasts:retry",
  "broadcasts:review",
  /** Remark on a broadcast. */
  "broadcasts:note",
  /** Write one's tenant's own templates. */
  "broadcasts:templates",
  /** Look at tenants, people, applications and what they may do. */
  "access:read",
  "access:write",
  "audit:read",
] as const;
export type Action = (typeof ACTIONS)[number];

/**
 * The steps that make a speaker sound, or vouch for what sounded. Administrators decide who may take them, and take
 * none themselves.
 */
export const SOUNDING_ACTIONS = [
  "broadcasts:submit",
  "broadcasts:approve",
  "broadcasts:release",
  "broadcasts:retry",
  "broadcasts:review",
] as const satisfies readonly Action[];

/** Whether an action is one of `SOUNDING_ACTIONS`. */
export const isSounding = (action: Action): boolean =>
  (SOUNDING_ACTIONS as readonly Action[]).includes(action);

/** To decide that a speaker sounds, or that it was right: what submitting waits for. */
const DECIDING_ACTIONS = SOUNDING_ACTIONS.filter((action) => action !== "broadcasts:submit");

/** To look: what every role may do, and an application may be given. */
export const READ_ACTIONS = [
  "kinds:read",
  "regions:read",
  "devices:read",
  "readings:read",
  "ledger:read",
  "events:read",
  "alarms:read",
  "stream:read",
  "broadcasts:read",
] as const satisfies readonly Action[];

export const ROLES = [
  "viewer",
  "operator",
  "dispatcher",
  "duty-officer",
  "approver",
  "auditor",
  "administrator",
] as const;
export type Role = (typeof ROLES)[number];

/** The decision table of roles: what each may do. What is not listed is refused. */
export const MAY: Readonly<Record<Role, ReadonlySet<Action>>> = {
  viewer: new Set(READ_ACTIONS),
  /** Looks after devices: acknowledges alarms, sends commands, deals with refused messages, repairs readings. */
  operator: new Set<Action>([
    ...READ_ACTIONS,
    "readings:repair",
    "alarms:acknowledge",
    "rejections:read",
    "rejections:replay",
    "commands:send",
  ]),
  /** Writes broadcasts; somebody else approves them. */
  dispatcher: new Set<Action>([
    ...READ_ACTIONS,
    "broadcasts:draft",
    "broadcasts:submit",
    "broadcasts:cancel",
    "broadcasts:note",
    "broadcasts:templates",
  ]),
  /** A dispatcher on duty, who may take the green channel. */
  "duty-officer": new Set<Action>([
    ...READ_ACTIONS,
    "alarms:acknowledge",
    "broadcasts:draft",
    "broadcasts:submit",
    "broadcasts:release",
    "broadcasts:cancel",
    "broadcasts:retry",
    "broadcasts:note",
    "broadcasts:templates",
  ]),
  approver: new Set<Action>([
    ...READ_ACTIONS,
    "broadcasts:approve",
    "broadcasts:cancel",
    "broadcasts:retry",
    "broadcasts:review",
    "broadcasts:note",
  ]),
  /** Sees what was done and by whom, and changes nothing. */
  auditor: new Set<Action>([...READ_ACTIONS, "rejections:read", "access:read", "audit:read"]),
  /** Looks after who may do what, and everything else but for the steps that make a speaker sound. */
  administrator: new Set(ACTIONS.filter((action) => !isSounding(action))),
};

/** The roles that decide what sounds: approver and duty officer. Given over HTTP they wait (`accounts/held.ts`). */
export const PRIVILEGED_ROLES: readonly Role[] = ROLES.filter((role) =>
  DECIDING_ACTIONS.some((action) => MAY[role].has(action)),
);

/** The roles that take any step which makes a speaker sound: whoever made one of these is no second person beside it. */
export const SOUNDING_ROLES: readonly Role[] = ROLES.filter((role) =>
  SOUNDING_ACTIONS.some((action) => MAY[role].has(action)),
);

/**
 * What an application's key can be given. Not here: to approve, release, retry or review a broadcast, to repair readings
 * and to change who may do what, which only people do; and the audit, which is read by people.
 */
export const SCOPES = [
  ...READ_ACTIONS,
  "devices:write",
  "alarms:acknowledge",
  "rejections:read",
  "rejections:replay",
  "commands:send",
  "broadcasts:draft",
  "broadcasts:submit",
  "broadcasts:cancel",
] as const satisfies readonly Action[];
export type Scope = (typeof SCOPES)[number];

export const isScope = (action: string): action is Scope => (SCOPES as readonly string[]).includes(action);

/**
 * What each role may give to others, within its own areas. It is a table of its own, since administrators give what
 * they do not hold: they make approvers and approve nothing. Whoever is not listed gives nothing.
 */
export const GIVES: Readonly<Record<Role, ReadonlySet<Role | Scope>>> = {
  viewer: new Set(),
  operator: new Set(),
  dispatcher: new Set(),
  "duty-officer": new Set(),
  approver: new Set(),
  auditor: new Set(),
  administrator: new Set([...ROLES, ...SCOPES]),
};
