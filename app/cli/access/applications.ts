import { z } from "zod";
import { apiKeyPrefix } from "../../../access/api-keys.ts";
import { createKey, listKeys, type MadeKey, revokeKey, rotateKey } from "../../../accounts/keys.ts";
import { createPrincipal, setApplicationOwner } from "../../../accounts/principals.ts";
import { PlatformError } from "../../../base/errors.ts";
import { type ApiKey, findKeyByPrefix } from "../../../store/access/index.ts";
import { type CliCommand, defineCommand } from "./command.ts";
import { findPrincipal, firstGrants } from "./grants.ts";
import { areaOptions, displayName, id, scopes, tenant } from "./inputs.ts";
import { commonCommands } from "./lists.ts";
import { grantText, momentOr, table } from "./output.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

const prefix = z.string().regex(/^[a-z0-9]{8}$/, "expected the 8 characters after 'sbi_' of a key");

const days = z.coerce
  .number("expected a number of days")
  .gt(0, "expected more than 0")
  .max(36_500, "expected at most 36500")
  .optional()
  .meta({ value: "<days>", description: "days that the key lives; default for ever" });

const endOf = (given: number | undefined): Date | null =>
  given === undefined ? null : new Date(Date.now() + given * DAY_MS);

const madeLines = ({ key, record }: MadeKey): string[] => [
  `Key, shown this once: ${key}`,
  `It ends: ${momentOr(record.expiresAt, "never")}`,
];

const create = defineCommand({
  name: "app create",
  about: "add an application",
  operands: ["id"],
  input: {
    id,
    tenant,
    name: displayName,
    scope: scopes.optional().meta({ ...scopes.meta() }),
    ...areaOptions,
    owner: id.optional().meta({
      value: "<person>",
      description: "the person who answers for it; without one it may submit no broadcast",
    }),
  },
  more: "It signs in with a key: app key create. You can set its owner later: app owner.",
  run(context, input) {
    const grants = firstGrants(input);
    return context.database(async (pool, caller) => {
      const app = await createPrincipal(pool, caller, {
        id: input.id,
        type: "application",
        tenantId: input.tenant,
        name: input.name,
        grants,
        ownerId: input.owner,
      });
      const may = app.grants.map(grantText).join("; ") || "nothing yet";
      return { json: app, lines: [`${app.id} was added and may do: ${may}`] };
    });
  },
});

const owner = defineCommand({
  name: "app owner",
  about: "set the person who answers for an application",
  operands: ["app", "person"],
  input: { app: id, person: id },
  more: "Its submissions from then on count as this person's. An application without an owner may submit no broadcast.",
  run: (context, input) =>
    context.database(async (pool, caller) => {
      const app = await setApplicationOwner(pool, caller, input.app, input.person);
      return { json: app, lines: [`${input.person} answers for ${app.id}`] };
    }),
});

const keyCreate = defineCommand({
  name: "app key create",
  about: "make a key for an application, and show it once",
  operands: ["app"],
  input: { app: id, days },
  run: (context, input) =>
    context.database(async (pool, caller) => {
      const made = await createKey(pool, caller, input.app, endOf(input.days));
      return { json: { ...made.record, key: made.key }, lines: madeLines(made) };
    }),
});

const keyRotate = defineCommand({
  name: "app key rotate",
  about: "make a key in place of another, which goes on for a while",
  operands: ["app", "prefix"],
  input: {
    app: id,
    prefix,
    "overlap-hours": z.coerce.number("expected a number of hours").min(0).max(720).default(24).meta({
      value: "<hours>",
      description: "hours that the old key goes on; default 24, 0 ends it at once",
    }),
    days: days.meta({
      ...days.meta(),
      description: "days that the new key lives; default as long as the old one",
    }),
  },
  run: (context, input) =>
    context.database(async (pool, caller) => {
      const rotated = await rotateKey(pool, caller, input.app, input.prefix, {
        overlapMs: input["overlap-hours"] * HOUR_MS,
        ...(input.days === undefined ? {} : { expiresAt: endOf(input.days) }),
      });
      const { key, record, old } = rotated;
      return {
        json: { new: { ...record, key }, old },
        lines: [...madeLines(rotated), `The key ${input.prefix} ends: ${momentOr(old.expiresAt, "never")}`],
      };
    }),
});

const keyRevoke = defineCommand({
  name: "app key revoke",
  about: "end a key at once and for good",
  operands: ["app", "prefix"],
  input: { app: id, prefix },
  run: (context, input) =>
    context.database(async (pool, caller) => {
      await revokeKey(pool, caller, input.app, input.prefix);
      return { json: { app: input.app, prefix: input.prefix }, lines: [`The key ${input.prefix} has ended`] };
    }),
});

const toRow = (key: ApiKey): string[] => [
  key.prefix,
  key.createdAt.toISOString(),
  momentOr(key.expiresAt, "never"),
  momentOr(key.revokedAt, ""),
  momentOr(key.lastUsedAt, "never"),
];

const keyList = defineCommand({
  name: "app key list",
  about: "the keys that an application has or had, without the keys themselves",
  operands: ["app"],
  input: { app: id },
  run: (context, input) =>
    context.database(async (pool, caller) => {
      const keys = await listKeys(pool, caller, input.app);
      const head = ["prefix", "made", "ends", "revoked", "last used"];
      return { json: keys, lines: table([head, ...keys.map(toRow)]) };
    }),
});

/** `ab12cd34`, `sbi_ab12cd34`, or a whole key that was found somewhere. */
const someKey = z.string().transform((text, context) => {
  const found = apiKeyPrefix(text) ?? /^(?:sbi_)?([a-z0-9]{8})$/.exec(text)?.[1];
  if (found !== undefined) return found;
  context.addIssue({
    code: "custom",
    message: "expected a key of an application, or its 8 characters after 'sbi_'",
  });
  return z.NEVER;
});

const whois = defineCommand({
  name: "whois",
  about: "show the application of a key, and if the key still opens anything",
  operands: ["key"],
  input: { key: someKey },
  more: "For a key that turned up where it should not: end it with app key revoke.",
  run: (context, input) =>
    context.database(async (pool) => {
      const found = await findKeyByPrefix(pool, input.key);
      if (!found) throw new PlatformError("key_not_found", `There is and was no key '${input.key}'`);
      const owner = await findPrincipal(pool, found.principalId);
      const over =
        found.revokedAt ?? (found.expiresAt && found.expiresAt <= new Date() ? found.expiresAt : null);
      return {
        json: { ...found, application: owner },
        lines: [
          `${owner.id} (${owner.name}) of tenant ${owner.tenantId}`,
          over
            ? `The key has ended: ${over.toISOString()}`
            : `The key ends: ${momentOr(found.expiresAt, "never")}`,
          `Last used: ${momentOr(found.lastUsedAt, "never")}`,
          `May do: ${owner.grants.map(grantText).join("; ") || "nothing"}`,
          ...(owner.disabledAt
            ? [`The application is disabled since ${owner.disabledAt.toISOString()}`]
            : []),
        ],
      };
    }),
});

export const applicationCommands: readonly CliCommand[] = [
  create,
  ...commonCommands("application"),
  owner,
  keyCreate,
  keyRotate,
  keyRevoke,
  keyList,
];

export const lookUpCommands: readonly CliCommand[] = [whois];
