import { z } from "zod";
import { seesEverything, WHOLE_AREA } from "../../../access/limits.ts";
import { changePrincipal } from "../../../accounts/principals.ts";
import { PlatformError } from "../../../base/errors.ts";
import { getTenant, type StoredPrincipal } from "../../../store/access/index.ts";
import { appendAuditAlone } from "../../../store/audit/index.ts";
import { NO_LIMITS } from "../../../store/database/index.ts";
import { replaceAdminKey } from "../../admin-key.ts";
import { type CliCommand, defineCommand } from "./command.ts";
import { addGrant } from "./grants.ts";
import { id, passwordOptions } from "./inputs.ts";
import { choosePassword } from "./password.ts";
import { accountsOf, findPerson, shown } from "./people.ts";

const AUDITED = "This is in the audit, with the account and the name of this machine.";

const adminKey = defineCommand({
  name: "recover admin-key",
  about: "replace the administrator's key in DATA_DIR, which was lost or has leaked",
  input: {},
  more: `The platform takes the new key at its next start, and the old one opens nothing from then on; until then the
running platform goes on with the old one. Where ADMIN_API_KEY is set for the platform, that is the key: change it
there and restart instead.`,
  async run({ config, database }) {
    if (config.ADMIN_API_KEY !== undefined) {
      throw new PlatformError(
        "config_invalid",
        "The administrator's key comes from ADMIN_API_KEY, not from DATA_DIR: change it there and start the platform again. The old one is void from that start on",
      );
    }
    return database(async (pool, { actor }) => {
      const { key, file } = await replaceAdminKey(config.DATA_DIR, () =>
        appendAuditAlone(pool, {
          actor,
          action: "access.recover",
          object: { type: "platform", id: null },
          reason: "The administrator's key was replaced",
        }),
      );
      return {
        json: { key, file },
        lines: [`The administrator's API key, shown this once and kept in ${file}:`, `  ${key}`],
        notes: [
          "THE ADMINISTRATOR'S KEY WAS REPLACED. It holds from the next start of the platform on: until then the old",
          "one does, afterwards the old one opens nothing. A platform that is given ADMIN_API_KEY uses that instead.",
          AUDITED,
        ],
      };
    });
  },
});

/** True for an administrator of everything. */
const isAdministrator = ({ grants }: StoredPrincipal): boolean =>
  grants.some((grant) => "role" in grant && grant.role === "administrator" && seesEverything([grant.area]));

const person = defineCommand({
  name: "recover person",
  about: "make a person administrator of everything, with another password",
  operands: ["id"],
  input: {
    id,
    ...passwordOptions,
    "keep-totp": z
      .boolean()
      .optional()
      .meta({ description: "leave the second factor; default: it is removed" }),
  },
  more: `For when no administrator can sign in any more. The person must exist (person create makes one), is let in again
if disabled, and signs in with the new password alone.`,
  async run({ database, terminal }, input) {
    const chosen = await choosePassword(input, { id: input.id, name: input.id }, terminal);
    return database(async (pool, caller) => {
      const before = await findPerson(pool, input.id);
      const tenant = await getTenant(pool, before.tenantId, NO_LIMITS);
      if (tenant.disabledAt !== null) {
        throw new PlatformError(
          "invalid_request",
          `The tenant '${tenant.id}' of ${input.id} is disabled: let it in again first (tenant enable ${tenant.id})`,
        );
      }
      // First of all, so that an interrupted recovery has its reason on record.
      await appendAuditAlone(pool, {
        actor: caller.actor,
        action: "access.recover",
        object: { type: "person", id: input.id },
        reason: "Made administrator of everything, with another password",
      });
      const accounts = accountsOf(pool);
      await accounts.resetPassword(caller, input.id, chosen.password);
      if (!input["keep-totp"]) {
        await accounts.resetTotp(caller, input.id).catch((error: unknown) => {
          if (!(error instanceof PlatformError) || error.code !== "totp_not_found") throw error;
        });
      }
      if (before.disabledAt !== null)
        await changePrincipal(pool, caller, "person", input.id, { disabled: false });
      if (!isAdministrator(before))
        await addGrant(pool, caller, before, { role: "administrator", area: WHOLE_AREA });
      const after = await findPerson(pool, input.id);
      const { json, lines } = shown(chosen);
      return {
        json: { ...after, ...json },
        lines: [`${input.id} signs in with the new password`, ...lines],
        notes: [
          `${input.id.toUpperCase()} IS ADMINISTRATOR OF EVERYTHING NOW, and signed out everywhere.`,
          AUDITED,
        ],
      };
    });
  },
});

export const recoverCommands: readonly CliCommand[] = [adminKey, person];
