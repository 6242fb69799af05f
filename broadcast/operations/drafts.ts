import { randomInt } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { PlatformError } from "../../base/errors.ts";
import { type AuditActor, type AuditEntry, appendAudit } from "../../store/audit/index.ts";
import {
  type Broadcast,
  type BroadcastTemplateName,
  findTemplateAuthors,
  insertBroadcast,
  insertHistory,
  insertRevision,
  lockBroadcasts,
  messageInAudit,
  type NewBroadcast,
  updateContent,
  updateReplaced,
  warnBroadcast,
} from "../../store/broadcast/index.ts";
import { type Client, type Db, withTransaction } from "../../store/database/index.ts";
import {
  contentOf,
  type Draft,
  draftOf,
  readStoredSource,
  rememberFilled,
  warningsOf,
} from "../drafting/index.ts";
import {
  assertAimWithin,
  assertMayStep,
  assertRevision,
  type BroadcastCaller,
  type BroadcastDeps,
  getBroadcast,
  peopleEverBehind,
  recordingRefusals,
} from "../lifecycle/index.ts";
import { describePlace, fillTexts } from "../message/index.ts";
import { askAim, checkTarget, type MeantSpeaker, selectAim } from "../targets/index.ts";
import { followChange, followsFrom } from "./follow-change.ts";
import { assertStillReplaces, findReplaced } from "./replaces.ts";
import { chooseTemplate } from "./tenant-templates.ts";

/** A draft as a caller writes it: the template may supply texts and fields that follow from the event. */
export type NewDraft = Omit<Draft, "texts" | "category"> & {
  readonly texts?: Draft["texts"] | undefined;
  readonly category?: Draft["category"] | undefined;
};

/** Without letters that look alike. */
const ID_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz";

/** `bc-20260131-7k2m9xqd`: unique, sortable by day, and fit for CAP (no space, comma, `<`, `&`). */
function createBroadcastId(now: Date): string {
  const day = now.toISOString().slice(0, 10).replaceAll("-", "");
  const tail = Array.from({ length: 8 }, () => ID_LETTERS[randomInt(ID_LETTERS.length)]).join("");
  return `bc-${day}-${tail}`;
}

/**
 * Adds the parts that a template of the author's tenant knows to a draft that lacks them.
 * @throws PlatformError `invalid_request` when there are no texts and no template for its event code
 */
export async function completeDraft(
  db: Db,
  draft: NewDraft,
  now: Date,
  tenantId: string | null,
): Promise<{ readonly draft: Draft; readonly template?: BroadcastTemplateName }> {
  const derived = followsFrom(draft.eventCode);
  const category = draft.category ?? derived.category;
  const responseTypes = draft.responseTypes.length > 0 ? draft.responseTypes : derived.responseTypes;
  const complete = { ...draft, category, responseTypes };
  if (draft.texts !== undefined) return { draft: { ...complete, texts: draft.texts } };
  const template =
    draft.eventCode === undefined
      ? undefined
      : await chooseTemplate(db, tenantId, draft.eventCode, draft.level);
  const place = await describePlace(db, draft.target);
  const filling = { place, at: now, level: draft.level, mode: draft.mode };
  if (template) {
    const texts = fillTexts(template.texts, filling);
    const filled = rememberFilled(texts, { ...filling, eventCode: draft.eventCode });
    return { draft: { ...complete, texts }, template: { ...template.name, filled } };
  }
  const message = `missing, and there is no template for event code '${draft.eventCode ?? ""}': expected at least one text`;
  throw new PlatformError("invalid_request", `body/texts: ${message}`, {
    faults: [{ path: "/texts", message }],
  });
}

/** The facts about a new draft besides its message. */
export type Origin = Pick<
  NewBroadcast,
  "source" | "replaces" | "proposedByAlarm" | "attachments" | "template" | "authors"
> & {
  readonly action: "create" | "import" | "propose";
  /** The speakers of its target, where they are known. */
  readonly speakers?: readonly MeantSpeaker[];
  /** For the history. */
  readonly details?: Readonly<Record<string, unknown>>;
};

/** The author of the template is an author of the content, too. Built-in templates have none. */
const authorsOf = async (
  tx: Client,
  template: BroadcastTemplateName | null | undefined,
): Promise<string[]> =>
  template?.source === "own" && template.version !== null
    ? findTemplateAuthors(tx, template.id, template.version)
    : [];

/** Stores a draft with the first row of its history. The caller appends the audit row. */
export async function storeDraft(
  tx: Client,
  deps: Pick<BroadcastDeps, "issuer" | "now">,
  actor: AuditActor,
  draft: Draft,
  { action, details: more, speakers, ...origin }: Origin,
): Promise<{ broadcast: Broadcast; audit: AuditEntry }> {
  const regions = await selectAim(tx, draft.target, speakers).reached();
  const broadcast = await insertBroadcast(tx, {
    ...contentOf(draft, regions),
    ...origin,
    id: createBroadcastId(deps.now()),
    tenantId: actor.tenantId,
    createdBy: actor.id ?? actor.type,
    // The words that a trusted sender has signed are that sender's, whoever brings them.
    authors: [
      ...new Set([
        ...(origin.authors ?? []),
        ...(await authorsOf(tx, origin.template)),
        ...(origin.source?.signature === "verified" ? [] : peopleEverBehind(actor)),
      ]),
    ],
    capSender: deps.issuer,
  });
  const { broadcastNo, id } = broadcast;
  const replaced = broadcast.replaces.length > 0 ? { replaces: broadcast.replaces } : {};
  const details = { ...replaced, ...more };
  await insertHistory(tx, { broadcastNo, action, from: null, to: "draft", actor, details });
  const message = await insertRevision(tx, broadcast, actor);
  const audit = {
    actor,
    action: `broadcast.${action}`,
    object: { type: "broadcast", id },
    after: { state: "draft", message, ...replaced },
  };
  return { broadcast, audit };
}

/**
 * Writes a new draft. Nothing is sent.
 * @param replaces ids of the broadcasts that are cancelled once it is released
 */
export async function createDraft(
  deps: BroadcastDeps,
  caller: BroadcastCaller,
  draft: NewDraft,
  replaces: readonly string[] = [],
): Promise<Broadcast> {
  await checkTarget(deps.pool, draft.target);
  const broadcast = await withTransaction(deps.pool, async (tx) => {
    const numbers = await findReplaced(tx, caller, draft, replaces);
    const { draft: complete, template } = await completeDraft(tx, draft, deps.now(), caller.actor.tenantId);
    const stored = await storeDraft(tx, deps, caller.actor, complete, {
      action: "create",
      replaces: numbers,
      template,
    });
    await appendAudit(tx, stored.audit);
    return stored.broadcast;
  });
  deps.onChanged(broadcast);
  return broadcast;
}

/** A change of a draft: absent fields stay, null empties a field. */
export type DraftChange = {
  readonly [K in keyof Draft]?: Draft[K] | null | undefined;
};

/**
 * Changes a draft, or one that was returned. Parts that a template has filled in follow: see `follow-change.ts`.
 * @param replaces sets again which broadcasts it replaces
 * @throws PlatformError `broadcast_not_found`, `broadcast_changed` for another revision than the present one,
 * `broadcast_state` once it was submitted, or has `MAX_REVISIONS`
 */
export const changeDraft = (
  deps: BroadcastDeps,
  caller: BroadcastCaller,
  id: string,
  revision: number,
  change: DraftChange,
  replaces?: readonly string[],
): Promise<Broadcast> =>
  recordingRefusals(deps, caller, id, "change", () =>
    changeNow(deps, caller, id, revision, change, replaces),
  );

/** Leaves out other content of an alert that a person has since contradicted. */
function withoutStale(draft: Draft, change: DraftChange): Draft {
  const { cap, ...message } = draft;
  if (cap === undefined) return draft;
  const changed = (key: keyof Draft) => change[key] !== undefined;
  const { categories, eventCodes, onset, ...rest } = cap;
  return {
    ...message,
    cap: {
      ...rest,
      ...(changed("category") || categories === undefined ? {} : { categories }),
      ...(changed("eventCode") || eventCodes === undefined ? {} : { eventCodes }),
      ...(changed("startsAt") || onset === undefined ? {} : { onset }),
      infos: cap.infos.map(
        (info) =>
          Object.fromEntries(
            Object.entries(info).filter(
              ([key]) => !["senderName", "contact", "web"].includes(key) || !changed(key as keyof Draft),
            ),
          ) as typeof info,
      ),
    },
  };
}

/** Fields that nobody hears, or that say nothing about the danger. */
const BESIDE_WORDS: ReadonlySet<string> = new Set(["volume", "repeatCount", "cap"]);

/**
 * Shows the people who decide which parts of a signed alert are no longer as its sender has signed them: a signature
 * vouches for the words, and the alert still bears its sender's name. An addition contradicts nothing.
 */
async function warnOfUnsigned(
  tx: Client,
  before: Draft,
  after: Broadcast,
  { id, type }: AuditActor,
): Promise<Broadcast> {
  const source = readStoredSource(after.source);
  if (source?.signature !== "verified") return after;
  const [was, is]: Record<string, unknown>[] = [before, draftOf(after)];
  const isWarnedOf = (key: string) =>
    source.warnings.some(({ rule, message }) => rule === CHANGED && message.startsWith(`${key} `));
  const changed = Object.keys(was!).filter(
    (key) =>
      !BESIDE_WORDS.has(key) &&
      was![key] !== undefined &&
      !isWarnedOf(key) &&
      !isDeepStrictEqual(was![key], is![key]),
  );
  // The last one comes first.
  const added = changed.reverse().map((key) => ({
    rule: CHANGED,
    message: `${key} was changed by ${id ?? type} after ${source.sender} had signed it: its signature does not vouch for what is there now`,
  }));
  if (added.length > 0) await warnBroadcast(tx, after.broadcastNo, added);
  return { ...after, source: { ...source, warnings: [...added, ...source.warnings] } };
}

const CHANGED = "changed_since_signed";

async function changeNow(
  deps: BroadcastDeps,
  caller: BroadcastCaller,
  id: string,
  revision: number,
  change: DraftChange,
  replaces?: readonly string[],
): Promise<Broadcast> {
  const present = await getBroadcast(deps.pool, caller, id);
  const { broadcastNo } = present;
  if (change.target) await checkTarget(deps.pool, change.target, draftOf(present).target);
  const broadcast = await withTransaction(deps.pool, async (tx) => {
    const before = (await lockBroadcasts(tx, [broadcastNo]))[0]!;
    const was = draftOf(before);
    await assertMayStep(tx, deps, before, "change", caller, { now: deps.now() }, askAim(tx, was.target));
    await assertRevision(tx, before, revision);
    const given = Object.entries(change).filter(([, value]) => value !== undefined);
    const merged: Record<string, unknown> = { ...was };
    for (const [key, value] of given) {
      if (value === null && key !== "volume") delete merged[key];
      else merged[key] = value;
    }
    const changedOnly = withoutStale(merged as Draft, change);
    const names = given.map(([key]) => key);
    const { draft, template, fields } = await followChange(tx, before, was, changedOnly, new Set(names));
    if (replaces) {
      await updateReplaced(tx, broadcastNo, await findReplaced(tx, caller, { ...draft, id }, replaces));
    } else await assertStillReplaces(tx, before, draft.mode);
    const aim = selectAim(tx, draft.target);
    // Neither the former nor the present target may reach beyond the caller's own area.
    await assertAimWithin(aim, caller);
    const { actor } = caller;
    const content = contentOf(draft, await aim.reached());
    const authors = [...peopleEverBehind(actor), ...(await authorsOf(tx, template))];
    const written = await updateContent(tx, broadcastNo, content, authors, template);
    const after = await warnOfUnsigned(tx, was, written, actor);
    const messages = {
      before: await messageInAudit(tx, before),
      after: await insertRevision(tx, after, actor),
    };
    const changed = [...names, ...(replaces ? ["replaces"] : [])];
    const warnings = warningsOf(after);
    const details = {
      revision: after.revision,
      changed,
      ...(fields.length > 0 ? { followed: fields } : {}),
      ...(warnings.length > 0 ? { warnings } : {}),
    };
    await insertHistory(tx, {
      broadcastNo,
      action: "change",
      from: before.state,
      to: before.state,
      actor,
      details,
    });
    await appendAudit(tx, {
      actor,
      action: "broadcast.change",
      object: { type: "broadcast", id },
      before: { revision: before.revision, message: messages.before, replaces: before.replaces },
      after: { revision: after.revision, message: messages.after, replaces: after.replaces },
    });
    return after;
  });
  deps.onChanged(broadcast);
  return broadcast;
}
