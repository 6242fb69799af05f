import { randomInt } from "node:crypto";
import type { Area } from "../access/limits.ts";
import { createPairingCode } from "../access/pairing-codes.ts";
import { DISPLAY_SCOPES } from "../access/roles.ts";
import { PlatformError } from "../base/errors.ts";
import {
  getDisplay,
  insertDisplay,
  insertPrincipal,
  replaceGrants,
  type StoredDisplay,
  setPairingCode,
  updatePrincipal,
} from "../store/access/index.ts";
import { appendAudit } from "../store/audit/index.ts";
import { type Client, type Pool, withTransaction } from "../store/database/index.ts";
import { assertGrantable, assertTenant, type Caller } from "./caller.ts";
import { lockManaged } from "./principals.ts";
import { together } from "./together.ts";

/** How long a code waits for its browser, in milliseconds. */
const CODE_MS = 10 * 60_000;

const ID_CHARACTERS = "abcdefghijkmnpqrstuvwxyz23456789";
const ID_LENGTH = 8;

/**
 * `waiting` for its code to be typed, `paired` with a browser, `revoked` for good, `expired`: its code or its browser's
 * time is over, or its tenant was shut out, and a new code pairs it again.
 */
export const DISPLAY_STATES = ["waiting", "paired", "revoked", "expired"] as const;

export function displayStateOf(
  { revokedAt, session, codeExpiresAt }: StoredDisplay,
  now: number,
): (typeof DISPLAY_STATES)[number] {
  if (revokedAt) return "revoked";
  if (session && !session.isEnded && session.expiresAt.getTime() > now) return "paired";
  return codeExpiresAt && codeExpiresAt.getTime() > now ? "waiting" : "expired";
}

/** A display with a code that was just made: the only time that the code is shown. */
export interface CodedDisplay {
  readonly display: StoredDisplay;
  readonly code: string;
}

const newId = () =>
  `display-${Array.from({ length: ID_LENGTH }, () => ID_CHARACTERS[randomInt(ID_CHARACTERS.length)]).join("")}`;

/**
 * Sets up a display. It shows at most what the caller may give to others, and it never waits, since it only reads.
 * @throws PlatformError `forbidden` for an area that is not the caller's to give; `invalid_request`
 */
export function createDisplay(
  pool: Pool,
  caller: Caller,
  { name, tenantId, area }: { readonly name: string; readonly tenantId: string; readonly area: Area },
  now: number,
): Promise<CodedDisplay> {
  const id = newId();
  const grants = [{ scopes: DISPLAY_SCOPES, area }];
  return withTransaction(pool, async (tx) => {
    await together([
      () => assertGrantable(tx, caller, "display", grants, () => ""),
      () => assertTenant(tx, caller, tenantId),
    ]);
    await insertPrincipal(tx, { id, type: "display", tenantId, name });
    await replaceGrants(tx, id, grants);
    await insertDisplay(tx, id, caller.principal.id);
    const made = await giveCode(tx, id, now);
    const { codeExpiresAt } = made.display;
    await audit(tx, caller, "create", id, { name, tenantId, area, codeExpiresAt });
    return made;
  });
}

/**
 * Makes another code, e.g. for the computer that replaces the one at the wall. The browser so far goes on until the
 * code is used.
 * @throws PlatformError `display_not_found`, `forbidden`, `display_revoked`
 */
export const renewPairingCode = (
  pool: Pool,
  caller: Caller,
  id: string,
  now: number,
): Promise<CodedDisplay> =>
  withTransaction(pool, async (tx) => {
    const { disabledAt } = await lockManaged(tx, caller, "display", id);
    if (disabledAt !== null)
      throw new PlatformError("display_revoked", `'${id}' has been revoked: set up another display`);
    const made = await giveCode(tx, id, now);
    await audit(tx, caller, "code", id, { codeExpiresAt: made.display.codeExpiresAt });
    return made;
  });

/** Ends a display for good; one that was revoked stays so. @throws PlatformError `display_not_found`, `forbidden` */
export const revokeDisplay = (pool: Pool, caller: Caller, id: string): Promise<void> =>
  withTransaction(pool, async (tx) => {
    const { disabledAt } = await lockManaged(tx, caller, "display", id);
    if (disabledAt !== null) return;
    await updatePrincipal(tx, id, { disabled: true });
    await audit(tx, caller, "revoke", id);
  });

async function giveCode(tx: Client, id: string, now: number): Promise<CodedDisplay> {
  const { code, hash } = createPairingCode();
  await setPairingCode(tx, id, { hash, expiresAt: new Date(now + CODE_MS) });
  return { display: await getDisplay(tx, id), code };
}

const audit = (tx: Client, { actor }: Caller, verb: string, id: string, after?: unknown) =>
  appendAudit(tx, { actor, action: `display.${verb}`, object: { type: "display", id }, after });
