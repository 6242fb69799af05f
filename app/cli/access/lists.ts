import { changePrincipal } from "../../../accounts/principals.ts";
import { listPrincipals, type StoredPrincipal } from "../../../store/access/index.ts";
import { NO_LIMITS, type Page, type Pool } from "../../../store/database/index.ts";
import { type CliCommand, defineCommand } from "./command.ts";
import { id, tenantIdInput } from "./inputs.ts";
import { grantText, momentOr, table } from "./output.ts";

const PAGE = 1000;

/** All items of a list, page by page. */
export async function everyPage<T>(
  read: (page: { limit: number; cursor: string | undefined }) => Promise<Page<T>>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await read({ limit: PAGE, cursor });
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}

/** `person` or `app`: their names on a command line. */
const WORDS = { person: "person", application: "app" } as const;
type Listed = keyof typeof WORDS;

const listAll = (pool: Pool, type: Listed, tenant: string | undefined): Promise<StoredPrincipal[]> =>
  everyPage((page) => listPrincipals(pool, type, { tenant }, NO_LIMITS, page));

/** `list`, `disable` and `enable`, which people and applications have in common. */
export function commonCommands(type: Listed): readonly CliCommand[] {
  const word = WORDS[type];
  const change = (verb: "disable" | "enable", about: string) =>
    defineCommand({
      name: `${word} ${verb}`,
      about,
      operands: ["id"],
      input: { id },
      run: (context, input) =>
        context.database(async (pool, caller) => {
          const changed = await changePrincipal(pool, caller, type, input.id, {
            disabled: verb === "disable",
          });
          return { json: changed, lines: [`The ${type} ${input.id} is ${verb}d`] };
        }),
    });
  return [
    defineCommand({
      name: `${word} list`,
      about: type === "person" ? "all people" : "all applications",
      input: {
        tenant: tenantIdInput.optional().meta({ value: "<tenant>", description: "of this tenant only" }),
      },
      run: (context, { tenant }) =>
        context.database(async (pool) => {
          const found = await listAll(pool, type, tenant);
          const rows = found.map(({ id: of, tenantId: owner, name, disabledAt, ownerId, grants }) => [
            of,
            owner,
            name,
            momentOr(disabledAt, ""),
            ...(type === "application" ? [ownerId ?? ""] : []),
            grants.map(grantText).join("; "),
          ]);
          return {
            json: found,
            lines: table([
              [
                ...["id", "tenant", "name", "disabled since"],
                ...(type === "application" ? ["answered for by"] : []),
                "may do",
              ],
              ...rows,
            ]),
          };
        }),
    }),
    change("disable", "shut out at once"),
    change("enable", "let in again"),
  ];
}
