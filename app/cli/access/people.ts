import { z } from "zod";
import { createLoginGate } from "../../../access/login-gate.ts";
import { type Accounts, createAccounts } from "../../../accounts/account.ts";
import { hashPassword, passwordHasher } from "../../../accounts/password-hash.ts";
import { createPrincipal } from "../../../accounts/principals.ts";
import { createSessions } from "../../../accounts/sessions.ts";
import { PlatformError } from "../../../base/errors.ts";
import { UsageError } from "../../../base/usage-error.ts";
import { getPrincipal, savePassword } from "../../../store/access/index.ts";
import { NO_LIMITS, type Pool } from "../../../store/database/index.ts";
import { type CliCommand, defineCommand } from "./command.ts";
import { firstGrants, personGrantCommands } from "./grants.ts";
import { areaOptions, displayName, id, passwordOptions, role, tenant } from "./inputs.ts";
import { commonCommands } from "./lists.ts";
import { grantText } from "./output.ts";
import { choosePassword } from "./password.ts";

/** Nobody signs in through this process; it only ends sessions. */
export const accountsOf = (pool: Pool): Accounts =>
  createAccounts({
    pool,
    gate: createLoginGate(),
    hasher: passwordHasher,
    sessions: createSessions({ pool, maxAgeMs: 0, maxIdleMs: 0 }),
  });

/** The addition of a password that was made here to an outcome: it is shown this once. */
export const shown = (chosen: { password: string; made: boolean } | undefined) =>
  chosen?.made
    ? { json: { password: chosen.password }, lines: [`Password, shown this once: ${chosen.password}`] }
    : { json: {}, lines: [] };

const create = defineCommand({
  name: "person create",
  about: "add a person, with a password and a first role",
  operands: ["id"],
  input: {
    id,
    tenant,
    name: displayName,
    role: role.optional().meta({ ...role.meta() }),
    ...areaOptions,
    ...passwordOptions,
    "no-password": z
      .boolean()
      .optional()
      .meta({ description: "no password: the person signs in through an identity provider" }),
  },
  more: "Without one of the last three, the command asks for the password on the terminal.",
  async run(context, input) {
    const grants = firstGrants(input);
    if (input["no-password"] && (input.generate || input["password-stdin"]))
      throw new UsageError("Expected one of --password-stdin, --generate and --no-password", {
        command: "person create",
      });
    const chosen = input["no-password"] ? undefined : await choosePassword(input, input, context.terminal);
    const hash = chosen && (await hashPassword(chosen.password));
    return context.database(async (pool, caller) => {
      const person = await createPrincipal(
        pool,
        caller,
        { id: input.id, type: "person", tenantId: input.tenant, name: input.name, grants },
        hash === undefined ? undefined : (tx) => savePassword(tx, input.id, hash),
      );
      const { json, lines } = shown(chosen);
      const may = person.grants.map(grantText).join("; ") || "nothing yet";
      return { json: { ...person, ...json }, lines: [`${person.id} was added and may do: ${may}`, ...lines] };
    });
  },
});

const password = defineCommand({
  name: "person password",
  about: "give a person another password; ends their sessions",
  operands: ["id"],
  input: { id, ...passwordOptions },
  run: async (context, input) => {
    // The check for the person's name in it follows once the database is open.
    const chosen = await choosePassword(input, { id: input.id, name: input.id }, context.terminal);
    return context.database(async (pool, caller) => {
      await accountsOf(pool).resetPassword(caller, input.id, chosen.password);
      const { json, lines } = shown(chosen);
      return {
        json: { id: input.id, ...json },
        lines: [`${input.id} has another password, and is signed out everywhere`, ...lines],
      };
    });
  },
});

const totpReset = defineCommand({
  name: "person totp-reset",
  about: "remove the second factor of a person who has lost it",
  operands: ["id"],
  input: { id },
  run: (context, input) =>
    context.database(async (pool, caller) => {
      await accountsOf(pool)
        .resetTotp(caller, input.id)
        .catch((error: unknown) => {
          if (!(error instanceof PlatformError) || error.code !== "totp_not_found") throw error;
          throw new PlatformError("totp_not_found", `${input.id} has no second factor`, { cause: error });
        });
      return { json: { id: input.id }, lines: [`${input.id} signs in without a second factor from now on`] };
    }),
});

export const personCommands: readonly CliCommand[] = [
  create,
  ...commonCommands("person"),
  password,
  totpReset,
  ...personGrantCommands,
];

/** @throws PlatformError `person_not_found` */
export const findPerson = (pool: Pool, personId: string) => getPrincipal(pool, "person", personId, NO_LIMITS);
