import { randomInt } from "node:crypto";
import { type Fault, PlatformError } from "../../base/errors.ts";
import { appendAudit } from "../../store/audit/index.ts";
import {
  addTemplateVersion as addVersion,
  type BroadcastTemplateName,
  endTemplate as end,
  findOwnTemplate,
  insertTemplate,
  listOwnTemplates,
  listTemplateVersions,
  lockOwnTemplate,
  type OwnTemplate,
  type TemplateVersion,
} from "../../store/broadcast/index.ts";
import { type Db, withTransaction } from "../../store/database/index.ts";
import type { BroadcastCaller, BroadcastDeps } from "../lifecycle/index.ts";
import {
  findTemplate,
  listTemplates,
  PLACEHOLDERS,
  strangersIn,
  type Template,
  type Text,
} from "../message/index.ts";

/** A template as it is offered: built in, or a tenant's own. */
export interface OfferedTemplate extends Omit<Template, "event"> {
  /** Null for a code for which we have no names. */
  readonly event: Template["event"] | null;
  readonly name: BroadcastTemplateName;
  /** Null: for every level. */
  readonly level: number | null;
}

/**
 * The templates for a tenant's people. A draft without texts takes the first template of its event that fits its level:
 * the tenant's own before the built-in ones.
 */
export async function offerTemplates(
  db: Db,
  tenantId: string | null,
  filter: { readonly eventCode?: string | undefined; readonly level?: number | undefined },
): Promise<OfferedTemplate[]> {
  const own = (await listOwnTemplates(db, tenantId, filter)).map(offer);
  const { eventCode } = filter;
  const found = eventCode === undefined ? listTemplates() : [findTemplate(eventCode)];
  const builtIn = found.flatMap((template) => (template ? [offerBuiltIn(template)] : []));
  const known = builtIn.flatMap((template) => [
    ...own.filter((each) => each.eventCode === template.eventCode),
    template,
  ]);
  return [...known, ...own.filter((each) => !known.includes(each))];
}

/** The template for a draft of this event and level; undefined where there is none. */
export async function chooseTemplate(
  db: Db,
  tenantId: string | null,
  eventCode: string,
  level: number,
): Promise<OfferedTemplate | undefined> {
  return (await offerTemplates(db, tenantId, { eventCode, level }))[0];
}

const offerBuiltIn = (template: Template): OfferedTemplate => ({
  ...template,
  level: null,
  name: { source: "built-in", id: template.eventCode, version: null },
});

export function offer({ id, version, eventCode, level, texts }: OwnTemplate): OfferedTemplate {
  const { event = null, category = "Other", responseTypes = [] } = findTemplate(eventCode) ?? {};
  return {
    eventCode,
    event,
    category,
    responseTypes,
    level,
    texts: texts as readonly Text[],
    name: { source: "own", id, version },
  };
}

/** As many as a tenant may have in force: each event of the national list for each level, and some. */
const MAX_TEMPLATES = 1000;
/** Of one template: each is kept, and all of them are read together. */
export const MAX_VERSIONS = 100;

/** Adds a template of the caller's tenant. @throws PlatformError `invalid_request`, `template_exists` */
export async function createTemplate(
  deps: BroadcastDeps,
  { actor }: Pick<BroadcastCaller, "actor">,
  template: { readonly eventCode: string; readonly level: number | null; readonly texts: readonly Text[] },
): Promise<OwnTemplate> {
  assertTexts(template.texts);
  return withTransaction(deps.pool, async (tx) => {
    if ((await listOwnTemplates(tx, actor.tenantId)).length >= MAX_TEMPLATES) {
      throw new PlatformError("invalid_request", `There are ${MAX_TEMPLATES} templates: delete one first`);
    }
    const made = await insertTemplate(tx, {
      ...template,
      id: createTemplateId(),
      tenantId: actor.tenantId,
      changedBy: actor.id ?? actor.type,
    });
    if (!made) {
      const which = template.level === null ? "every level" : `level ${template.level}`;
      throw new PlatformError(
        "template_exists",
        `There is a template of ${template.eventCode} for ${which}: change that one`,
      );
    }
    await appendAudit(tx, {
      actor,
      action: "broadcast-template.create",
      object: { type: "broadcast-template", id: made.id },
      after: contentOf(made),
    });
    return made;
  });
}

/**
 * Writes the next version of a template.
 * @param version the version that the caller has read
 * @throws PlatformError `template_not_found`, `template_changed`, `invalid_request`
 */
export async function changeTemplate(
  deps: BroadcastDeps,
  { actor }: Pick<BroadcastCaller, "actor">,
  id: string,
  { version, texts }: { readonly version: number; readonly texts: readonly Text[] },
): Promise<OwnTemplate> {
  assertTexts(texts);
  return withTransaction(deps.pool, async (tx) => {
    const before = (await lockOwnTemplate(tx, id, actor.tenantId)) ?? unknown(id);
    if (before.version !== version) {
      throw new PlatformError(
        "template_changed",
        `The template is at version ${before.version}, and you have read ${version}: read it again`,
      );
    }
    if (version >= MAX_VERSIONS) {
      const message = `The template has ${version} versions, and no room for more: delete it and write another`;
      throw new PlatformError("invalid_request", message);
    }
    const after = await addVersion(tx, before, { texts, changedBy: actor.id ?? actor.type });
    await appendAudit(tx, {
      actor,
      action: "broadcast-template.change",
      object: { type: "broadcast-template", id },
      before: contentOf(before),
      after: contentOf(after),
    });
    return after;
  });
}

/** Takes a template out of force: drafts made of it stay as they are, and so do its versions. */
export async function deleteTemplate(
  deps: BroadcastDeps,
  { actor }: Pick<BroadcastCaller, "actor">,
  id: string,
): Promise<void> {
  await withTransaction(deps.pool, async (tx) => {
    const before = (await lockOwnTemplate(tx, id, actor.tenantId)) ?? unknown(id);
    await end(tx, before.templateNo);
    await appendAudit(tx, {
      actor,
      action: "broadcast-template.delete",
      object: { type: "broadcast-template", id },
      before: contentOf(before),
    });
  });
}

/** @throws PlatformError `template_not_found`, also for another tenant's */
export const getTemplate = async (
  db: Db,
  { actor }: Pick<BroadcastCaller, "actor">,
  id: string,
): Promise<OwnTemplate> => (await findOwnTemplate(db, id, actor.tenantId)) ?? unknown(id);

/**
 * Every version of a template, from the newest, also of a deleted one.
 * @throws PlatformError `template_not_found`, also for another tenant's
 */
export async function getTemplateVersions(
  db: Db,
  { actor }: Pick<BroadcastCaller, "actor">,
  id: string,
): Promise<TemplateVersion[]> {
  const versions = await listTemplateVersions(db, id, actor.tenantId);
  return versions.length > 0 ? versions : unknown(id);
}

function unknown(id: string): never {
  throw new PlatformError("template_not_found", `There is no template '${id}'`);
}

const contentOf = ({ eventCode, level, version, texts }: OwnTemplate) => ({
  eventCode,
  level,
  version,
  texts,
});

const createTemplateId = () => {
  const letters = "23456789abcdefghjkmnpqrstuvwxyz";
  return `tpl-${Array.from({ length: 10 }, () => letters[randomInt(letters.length)]).join("")}`;
};

const EXPECTED = PLACEHOLDERS.map((name) => `{${name}}`).join(", ");

/**
 * @throws PlatformError `invalid_request` with each text in braces that is no placeholder, and languages that are twice
 */
function assertTexts(texts: readonly Text[]): void {
  const faults: Fault[] = texts.flatMap((text, index) =>
    (["headline", "description", "instruction"] as const).flatMap((part) =>
      strangersIn(text[part] ?? "").map((stranger) => ({
        path: `/texts/${index}/${part}`,
        message: `'${stranger}' is no placeholder: expected ${EXPECTED}`,
      })),
    ),
  );
  const languages = texts.map(({ language }) => language.toLowerCase());
  languages.forEach((language, index) => {
    if (languages.indexOf(language) < index) {
      faults.push({
        path: `/texts/${index}/language`,
        message: `'${language}' is there twice: expected one text of each`,
      });
    }
  });
  if (faults.length === 0) return;
  throw new PlatformError(
    "invalid_request",
    faults.map(({ path, message }) => `body${path}: ${message}`).join("; "),
    {
      faults,
    },
  );
}
