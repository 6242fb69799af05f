import type { Limits } from "../../access/limits.ts";
import { PlatformError } from "../../base/errors.ts";
import {
  type Broadcast,
  getBroadcasts,
  listCurrentBroadcasts,
  readTargetRegions,
} from "../../store/broadcast/index.ts";
import type { Db } from "../../store/database/index.ts";
import { nameRegionsInBoth } from "../../store/places/index.ts";
import { buildFeed, type CapAlert, exportAlert, parseAlert, signAlert } from "../cap/index.ts";
import { draftOf, missingIn } from "../drafting/index.ts";
import { alertExpiry, type BroadcastCaller, type BroadcastDeps, broadcastReach } from "../lifecycle/index.ts";
import type { Target } from "../message/index.ts";
import { FineRegions, remainingRegions, selectSpeakers } from "../targets/index.ts";

/** The data that alerts need besides their broadcasts. */
interface Around {
  /** Broadcasts that others replace, by number. */
  readonly older: ReadonlyMap<number, Broadcast>;
  readonly names: Awaited<ReturnType<typeof nameRegionsInBoth>>;
  /** By number, the regions of broadcasts from which some were excluded: CAP has no word for "without". */
  readonly remaining: ReadonlyMap<number, readonly string[]>;
  /** By number, for broadcasts whose shapes something was taken out of, the regions of the speakers that are meant. */
  readonly standIns: ReadonlyMap<number, readonly string[]>;
}

/** More regions than the limit of our own alerts become coarser ones. */
export const MAX_STAND_INS = 1000;

/**
 * The regions in which the speakers of a broadcast stand, without one that holds an excluded region: its name would
 * warn there, too. For a draft only where the caller sees them.
 */
async function readStandIns(db: Db, broadcast: Broadcast, target: Target, sees: Limits): Promise<string[]> {
  const isAimed = broadcast.releasedAt !== null && broadcast.mode !== "training";
  const regions = new FineRegions(MAX_STAND_INS);
  const codes = isAimed
    ? await readTargetRegions(db, broadcast.broadcastNo)
    : (await selectSpeakers(db, target, sees)).map(({ regionCode }) => regionCode);
  for (const code of codes) regions.add(code);
  return regions.list().filter((code) => !target.exclude?.some((out) => out.startsWith(code)));
}

async function readAround(db: Db, broadcasts: readonly Broadcast[], sees: Limits): Promise<Around> {
  const numbers = broadcasts.flatMap(({ replacesNos }) => replacesNos);
  const remaining = new Map<number, string[]>();
  const standIns = new Map<number, string[]>();
  const codes = [];
  for (const broadcast of broadcasts) {
    const { target } = draftOf(broadcast);
    codes.push(...target.regions, ...(target.exclude ?? []));
    if (!target.exclude?.length) continue;
    const regions = await remainingRegions(db, target);
    remaining.set(broadcast.broadcastNo, regions);
    codes.push(...regions);
    if (target.polygons.length + target.circles.length === 0) continue;
    const stand = await readStandIns(db, broadcast, target, sees);
    standIns.set(
      broadcast.broadcastNo,
      stand.filter((code) => !regions.some((region) => code.startsWith(region))),
    );
    codes.push(...standIns.get(broadcast.broadcastNo)!);
  }
  const older = numbers.length === 0 ? [] : await getBroadcasts(db, [...new Set(numbers)]);
  return {
    older: new Map(older.map((old) => [old.broadcastNo, old])),
    names: await nameRegionsInBoth(db, [...new Set(codes)]),
    remaining,
    standIns,
  };
}

const referenceTo = (broadcast: Broadcast) => ({
  sender: broadcast.capSender,
  identifier: broadcast.capIdentifier,
  sent: broadcast.capSent,
});

const CANCEL = ".cancel";
const DRAFT = ".draft";

/**
 * Two people, or the green channel, stand behind it: until then it is no alert. A training has no release; it can only
 * be complete.
 */
const isIssued = ({ releasedAt, mode, state }: Broadcast) =>
  releasedAt !== null || (mode === "training" && state === "completed");

/** The identifiers of the broadcasts whose alert, Cancel or draft may have this name. */
export const issuedNames = (identifier: string): string[] => [
  identifier,
  ...[CANCEL, DRAFT].flatMap((end) => (identifier.endsWith(end) ? [identifier.slice(0, -end.length)] : [])),
];

/**
 * A broadcast as CAP 1.2: an Alert, or an Update when it has replaced one that was released; once it is cancelled after
 * its release, the Cancel of that alert. An unreleased one is a draft under a name of its own, so that it is never
 * taken for the alert that it may become.
 */
function toAlert(broadcast: Broadcast, { older, names, remaining, standIns }: Around, now: Date): string {
  // Not checked against today's rules for submission: a released broadcast is an alert.
  const draft = draftOf(broadcast);
  const expiresAt = alertExpiry(broadcast, now);
  const message = {
    ...draft,
    eventCode: draft.eventCode ?? "",
    target: { ...draft.target, regions: [...(remaining.get(broadcast.broadcastNo) ?? draft.target.regions)] },
    ...(expiresAt === null ? {} : { expiresAt }),
  };
  const regionName = (code: string, language: "zh" | "en") =>
    names.get(code)?.[language] ?? names.get(code)?.zh ?? code;
  const own = referenceTo(broadcast);
  if (broadcast.state === "cancelled" && broadcast.releasedAt !== null) {
    return exportAlert(message, {
      sender: own.sender,
      identifier: own.identifier + CANCEL,
      sent: broadcast.cancelledAt ?? broadcast.updatedAt,
      msgType: "Cancel",
      ...(broadcast.cancelReason === null ? {} : { note: broadcast.cancelReason }),
      references: [own],
      regionName,
    });
  }
  const replaced = broadcast.replacesNos.flatMap((number) => older.get(number) ?? []);
  const references = replaced.filter(({ releasedAt }) => releasedAt !== null).map(referenceTo);
  const isDraft = !isIssued(broadcast);
  return exportAlert(message, {
    ...own,
    identifier: isDraft ? own.identifier + DRAFT : own.identifier,
    isDraft,
    standIns: standIns.get(broadcast.broadcastNo) ?? [],
    msgType: references.length > 0 ? "Update" : "Alert",
    references,
    regionName,
  });
}

/**
 * One broadcast as an alert; once it is released, signed where the platform has a certificate for it, and the same for
 * every caller. Others take the platform's signature for its word, so it signs no draft.
 * @throws PlatformError `broadcast_incomplete` for a draft that lacks something
 */
export async function exportCap(
  deps: BroadcastDeps,
  caller: Pick<BroadcastCaller, "sees">,
  broadcast: Broadcast,
): Promise<string> {
  const faults = missingIn(broadcast, deps.now());
  if (broadcast.releasedAt === null && faults.length > 0) {
    const detail = faults.map(({ path, message }) => `${path} ${message}`).join("; ");
    throw new PlatformError("broadcast_incomplete", `It is no alert yet: ${detail}`, { faults });
  }
  const xml = toAlert(broadcast, await readAround(deps.pool, [broadcast], caller.sees), deps.now());
  return deps.alertSigning && isIssued(broadcast) ? signAlert(xml, deps.alertSigning) : xml;
}

/** Undefined for a broadcast that CAP cannot hold: the others are in the feed nevertheless. */
function alertFor(deps: BroadcastDeps, broadcast: Broadcast, around: Around): CapAlert | undefined {
  try {
    const parsed = parseAlert(Buffer.from(toAlert(broadcast, around, deps.now())));
    if (parsed.ok) return parsed.alert;
    deps.log.error({ broadcast: broadcast.id, faults: parsed.faults }, "an alert was left out of the feed");
  } catch (error) {
    deps.log.error({ broadcast: broadcast.id, err: error }, "an alert was left out of the feed");
  }
  return undefined;
}

/** Alerts in the feed at most; there are never more in force at once. */
export const MAX_ENTRIES = 200;

/** The alerts that are in force, within what the caller sees, as an Atom feed. `base` is this platform's address. */
export async function exportFeed(
  deps: BroadcastDeps,
  caller: Pick<BroadcastCaller, "actor" | "sees">,
  base: string,
): Promise<string> {
  const now = deps.now();
  const reach = broadcastReach(caller.sees, caller.actor.tenantId);
  const broadcasts = await listCurrentBroadcasts(deps.pool, now, reach, MAX_ENTRIES);
  const around = await readAround(deps.pool, broadcasts, caller.sees);
  const entries = broadcasts.flatMap((broadcast) => {
    const alert = alertFor(deps, broadcast, around);
    return alert ? [{ alert, href: `${base}/v1/broadcasts/${broadcast.id}` }] : [];
  });
  return buildFeed(
    {
      id: `urn:smart-broadcast-iot:feed:${encodeURIComponent(deps.issuer)}`,
      title: `Alerts of ${deps.issuer}`,
      author: deps.issuer,
      href: `${base}/v1/broadcasts/feed.atom`,
      updated: now,
    },
    entries,
  );
}
