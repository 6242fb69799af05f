import type { Limits } from "./limits.ts";

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
] as const;
export type Action = (typeof ACTIONS)[number];

export const ROLES = ["administrator"] as const;
export type Role = (typeof ROLES)[number];

/** Who calls. */
export interface Principal {
  readonly role: Role;
  /** Shown where something was done by somebody, e.g. who acknowledged an alarm. */
  readonly name: string;
  /** Which regions and kinds this caller sees at all. */
  readonly limits: Limits;
}

export type Decision =
  | { readonly allowed: true; readonly limits: Limits }
  | { readonly allowed: false; readonly reason: string };

/** The decision table: what each role may do. An action that is not listed is refused. */
const MAY: Readonly<Record<Role, ReadonlySet<Action>>> = {
  administrator: new Set(ACTIONS),
};

/** Whether `principal` may do `action`, and within which regions and kinds. */
export function decide(principal: Principal, action: Action): Decision {
  if (MAY[principal.role].has(action)) return { allowed: true, limits: principal.limits };
  return {
    allowed: false,
    reason: `The role '${principal.role}' of '${principal.name}' may not do '${action}'`,
  };
}
