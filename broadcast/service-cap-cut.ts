import type { Limits } from "../access/limits.ts";
import { PlatformError } from "../errors.ts";
import { appendAudit } from "../store/audit.ts";
import { type Broadcast, lockBroadcasts } from "../store/broadcasts.ts";
import { addBroadcastToAlert } from "../store/cap-alerts.ts";
import { type Db, withTransaction } from "../store/database.ts";
import { regionsOutside, regionsThatMayMeet } from "../store/speakers.ts";
import { markSuperseded } from "../store/superseded.ts";
import { boxesOf } from "./area.ts";
import type { ImportWarning } from "./cap/import.ts";
import { draftOf, isEmptyTarget } from "./draft.ts";
import type { Target } from "./message.ts";
import { type BroadcastDeps, type Caller, getBroadcast } from "./service.ts";
import { storeDraft } from "./service-drafts.ts";
import { readStoredSource } from "./stored-message.ts";
import { selectSpeakers } from "./targets.ts";

/** The regions where somebody may do something with speakers, outermost ones only; undefined: everywhere. */
function ownRegions(limits: Limits): string[] | undefined {
  const areas = limits.filter(
    ({ kinds, devices }) => devices === "all" && (kinds === "all" || kinds.includes("speaker")),
  );
  if (areas.some(({ regions }) => regions === "all")) return undefined;
  const codes = areas.flatMap(({ regions }) => regions as readonly string[]);
  return [...new Set(codes)].filter((code) => !codes.some((one) => one !== code && code.startsWith(one)));
}

/**
 * What of a target lies within some regions, and what was cut off. Of shapes the regions outside are taken out in which
 * they may hold somebody; those that are known to lie elsewhere would only be a long list.
 */
async function cutTarget(db: Db, target: Target, own: readonly string[]) {
  const inside = target.regions.flatMap((code) =>
    own.some((one) => code.startsWith(one)) ? [code] : own.filter((one) => one.startsWith(code)),
  );
  const regions = [...new Set(inside)];
  const gone = target.regions.filter((code) => !regions.includes(code));
  const shapes = target.polygons.length + target.circles.length;
  const outside =
    shapes > 0 ? await regionsThatMayMeet(db, await regionsOutside(db, own), boxesOf(target)) : [];
  const kept = (target.exclude ?? []).filter((code) => own.some((one) => code.startsWith(one)));
  const exclude = [...kept, ...outside];
  const { exclude: _all, ...rest } = target;
  return { target: { ...rest, regions, ...(exclude.length > 0 ? { exclude } : {}) }, gone, shapes };
}

/**
 * Makes a draft of an imported alert for the caller's own area: what lies outside is cut off, and said so in its
 * warnings. The original stays as it is. An Update or Cancel of the alert counts for both.
 * @throws PlatformError `broadcast_not_found`; `alert_not_found` for what was not made of an alert; `invalid_request`
 * when there is nothing to cut, or nothing stays
 */
export async function cutToOwnArea(deps: BroadcastDeps, caller: Caller, id: string): Promise<Broadcast> {
  const { broadcastNo } = await getBroadcast(deps.pool, caller, id);
  const own = ownRegions(caller.limits);
  if (own === undefined) {
    throw new PlatformError(
      "invalid_request",
      "You may draft for the whole country: there is nothing to cut",
    );
  }
  const draft = await withTransaction(deps.pool, async (tx) => {
    const original = (await lockBroadcasts(tx, [broadcastNo]))[0]!;
    const source = readStoredSource(original.source);
    if (source === null) {
      throw new PlatformError("alert_not_found", `The broadcast '${id}' was not made of an alert`);
    }
    const message = draftOf(original);
    const { target, gone, shapes } = await cutTarget(tx, message.target, own);
    const speakers = isEmptyTarget(target) ? [] : await selectSpeakers(tx, target, caller.limits);
    if (speakers.length === 0) {
      throw new PlatformError(
        "invalid_request",
        `No speaker of ${id} lies within ${own.join(", ")}: nothing stays`,
      );
    }
    const warning: ImportWarning = {
      rule: "cut_to_own_area",
      // Without counts: whoever sees fewer speakers reads it as well.
      message: `cut by ${caller.actor.id} from ${id} to ${own.join(", ")}${
        gone.length > 0 ? `; regions that went or were narrowed: ${gone.slice(0, 50).join(", ")}` : ""
      }${shapes > 0 ? "; its polygons and circles count only inside that" : ""}`,
    };
    const warnings = [warning, ...source.warnings];
    const stored = await storeDraft(
      tx,
      deps,
      caller.actor,
      { ...message, target },
      {
        action: "import",
        source: { ...source, warnings },
        details: { cutFrom: id, warnings },
      },
    );
    await addBroadcastToAlert(tx, { ...source, sent: new Date(source.sent) }, stored.broadcast.broadcastNo);
    if (original.supersededBy) await markSuperseded(tx, stored.broadcast.broadcastNo, original.supersededBy);
    await appendAudit(tx, stored.audit);
    return { ...stored.broadcast, supersededBy: original.supersededBy };
  });
  deps.onChanged(draft);
  return draft;
}
