import { changeTenant, createTenant } from "../../../accounts/tenants.ts";
import { listTenants, type Tenant } from "../../../store/access/index.ts";
import { NO_LIMITS } from "../../../store/database/index.ts";
import { type CliCommand, defineCommand } from "./command.ts";
import { displayName, tenantIdInput, use } from "./inputs.ts";
import { everyPage } from "./lists.ts";
import { momentOr, table } from "./output.ts";

const row = ({ id, name, use: of, disabledAt }: Tenant) => [id, of, name, momentOr(disabledAt, "")];

const change = (verb: "disable" | "enable", about: string): CliCommand =>
  defineCommand({
    name: `tenant ${verb}`,
    about,
    operands: ["id"],
    input: { id: tenantIdInput },
    run: (context, { id }) =>
      context.database(async (pool, caller) => {
        const tenant = await changeTenant(pool, caller, id, { disabled: verb === "disable" });
        return { json: tenant, lines: [`Tenant ${id} is ${verb}d`] };
      }),
  });

export const tenantCommands: readonly CliCommand[] = [
  defineCommand({
    name: "tenant create",
    about: "add an authority, a company, or the residents of a place",
    operands: ["id"],
    input: { id: tenantIdInput, name: displayName, use },
    run: (context, input) =>
      context.database(async (pool, caller) => {
        const tenant = await createTenant(pool, caller, input);
        return { json: tenant, lines: [`Tenant ${tenant.id} (${tenant.use}) was added`] };
      }),
  }),
  defineCommand({
    name: "tenant list",
    about: "all tenants",
    input: {},
    run: (context) =>
      context.database(async (pool) => {
        const tenants = await everyPage((page) => listTenants(pool, {}, NO_LIMITS, page));
        return {
          json: tenants,
          lines: table([["id", "use", "name", "disabled since"], ...tenants.map(row)]),
        };
      }),
  }),
  change("disable", "shut out its people and applications; its devices go on reporting"),
  change("enable", "let them in again"),
];
