import { findUnknownRegions } from "../../store/access/index.ts";
import {
  type Broadcast,
  type BroadcastSource,
  findEarlierVersions,
  findSuccessor,
} from "../../store/broadcast/index.ts";
import type { Client, Db } from "../../store/database/index.ts";
import {
  type CapReference,
  formatTime,
  type ImportedMessage,
  type ImportResult,
  type ImportWarning,
} from "../cap/index.ts";
import { type Draft, isEmptyTarget } from "../drafting/index.ts";
import { beyondTest, isCancellable, isUnreleased, MOST_REPLACED, readEachOnce } from "../lifecycle/index.ts";
import {
  type AlertOutcome,
  cancelOld,
  findAll,
  type Import,
  keyOf,
  mark,
  mayReplace,
  nameFor,
  nameOf,
  unknownWarnings,
  whyNoPower,
} from "./cap-reach.ts";
import { storeDraft } from "./drafts.ts";

/**
 * Drafts of an Alert or Update. A broadcast that an Update replaces is never released any more; if it is on air, it
 * goes on until the Update is released, because an old warning is better than none.
 */
export async function makeDrafts(
  tx: Client,
  work: Import,
  { messages: read, replaces }: Extract<ImportResult, { disposition: "broadcast" }>,
): Promise<AlertOutcome> {
  const { caller, alert, signature } = work;
  const { older, warnings } = await findOlder(tx, work, replaces);
  const { messages, unknown } = await withoutUnknownRegions(tx, read);
  const drafts = messages.map(({ draft }): Draft => ({ ...draft, mode: draft.mode ?? "training" }));
  const readSpeakers = readEachOnce(tx);
  const reachesBeyond = drafts.map(({ target }) => beyondTest(tx, () => readSpeakers(target), readSpeakers));
  const replaced: Broadcast[] = [];
  let compared = 0;
  let uncompared = 0;
  for (const old of older) {
    const isReplaced = await mayReplace(tx, work, old);
    if (isReplaced) replaced.push(old);
    if (!isCancellable(old, work.deps.now())) continue;
    if (++compared > MOST_REPLACED) {
      uncompared += 1;
      continue;
    }
    const isFarther = await reachesBeyond[successorOf(old, drafts)]!(old);
    const warning = placeWarning(work, old, { isReplaced, isFarther });
    if (warning) warnings.push(warning);
  }
  if (uncompared > 0) warnings.push(uncomparedWarning(uncompared));
  warnings.push(...unknown.map(regionWarning), ...gapWarnings(messages));
  const rank = { status: alert.status, isVerified: signature === "verified" };
  const successor = await findSuccessor(tx, keyOf(alert), rank, caller.actor.id);
  const isOver = successor?.taken && successor.counts;
  const came = successor && `its ${successor.msgType} ${successor.identifier} came before it`;
  if (came !== undefined) {
    const what = isOver ? "its drafts are cancelled" : "its drafts are marked as superseded";
    warnings.push({ rule: "already_replaced", message: `${came}: ${what}` });
  }

  const source: BroadcastSource = {
    sender: alert.sender,
    identifier: alert.identifier,
    sent: alert.sent,
    msgType: alert.msgType,
    status: alert.status,
    signature,
    document: work.document,
    warnings: [...warnings, ...work.warnings],
  };
  const items: Broadcast[] = [];
  for (const [index, draft] of drafts.entries()) {
    const replacedByThis = replaced.filter((old) => successorOf(old, drafts) === index);
    const stored = await storeDraft(tx, work.deps, caller.actor, draft, {
      action: "import",
      source,
      speakers: await readSpeakers(draft.target),
      replaces: replacedByThis.map(({ broadcastNo }) => broadcastNo),
      details: { cap: nameOf(alert), signature, warnings: source.warnings },
    });
    items.push(stored.broadcast);
    work.audits.push(stored.audit);
  }
  await withdrawOlder(tx, work, { older, replaced }, items);
  if (successor && came) {
    for (const [index, item] of items.entries()) {
      const by = { ...successor, sent: formatTime(successor.sent) };
      items[index] = isOver ? await cancelOld(tx, work, item, came) : await mark(tx, work, item, by, came);
    }
  }
  return { disposition: "broadcast", items, warnings };
}

/**
 * The broadcasts whose place the alert takes: those that it refers to, and those that came under its own identifier
 * before.
 */
async function findOlder(
  tx: Client,
  work: Import,
  replaces: readonly CapReference[],
): Promise<{ older: Broadcast[]; warnings: ImportWarning[] }> {
  const { alert } = work;
  const referenced = await findAll(tx, work, replaces);
  const warnings = unknownWarnings(referenced.unknown);
  const versions = (
    await findEarlierVersions(tx, keyOf(alert), work.signature === "verified", work.caller.actor.id)
  ).map((key) => ({
    ...key,
    sent: formatTime(key.sent),
  }));
  const { broadcasts: earlier } = await findAll(tx, work, versions);
  const all = new Map(
    [...referenced.broadcasts, ...earlier].map((broadcast) => [broadcast.broadcastNo, broadcast]),
  );
  const older: Broadcast[] = [];
  const said = new Set<string>();
  for (const broadcast of all.values()) {
    const powerless = whyNoPower(work, broadcast);
    if (powerless === undefined) older.push(broadcast);
    else if (!said.has(powerless.message)) {
      said.add(powerless.message);
      warnings.push(powerless);
    }
  }
  if (earlier.length > 0) {
    const names = [...new Set(earlier.map((each) => nameFor(work.caller, each)))].join(", ");
    warnings.push({
      rule: "identifier_reused",
      message: `its identifier came before with another time of sending: it is taken for a correction of ${names}`,
    });
  }
  return { older, warnings };
}

/**
 * A warning for author and approver about an older broadcast: that it goes on, or that it ends for more people than
 * hear this one.
 */
function placeWarning(
  { caller }: Import,
  old: Broadcast,
  { isReplaced, isFarther }: { readonly isReplaced: boolean; readonly isFarther: boolean },
): ImportWarning | undefined {
  const name = nameFor(caller, old);
  if (!isReplaced) {
    const more = isFarther ? ", and reaches further than this one" : "";
    return {
      rule: "older_goes_on",
      message: `it says that it takes the place of ${name}, which stays until a person cancels it${more}: nobody trusted has signed that, and whoever brought it may not cancel all of the other`,
    };
  }
  if (!isFarther) return undefined;
  return {
    rule: "older_reaches_further",
    message: `it takes the place of ${name}, which reaches further: that one ends everywhere, also where this one is not heard`,
  };
}

const uncomparedWarning = (count: number): ImportWarning => ({
  rule: "older_not_compared",
  message: `it speaks of ${count} more that have not ended, which were not compared with it: they may go on, or reach further than this one`,
});

/** Regions that are not in this platform's tree target nobody. When no area stays, a person chooses one. */
async function withoutUnknownRegions(
  db: Db,
  messages: readonly ImportedMessage[],
): Promise<{ messages: ImportedMessage[]; unknown: string[] }> {
  const unknown = await findUnknownRegions(db, [
    ...new Set(messages.flatMap(({ draft }) => draft.target.regions)),
  ]);
  const isUnknown = new Set(unknown);
  const known = messages.map((message): ImportedMessage => {
    const { draft, missing } = message;
    const regions = draft.target.regions.filter((code) => !isUnknown.has(code));
    if (regions.length === draft.target.regions.length) return message;
    const target = { ...draft.target, regions };
    const gap = { path: "target", message: "to be chosen by hand: no area is usable" };
    return { draft: { ...draft, target }, missing: isEmptyTarget(target) ? [...missing, gap] : missing };
  });
  return { messages: known, unknown: unknown.sort() };
}

const regionWarning = (code: string): ImportWarning => ({
  rule: "region_unknown",
  message: `there is no region '${code}' here: it is left out, nobody is warned there`,
});

function gapWarnings(messages: readonly ImportedMessage[]): ImportWarning[] {
  const warnings: ImportWarning[] = [];
  if (messages.some(({ draft }) => draft.mode === undefined)) {
    warnings.push({
      rule: "mode_assumed",
      message: "without a mode it is taken for a training, which never sounds",
    });
  }
  for (const [index, { missing }] of messages.entries()) {
    for (const { path, message } of missing) {
      warnings.push({ rule: "incomplete", message: `message ${index + 1}, ${path}: ${message}` });
    }
  }
  return warnings;
}

/**
 * Broadcasts that an Update replaces and that were not released end at once where its bringer may do that. All others
 * are marked, so that nobody releases them unknowingly.
 */
async function withdrawOlder(
  tx: Client,
  work: Import,
  { older, replaced }: { readonly older: readonly Broadcast[]; readonly replaced: readonly Broadcast[] },
  items: readonly Broadcast[],
): Promise<void> {
  const why = `updated by ${items.map(({ id }) => id).join(", ")}`;
  for (const old of older.filter((each) => isCancellable(each, work.deps.now()))) {
    if (isUnreleased(old) && replaced.includes(old)) await cancelOld(tx, work, old, why);
    else await mark(tx, work, old, work.alert, why);
  }
}

/** The message of an Update that takes the place of an older one: that of the same event, or the first. */
const successorOf = (old: Broadcast, drafts: readonly Draft[]): number =>
  Math.max(
    0,
    drafts.findIndex(({ eventCode }) => eventCode === old.eventCode),
  );
