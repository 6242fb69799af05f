/** Every action of a caller of the HTTP API. A route names exactly one. */
export const ACTIONS = [
  "kinds:read",
  "regions:read",
  "devices:read",
  "devices:write",
  /**
   * Change who can speak for a device: its owner, the token of one that sounds or has such devices behind it, the
   * gateway of one that sounds, and its end, after which its id can be given anew.
   */
  "devices:entrust",
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
  /** Send commands to devices: see `api/commands`. */
  "commands:send",
  "broadcasts:read",
  /** Write, change and preview a draft; import CAP. */
  "broadcasts:draft",
  "broadcasts:submit",
  /** Approve, return or reject a broadcast that another person submitted. */
  "broadcasts:approve",
  /** The green channel: release an actual broadcast of level 1 or 2 at once, to be reviewed afterwards. */
  "broadcasts:release",
  "broadcasts:cancel",
  /** Try failed speakers again. */
  "broadcasts:retry",
  "broadcasts:review",
  /** Add notes to a broadcast. */
  "broadcasts:note",
  /** Write templates of the caller's own tenant. */
  "broadcasts:templates",
  /** Read tenants, people, applications and their grants. */
  "access:read",
  "access:write",
  "audit:read",
] as const;
export type Action = (typeof ACTIONS)[number];

/**
 * The steps that make a speaker sound, or vouch for its sound. Administrators decide who may take them, and take none
 * themselves.
 */
export const SOUNDING_ACTIONS = [
  "broadcasts:submit",
  "broadcasts:approve",
  "broadcasts:release",
  "broadcasts:retry",
  "broadcasts:review",
] as const satisfies readonly Action[];

/** True when an action is one of `SOUNDING_ACTIONS`. */
export const isSounding = (action: Action): boolean =>
  (SOUNDING_ACTIONS as readonly Action[]).includes(action);

/** Deciding that a speaker sounds, or that it was right to: submissions wait for these. */
const DECIDING_ACTIONS = SOUNDING_ACTIONS.filter((action) => action !== "broadcasts:submit");

/** Reading: every role may do these, and an application may be given them. */
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
  "installer",
  "dispatcher",
  "duty-officer",
  "approver",
  "auditor",
  "administrator",
] as const;
export type Role = (typeof ROLES)[number];

/** The decision table of roles: the actions of each. Every other action is refused. */
export const MAY: Readonly<Record<Role, ReadonlySet<Action>>> = {
  viewer: new Set(READ_ACTIONS),
  /** Looks after devices: acknowledges alarms, sends commands, deals with rejected messages, repairs readings. */
  operator: new Set<Action>([
    ...READ_ACTIONS,
    "readings:repair",
    "alarms:acknowledge",
    "rejections:read",
    "rejections:replay",
    "commands:send",
  ]),
  /** Puts devices up: adds and moves them, and gives them tokens, but for what decides who speaks for a speaker. */
  installer: new Set<Action>([...READ_ACTIONS, "devices:write", "rejections:read"]),
  /** Writes broadcasts; another person approves them. */
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
  /** Sees every action and who took it, and changes nothing. */
  auditor: new Set<Action>([...READ_ACTIONS, "rejections:read", "access:read", "audit:read"]),
  /** Looks after people, applications, their grants, and everything else but the steps that make a speaker sound. */
  administrator: new Set(ACTIONS.filter((action) => !isSounding(action))),
};

/** The roles that decide what sounds: approver and duty officer. Given over HTTP they wait (`accounts/held.ts`). */
export const PRIVILEGED_ROLES: readonly Role[] = ROLES.filter((role) =>
  DECIDING_ACTIONS.some((action) => MAY[role].has(action)),
);

/**
 * The roles that take any step which makes a speaker sound: a person who made one of these is no second person beside
 * it.
 */
export const SOUNDING_ROLES: readonly Role[] = ROLES.filter((role) =>
  SOUNDING_ACTIONS.some((action) => MAY[role].has(action)),
);

/**
 * The scopes that an application's key can be given. Only people approve, release, retry or review a broadcast, repair
 * readings, change grants, and read the audit, so these are not here.
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

/**
 * The actions of a display: what a wall shows. They are named one by one, so that a new way to read is not on every wall
 * at once.
 */
export const DISPLAY_SCOPES = [
  "kinds:read",
  "regions:read",
  "devices:read",
  "readings:read",
  "events:read",
  "alarms:read",
  "stream:read",
  "broadcasts:read",
] as const satisfies readonly (typeof READ_ACTIONS)[number][];

export const isDisplayScope = (action: string): action is (typeof DISPLAY_SCOPES)[number] =>
  (DISPLAY_SCOPES as readonly string[]).includes(action);

/** Actions that an application has by a scope of another name. */
export const SCOPE_HOLDS: Readonly<Partial<Record<Scope, readonly Action[]>>> = {
  "devices:write": ["devices:entrust"],
};

export const isScope = (action: string): action is Scope => (SCOPES as readonly string[]).includes(action);

/**
 * The roles and scopes that each role may give to others, within its own areas. It is a table of its own, since
 * administrators give roles that they do not hold: they make approvers and approve nothing. A role that is not listed
 * gives nothing.
 */
export const GIVES: Readonly<Record<Role, ReadonlySet<Role | Scope>>> = {
  viewer: new Set(),
  operator: new Set(),
  installer: new Set(),
  dispatcher: new Set(),
  "duty-officer": new Set(),
  approver: new Set(),
  auditor: new Set(),
  administrator: new Set([...ROLES, ...SCOPES]),
};
