import { z } from "zod";
import type { Grant } from "../../../access/decide.ts";
import type { Area } from "../../../access/limits.ts";
import type { Role, Scope } from "../../../access/roles.ts";
import type { Caller } from "../../../accounts/caller.ts";
import { knownGrant } from "../../../accounts/grants.ts";
import { setGrants } from "../../../accounts/principals.ts";
import { PlatformError } from "../../../base/errors.ts";
import { UsageError } from "../../../base/usage-error.ts";
import { getPrincipal, type StoredGrant, type StoredPrincipal } from "../../../store/access/index.ts";
import { NO_LIMITS, type Pool } from "../../../store/database/index.ts";
import { type CliCommand, type CommandAnswer, defineCommand } from "./command.ts";
import { areaOptions, id, role, scopes } from "./inputs.ts";
import { grantText, table } from "./output.ts";

type List = readonly string[] | "all" | undefined;

interface AreaInput {
  readonly region?: List;
  readonly kind?: List;
  readonly "tenant-of"?: List;
  readonly device?: List;
}

/**
 * The area that the options name. An option for the place is always needed: one that the caller forgot must not open
 * everything.
 * @throws UsageError
 */
function areaOf({ region, kind, "tenant-of": tenants, device }: AreaInput): Area {
  if (region === undefined && device === undefined) {
    throw new UsageError(
      "The grant needs an area: expected --region with codes such as 520326, or --region all, or --device",
    );
  }
  return {
    regions: region ?? "all",
    kinds: kind ?? "all",
    tenants: tenants ?? "all",
    devices: device ?? "all",
  };
}

/** The grants of a new person or application: one, or none yet. */
export function firstGrants(
  given: { readonly role?: Role | undefined; readonly scope?: readonly Scope[] | undefined } & AreaInput,
): Grant[] {
  const { role: name, scope } = given;
  if (name !== undefined) return [{ role: name, area: areaOf(given) }];
  if (scope !== undefined) return [{ scopes: scope, area: areaOf(given) }];
  const stray = (["region", "kind", "tenant-of", "device"] as const).find(
    (list) => given[list] !== undefined,
  );
  if (stray) throw new UsageError(`--${stray} says where something may be done, and nothing says what`);
  return [];
}

/** A person or an application: they share one name space. @throws PlatformError `person_not_found` */
export async function findPrincipal(pool: Pool, principalId: string): Promise<StoredPrincipal> {
  for (const type of ["person", "application"] as const) {
    try {
      return await getPrincipal(pool, type, principalId, NO_LIMITS);
    } catch (error) {
      if (!(error instanceof PlatformError) || error.class !== "not_found") throw error;
    }
  }
  throw new PlatformError("person_not_found", `There is no person or application '${principalId}'`);
}

const outcomeOf = ({ id: of, grants }: Pick<StoredPrincipal, "id" | "grants">): CommandAnswer => ({
  json: { id: of, grants },
  lines:
    grants.length === 0
      ? [`${of} may do nothing`]
      : table([["no", "grant"], ...grants.map((grant, index) => [String(index + 1), grantText(grant)])]),
});

/**
 * Grants in the form in which they may be given again; a name of another version would be lost. @throws PlatformError
 * `invalid_request`
 */
function keep(grants: readonly StoredGrant[]): Grant[] {
  return grants.map((grant) => {
    const known = knownGrant(grant);
    if (
      known &&
      ("role" in known || known.scopes.length === (grant as { scopes: readonly string[] }).scopes.length)
    )
      return known;
    throw new PlatformError(
      "invalid_request",
      `'${grantText(grant)}' is not known to this version, and would be lost: change the grants with the version that gave it`,
    );
  });
}

/** Adds a grant to a person or application. */
export async function addGrant(
  pool: Pool,
  caller: Caller,
  to: StoredPrincipal,
  grant: Grant,
): Promise<StoredPrincipal> {
  return setGrants(pool, caller, to.type, to.id, [...keep(to.grants), grant]);
}

const list = (name: string, about: string): CliCommand =>
  defineCommand({
    name,
    about,
    operands: ["id"],
    input: { id },
    run: (context, input) => context.database(async (pool) => outcomeOf(await findPrincipal(pool, input.id))),
  });

const add = (name: string): CliCommand =>
  defineCommand({
    name,
    about: "give a person or an application one more grant",
    operands: ["id"],
    input: {
      id,
      role: role.optional().meta({ ...role.meta() }),
      scope: scopes.optional().meta({ ...scopes.meta() }),
      ...areaOptions,
    },
    more: "A person is given a role, an application scopes. A grant holds for what lies in all of its lists.",
    run(context, input) {
      if ((input.role === undefined) === (input.scope === undefined))
        throw new UsageError("Expected one of --role, for a person, and --scope, for an application", {
          command: name,
        });
      const [grant] = firstGrants(input);
      return context.database(async (pool, caller) => {
        const to = await findPrincipal(pool, input.id);
        return outcomeOf(await addGrant(pool, caller, to, grant!));
      });
    },
  });

const remove = defineCommand({
  name: "grant remove",
  about: "take one grant away, by its number in the list",
  operands: ["id", "no"],
  input: { id, no: z.coerce.number("expected the number of a grant").int().min(1) },
  run: (context, input) =>
    context.database(async (pool, caller) => {
      const from = await findPrincipal(pool, input.id);
      const taken = from.grants[input.no - 1];
      if (!taken)
        throw new PlatformError(
          "invalid_request",
          `'${from.id}' has ${from.grants.length} grants, and none of number ${input.no}`,
        );
      const rest = keep(from.grants.filter((grant) => grant !== taken));
      const changed = await setGrants(pool, caller, from.type, from.id, rest);
      return { ...outcomeOf(changed), notes: [`Taken away: ${grantText(taken)}`] };
    }),
});

export const grantCommands: readonly CliCommand[] = [
  list("grant list", "the grants of a person or an application"),
  add("grant add"),
  remove,
];

/** The same commands under the words that come to mind with people. */
export const personGrantCommands: readonly CliCommand[] = [
  add("person grant"),
  list("person grants", "the grants of a person or an application"),
];
