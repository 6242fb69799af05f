/** Everything that a caller of the HTTP API can do. A route names exactly one. */
export const ACTIONS = [
  "kinds:read",
  "regions:read",
  "devices:read",
  "devices:write",
  "readings:read",
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
  /** Looks after devices: acknowledges alarms, sends commands, deals with refused messages. */
  operator: new Set<Action>([
    ...READ_ACTIONS,
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
  administrator: new Set(ACTIONS),
};

/**
 * What an application's key can be given. Not here: to approve, release or review a broadcast and to change who may
 * do what, which only people do; and the audit, which is read by people.
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
] as const satisfies readonly Action[];
export type Scope = (typeof SCOPES)[number];

export const isScope = (action: string): action is Scope => (SCOPES as readonly string[]).includes(action);
