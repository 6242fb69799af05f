import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Grant } from "../access/decide.ts";
import { PlatformError } from "../base/errors.ts";
import {
  findExternalPerson,
  findUnknownTenants,
  getPrincipal,
  insertExternalIdentity,
  insertPrincipal,
  replaceGrants,
  updatePrincipal,
} from "../store/access/index.ts";
import { appendAudit, PLATFORM_ACTOR } from "../store/audit/index.ts";
import { type Client, NO_LIMITS, type Pool, withTransaction } from "../store/database/index.ts";
import type { Visitor } from "./visitor.ts";

/** A person as an identity provider describes them. */
export interface ExternalPerson {
  readonly issuer: string;
  readonly subject: string;
  readonly name: string;
  readonly tenantId: string;
  readonly grants: readonly Grant[];
}

/** An id that cannot be mistaken for a local account's, and is the same whenever it is made. */
const idOf = ({ issuer, subject }: ExternalPerson) =>
  `oidc-${createHash("sha256").update(`${issuer}\n${subject}`).digest("hex").slice(0, 20)}`;

/**
 * Records a person who came from the provider, with the grants that the provider gives them; at the first sign-in it
 * makes them. The provider is their maker: no change of access is noted, and its grants do not wait. The name of a
 * local account is never a reason to become that account.
 * @returns the person's id
 * @throws PlatformError `provider_sign_in_failed` for a person who is disabled here, or whose tenant is another one
 */
export async function recordExternalPerson(
  pool: Pool,
  person: ExternalPerson,
  visitor: Pick<Visitor, "address" | "requestId" | "callerRequestId">,
): Promise<string> {
  try {
    return await withTransaction(pool, (tx) => record(tx, person, visitor));
  } catch (error) {
    // Two first sign-ins at once: the other one has made the person.
    if (!(error instanceof PlatformError) || error.code !== "principal_exists") throw error;
    return withTransaction(pool, (tx) => record(tx, person, visitor));
  }
}

async function record(
  tx: Client,
  person: ExternalPerson,
  visitor: Pick<Visitor, "address" | "requestId" | "callerRequestId">,
): Promise<string> {
  const { issuer, subject, name, tenantId, grants } = person;
  const known = await findExternalPerson(tx, issuer, subject);
  const id = known ?? idOf(person);
  const audit = (action: string, before: unknown, after: unknown) =>
    appendAudit(tx, {
      actor: { ...PLATFORM_ACTOR, ...visitor },
      action,
      object: { type: "person", id },
      reason: `as ${issuer} says`,
      ...(before === undefined ? {} : { before }),
      after,
    });
  if (known === undefined) {
    if ((await findUnknownTenants(tx, [tenantId])).length > 0) {
      throw new PlatformError("provider_sign_in_failed", `There is no tenant '${tenantId}' for your roles`);
    }
    await insertPrincipal(tx, { id, type: "person", tenantId, name });
    await insertExternalIdentity(tx, { issuer, subject, principalId: id });
    await replaceGrants(tx, id, grants);
    await audit("person.create", undefined, { name, tenantId, issuer, subject, grants });
    return id;
  }
  const before = await getPrincipal(tx, "person", id, NO_LIMITS, "for update of p");
  if (before.disabledAt !== null) {
    throw new PlatformError("provider_sign_in_failed", "This person is disabled here");
  }
  if (before.tenantId !== tenantId) {
    throw new PlatformError(
      "provider_sign_in_failed",
      `Your roles belong to the tenant '${tenantId}', and you to '${before.tenantId}': a person keeps its tenant`,
    );
  }
  const changed = {
    name: before.name !== name,
    // The provider gives a grant anew that an administrator gave and that may wait, and then it no longer waits.
    grants: !isDeepStrictEqual(
      before.grants.map(({ heldUntil: _heldUntil, ...grant }) => grant),
      [...grants],
    ),
  };
  if (changed.name) await updatePrincipal(tx, id, { name });
  if (changed.grants) await replaceGrants(tx, id, grants);
  if (changed.name || changed.grants) {
    await audit("person.update", { name: before.name, grants: before.grants }, { name, grants });
  }
  return id;
}
