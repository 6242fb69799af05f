import { z } from "zod";
import { USES } from "../../../access/decide.ts";
import { ROLES, SCOPES } from "../../../access/roles.ts";
import { kindByName } from "../../../devices/catalog.ts";

/** Fields that several commands share. `value` stands for the value in the help. */

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const ID_MESSAGE = "expected 1 to 64 of A-Z a-z 0-9 . _ -, beginning with a letter or digit";

/** Ids of people, applications and devices have one form. */
export const id = z.string().regex(ID, ID_MESSAGE);

export const tenantIdInput = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "expected 1 to 63 of a-z 0-9 -, beginning with a letter or digit");

const name = z
  .string()
  .trim()
  .min(1, "expected a name")
  .max(200, "expected at most 200 characters")
  .refine((text) => !/\0|\p{Surrogate}/u.test(text), "expected text that can be stored");

export const tenant = tenantIdInput.meta({
  value: "<tenant>",
  description: "the tenant that they belong to",
});
export const displayName = name.meta({ value: "<name>", description: "the name that people see" });

export const use = z
  .enum(USES, { error: `expected one of ${USES.join(", ")}` })
  .meta({ value: "<use>", description: `${USES.join(", ")} (政用, 民用, 商用)` });

/** A list that is given by commas or by repeating the option, or `all`. */
const listOrAll = (item: z.ZodType<string>, value: string, description: string) =>
  z
    .array(z.string())
    .transform((texts, context): readonly string[] | "all" => {
      const items = texts.flatMap((text) => text.split(",")).map((text) => text.trim());
      if (items.length === 1 && items[0] === "all") return "all";
      for (const given of items) {
        for (const { message } of item.safeParse(given).error?.issues ?? [])
          context.addIssue({ code: "custom", message: `'${given}': ${message}` });
      }
      return items;
    })
    .optional()
    .meta({ value, description });

const region = z.string().regex(/^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})$/, "expected 2, 4, 6, 9 or 12 digits");
const kind = z.string().refine((text) => kindByName(text) !== undefined, "there is no such kind");

/** The area of a grant: the devices that lie in all four. */
export const areaOptions = {
  region: listOrAll(region, "<codes>", "regions with everything inside, by commas; or all"),
  kind: listOrAll(kind, "<kinds>", "kinds of devices; default all"),
  "tenant-of": listOrAll(
    tenantIdInput,
    "<tenants>",
    "owners of devices; default all, including devices without an owner",
  ),
  device: listOrAll(id, "<ids>", "single devices; default all"),
};

const oneOf = (names: readonly string[]) => ({ error: `expected one of ${names.join(", ")}` });

export const role = z.enum(ROLES, oneOf(ROLES)).meta({ value: "<role>", description: ROLES.join(", ") });

export const scopes = z
  .array(z.string())
  .transform((texts) => texts.flatMap((text) => text.split(",")).map((text) => text.trim()))
  .pipe(z.array(z.enum(SCOPES, oneOf(SCOPES))).min(1))
  .meta({ value: "<scopes>", description: "by commas, e.g. readings:read,devices:read" });

/** The ways to give a password. */
export const passwordOptions = {
  "password-stdin": z.boolean().optional().meta({ description: "read the password from stdin" }),
  generate: z.boolean().optional().meta({ description: "make a password, and show it once" }),
};
